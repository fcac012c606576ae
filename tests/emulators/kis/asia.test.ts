/** Tokyo, Hong Kong, Shanghai and Shenzhen as strangers' clients see them: services, orders, hours, socket streams. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readOptions } from '../../../src/cli/emulate-kis.ts'
import { DAY, epochDay, HOUR, MINUTE } from '../../../src/core/base/time.ts'
import { writeMarketTape } from '../../../src/generate/market-tape.ts'
import { Bench, type Fields, type JsonAnswer, rows, SECOND } from './support.ts'

const SYMBOLS = ['005930', 'NVDA', 'TSE:7203', 'HK:00700', 'SSE:600519', 'SZSE:000001']
const all = { CTX_AREA_FK200: '', CTX_AREA_NK200: '' }

interface Place {
  readonly family: string
  readonly exchange: string
  readonly quote: string
  readonly symbol: string
  readonly currency: string
  readonly zdiv: number
}

const PLACES: readonly Place[] = [
  { family: 'jp', exchange: 'TKSE', quote: 'TSE', symbol: '7203', currency: 'JPY', zdiv: 1 },
  { family: 'hk', exchange: 'SEHK', quote: 'HKS', symbol: '00700', currency: 'HKD', zdiv: 3 },
  { family: 'sh', exchange: 'SHAA', quote: 'SHS', symbol: '600519', currency: 'CNY', zdiv: 3 },
  { family: 'sz', exchange: 'SZAA', quote: 'SZS', symbol: '000001', currency: 'CNY', zdiv: 3 },
]

function order(
  b: Bench,
  p: Place,
  side: 'buy' | 'sell',
  qty: number,
  price: string,
  more: Fields = {},
): Promise<JsonAnswer> {
  return b.call(`${p.family}.${side}`, {
    ...{ ...b.account(), OVRS_EXCG_CD: p.exchange, PDNO: p.symbol, ORD_QTY: String(qty), OVRS_ORD_UNPR: price },
    ...{ CTAC_TLNO: '', MGCO_APTM_ODNO: '', SLL_TYPE: '', ORD_SVR_DVSN_CD: '0', ORD_DVSN: '00' },
    ...more,
  })
}

function cancel(b: Bench, p: Place, number: string, tr: string, kind = '02', price = '0'): Promise<JsonAnswer> {
  return b.call(tr, {
    ...{ ...b.account(), OVRS_EXCG_CD: p.exchange, PDNO: p.symbol, ORGN_ODNO: number, RVSE_CNCL_DVSN_CD: kind },
    ...{ ORD_QTY: kind === '01' ? '100' : '0', OVRS_ORD_UNPR: price, MGCO_APTM_ODNO: '', ORD_SVR_DVSN_CD: '0' },
  })
}

/** A price of the board as text, `share` of it, on the grid. */
function priced(b: Bench, { symbol }: Place, of: 'bid' | 'ask', share = 1): string {
  const { listing, [of]: price, tick } = b.board(symbol)
  const raw = Math.floor(price * share)
  return ((raw - (share === 1 ? 0 : raw % tick)) / 10 ** listing.instrument.priceDecimals).toString()
}

describe.each(['paper', 'live'] as const)('%s', (env) => {
  let b: Bench
  beforeAll(async () => {
    b = await Bench.create({ env, symbols: SYMBOLS })
  })
  afterAll(() => b.close())

  it('an account has money of every currency that is listed', async () => {
    const state = (await b.control('/state')) as { accounts: Record<string, { cash: Record<string, string> }> }
    expect(state.accounts['50000000-01']?.cash).toEqual({
      ...{ KRW: '100000000', USD: '100000', JPY: '15000000', HKD: '800000', CNY: '700000' },
    })
    expect(b.emulator.symbols).toEqual(['005930', 'NVDA', '7203', '00700', '600519', '000001'])
  })

  it.each(PLACES)('$exchange: buys, books and lists in $currency', async (p) => {
    const ask = b.board(p.symbol).ask
    const bought = await order(b, p, 'buy', 200, priced(b, p, 'ask'))
    expect(bought.body.msg_cd).toBe(env === 'paper' ? '40600000' : 'APBK0013')
    const scale = 10 ** b.board(p.symbol).listing.instrument.priceDecimals
    const asked = { OVRS_EXCG_CD: p.exchange, TR_CRCY_CD: p.currency, ...all }
    const balance = rows(await b.call('overseas.balance', { ...b.account(), ...asked }))
    expect(balance).toHaveLength(1)
    expect(balance[0]).toMatchObject({
      ...{ ovrs_pdno: p.symbol, ovrs_cblc_qty: '200', ord_psbl_qty: '200', tr_crcy_cd: p.currency },
      ...{ ovrs_excg_cd: p.exchange, pchs_avg_pric: (ask / scale).toFixed(4) },
    })
    const orders = rows(
      await b.call('overseas.orders', {
        ...{ ...b.account(), PDNO: env === 'live' ? '%' : '', ORD_STRT_DT: '20260303', ORD_END_DT: '20260303' },
        ...{ SLL_BUY_DVSN: '00', CCLD_NCCS_DVSN: '00', OVRS_EXCG_CD: p.exchange, SORT_SQN: 'DS', ODNO: '', ...all },
      }),
      'output',
    )
    expect(orders).toHaveLength(1)
    expect(orders[0]).toMatchObject({ odno: bought.body.output.ODNO, tr_crcy_cd: p.currency, ft_ccld_qty: '200' })
  })

  it('present balance, of a country or of all, has the cash of each currency', async () => {
    const present = async (nation: string): Promise<readonly Fields[]> => {
      const asked = { WCRC_FRCR_DVSN_CD: '02', NATN_CD: nation, TR_MKET_CD: '00', INQR_DVSN_CD: '00' }
      return rows(await b.call('overseas.present', { ...b.account(), ...asked }), 'output2')
    }
    expect((await present('392')).map((r) => r.crcy_cd)).toEqual(['JPY'])
    expect((await present('000')).map((r) => r.crcy_cd)).toEqual(['USD', 'JPY', 'HKD', 'CNY'])
    const [yen] = await present('392')
    const { account, rates } = b.emulator.world
    expect(yen?.frcr_dncl_amt_2).toBe(`${account.deposit('JPY') / 10_000}.000000`)
    expect(yen?.frst_bltn_exrt).toBe(`${(rates.of('JPY') / 10_000).toFixed(8)}`)
  })

  it('buying power is of the exchange’s currency', async () => {
    for (const p of PLACES) {
      const asked = { OVRS_EXCG_CD: p.exchange, OVRS_ORD_UNPR: priced(b, p, 'ask'), ITEM_CD: p.symbol }
      const { output } = (await b.call('overseas.power', { ...b.account(), ...asked })).body
      expect(output.tr_crcy_cd).toBe(p.currency)
      expect(Number(output.max_ord_psbl_qty)).toBeGreaterThan(0)
    }
  })

  it('refuses by market: another market’s id, no whole lot, off the grid, beyond the limits', async () => {
    const [jp, hk, sh, sz] = PLACES as [Place, Place, Place, Place]
    const codes = async (answer: Promise<JsonAnswer>): Promise<string> => (await answer).body.msg_cd
    expect(await codes(order(b, { ...jp, family: 'hk' }, 'buy', 100, '1000'))).toBe('OPSQ2001')
    const quantity = env === 'paper' ? '40310000' : 'APBK0400'
    expect(await codes(order(b, jp, 'buy', 150, priced(b, jp, 'ask')))).toBe(quantity)
    expect(await codes(order(b, sz, 'buy', 50, priced(b, sz, 'ask')))).toBe(quantity)
    const tick = env === 'paper' ? '40030000' : 'APBK0506'
    expect(await codes(order(b, hk, 'buy', 100, '400.123'))).toBe(tick)
    expect(await codes(order(b, sh, 'buy', 100, '10.001'))).toBe(tick)
    const limit = env === 'paper' ? '40270000' : 'APBK0501'
    for (const p of [jp, sh, sz]) expect(await codes(order(b, p, 'buy', 100, priced(b, p, 'ask', 2)))).toBe(limit)
    // Odd lots of Hong Kong have a division of their own, which paper does not know.
    const odd = order(b, hk, 'sell', 50, priced(b, hk, 'bid'), { ORD_DVSN: '50' })
    expect(await codes(odd)).toBe(env === 'paper' ? '40080000' : 'APBK0013')
    expect(await codes(order(b, sz, 'sell', 50, priced(b, sz, 'bid')))).toBe(env === 'paper' ? '40590000' : 'APBK0013')
  })

  it('cancels everywhere, also Shenzhen by Shanghai’s id; modifies in Tokyo and Hong Kong alone', async () => {
    for (const p of PLACES) {
      const low = priced(b, p, 'bid', 0.96)
      const number = (await order(b, p, 'buy', 100, low)).body.output.ODNO as string
      const moved = await cancel(b, p, number, `${p.family}.change`, '01', priced(b, p, 'bid', 0.95))
      const canModify = p.family === 'jp' || p.family === 'hk'
      expect([p.family, moved.body.rt_cd === '0']).toEqual([p.family, canModify])
      const last = canModify ? (moved.body.output.ODNO as string) : number
      const wrong = await cancel(b, p, last, p.family === 'hk' ? 'jp.change' : 'hk.change')
      expect(wrong.body.rt_cd).not.toBe('0')
      const done = await cancel(b, p, last, p.family === 'sz' ? 'sh.change' : `${p.family}.change`)
      expect(done.body.rt_cd).toBe('0')
    }
  })
})

describe('quotations', () => {
  let b: Bench
  beforeAll(async () => {
    b = await Bench.create({ env: 'live', symbols: SYMBOLS })
  })
  afterAll(() => b.close())

  it.each(PLACES)('$exchange: price, detail, book of one level, daily and minute bars', async (p) => {
    const key = { AUTH: '', EXCD: p.quote, SYMB: p.symbol }
    const { output } = (await b.call('overseas.price', key)).body
    const board = b.board(p.symbol)
    const shown = (x: number): string => (x / 10 ** board.listing.instrument.priceDecimals).toFixed(p.zdiv)
    expect(output).toMatchObject({ rsym: `D${p.quote}${p.symbol}`, zdiv: String(p.zdiv), last: shown(board.last) })
    const detail = (await b.call('overseas.detail', key)).body.output
    const { upper, lower } = board.limits()
    expect(detail).toMatchObject({
      ...{ curr: p.currency, vnit: '100', e_hogau: shown(board.tick) },
      ...(p.family === 'hk' ? { uplp: '0.000', dnlp: '0.000' } : { uplp: shown(upper), dnlp: shown(lower) }),
    })
    const book = (await b.call('overseas.book', key)).body
    expect(book.output2).toMatchObject({ pask1: shown(board.ask), pbid1: shown(board.bid), pask2: '0', vask10: '0' })
    const daily = rows(await b.call('overseas.daily', { ...key, GUBN: '0', BYMD: '', MODP: '0', KEYB: '' }), 'output2')
    expect(daily).toHaveLength(100)
    const asked = { ...key, NMIN: '1', PINC: '1', NEXT: '', NREC: '120', FILL: '', KEYB: '' }
    const [minute] = rows(await b.call('overseas.minutes', asked), 'output2')
    // 10:03 in Seoul and Tokyo is 09:03 in Hong Kong and Shanghai.
    expect([minute?.khms?.slice(0, 2), minute?.xhms?.slice(0, 2)]).toEqual(['10', p.family === 'jp' ? '10' : '09'])
  })

  it('the wrong exchange has no such share, and product information names the right one', async () => {
    const { output } = (await b.call('overseas.price', { AUTH: '', EXCD: 'HKS', SYMB: '7203' })).body
    expect(output.last).toBe('')
    const info = async (type: string): Promise<string> =>
      (await b.call('overseas.info', { PDNO: '7203', PRDT_TYPE_CD: type })).body.rt_cd
    expect([await info('515'), await info('501')]).toEqual(['0', '7'])
  })
})

describe('the socket', () => {
  let bench: Bench | undefined
  afterEach(() => bench?.close())

  it('R keys are in time with HDFSASP0; D keys a quarter of an hour late with HDFSASP1; books have 17 columns', async () => {
    const b = await Bench.create({ env: 'live', symbols: SYMBOLS })
    bench = b
    const listener = await b.listen()
    for (const [tr, key] of [
      ['HDFSCNT0', 'RTSE7203'],
      ['HDFSASP0', 'RTSE7203'],
      ['HDFSCNT0', 'DHKS00700'],
      ['HDFSASP1', 'DHKS00700'],
      // A free key has no paid book, a paid one no free one.
      ['HDFSASP0', 'DSHS600519'],
      ['HDFSASP1', 'RSHS600519'],
      // A share of another exchange.
      ['HDFSCNT0', 'RSZS600519'],
    ] as const) {
      expect(await listener.register(tr, key)).toBe('OPSP0000')
    }
    await b.pass(20 * SECOND)
    const first = async (tr: string, key: string): Promise<string[]> =>
      (await listener.next((t) => t.startsWith(`0|${tr}|`) && t.includes(`|${key}^`))).split('|')[3]?.split('^') ?? []
    const tokyo = await first('HDFSCNT0', 'RTSE7203')
    // The stamps of New York's columns: local and Korean time.
    expect([tokyo[2], tokyo[5], tokyo[7]]).toEqual(['1', tokyo[7], tokyo[5]])
    expect(tokyo[7]?.slice(0, 4)).toBe('1003')
    const hongKong = await first('HDFSCNT0', 'DHKS00700')
    expect([hongKong[5]?.slice(0, 4), hongKong[7]?.slice(0, 4)]).toEqual(['0848', '0948'])
    expect(await first('HDFSASP0', 'RTSE7203')).toHaveLength(17)
    expect(await first('HDFSASP1', 'DHKS00700')).toHaveLength(17)
    expect(listener.heard.filter((t) => t.startsWith('0|') && t.includes('600519'))).toEqual([])
  })

  it('notices carry the code, the market letter and the implied decimals of the exchange', async () => {
    const b = await Bench.create({ symbols: SYMBOLS })
    bench = b
    const listener = await b.listen()
    expect(await listener.register('H0GSCNI9', b.door.credentials.hts_id)).toBe('OPSP0000')
    for (const p of PLACES) {
      const { ask, listing } = b.board(p.symbol)
      await order(b, p, 'buy', 100, priced(b, p, 'ask'))
      const wire = String(Math.round((ask / 10 ** listing.instrument.priceDecimals) * 10 ** p.zdiv)).padStart(9, '0')
      const text = await listener.next(() =>
        listener.notices('H0GSCNI9').some((n) => n.split('^')[7] === p.symbol && n.split('^')[12] === '2'),
      )
      expect(text).not.toBe('')
      const fill = listener.notices('H0GSCNI9').find((n) => n.split('^')[7] === p.symbol && n.split('^')[12] === '2')
      const market = { jp: 'D', hk: '4', sh: 'A', sz: '' }[p.family]
      expect([fill?.split('^')[9], fill?.split('^')[18]]).toEqual([wire, market])
    }
  })
})

describe('an account of won alone', () => {
  it('buys in every currency through integrated margin', async () => {
    const b = await Bench.create({ symbols: SYMBOLS, cash: readOptions(CLI).cash ?? new Map() })
    const before = b.emulator.world.account.depositAfter('KRW', 2)
    const [jp] = PLACES as [Place]
    const ask = b.board('7203').ask / 10 ** b.board('7203').listing.instrument.priceDecimals
    expect((await order(b, jp, 'buy', 100, priced(b, jp, 'ask'))).body.rt_cd).toBe('0')
    const paid = (before - b.emulator.world.account.depositAfter('KRW', 2)) / 10_000
    // 9.3 won a yen, and a fee of 25 basis points.
    expect(Math.abs(paid - ask * 100 * 1.0025 * 9.3)).toBeLessThan(10)
    expect(b.emulator.world.account.deposit('JPY')).toBe(0)
    b.close()
  })
})

const CLI = {
  ...{ env: 'paper', layout: 'auto', ackEncrypt: 'N', port: '0', wsPort: '0', controlPort: '0', seed: '1', speed: '1' },
  cash: ['KRW=100000000'],
  symbols: 'TSE:7203,HK:00700,SSE:600519',
}

describe('the command', () => {
  it('takes symbols with their venue and money of every currency, and refuses what it does not serve', () => {
    expect(readOptions(CLI).symbols).toEqual(['TSE:7203', 'HK:00700', 'SSE:600519'])
    expect([...(readOptions({ ...CLI, cash: ['JPY=1,HKD=2'] }).cash ?? [])]).toEqual([
      ['JPY', 10_000],
      ['HKD', 2_000_000],
    ])
    expect(() => readOptions({ ...CLI, symbols: 'XETRA:SAP' })).toThrow('--symbols XETRA:SAP')
    expect(() => readOptions({ ...CLI, cash: ['EUR=1'] })).toThrow('this emulator keeps KRW, USD, JPY, HKD, CNY')
  })
})

describe('hours of a tape', () => {
  const TUESDAY = epochDay(2025, 1, 7)
  let dir = ''
  let bench: Bench | undefined
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'sametape-kis-asia-'))
    const request = { days: 1, seed: 3, start: TUESDAY, rate: 60, bars: false, fx: false }
    await writeMarketTape({ ...request, symbols: ['7203'], venue: 'TSE' }, join(dir, 'TSE'))
    await writeMarketTape({ ...request, symbols: ['00700'], venue: 'HK' }, join(dir, 'HK'))
    await writeMarketTape({ ...request, symbols: ['600519'], venue: 'SSE' }, join(dir, 'SSE'))
  })
  afterAll(() => rmSync(dir, { recursive: true }))
  afterEach(() => bench?.close())

  /** The answer to a purchase at a local time of the exchange. */
  async function at(venue: string, p: Place, offset: number, time: number): Promise<string> {
    bench?.close()
    const t = TUESDAY * DAY + time - offset
    const b = await Bench.create({ tape: join(dir, venue) }, t - 3 * MINUTE)
    bench = b
    await b.emulator.advance(t)
    const price = b.board(p.symbol).ask > 0 ? priced(b, p, 'ask') : '1000'
    return (await order(b, p, 'buy', 100, price)).body.msg_cd
  }

  it.each([
    ['TSE', 0, 9, [8 * HOUR + 59 * MINUTE, 10 * HOUR, 11 * HOUR + 45 * MINUTE, 13 * HOUR, 15 * HOUR + 31 * MINUTE]],
    ['HK', 1, 8, [9 * HOUR + 29 * MINUTE, 10 * HOUR, 12 * HOUR + 30 * MINUTE, 14 * HOUR, 16 * HOUR + 11 * MINUTE]],
    ['SSE', 2, 8, [9 * HOUR + 29 * MINUTE, 10 * HOUR, 12 * HOUR, 14 * HOUR, 15 * HOUR + MINUTE]],
  ] as const)('%s: closed before the open, in the lunch break and after the close', async (venue, i, zone, times) => {
    const codes: string[] = []
    for (const time of times) codes.push(await at(venue, PLACES[i] as Place, zone * HOUR, time))
    const [shut, open] = ['40570000', '40600000']
    expect(codes).toEqual([shut, open, shut, open, shut])
  })
})
