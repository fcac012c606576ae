/**
 * The fee tables against published examples and notices: Interactive Brokers' own pages (Commissions Stocks; Stock and
 * ETF fixed vs. tiered pricing comparison examples), Nasdaq equity regulatory alert 2011-1, FINRA's and the SEC's
 * notices, and the notice of Hanyang Securities of 2024-12-26 on the date from which a Korean rate holds.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { fromScaled } from '../../../src/core/base/decimal.ts'
import { formatDay, parseDay, parseStamp } from '../../../src/core/base/time.ts'
import { charge, nothingCharged } from '../../../src/core/domain/fees.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { moneyDecimals } from '../../../src/core/domain/units.ts'
import { FEE_TABLES, type FeeTableName, loadFees } from '../../../src/reference/fee-data.ts'
import { DEFAULT_SETTINGS, feeModel, type FeeSettings, withholdingOf } from '../../../src/reference/fees.ts'
import { firstTradeSettling, settlementDay } from '../../../src/reference/settlement.ts'
import { ROOT } from '../../check/source-files.ts'

function listing(venue: string, symbol: string, more: Partial<Instrument> = {}): Instrument {
  const won = venue === 'KRX' || venue === 'NXT'
  return {
    id: 0,
    symbol,
    venue,
    currency: won ? 'KRW' : 'USD',
    priceDecimals: won ? 0 : 2,
    qtyDecimals: 0,
    ticks: [{ from: 0, tick: 1 }],
    lot: 1,
    economicId: symbol,
    allowShort: false,
    ...more,
  }
}

const NVDA = listing('US', 'NVDA')
const SAMSUNG = listing('KRX', '005930')

interface Order {
  readonly table: FeeTableName
  readonly of: Instrument
  readonly side: 'buy' | 'sell'
  /** Noon UTC of a date, or a stamp. */
  readonly on: string
  readonly fills: readonly (readonly [qty: number, price: string])[]
  readonly settings?: FeeSettings
}

/** Fee and tax of an order in decimals, its fills one after the other. */
function costsOf(o: Order): { fee: string; tax: string } {
  const model = feeModel(o.table, [o.of], o.settings ?? DEFAULT_SETTINGS)
  const t = parseStamp(o.on.includes('T') ? o.on : `${o.on}T12:00:00Z`)?.t as number
  const charged = nothingCharged()
  let [fee, tax, cumQty] = [0, 0, 0]
  for (const [qty, price] of o.fills) {
    const scaled = Math.round(Number(price) * 10 ** o.of.priceDecimals)
    const costs = charge(model, o.of, { side: o.side === 'buy' ? 1 : -1, cumQty, charged }, qty, scaled, t)
    fee += costs.fee
    tax += costs.tax
    cumQty += qty
  }
  const decimals = moneyDecimals(o.of.currency)
  return { fee: fromScaled(fee, decimals), tax: fromScaled(tax, decimals) }
}

const feeOf = (o: Order): string => costsOf(o).fee

const day = (text: string): number => parseDay(text) as number
const refusal = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    expect(error.exitCode).toBe(2)
    return error.message
  }
  throw new Error('nothing was refused')
}

describe('Interactive Brokers, fixed', () => {
  const buy = (qty: number, price: string): string =>
    feeOf({ table: 'ib-fixed', of: NVDA, side: 'buy', on: '2025-06-02', fills: [[qty, price]] })

  it.each([
    [100, '25', '1'],
    [1000, '25', '5'],
    [1000, '0.25', '2.5'],
  ])('%i shares at %s cost %s (published examples)', (qty, price, fee) => expect(buy(qty, price)).toBe(fee))

  it('the maximum counts where it is below the minimum', () => expect(buy(10, '0.20')).toBe('0.02'))

  it('sale of 200,000 at 5 in 2023: 1,015.27 (published comparison)', () => {
    const o = { table: 'ib-fixed', of: NVDA, side: 'sell', on: '2023-06-01', fills: [[200_000, '5']] } as const
    expect(costsOf(o)).toEqual({ fee: '1015.27', tax: '0' })
  })
})

describe('Interactive Brokers, tiered', () => {
  it('sale of 200,000 at 5 in 2023, removing liquidity: 1,355.78 (published comparison)', () => {
    const o = { table: 'ib-tiered', of: NVDA, side: 'sell', on: '2023-06-01', fills: [[200_000, '5']] } as const
    // 700 commission, 600 exchange, 40 clearing, 8 SEC, 0.3955 and 0.1225 pass-through, 7.27 TAF; the page cuts cents.
    expect(feeOf(o)).toBe('1355.788')
  })

  it('minimum 0.35 and maximum 1 % are of the commission, third parties come on top', () => {
    const buy = (qty: number, price: string): string =>
      feeOf({ table: 'ib-tiered', of: NVDA, side: 'buy', on: '2025-06-02', fills: [[qty, price]] })
    // 0.35 · 1.00074 + 10 · 0.0032
    expect(buy(10, '100')).toBe('0.382259')
    // 1,000 shares: 3.50 (as a broker on this schedule shows), · 1.00074, + 3.20
    expect(buy(1000, '25')).toBe('6.70259')
    // 10 at 0.20: commission 0.02 at most, exchange 0.3 % of 2.00, clearing 0.002
    expect(buy(10, '0.20')).toBe('0.028015')
  })
})

describe('Interactive Brokers, Hong Kong and mainland China (published comparison examples)', () => {
  const asia = (table: FeeTableName, venue: 'HK' | 'CN', side: 'buy' | 'sell', on: string) => {
    const currency = venue === 'HK' ? 'HKD' : 'CNY'
    return costsOf({
      table,
      of: listing(venue, '0700', { currency, product: 'stock' }),
      side,
      on,
      fills: [[1000, '50']],
    })
  }

  it('1,000 at HKD 50: 30.00 tiered and 40.00 fixed, beside the levy of 1.50 and stamp duty of 50', () => {
    expect(asia('ib-tiered', 'HK', 'buy', '2013-06-03')).toEqual({ fee: '31.5', tax: '50' })
    expect(asia('ib-fixed', 'HK', 'buy', '2013-06-03')).toEqual({ fee: '41.5', tax: '50' })
  })

  it('1,000 at CNH 50: 30.44 tiered and 45.44 fixed (the page cuts 2.435), stamp duty on sales alone', () => {
    expect(asia('ib-tiered', 'CN', 'buy', '2018-06-01')).toEqual({ fee: '30.435', tax: '0' })
    expect(asia('ib-fixed', 'CN', 'sell', '2018-06-01')).toEqual({ fee: '45.435', tax: '50' })
    expect(asia('ib-fixed', 'CN', 'sell', '2024-06-03')).toEqual({ fee: '44.205', tax: '25' })
  })

  it('Hong Kong stamp duty: 0.13 % from 2021-08-01, 0.1 % from 2023-11-17, up to the dollar', () => {
    const days = ['2021-07-30', '2021-08-02', '2023-11-16', '2023-11-17']
    expect(days.map((on) => asia('ib-fixed', 'HK', 'sell', on).tax)).toEqual(['50', '65', '65', '50'])
  })
})

describe('SEC fee: the settlement day decides', () => {
  /** The SEC fee alone: what a sale costs more than a buy, less the trading activity fee, of 1,000,000 US dollars. */
  const perMillion = (on: string): string => {
    const of = (side: 'buy' | 'sell'): number =>
      Number(feeOf({ table: 'kis', of: NVDA, side, on: `${on}T15:00:00Z`, fills: [[1, '1000000']] }))
    return (of('sell') - of('buy')).toFixed(2)
  }

  it.each([
    // Nasdaq alert 2011-1: settling from Friday 2011-01-21 on, "trade date on or after Tuesday, January 18, 2011".
    ['2011-01-14', '16.90'],
    ['2011-01-18', '19.20'],
    ['2013-10-08', '17.40'],
    // FINRA notice of 2014-03-03: from 2014-03-18 on; T+3.
    ['2014-03-12', '17.40'],
    ['2014-03-13', '22.10'],
    // Advisory 2 for 2021: from 2021-02-25 on; T+2.
    ['2021-02-22', '22.10'],
    ['2021-02-23', '5.10'],
    ['2022-06-01', '22.90'],
    ['2023-06-01', '8.00'],
    // Nothing from 2025-05-14 (T+1) until 2026-04-04, which Good Friday brings forward to Thursday's trades.
    ['2025-05-12', '27.80'],
    ['2025-05-13', '0.00'],
    ['2026-04-01', '0.00'],
    ['2026-04-02', '20.60'],
  ])('sales of %s: %s a million', (on, rate) => expect(perMillion(on)).toBe(rate))
})

describe('FINRA trading activity fee', () => {
  /** What a sale at one cent costs beyond a buy: this fee, and of 10,000 US dollars a small SEC fee. */
  const taf = (on: string, ...quantities: number[]): string => {
    const of = (side: 'buy' | 'sell'): number =>
      Number(feeOf({ table: 'kis', of: NVDA, side, on, fills: quantities.map((q) => [q, '0.01']) }))
    return (of('sell') - of('buy')).toFixed(3)
  }

  it('is a rate a share up to a cap in each trade', () => {
    // In December 2025 there is no SEC fee.
    expect(taf('2025-12-01', 5000)).toBe('0.830')
    expect(taf('2025-12-01', 1_000_000)).toBe('8.300')
    expect(taf('2025-12-01', 1_000_000, 1_000_000, 5000)).toBe('17.430')
  })

  it.each([
    ['2011-06-30', 3.75, 0.192],
    ['2011-07-01', 4.5, 0.192],
    ['2012-03-01', 4.75, 0.18],
    ['2012-07-02', 5.95, 0.224],
    ['2021-12-31', 5.95, 0.051],
    ['2022-01-03', 6.49, 0.051],
    ['2023-01-03', 7.27, 0.229],
    ['2024-01-02', 8.3, 0.08],
    ['2025-12-31', 8.3, 0],
    ['2026-01-02', 9.79, 0],
  ])('on %s is capped at %d a trade (beside an SEC fee of %d)', (on, cap, sec) =>
    expect(taf(on, 1_000_000)).toBe((cap + sec).toFixed(3)),
  )
})

describe('Korean taxes on sales', () => {
  const tax = (on: string, more: Partial<Instrument> = {}): string =>
    costsOf({
      table: 'kis',
      of: { ...SAMSUNG, ...more },
      side: 'sell',
      on: `${on}T01:00:00Z`,
      fills: [[100, '100000']],
    }).tax

  it.each([
    ['2018-06-01', '30000'],
    // The rates of June 2019 hold for what settles from Monday 2019-06-03 on.
    ['2019-05-29', '30000'],
    ['2019-05-30', '25000'],
    ['2020-06-01', '25000'],
    ['2021-06-01', '23000'],
    ['2022-06-02', '23000'],
    ['2023-06-01', '20000'],
    ['2024-06-03', '18000'],
    // Hanyang Securities, 2024-12-26: the rates of 2025 hold for sales executed from 2024-12-27 on.
    ['2024-12-26', '18000'],
    ['2024-12-27', '15000'],
    ['2025-06-02', '15000'],
    // The rise of 2026: the last sessions of 2025 are Monday the 29th and Tuesday the 30th.
    ['2025-12-26', '15000'],
    ['2025-12-29', '20000'],
    ['2026-06-01', '20000'],
  ])('10,000,000 won of a KOSPI share sold on %s bear %s', (on, won) => expect(tax(on)).toBe(won))

  it('are as high on KOSDAQ without the rural tax, and lower on KONEX', () => {
    const days = ['2018-06-01', '2020-06-01', '2022-06-02', '2023-06-01', '2024-06-03', '2025-06-02', '2026-06-01']
    expect(days.map((d) => tax(d, { segment: 'KOSDAQ' }))).toEqual(days.map((d) => tax(d)))
    expect(tax('2026-06-01', { segment: 'KONEX' })).toBe('10000')
  })

  it('spare buys, ETFs and ETNs', () => {
    const fills = [[100, '30000']] as const
    const buy = costsOf({ table: 'kis', of: SAMSUNG, side: 'buy', on: '2024-06-03', fills })
    expect(buy).toEqual({ fee: '421.581', tax: '0' })
    // 069500 is an ETF by the venue's list; its commission is 0.0146527 %.
    for (const of of [listing('KRX', '069500'), listing('KRX', '530031', { product: 'etn' })]) {
      expect(costsOf({ table: 'kis', of, side: 'sell', on: '2024-06-03', fills })).toEqual({
        fee: '439.581',
        tax: '0',
      })
    }
  })

  it('fall on NXT as on KRX', () => {
    const of = listing('NXT', '005930')
    const o = { table: 'kis', of, side: 'sell', on: '2025-12-29T00:10:00Z', fills: [[100, '100000']] } as const
    expect(costsOf(o).tax).toBe('20000')
  })
})

describe('an account of one’s own', () => {
  it('takes its commission in bps instead of the table’s, and no other charge', () => {
    const commissions = new Map([
      ['fees.kis.kr_commission_bps', { num: 36_396, den: 100_000 }],
      ['fees.kis.us_commission_bps', { num: 7, den: 1 }],
    ])
    const settings = { account: undefined, commissions }
    const kr = { table: 'kis', of: SAMSUNG, side: 'sell', on: '2024-06-03', fills: [[100, '100000']] } as const
    expect(costsOf({ ...kr, settings })).toEqual({ fee: '363.96', tax: '18000' })
    const us = { table: 'kis', of: NVDA, side: 'buy', on: '2025-06-02', fills: [[100, '100']] } as const
    expect([feeOf(us), feeOf({ ...us, settings })]).toEqual(['25', '7'])
  })

  it('of a kind that the table does not know is refused by name', () => {
    const settings = { ...DEFAULT_SETTINGS, account: 'isa' }
    expect(refusal(() => feeModel('ib-fixed', [NVDA], settings))).toMatch(/fees\.account: isa .*kr-individual/)
  })
})

describe('markets', () => {
  it.each([
    ['ib-fixed', 'KRX'],
    ['ib-tiered', 'KRX'],
    ['kis', 'GEN'],
    ['ib-fixed', 'CRYPTO'],
    ['kis', 'XETRA'],
    ['ib-tiered', 'JP'],
  ] as const)('--fees %s refuses %s, naming it', (table, venue) => {
    expect(refusal(() => feeModel(table, [listing(venue, 'XYZ')]))).toMatch(
      new RegExp(`^--fees ${table}: XYZ: .* market ${venue} .*none or bps:N`),
    )
  })

  it('KIS charges 0.3 % in Tokyo, Hong Kong and China, with the levies of each', () => {
    const on = '2026-03-03'
    const buy = (venue: string, side: 'buy' | 'sell'): unknown =>
      costsOf({ table: 'kis', of: listing(venue, 'XYZ'), side, on, fills: [[100, '400']] })
    // 40,000: 120 and nothing else; 120 + 1.08 + 0.06 and 40 stamp duty; 120 + 1.364 + 0.8 + 1.2 and 20 of a sale.
    expect(buy('TSE', 'buy')).toEqual({ fee: '120', tax: '0' })
    expect(buy('HK', 'buy')).toEqual({ fee: '121.14', tax: '40' })
    expect(buy('SZSE', 'sell')).toEqual({ fee: '123.364', tax: '20' })
  })

  it('a currency pair bears nothing: it is never traded', () => {
    const model = feeModel('kis', [NVDA, { ...listing('FX', 'USD/KRW'), id: 1 }])
    expect(model.kind === 'table' && model.schedules.map((s) => s.rows.length > 0)).toEqual([true, false])
  })
})

describe('withholding of dividends', () => {
  const on = day('2025-06-02')

  it('is nothing under none and bps', () => {
    for (const fees of ['none', 'bps:5']) expect(withholdingOf(fees, 'US', on).num).toBe(0)
  })

  it('is 15 % of US and 15.4 % of Korean dividends for a Korean resident', () => {
    for (const fees of FEE_TABLES) expect(withholdingOf(fees, 'US', on)).toEqual({ num: 15, den: 100 })
    for (const market of ['KRX', 'NXT']) expect(withholdingOf('kis', market, on)).toEqual({ num: 154, den: 1000 })
    expect(withholdingOf('ib-fixed', 'US', on, 'us-individual').num).toBe(0)
  })

  it('is refused where the table knows no rate', () => {
    expect(refusal(() => withholdingOf('ib-fixed', 'KRX', on))).toMatch(/dividends of KRX on 2025-06-02/)
  })
})

describe('settlement days', () => {
  it('count sessions of the market: T+2 in Seoul over a holiday, T+3, T+2 and T+1 in New York', () => {
    const of = (market: string, traded: string): string => formatDay(settlementDay(market, day(traded)))
    expect(of('KRX', '2024-12-27')).toBe('2025-01-02')
    expect(of('KRX', '2024-09-13')).toBe('2024-09-20')
    expect([of('US', '2013-10-08'), of('US', '2018-10-08'), of('US', '2024-05-28')]).toEqual([
      '2013-10-11',
      '2018-10-10',
      '2024-05-29',
    ])
  })

  it('the first trade that settles on a day or later is a session, and the one before it settles earlier', () => {
    for (let d = day('2006-01-01'); d < day('2027-11-01'); d += 17) {
      const first = firstTradeSettling('KRX', d)
      expect(settlementDay('KRX', first)).toBeGreaterThanOrEqual(d)
      expect(
        settlementDay('KRX', first - 1) < d || settlementDay('KRX', first - 1) === settlementDay('KRX', first),
      ).toBe(true)
    }
  })
})

describe('the files', () => {
  it('every row has a source, and a table is named by version and hash', () => {
    for (const name of FEE_TABLES) {
      const { charges, version, sha256 } = loadFees(name)
      expect(charges.flatMap((c) => c.rows.map((r) => r.source.length > 10)).every(Boolean)).toBe(true)
      expect(version).toMatch(/^\d{4}-\d{2}-\d{2}$/)
      expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    }
  })

  it('every file of config/fees is read by a table, and its README names every charge', () => {
    const files = readdirSync(join(ROOT, 'config/fees')).filter((f) => f.endsWith('.json'))
    expect(files.sort()).toEqual(
      ['cn-connect', 'hk-levies', 'ib-fixed', 'ib-tiered', 'kis', 'kr-tax', 'markets', 'us-regulatory'].map(
        (f) => `${f}.json`,
      ),
    )
    const readme = readFileSync(join(ROOT, 'config/fees/README.md'), 'utf8')
    for (const name of FEE_TABLES) for (const c of loadFees(name).charges) expect(readme).toContain(c.name)
  })
})
