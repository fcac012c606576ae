/** Overseas quotations, orders and accounts (reference 7), over real sockets. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCash } from '../../../adapters/kis/emulator/options.ts'
import { OVERSEAS_DETAIL } from '../../../adapters/kis/wire/overseas-fields.ts'
import { Bench, type Fields, type JsonAnswer, rows } from './support.ts'

const NVDA = { AUTH: '', EXCD: 'NAS', SYMB: 'NVDA' }
const all = { CTX_AREA_FK200: '', CTX_AREA_NK200: '' }

function executions(bench: Bench, more: Record<string, string> = {}): Promise<JsonAnswer> {
  // 10:03 on 3 March in Korea is 20:03 on 2 March in New York.
  const dates = { ORD_STRT_DT: '20260302', ORD_END_DT: '20260302' }
  const filters = { PDNO: '', SLL_BUY_DVSN: '00', CCLD_NCCS_DVSN: '00', OVRS_EXCG_CD: 'NASD', SORT_SQN: 'DS', ODNO: '' }
  return bench.call('overseas.orders', { ...bench.account(), ...dates, ...filters, ...all, ...more })
}

/** Dollars of a price `ticks` cents away from the board's. */
function dollars(price: number, cents = 0): string {
  return (price / 10_000 + cents / 100).toFixed(2)
}

describe('quotations', () => {
  let live: Bench
  beforeAll(async () => {
    live = await Bench.create({ env: 'live' })
  })
  afterAll(() => live.close())

  it('price and detail carry four decimals and agree', async () => {
    const { output } = (await live.call('overseas.price', NVDA)).body
    expect(output).toMatchObject({ rsym: 'DNASNVDA', zdiv: '4', last: expect.stringMatching(/^\d+\.\d{4}$/) })
    expect(output.diff).not.toMatch(/-/)
    const detail = (await live.call('overseas.detail', NVDA)).body.output
    expect(Object.keys(detail).sort()).toEqual([...OVERSEAS_DETAIL.keys()].sort())
    expect([detail.last, detail.base, detail.e_hogau]).toEqual([output.last, output.base, '0.0100'])
    expect(Object.values(detail).filter((value) => value === '')).toHaveLength(1)
  })

  it('a symbol is unknown at an exchange that does not list it', async () => {
    for (const more of [{ EXCD: 'NYS' }, { SYMB: 'NOPE' }, { EXCD: 'XXX' }]) {
      const { body } = await live.call('overseas.price', { ...NVDA, ...more })
      expect([body.rt_cd, body.output.last]).toEqual(['0', ''])
    }
    expect((await live.call('overseas.price', { ...NVDA, EXCD: 'BAQ' })).body.output.last).not.toBe('')
  })

  it('the book is an object of ten levels', async () => {
    const { output1, output2 } = (await live.call('overseas.book', NVDA)).body
    expect(output1.rsym).toBe('DNASNVDA')
    const board = live.board('NVDA')
    expect([output2.pask1, output2.pbid1]).toEqual([`${dollars(board.ask)}00`, `${dollars(board.bid)}00`])
    expect(Number(output2.pask10)).toBeGreaterThan(Number(output2.pask9))
  })

  it('daily bars end before the anchor, minute bars gather', async () => {
    const days = rows(await live.call('overseas.daily', { ...NVDA, GUBN: '0', BYMD: '', MODP: '1' }), 'output2')
    expect(days).toHaveLength(100)
    const older = rows(
      await live.call('overseas.daily', { ...NVDA, GUBN: '0', BYMD: days[9]?.xymd as string, MODP: '1' }),
      'output2',
    )
    expect(older[0]).toEqual(days[9])
    const ones = await live.call('overseas.minutes', {
      ...NVDA,
      NMIN: '1',
      PINC: '1',
      NEXT: '',
      NREC: '120',
      FILL: '',
      KEYB: '',
    })
    expect(ones.body.output1).toMatchObject({ stim: '093000', etim: '160000', nrec: '3', more: '0' })
    const threes = rows(
      await live.call('overseas.minutes', { ...NVDA, NMIN: '3', PINC: '1', NREC: '120', KEYB: '' }),
      'output2',
    )
    const sum = (list: readonly Fields[]): number => list.reduce((total, row) => total + Number(row.evol), 0)
    expect([threes.length, sum(threes)]).toEqual([1, sum(rows(ones, 'output2'))])
    expect(threes[0]).toMatchObject({ xymd: '20260302', xhms: '200000', kymd: '20260303', khms: '100000' })
  })
})

describe('orders', () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await Bench.create()
  })
  afterAll(() => bench.close())

  const holding = async (): Promise<Fields | undefined> =>
    rows(
      await bench.call('overseas.balance', { ...bench.account(), OVRS_EXCG_CD: 'NASD', TR_CRCY_CD: 'USD', ...all }),
    )[0]

  it('a marketable limit fills at the ask, and every list agrees', async () => {
    const { ask } = bench.board('NVDA')
    const answer = await bench.usOrder('buy', 3, dollars(ask, 50))
    expect(answer.body).toMatchObject({
      rt_cd: '0',
      output: { ODNO: expect.stringMatching(/^\d{10}$/), ORD_TMD: '100300' },
    })
    expect(await holding()).toMatchObject({
      ovrs_pdno: 'NVDA',
      ovrs_cblc_qty: '3',
      pchs_avg_pric: `${dollars(ask)}00`,
      ovrs_excg_cd: 'NASD',
    })
    const [row] = rows(await executions(bench), 'output')
    expect(row).toMatchObject({
      odno: answer.body.output.ODNO,
      ft_ccld_qty: '3',
      nccs_qty: '0',
      prcs_stat_name: '완료',
      ord_dt: '20260302',
      dmst_ord_dt: '20260303',
      thco_ord_tmd: '100300',
      ft_ccld_unpr3: `${dollars(ask)}000000`,
    })
    const present = await bench.call('overseas.present', {
      ...bench.account(),
      WCRC_FRCR_DVSN_CD: '02',
      NATN_CD: '840',
      TR_MKET_CD: '00',
      INQR_DVSN_CD: '00',
    })
    const fee = Math.floor((ask / 10_000) * 3 * 0.0025 * 100) / 100
    const cash = 100_000 - (ask / 10_000) * 3 - fee
    expect(rows(present, 'output2')[0]).toMatchObject({ crcy_cd: 'USD', frcr_dncl_amt_2: cash.toFixed(6) })
    expect(rows(present)[0]).toMatchObject({ pdno: 'NVDA', ccld_qty_smtl1: '3.00000000', bass_exrt: '1400.00000000' })
  })

  it('a far limit rests, is modified and canceled; the list of open orders follows', async () => {
    const low = dollars(bench.board('NVDA').last * 0.8)
    const first = (await bench.usOrder('buy', 2, low)).body.output.ODNO as string
    const change = (kind: string, number: string, qty: string, price: string): Promise<JsonAnswer> =>
      bench.call('us.change', {
        ...bench.account(),
        OVRS_EXCG_CD: 'NASD',
        PDNO: 'NVDA',
        ORGN_ODNO: number,
        RVSE_CNCL_DVSN_CD: kind,
        ORD_QTY: qty,
        OVRS_ORD_UNPR: price,
        ORD_SVR_DVSN_CD: '0',
      })
    const open = async (): Promise<string[]> =>
      rows(
        await bench.call('overseas.open', { ...bench.account(), OVRS_EXCG_CD: 'NASD', SORT_SQN: 'DS', ...all }),
        'output',
      ).map((row) => row.odno as string)
    expect(await open()).toEqual([first])
    const second = (await change('01', first, '2', dollars(bench.board('NVDA').last * 0.81))).body.output.ODNO as string
    expect(await open()).toEqual([second])
    expect((await change('02', first, '2', '0')).body.msg_cd).toBe('40330000')
    expect((await change('02', second, '0', '0')).body.msg_cd).toBe('40630000')
    expect(await open()).toEqual([])
  })

  it('both sale ids are taken in paper; shares that are not there are refused', async () => {
    const { bid } = bench.board('NVDA')
    expect((await bench.usOrder('sell', 1, dollars(bid, -50))).body.msg_cd).toBe('40590000')
    const other = await bench.call(
      'us.sell',
      {
        ...bench.account(),
        OVRS_EXCG_CD: 'NASD',
        PDNO: 'NVDA',
        ORD_QTY: '1',
        OVRS_ORD_UNPR: dollars(bid, -50),
        SLL_TYPE: '00',
        ORD_SVR_DVSN_CD: '0',
        ORD_DVSN: '00',
      },
      { tr_id: 'VTTT1006U' },
    )
    expect(other.body.rt_cd).toBe('0')
    expect((await bench.usOrder('sell', 5, dollars(bid, -50))).body.msg_cd).toBe('40240000')
    expect((await holding())?.ovrs_cblc_qty).toBe('1')
  })

  it('refuses market orders, wrong exchanges, prices off the cent and too dear ones', async () => {
    const price = dollars(bench.board('NVDA').last)
    const cases: readonly (readonly [string, Promise<JsonAnswer>])[] = [
      ['40080000', bench.usOrder('buy', 1, price, { ORD_DVSN: '01' })],
      ['40080000', bench.usOrder('buy', 1, price, { ORD_DVSN: '34' })],
      ['40070000', bench.usOrder('buy', 1, price, { OVRS_EXCG_CD: 'NYSE' })],
      ['OPSQ2001', bench.usOrder('buy', 1, price, { OVRS_EXCG_CD: 'NAS' })],
      ['40070000', bench.usOrder('buy', 1, price, { PDNO: 'NOPE' })],
      ['40030000', bench.usOrder('buy', 1, `${price}5`)],
      ['40030000', bench.usOrder('buy', 1, '0')],
      ['40250000', bench.usOrder('buy', 1_000_000, price)],
      ['IGW00007', bench.usOrder('buy', 1, '')],
    ]
    for (const [code, asked] of cases) expect([code, (await asked).body.msg_cd]).toEqual([code, code])
  })

  it('buying power answers in shares, and says when a symbol is unknown', async () => {
    const ask = (symbol: string): Promise<JsonAnswer> =>
      bench.call('overseas.power', { ...bench.account(), OVRS_EXCG_CD: 'NASD', OVRS_ORD_UNPR: '100', ITEM_CD: symbol })
    const { output } = (await ask('NVDA')).body
    expect(Number(output.max_ord_psbl_qty)).toBe(Math.floor(Number(output.ord_psbl_frcr_amt) / 100.25))
    expect((await ask('NOPE')).body.rt_cd).toBe('7')
  })
})

describe('an account without dollars', () => {
  it('buys with won and shows no foreign cash', async () => {
    const bench = await Bench.create({ cash: readCash(['KRW=100000000']) })
    const { ask } = bench.board('NVDA')
    expect((await bench.usOrder('buy', 10, dollars(ask, 50))).body.rt_cd).toBe('0')
    const present = await bench.call('overseas.present', { ...bench.account(), NATN_CD: '000' })
    expect(rows(present, 'output2')).toEqual([])
    const cost = (ask / 10_000) * 10
    const fee = Math.floor(cost * 0.0025 * 100) / 100
    const won = 100_000_000 - (cost + fee) * 1400
    expect(Number(present.body.output3.dncl_amt)).toBe(Math.floor(won))
    const power = await bench.call('overseas.power', {
      ...bench.account(),
      OVRS_EXCG_CD: 'NASD',
      OVRS_ORD_UNPR: '100',
      ITEM_CD: 'NVDA',
    })
    expect(power.body.output).toMatchObject({ max_ord_psbl_qty: '0', ord_psbl_frcr_amt: '0.00' })
    expect(Number(power.body.output.ovrs_max_ord_psbl_qty)).toBeGreaterThan(600)
    bench.close()
  })
})
