/** Frames, notices, rows and requests of the Asian markets byte for byte, and the ids of reference 7.2 as they stand there. */
import { describe, expect, it } from 'vitest'
import { LIVE, type OrderCode, PAPER } from '../../../adapters/kis/codes.ts'
import { overseasOrder, wirePrice } from '../../../adapters/kis/decode.ts'
import { makeChange, makeOrder, type OrderMaking } from '../../../adapters/kis/encode.ts'
import { provesAbsence } from '../../../adapters/kis/evidence.ts'
import { ForeignAccounts, isTrading } from '../../../adapters/kis/foreign.ts'
import { FrameDecoder } from '../../../adapters/kis/frames.ts'
import { BrokerRates, pairsOf } from '../../../adapters/kis/fx.ts'
import { type KisListing, Listings } from '../../../adapters/kis/instruments.ts'
import type { TradingRest } from '../../../adapters/kis/rest.ts'
import { readAccount } from '../../../adapters/kis/settings.ts'
import { byOrderCode } from '../../../adapters/kis/wire/exchanges.ts'
import { readFrame } from '../../../adapters/kis/wire/frame.ts'
import { readNotice } from '../../../adapters/kis/wire/notice.ts'
import { GeneratedFeed } from '../../../adapters/common/emulator/generated-feed.ts'
import { formatMicros, type Micros, parseStamp } from '../../../src/core/base/time.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import type { MarketInbound } from '../../../src/runtime/ports.ts'
import { MARKETS } from './asia.ts'

const at = (stamp: string): Micros => parseStamp(stamp)?.t ?? 0
const NOW = at('2026-03-03T01:05:13Z')
const { instruments } = new GeneratedFeed(
  MARKETS.map((m) => m.listed),
  1,
  NOW,
)
const VENUES = ['TSE', 'HK', 'SSE', 'SZSE']
const listings = new Listings(instruments, VENUES, VENUES)

function of(symbol: string): KisListing {
  const found = listings.abroad(symbol)
  if (found === undefined) throw new Error(`no ${symbol}`)
  return found
}
const [jp, hk, sh, sz] = [of('7203'), of('00700'), of('600519'), of('000001')]
/** A price of so many whole units of the currency. */
const units = (listing: KisListing, x: number): number => Math.round(x * 10 ** listing.instrument.priceDecimals)

/** Never called: its body is for the compiler. */
export function notBuildable(paper: TradingRest<'paper'>): unknown[] {
  // @ts-expect-error I-37: a live order code of Tokyo does not fit a paper client
  const a = paper.order(LIVE.order['jp.buy'], {})
  // @ts-expect-error nor one of Shenzhen
  const b: OrderCode<'paper'> = LIVE.order['sz.change']
  return [a, b]
}

describe('ids', () => {
  // Reference 7.2: buy, sell, modify and cancel.
  it.each([
    ['us', ['TTTT1002U', 'TTTT1006U', 'TTTT1004U'], ['VTTT1002U', 'VTTT1001U', 'VTTT1004U']],
    ['jp', ['TTTS0308U', 'TTTS0307U', 'TTTS0309U'], ['VTTS0308U', 'VTTS0307U', 'VTTS0309U']],
    ['hk', ['TTTS1002U', 'TTTS1001U', 'TTTS1003U'], ['VTTS1002U', 'VTTS1001U', 'VTTS1003U']],
    ['sh', ['TTTS0202U', 'TTTS1005U', 'TTTS0302U'], ['VTTS0202U', 'VTTS1005U', 'VTTS0302U']],
    ['sz', ['TTTS0305U', 'TTTS0304U', 'TTTS0306U'], ['VTTS0305U', 'VTTS0304U', 'VTTS0306U']],
  ] as const)('of %s by environment (I-37)', (family, live, paper) => {
    const codes = (env: typeof LIVE | typeof PAPER): string[] =>
      (['buy', 'sell', 'change'] as const).map((action) => env.order[`${family}.${action}`])
    expect([codes(LIVE), codes(PAPER)]).toEqual([live, paper])
  })

  it('exchange codes and socket keys (reference 7.1, 8.11): R where real time was applied for, else D', () => {
    const free = new Listings(instruments, VENUES)
    const shown = MARKETS.map(({ symbol }) => [
      ...[of(symbol).exchange?.order, of(symbol).exchange?.quote, of(symbol).code],
      ...[of(symbol).key, free.abroad(symbol)?.key, free.abroad(symbol)?.late],
    ])
    expect(shown).toEqual([
      ['TKSE', 'TSE', '7203', 'RTSE7203', 'DTSE7203', true],
      ['SEHK', 'HKS', '00700', 'RHKS00700', 'DHKS00700', true],
      ['SHAA', 'SHS', '600519', 'RSHS600519', 'DSHS600519', true],
      ['SZAA', 'SZS', '000001', 'RSZS000001', 'DSZS000001', true],
    ])
  })
})

describe('frames', () => {
  const TRADES = [
    '0|HDFSCNT0|001|RTSE7203^7203^1^20260303^20260303^100512^20260303^100512^2500.0^2560.0^2490.0^2541.0^2^41.0^+1.64^2540.5^2541.0^300^500^200^1204300^3050000000^600000^604300^100.72^1',
    '0|HDFSCNT0|002|RHKS00700^00700^3^20260303^20260303^100512^20260303^110512^500.000^512.500^498.200^510.500^2^10.500^+2.10^510.000^510.500^1200^800^400^5000000^2550000000^2500000^2500000^100.00^1^RHKS00700^00700^3^20260303^20260303^100513^20260303^110513^500.000^512.500^498.200^510.000^2^10.000^+2.00^510.000^510.500^800^800^100^5000100^2550051000^2500100^2500000^100.00^1',
    '0|HDFSCNT0|001|RSHS600519^600519^3^20260303^20260303^100512^20260303^110512^1400.000^1420.000^1399.000^1411.230^2^11.230^+0.80^1411.220^1411.230^200^300^100^30000^42336900^15000^15000^100.00^1',
    '0|HDFSCNT0|001|DSZS000001^000001^3^20260303^20260303^100512^20260303^110512^11.000^11.200^10.990^11.020^5^0.010^-0.09^11.010^11.020^9000^8000^500^900000^9918000^450000^450000^100.00^1',
  ]
  /** 17 columns: one level of the book. */
  const BOOKS = [
    '0|HDFSASP0|001|RTSE7203^7203^1^20260303^100513^20260303^100513^300^500^0^0^2540.0^2541.0^300^500^0^0',
    '0|HDFSASP1|001|DHKS00700^00700^3^20260303^095013^20260303^105013^1200^800^0^0^510.000^510.500^1200^800^0^0',
  ]

  it('of trades and books become events, with the end of their second in Korea as venue time (R-31)', () => {
    const decoder = new FrameDecoder(listings)
    const events = [...TRADES, ...BOOKS].flatMap((frame) => decoder.decode(readFrame(frame) as never, NOW))
    const shown = events.map((e: MarketInbound) => {
      if (e.type === 'trade') return [formatMicros(e.venueT), instruments[e.instrument]?.symbol, e.price, e.size]
      if (e.type !== 'quote') return e.type
      return [formatMicros(e.venueT), instruments[e.instrument]?.symbol, e.bid, e.ask, e.bidSize, e.askSize]
    })
    expect(shown).toEqual([
      ['2026-03-03T01:05:13Z', '7203', units(jp, 2541), 200],
      ['2026-03-03T02:05:13Z', '00700', units(hk, 510.5), 400],
      ['2026-03-03T02:05:14Z', '00700', units(hk, 510), 100],
      ['2026-03-03T02:05:13Z', '600519', units(sh, 1411.23), 100],
      ['2026-03-03T02:05:13Z', '000001', units(sz, 11.02), 500],
      ['2026-03-03T01:05:14Z', '7203', units(jp, 2540), units(jp, 2541), 300, 500],
      ['2026-03-03T01:50:14Z', '00700', units(hk, 510), units(hk, 510.5), 1200, 800],
    ])
    expect([...decoder.unused]).toEqual([])
  })

  it('F-19: a price finer than the instrument, or a record cut short, is no event', () => {
    const decoder = new FrameDecoder(listings)
    const bad = [(TRADES[0] as string).replace('^2541.0^2^', '^2541.25^2^'), `${BOOKS[0]}^7`.replace('|001|', '|002|')]
    for (const frame of bad) expect(decoder.decode(readFrame(frame) as never, NOW)).toEqual([])
    expect([...decoder.unused.values()]).toEqual([1, 1])
  })
})

describe('notices', () => {
  // Reference 8.14: a price with implied decimals, JP 1, HK and CN 3; the code names the market.
  it.each([
    ['7203', 'D', '000025410', jp, 2541],
    ['00700', '4', '000510500', hk, 510.5],
    ['600519', 'A', '001411230', sh, 1411.23],
    ['000001', '', '000011020', sz, 11.02],
  ] as const)('of %s carry their price in implied decimals', (symbol, market, wire, listing, price) => {
    const text = `testuser^5000000001^0000043360^^02^0^2^${symbol}^0000000200^${wire}^110512^0^2^2^01790^000000200^홍길동^이름^${market}^10^^^^^000${wire}`
    const notice = readNotice('H0GSCNI0', text)
    expect([notice?.symbol, notice?.qty, notice?.filled]).toEqual([symbol, 200, true])
    expect(wirePrice(listing, notice?.price ?? 0)).toBe(units(listing, price))
  })
})

describe('rows', () => {
  it('of the order list are of the market whose code they name, dated in Korea', () => {
    const row = {
      ...{ ord_dt: '20260303', odno: '0000043360', orgn_odno: '', ord_gno_brno: '01790', sll_buy_dvsn_cd: '02' },
      ...{ rvse_cncl_dvsn: '00', pdno: '00700', ft_ord_qty: '300', ft_ord_unpr3: '510.50000000', ft_ccld_qty: '100' },
      ...{ ft_ccld_amt3: '51040.00000', nccs_qty: '200', dmst_ord_dt: '20260303', thco_ord_tmd: '110512' },
    }
    const order = overseasOrder(listings, row)
    expect(order).toMatchObject({ market: 'hk', number: 43_360, side: 1, qty: 300, cum: 100, leaves: 200, rejected: 0 })
    expect([order?.limit, order?.amount]).toEqual([units(hk, 510.5), units(hk, 51_040)])
    expect(overseasOrder(listings, { ...row, pdno: '00005' })).toBeUndefined()
  })
})

describe('requests', () => {
  const account = readAccount('50000000-01')
  const base = { account, best: undefined, range: undefined, collarBps: 50, env: 'live' } as const
  const terms = { qty: 200, stop: 0, timeInForce: 'DAY', orderType: 'limit' } as const
  const sent = (m: Partial<OrderMaking> & Pick<OrderMaking, 'listing'>, side: 1 | -1, limit: number, qty = 200) => {
    const instrument = m.listing.instrument.id
    const made = makeOrder({ ...base, terms: { ...terms, instrument, side, limit, qty }, ...m } as OrderMaking)
    return 'reason' in made ? made.reason : made.fields
  }

  it('place as the reference writes them: yen without decimals, the others with two, and more only where a price has them', () => {
    expect(JSON.stringify(sent({ listing: jp }, 1, units(jp, 2541)))).toBe(
      '{"CANO":"50000000","ACNT_PRDT_CD":"01","OVRS_EXCG_CD":"TKSE","PDNO":"7203","ORD_QTY":"200","OVRS_ORD_UNPR":"2541","CTAC_TLNO":"","MGCO_APTM_ODNO":"","SLL_TYPE":"","ORD_SVR_DVSN_CD":"0","ORD_DVSN":"00"}',
    )
    expect(sent({ listing: hk }, -1, units(hk, 510.5))).toMatchObject({
      ...{ OVRS_EXCG_CD: 'SEHK', PDNO: '00700', OVRS_ORD_UNPR: '510.50', SLL_TYPE: '00' },
    })
    expect(sent({ listing: hk }, 1, units(hk, 0.248))).toMatchObject({ OVRS_ORD_UNPR: '0.248' })
    expect(sent({ listing: sh }, 1, units(sh, 1411.23))).toMatchObject({
      OVRS_EXCG_CD: 'SHAA',
      OVRS_ORD_UNPR: '1411.23',
    })
    expect(sent({ listing: sz }, 1, units(sz, 11))).toMatchObject({ OVRS_EXCG_CD: 'SZAA', OVRS_ORD_UNPR: '11.00' })
  })

  it('refuse before they leave: grid, lots, limits; the rest of a lot is sold as each market has it', () => {
    expect(sent({ listing: hk }, 1, units(hk, 510.5) + 1)).toBe('bad_price')
    expect(sent({ listing: jp }, 1, units(jp, 2541), 150)).toBe('bad_qty')
    expect(sent({ listing: sz }, 1, units(sz, 11), 150)).toBe('bad_qty')
    const range = { low: units(sz, 9.9), high: units(sz, 12.1) }
    expect(sent({ listing: sz, range }, 1, units(sz, 12.11))).toBe('bad_price')
    expect(sent({ listing: sz, range }, 1, units(sz, 12.1))).toMatchObject({ OVRS_ORD_UNPR: '12.10' })
    expect(sent({ listing: sz }, -1, units(sz, 11), 150)).toMatchObject({ ORD_QTY: '150', ORD_DVSN: '00' })
    expect(sent({ listing: hk }, -1, units(hk, 510), 50)).toMatchObject({ ORD_QTY: '50', ORD_DVSN: '50' })
    expect(sent({ listing: hk, env: 'paper' }, -1, units(hk, 510), 50)).toBe('bad_qty')
    expect(sent({ listing: jp }, -1, units(jp, 2541), 50)).toBe('bad_qty')
  })

  it('at market take the best quote and the collar, on the grid and within the day’s limits', () => {
    const market = (listing: KisListing, side: 1 | -1, more: Partial<OrderMaking>) => {
      const instrument = listing.instrument.id
      const made = makeOrder({
        ...base,
        listing,
        terms: { ...terms, orderType: 'market', instrument, side, limit: 0 },
        ...more,
      })
      return 'reason' in made ? made.reason : made.fields.OVRS_ORD_UNPR
    }
    const best = { bid: units(hk, 510), ask: units(hk, 510.5) }
    // 510.5 × 1.005 = 513.0525 and 510 × 0.995 = 507.45, on steps of 0.5 outwards.
    expect([market(hk, 1, { best }), market(hk, -1, { best })]).toEqual(['513.50', '507.00'])
    const near = {
      best: { bid: units(sz, 12.08), ask: units(sz, 12.09) },
      range: { low: units(sz, 9.9), high: units(sz, 12.1) },
    }
    expect(market(sz, 1, near)).toBe('12.10')
    expect(market(jp, 1, {})).toBe('no_liquidity')
  })

  it('cancel and modify by the exchange, without a branch', () => {
    const target = { listing: hk, number: 43_360, org: '01790', division: '00' }
    const change = (action: 'modify' | 'cancel', qty: number, limit: number) =>
      JSON.stringify(makeChange({ account, target, action, qty, limit, range: undefined }))
    expect(change('cancel', 0, 0)).toBe(
      '{"CANO":"50000000","ACNT_PRDT_CD":"01","ORGN_ODNO":"0000043360","RVSE_CNCL_DVSN_CD":"02","ORD_QTY":"0","OVRS_EXCG_CD":"SEHK","PDNO":"00700","OVRS_ORD_UNPR":"0","MGCO_APTM_ODNO":"","ORD_SVR_DVSN_CD":"0"}',
    )
    expect(change('modify', 200, units(hk, 509.5))).toContain('"OVRS_ORD_UNPR":"509.50"')
  })
})

describe('hours and proofs', () => {
  it('a market is trading from its open, over its break, to three quarters of an hour after its close', () => {
    const trading = (code: string, stamp: string): boolean => isTrading(byOrderCode(code) as never, at(stamp))
    // Tuesday; Tokyo 09:00–15:30, Hong Kong 09:30–16:10 with its auction, Shanghai 09:30–15:00, local time.
    const looks = [
      '2026-03-02T23:59Z',
      '2026-03-03T00:00Z',
      '2026-03-03T03:00Z',
      '2026-03-03T07:14Z',
      '2026-03-03T07:15Z',
    ]
    expect(looks.map((t) => trading('TKSE', t))).toEqual([false, true, true, true, false])
    expect(
      ['2026-03-03T01:29Z', '2026-03-03T04:30Z', '2026-03-03T08:54Z', '2026-03-03T08:56Z'].map((t) =>
        trading('SEHK', t),
      ),
    ).toEqual([false, true, true, false])
    expect(['2026-03-03T04:00Z', '2026-03-03T07:46Z', '2026-03-07T03:00Z'].map((t) => trading('SHAA', t))).toEqual([
      true,
      false,
      false,
    ])
  })

  it('F-14: the list of a market abroad proves absence in live, outside the settlement job', () => {
    for (const market of ['us', 'jp', 'hk', 'cn'] as const) {
      expect(provesAbsence(market, 'live', at('2026-03-03T01:00Z'))).toBe(true)
      expect(provesAbsence(market, 'live', at('2026-03-03T14:45Z'))).toBe(false)
      expect(provesAbsence(market, 'paper', at('2026-03-03T01:00Z'))).toBe(false)
    }
  })
})

describe('rates', () => {
  it.each([
    ['JPY', '9.30', 9.3],
    // Which of the two is sent is not documented: a yen was never worth a hundred won.
    ['JPY', '930.00', 9.3],
    ['HKD', '180.25', 180.25],
    ['CNY', '195.1234567891', 195.12345678],
    ['CNY', '0', undefined],
  ])('won a unit of %s out of %s', async (currency, exrt, rate) => {
    const rest = { codes: PAPER, inquire: () => ({ ok: true, envelope: { body: { output: { exrt } } } }) }
    const foreign = new ForeignAccounts(
      rest as never,
      listings,
      { account: readAccount('50000000-01') } as never,
      false,
    )
    expect(await foreign.wonRate(currency)).toBe(rate === undefined ? undefined : Math.round(rate * 1e8))
  })

  it('R-33: a pair whose currency the broker does not name is left out and asked for again soon', async () => {
    const fx = (id: number, symbol: string): Instrument =>
      ({ ...jp.instrument, id, symbol, venue: 'FX', currency: 'KRW', priceDecimals: 4 }) as Instrument
    const pairs = pairsOf([fx(0, 'JPY/KRW'), fx(1, 'USD/JPY'), fx(2, 'EUR/USD')], ['JPY', 'USD'])
    expect(pairs.map((p) => p.instrument.symbol)).toEqual(['JPY/KRW', 'USD/JPY'])
    const waits: number[] = []
    const clock = { now: () => NOW, after: (span: number) => (waits.push(span), () => undefined) }
    const won: Record<string, number> = { JPY: 9.3e8 }
    const place = { accounts: { wonRate: (c: string) => Promise.resolve(won[c]) }, clock: clock as never, pairs }
    const rates = new BrokerRates(place)
    const seen: unknown[] = []
    rates.events$.subscribe((events) => seen.push(...events.map((e) => e.type === 'fx' && [e.instrument, e.rate])))
    rates.start()
    await new Promise((resolve) => setTimeout(resolve, 10))
    rates.stop()
    expect(seen).toEqual([[0, 93_000]])
    expect(waits).toEqual([20_000_000])
  })
})
