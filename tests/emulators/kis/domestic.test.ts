/** Domestic quotations, orders, modification, cash and lists (reference 6, 12.4), over real sockets. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Account } from '../../../adapters/kis/emulator/account.ts'
import { makeListing } from '../../../adapters/kis/emulator/listing.ts'
import { ROUND_RATES, WonRates } from '../../../adapters/kis/emulator/won-rates.ts'
import { readCash } from '../../../adapters/kis/emulator/options.ts'
import { KR_BALANCE, KR_BOOK, KR_PRICE } from '../../../adapters/kis/wire/domestic-fields.ts'
import { HOUR, MINUTE } from '../../../src/core/base/time.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { Bench, type Fields, type JsonAnswer, rows, SECOND, TEN_IN_SEOUL } from './support.ts'

const SAMSUNG = { FID_COND_MRKT_DIV_CODE: 'J', FID_INPUT_ISCD: '005930' }
const all = { CTX_AREA_FK100: '', CTX_AREA_NK100: '' }

async function holding(bench: Bench): Promise<Fields | undefined> {
  const answer = await bench.call('kr.balance', { ...bench.account(), ...all })
  return rows(answer).find((row) => row.pdno === '005930')
}

async function totals(bench: Bench): Promise<Fields> {
  const answer = await bench.call('kr.balance', { ...bench.account(), ...all })
  return rows(answer, 'output2')[0] as Fields
}

function dayOrders(bench: Bench, more: Record<string, string> = {}, tr = 'kr.orders'): Promise<JsonAnswer> {
  return bench.call(tr, {
    ...bench.account(),
    INQR_STRT_DT: '20260303',
    INQR_END_DT: '20260303',
    SLL_BUY_DVSN_CD: '00',
    CCLD_DVSN: '00',
    INQR_DVSN: '00',
    PDNO: '',
    ODNO: '',
    EXCG_ID_DVSN_CD: 'KRX',
    ...all,
    ...more,
  })
}

describe('quotations', () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await Bench.create()
  })
  afterAll(() => bench.close())

  it('the price is whole, with limits of 30 % on the tick grid', async () => {
    const { output } = (await bench.call('kr.price', SAMSUNG)).body
    expect(Object.keys(output)).toEqual(expect.arrayContaining([...KR_PRICE.keys()]))
    const [base, upper, lower] = [Number(output.stck_sdpr), Number(output.stck_mxpr), Number(output.stck_llam)]
    expect(upper).toBeLessThanOrEqual(base * 1.3)
    expect(upper).toBeGreaterThan(base * 1.29)
    expect(lower).toBeGreaterThanOrEqual(base * 0.7)
    expect(lower).toBeLessThan(base * 0.71)
    expect([upper, lower, Number(output.stck_prpr)].map((x) => x % Number(output.aspr_unit))).toEqual([0, 0, 0])
    expect(Number(output.prdy_vrss)).toBe(Number(output.stck_prpr) - base)
  })

  it('an unknown symbol has the price "0", a wrong market is an error', async () => {
    const answer = await bench.call('kr.price', { ...SAMSUNG, FID_INPUT_ISCD: '999999' })
    expect(answer.body).toMatchObject({ rt_cd: '0', output: { stck_prpr: '0' } })
    const wrong = await bench.call('kr.price', { ...SAMSUNG, FID_COND_MRKT_DIV_CODE: 'Z' })
    expect([wrong.status, wrong.body.rt_cd, wrong.body.msg_cd]).toEqual([200, '2', 'OPSQ2001'])
    const book = await bench.call('kr.book', { ...SAMSUNG, FID_INPUT_ISCD: '999999' })
    expect(book.body.output1).toEqual({})
  })

  it('the book has ten levels on either side, in order', async () => {
    const { output1 } = (await bench.call('kr.book', SAMSUNG)).body
    expect(Object.keys(output1).sort()).toEqual([...KR_BOOK.keys()].sort())
    const asks = Array.from({ length: 10 }, (_, i) => Number(output1[`askp${i + 1}`]))
    const bids = Array.from({ length: 10 }, (_, i) => Number(output1[`bidp${i + 1}`]))
    expect(asks).toEqual([...asks].sort((a, b) => a - b))
    expect(bids).toEqual([...bids].sort((a, b) => b - a))
    expect(asks[0] as number).toBeGreaterThan(bids[0] as number)
    expect([asks[0], bids[0]]).toEqual([bench.board('005930').ask, bench.board('005930').bid])
  })

  it('minute bars descend from the asked time and stop at thirty', async () => {
    await bench.pass(40 * 60 * SECOND)
    const ask = (hour: string): Promise<JsonAnswer> =>
      bench.call('kr.minutes', { ...SAMSUNG, FID_INPUT_HOUR_1: hour, FID_ETC_CLS_CODE: '', FID_PW_DATA_INCU_YN: 'Y' })
    const times = rows(await ask('235959'), 'output2').map((row) => row.stck_cntg_hour as string)
    expect(times).toHaveLength(30)
    expect(times).toEqual([...times].sort().reverse())
    expect(times[0]).toBe('104200')
    const earlier = rows(await ask('101500'), 'output2')
    expect(earlier[0]?.stck_cntg_hour).toBe('101500')
    expect(earlier.at(-1)?.stck_cntg_hour).toBe('100000')
    // The amount of a row is the day's so far, so it falls with the time.
    const amounts = earlier.map((row) => Number(row.acml_tr_pbmn))
    expect(amounts).toEqual([...amounts].sort((a, b) => b - a))
  })

  it('daily, weekly and monthly bars agree', async () => {
    const ask = async (code: string): Promise<readonly Fields[]> =>
      rows(
        await bench.call('kr.chart', {
          ...SAMSUNG,
          FID_INPUT_DATE_1: '20250101',
          FID_INPUT_DATE_2: '20260303',
          FID_PERIOD_DIV_CODE: code,
          FID_ORG_ADJ_PRC: '0',
        }),
        'output2',
      )
    const [days, weeks, months] = [await ask('D'), await ask('W'), await ask('M')]
    expect(days).toHaveLength(100)
    expect(days[0]?.stck_bsop_date).toBe('20260303')
    expect(months[0]?.stck_clpr).toBe(days[0]?.stck_clpr)
    const march = days.filter((d) => d.stck_bsop_date?.startsWith('202603'))
    expect(Number(months[0]?.acml_vol)).toBe(march.reduce((sum, d) => sum + Number(d.acml_vol), 0))
    expect(weeks.length).toBeGreaterThan(40)
    // Holidays of the calendar have no bar: 1 March 2026 was a Sunday, 2 March its substitute.
    expect(days.map((d) => d.stck_bsop_date)).not.toContain('20260302')
    const recent = rows(
      await bench.call('kr.daily', { ...SAMSUNG, FID_PERIOD_DIV_CODE: 'D', FID_ORG_ADJ_PRC: '0' }),
      'output',
    )
    expect(recent.map((d) => d.stck_clpr)).toEqual(days.slice(0, 30).map((d) => d.stck_clpr))
  })
})

describe('orders', () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await Bench.create()
  })
  afterAll(() => bench.close())

  it('a market buy fills at the ask, and cash, holding and lists say so to the won', async () => {
    const { ask } = bench.board('005930')
    const answer = await bench.order('buy', 10)
    expect(answer.body).toMatchObject({ rt_cd: '0', msg_cd: '40600000' })
    expect(answer.body.msg1).toHaveLength(80)
    expect(answer.body.output).toEqual({
      KRX_FWDG_ORD_ORGNO: '00950',
      ODNO: expect.stringMatching(/^\d{10}$/),
      ORD_TMD: '100300',
    })
    const cost = ask * 10
    const fee = Math.floor(cost * 0.00015)
    expect(await holding(bench)).toMatchObject({
      hldg_qty: '10',
      ord_psbl_qty: '10',
      thdt_buyqty: '10',
      pchs_amt: String(cost),
      pchs_avg_pric: `${ask}.0000`,
    })
    const total = await totals(bench)
    expect(Object.keys(total).sort()).toEqual([...KR_BALANCE.keys()].sort())
    expect(total).toMatchObject({
      dnca_tot_amt: '100000000',
      nxdy_excc_amt: '100000000',
      prvs_rcdl_excc_amt: String(100_000_000 - cost - fee),
      thdt_buy_amt: String(cost),
      thdt_tlex_amt: String(fee),
    })
    const [row] = rows(await dayOrders(bench))
    expect(row).toMatchObject({
      odno: answer.body.output.ODNO,
      ord_qty: '10',
      tot_ccld_qty: '10',
      rmn_qty: '0',
      cncl_yn: 'N',
      excg_dvsn_cd: '02',
      excg_id_dvsn_Cd: 'KRX',
      excg_id_dvsn_cd: 'KRX',
    })
    expect(Number(row?.tot_ccld_amt)).toBe(cost)
  })

  it('a sale pays fee and tax once, and proceeds can be spent', async () => {
    const before = Number((await totals(bench)).prvs_rcdl_excc_amt)
    const { bid } = bench.board('005930')
    expect((await bench.order('sell', 4)).body.msg_cd).toBe('40590000')
    const amount = bid * 4
    const costs = Math.floor(amount * 0.00015) + Math.floor(amount * 0.002)
    expect(Number((await totals(bench)).prvs_rcdl_excc_amt)).toBe(before + amount - costs)
    const power = await bench.call('kr.power', { ...bench.account(), PDNO: '', ORD_UNPR: '', ORD_DVSN: '01' })
    expect(Number(power.body.output.ord_psbl_cash)).toBe(before + amount - costs)
  })

  it('a limit far away rests, is modified under a new number, and canceled', async () => {
    const board = bench.board('005930')
    const tick = board.tick
    const far = Math.floor((board.last * 0.8) / tick) * tick
    const first = (await bench.order('buy', 5, far)).body.output.ODNO as string
    const moved = await bench.change('modify', first, 5, far + tick)
    expect(moved.body).toMatchObject({ rt_cd: '0', msg_cd: '40620000' })
    const second = moved.body.output.ODNO as string
    expect(Number(second)).toBe(Number(first) + 1)
    // The replaced number is gone at once.
    expect((await bench.change('cancel', first, 5)).body.msg_cd).toBe('40330000')
    expect((await bench.change('cancel', second, 2, 0, false)).body.msg_cd).toBe('40630000')
    const open = rows(await dayOrders(bench, { CCLD_DVSN: '02' }))
    expect(open.map((row) => [row.odno, row.rmn_qty, row.orgn_odno])).toEqual([[second, '3', first]])
    expect((await bench.change('cancel', second, 0)).body.rt_cd).toBe('0')
    expect((await bench.change('cancel', second, 0)).body.msg_cd).toBe('40330000')
    for (const row of rows(await dayOrders(bench))) {
      const sum = Number(row.tot_ccld_qty) + Number(row.rmn_qty) + Number(row.cncl_cfrm_qty) + Number(row.rjct_qty)
      expect([row.odno, sum]).toEqual([row.odno, Number(row.ord_qty)])
      expect(row.cnc_cfrm_qty).toBe(row.cncl_cfrm_qty)
    }
  })

  it('an order larger than the shown size fills in parts', async () => {
    const rich = await Bench.create({ cash: readCash(['KRW=100000000000']) })
    const { ask, askSize } = rich.board('005930')
    const number = (await rich.order('buy', askSize + 5, ask)).body.output.ODNO as string
    const row = async (): Promise<Fields | undefined> => rows(await dayOrders(rich, { ODNO: number }))[0]
    expect(await row()).toMatchObject({ tot_ccld_qty: String(askSize), rmn_qty: '5' })
    expect((await rich.change('cancel', number, 0)).body.rt_cd).toBe('0')
    expect(await row()).toMatchObject({ tot_ccld_qty: String(askSize), cncl_cfrm_qty: '5', rmn_qty: '0', cncl_yn: 'Y' })
    rich.close()
  })

  it('open orders tie up money and shares', async () => {
    const qty = Number((await holding(bench))?.hldg_qty)
    const { upper } = bench.board('005930').limits()
    const high = (await bench.order('sell', qty, upper)).body.output.ODNO as string
    expect((await holding(bench))?.ord_psbl_qty).toBe('0')
    expect((await bench.order('sell', 1, upper)).body.msg_cd).toBe('40240000')
    await bench.change('cancel', high, 0)
    expect((await holding(bench))?.ord_psbl_qty).toBe(String(qty))
  })

  it('what the exchange would not take is refused in paper’s words, with HTTP 200', async () => {
    const board = bench.board('005930')
    const { upper, lower } = board.limits()
    const cases: readonly (readonly [string, Promise<JsonAnswer>])[] = [
      ['40030000', bench.order('buy', 1, board.last + 1)],
      ['40270000', bench.order('buy', 1, upper + 1000)],
      ['40270000', bench.order('sell', 1, lower - 1000)],
      ['40250000', bench.order('buy', 100_000, board.last)],
      ['40240000', bench.order('sell', 100_000, board.last)],
      ['40310000', bench.order('buy', 0, board.last)],
      ['40070000', bench.order('buy', 1, board.last, { PDNO: '999999' })],
      ['40080000', bench.order('buy', 1, board.last, { ORD_DVSN: '11' })],
      ['40090000', bench.order('buy', 1, board.last, { EXCG_ID_DVSN_CD: 'SOR' })],
      ['OPSQ2000', bench.order('buy', 1, board.last, { CANO: '99999999' })],
    ]
    for (const [code, asked] of cases) {
      const { status, body } = await asked
      expect([code, status, body.msg_cd, body.rt_cd === '0']).toEqual([code, 200, code, false])
    }
  })

  it('a body that cannot be mapped is IGW00007 with HTTP 500', async () => {
    const bad = [{ ORD_UNPR: '70000.0' }, { ORD_QTY: 'ten' }, { ORD_DVSN: '' }]
    for (const more of bad) {
      const { status, body } = await bench.order('buy', 1, 70_000, more)
      expect([status, body.msg_cd]).toEqual([500, 'IGW00007'])
    }
    const lower = await bench.call('kr.buy', { cano: '50000000', acnt_prdt_cd: '01', pdno: '005930' })
    expect(lower.body.msg_cd).toBe('IGW00007')
  })

  it('lists are paged with cursors, 15 rows in paper', async () => {
    const { lower } = bench.board('005930').limits()
    for (let i = 0; i < 20; i++) await bench.order('buy', 1, lower)
    const numbers: string[] = []
    let cursor: Record<string, string> = {}
    let header: Record<string, string> = {}
    for (let page = 0; page < 10; page++) {
      const answer = await bench.call(
        'kr.orders',
        {
          ...bench.account(),
          INQR_STRT_DT: '20260303',
          INQR_END_DT: '20260303',
          SLL_BUY_DVSN_CD: '02',
          EXCG_ID_DVSN_CD: 'KRX',
          ...all,
          ...cursor,
        },
        header,
      )
      const list = rows(answer)
      numbers.push(...list.map((row) => row.odno as string))
      const { ctx_area_nk100, ctx_area_fk100 } = answer.body as unknown as Fields
      expect([ctx_area_fk100?.length, ctx_area_nk100?.length]).toEqual([100, 100])
      if (answer.headers.tr_cont === 'D') break
      expect([answer.headers.tr_cont, list.length]).toEqual(['M', 15])
      cursor = { CTX_AREA_FK100: ctx_area_fk100 as string, CTX_AREA_NK100: ctx_area_nk100 as string }
      // Without the header a cursor does not continue.
      const again = await bench.call('kr.orders', {
        ...bench.account(),
        INQR_STRT_DT: '20260303',
        INQR_END_DT: '20260303',
        SLL_BUY_DVSN_CD: '02',
        EXCG_ID_DVSN_CD: 'KRX',
        ...cursor,
      })
      expect(rows(again)[0]?.odno).toBe(numbers[0])
      header = { tr_cont: 'N' }
    }
    const made = bench.emulator.world.desk.orders.filter((o) => o.side > 0).length
    expect(numbers).toHaveLength(made)
    expect(new Set(numbers).size).toBe(made)
  })

  it('old ids are taken, and know nothing of exchanges', async () => {
    const { lower } = bench.board('005930').limits()
    const old = await bench.call(
      'kr.buy',
      { ...bench.account(), PDNO: '005930', ORD_DVSN: '00', ORD_QTY: '1', ORD_UNPR: String(lower) },
      { tr_id: 'VTTC0802U' },
    )
    expect(old.body.rt_cd).toBe('0')
    expect((await dayOrders(bench, { EXCG_ID_DVSN_CD: '' }, 'kr.orders')).body.rt_cd).toBe('0')
  })

  it('orders end at midnight, numbers begin anew, and yesterday’s trades are one day nearer to settlement', async () => {
    const late = await Bench.create({}, TEN_IN_SEOUL + 13 * HOUR + 50 * MINUTE)
    const first = (await late.order('buy', 1)).body.output.ODNO
    await late.order('buy', 1, late.board('005930').limits().lower)
    const after = (await totals(late)).prvs_rcdl_excc_amt as string
    expect(await totals(late)).toMatchObject({ nxdy_excc_amt: '100000000' })
    await late.pass(10 * MINUTE)
    const { orders } = late.emulator.world.desk
    expect(orders.map((o) => [o.filled, o.canceled])).toEqual([
      [1, 0],
      [0, 1],
    ])
    expect(await totals(late)).toMatchObject({ dnca_tot_amt: '100000000', nxdy_excc_amt: after, thdt_buy_amt: '0' })
    expect((await late.order('buy', 1)).body.output.ODNO).toBe(first)
    late.close()
  })
})

describe('settlement', () => {
  it('takes two business days in Korea', () => {
    const account = new Account(
      '50000000-01',
      'me',
      readCash(['KRW=1000000']),
      () => ({ fee: 0, tax: 0 }),
      new WonRates(ROUND_RATES),
    )
    const instrument = {
      symbol: '005930',
      venue: 'KRX',
      currency: 'KRW',
      priceDecimals: 0,
      qtyDecimals: 0,
    } as Instrument
    account.roll(0, true)
    account.fill(1, 1, 0, makeListing(instrument), 1, 10, 70_000)
    const view = (): number[] =>
      [account.deposit('KRW'), account.depositAfter('KRW', 1), account.depositAfter('KRW', 2)].map((x) => x / 10_000)
    expect(view()).toEqual([1_000_000, 1_000_000, 300_000])
    account.roll(1, false)
    expect(view()).toEqual([1_000_000, 1_000_000, 300_000])
    account.roll(2, true)
    expect(view()).toEqual([1_000_000, 300_000, 300_000])
    account.roll(3, true)
    expect(view()).toEqual([300_000, 300_000, 300_000])
    expect(account.holding('005930')).toMatchObject({ qty: 10, boughtToday: 0 })
  })
})

describe('live', () => {
  it('speaks live’s words, lists open orders, knows IOC and FOK', async () => {
    const bench = await Bench.create({ env: 'live' })
    const board = bench.board('005930')
    const { lower } = board.limits()
    const rest = await bench.order('buy', 3, lower)
    expect(rest.body).toMatchObject({ msg_cd: 'APBK0013', output: { KRX_FWDG_ORD_ORGNO: '06010' } })
    const open = await bench.call('kr.open', { ...bench.account(), INQR_DVSN_1: '0', INQR_DVSN_2: '0', ...all })
    expect(rows(open, 'output')).toMatchObject([
      { odno: rest.body.output.ODNO, psbl_qty: '3', ord_gno_brno: '06010', sll_buy_dvsn_cd: '02' },
    ])
    expect(rows(await bench.call('kr.open', { ...bench.account(), INQR_DVSN_2: '1', ...all }), 'output')).toEqual([])
    const number = (await bench.order('buy', 2, lower, { ORD_DVSN: '11' })).body.output.ODNO as string
    const [ioc] = rows(await dayOrders(bench, { ODNO: number }))
    expect(ioc).toMatchObject({ rmn_qty: '0', cncl_cfrm_qty: '2', ccld_cndt_name: 'IOC' })
    expect((await bench.order('buy', 1, board.last + 1)).body.rt_cd).not.toBe('0')
    expect((await bench.order('buy', 1_000_000, board.last)).body).toMatchObject({ msg_cd: 'APBK0952', rt_cd: '7' })
    expect((await bench.order('buy', 1, lower, { EXCG_ID_DVSN_CD: 'SOR' })).body.rt_cd).toBe('0')
    const power = async (ORD_DVSN: string): Promise<Fields> =>
      (await bench.call('kr.power', { ...bench.account(), PDNO: '005930', ORD_UNPR: String(lower), ORD_DVSN })).body
        .output
    const market = await power('01')
    // A market order is margined at the upper limit.
    expect(market.psbl_qty_calc_unpr).toBe(String(board.limits().upper))
    expect(Number(market.nrcvb_buy_qty)).toBe(
      Math.floor(Number(market.nrcvb_buy_amt) / (board.limits().upper * 1.00015)),
    )
    expect(Number((await power('00')).nrcvb_buy_qty)).toBeGreaterThan(Number(market.nrcvb_buy_qty))
    await bench.order('buy', 2)
    const sell = await bench.call('kr.sellable', { ...bench.account(), PDNO: '005930' })
    expect(sell.body.output1).toMatchObject({ ord_psbl_qty: '2', cblc_qty: '2' })
    const days = rows(
      await bench.call('kr.holidays', { BASS_DT: '20260227', CTX_AREA_NK: '', CTX_AREA_FK: '' }),
      'output',
    )
    expect(days.slice(0, 5).map((d) => [d.bass_dt, d.wday_dvsn_cd, d.opnd_yn])).toEqual([
      ['20260227', '06', 'Y'],
      ['20260228', '07', 'N'],
      ['20260301', '01', 'N'],
      ['20260302', '02', 'N'],
      ['20260303', '03', 'Y'],
    ])
    const info = await bench.call('kr.info', { PDNO: 'NVDA', PRDT_TYPE_CD: '512' })
    expect(info.body.output).toMatchObject({ shtn_pdno: 'NVDA', prdt_abrv_name: '엔비디아' })
    expect((await bench.call('kr.info', { PDNO: 'NVDA', PRDT_TYPE_CD: '513' })).body.rt_cd).toBe('7')
    bench.close()
  })
})
