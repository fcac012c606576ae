/** The table of instruments: by symbol and day, by broker code, with a user's own rows, and as facts of a run. */
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { parseDay } from '../../../src/core/base/time.ts'
import { assertDirection, parsePair } from '../../../src/reference/fx-direction.ts'
import { clockText, inForce, localDay } from '../../../src/reference/in-force.ts'
import { readInstrumentFile } from '../../../src/reference/instrument-file.ts'
import { economicIdOf, instrumentTable, shippedInstruments } from '../../../src/reference/instrument-load.ts'
import { InstrumentTable } from '../../../src/reference/instrument-table.ts'
import { buildInstruments, type InstrumentEntry } from '../../../src/reference/instruments.ts'
import { listingFacts, untradable } from '../../../src/reference/listing-facts.ts'

const table = new InstrumentTable(shippedInstruments())
const day = (text: string): number => parseDay(text) ?? Number.NaN
const withOwn = (rows: string): InstrumentTable =>
  new InstrumentTable(shippedInstruments(), readInstrumentFile(`instruments:\n${rows}`, 'own.yaml', false))

describe('by symbol, venue and day', () => {
  it('GOOG is class A until 2014-04-02 and class C from then on', () => {
    expect(table.listing('GOOG', 'US', day('2014-04-02'))?.instrument.id).toBe('US02079K3059')
    expect(table.listing('GOOG', 'US', day('2014-04-03'))?.instrument.id).toBe('US02079K1079')
    expect(table.listing('GOOGL', 'US', day('2014-04-02'))).toBeUndefined()
    expect(table.listing('GOOGL', 'US', day('2014-04-03'))?.instrument.id).toBe('US02079K3059')
  })

  it('R-12: a share is one economic instrument on KRX and NXT, and at every broker', () => {
    const [krx, nxt] = ['KRX', 'NXT'].map((v) => table.listing('005930', v, day('2025-06-04')))
    expect(krx?.instrument).toBe(nxt?.instrument)
    expect(krx?.instrument.economicId).toBe('KRX:005930')
    expect(table.listing('005930', 'NXT', day('2025-03-23'))).toBeUndefined()
    // Data may begin before the dates do.
    expect(table.identify('005930', 'NXT', day('2024-01-02'))).toBe(krx?.instrument)
    expect(table.identify('GOOG', 'US', day('2003-01-02'))).toBeUndefined()
  })

  it('names tapes as before where a symbol is not known', () => {
    expect(economicIdOf('ZZZZ', 'US', 20_000)).toBe('US:ZZZZ')
    expect(economicIdOf('999999', 'NXT', 20_000)).toBe('KRX:999999')
    expect(economicIdOf('GOOG', 'US', day('2010-05-06'))).toBe('US:GOOGL')
  })
})

describe('by broker code', () => {
  it.each([
    ['NVDA', '2025-06-04', ['NASD', 'NAS', 'BAQ', 'DNASNVDA']],
    ['PLTR', '2024-11-25', ['NYSE', 'NYS', 'BAY', 'DNYSPLTR']],
    ['PLTR', '2024-11-26', ['NASD', 'NAS', 'BAQ', 'DNASPLTR']],
    ['SPY', '2025-06-04', ['AMEX', 'AMS', 'BAA', 'DAMSSPY']],
  ])('KIS spells %s on %s', (symbol, date, codes) => {
    const kis = table.listing(symbol, 'US', day(date))?.kis
    expect([kis?.orderExchange, kis?.quoteExchange, kis?.daytimeExchange, kis?.realtimeKey]).toEqual(codes)
  })

  it('finds a listing by KIS code and exchange of either family', () => {
    const on = day('2025-06-04')
    expect(table.byKisCode('005930', undefined, on)?.instrument.id).toBe('KR7005930003')
    expect(table.byKisCode('NVDA', 'NASD', on)?.symbol).toBe('NVDA')
    expect(table.byKisCode('NVDA', 'NAS', on)?.symbol).toBe('NVDA')
    expect(table.byKisCode('NVDA', 'NYSE', on)).toBeUndefined()
    expect(table.byKisCode('NVDA', undefined, on)).toBeUndefined()
  })

  it('finds a listing by IB number, else by symbol and currency; a number that differs is another contract', () => {
    const on = day('2025-06-04')
    expect(table.byIb({ conId: 4815747, symbol: 'NVDA', currency: 'USD' }, on)?.symbol).toBe('NVDA')
    expect(table.byIb({ symbol: 'GME', currency: 'USD' }, on)?.symbol).toBe('GME')
    expect(table.byIb({ symbol: 'NVDA', currency: 'EUR' }, on)).toBeUndefined()
    expect(table.byIb({ conId: 1, symbol: 'NVDA', currency: 'USD' }, on)).toBeUndefined()
    expect(table.byIb({ symbol: 'USD', currency: 'KRW' }, on)?.ib).toMatchObject({
      secType: 'CASH',
      exchange: 'IDEALPRO',
    })
  })
})

describe('find', () => {
  it.each([
    ['삼성전자', ['005930', '005930']],
    ['us67066g', ['NVDA']],
    ['DNASPLTR', ['PLTR']],
    ['hynix', ['000660', '000660']],
    ['class c', ['GOOCV', 'GOOG']],
    ['no such thing', []],
  ])('%s', (text, symbols) => {
    expect(table.find(text).map((l) => l.symbol)).toEqual(symbols)
  })
})

describe('requireKnown', () => {
  const refusal = (symbols: string[]): string => {
    try {
      table.requireKnown(symbols, day('2025-06-04'))
    } catch (error) {
      expect(error).toBeInstanceOf(Failure)
      expect((error as Failure).exitCode).toBe(2)
      return (error as Failure).message
    }
    return ''
  }

  it('gives the listings of the day', () => {
    const [nvda, samsung] = table.requireKnown(['NVDA', '005930'], day('2025-06-04'))
    expect([nvda?.map((l) => l.venue), samsung?.map((l) => l.venue)]).toEqual([['US'], ['KRX', 'NXT']])
  })

  it('names every symbol that cannot be traded, what was meant, and the way out', () => {
    const lines = refusal(['NVDAA', 'NVDA', 'GOOCV', 'KOSPI', 'USD/KRW', 'ES']).split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[0]).toMatch(/^NVDAA: .*Did you mean NVDA\?.*instruments find NVDAA.*instruments add NVDAA/)
    expect(lines[1]).toMatch(/^GOOCV: was on US from 2014-03-27 to 2014-04-02, not on 2025-06-04\. It is GOOG now/)
    expect(lines[2]).toMatch(/^KOSPI: .*index and cannot be traded/)
    expect(lines.slice(3).map((l) => l.split(':')[0])).toEqual(['USD/KRW', 'ES'])
  })
})

describe("a user's own rows", () => {
  it('add instruments, and listings to shipped ones', () => {
    const own = withOwn(`  - {id: MINE, name: Mine, currency: USD, listings: [{symbol: MINE, venue: US}]}
  - id: KR7005930003
    listings: [{symbol: "005930", venue: NXT, from: 2024-01-01, to: 2024-01-31}]
`)
    expect(own.listing('MINE', 'US', 20_000)?.instrument.economicId).toBe('US:MINE')
    expect(own.listing('005930', 'NXT', day('2024-01-15'))?.instrument.economicId).toBe('KRX:005930')
  })

  it('replace the shipped listing of the same symbol, venue and first day', () => {
    const own = withOwn(
      '  - {id: KR7005930003, listings: [{symbol: "005930", venue: NXT, from: 2025-03-24, to: 2025-12-30}]}\n',
    )
    expect(own.listing('005930', 'NXT', day('2025-12-31'))).toBeUndefined()
    expect(own.listing('005930', 'NXT', day('2025-12-30'))?.segment).toBeUndefined()
  })

  it.each([
    [
      '  - {id: MINE, name: M, currency: USD, listings: [{symbol: NVDA, venue: US}]}\n',
      /own\.yaml:2: NVDA on US undated overlaps US67066G1040/,
    ],
    [
      '  - {id: US67066G1040, currency: KRW, listings: [{symbol: NVD, venue: US}]}\n',
      /currency is KRW here and USD at config\/instruments\.yaml/,
    ],
    [
      '  - {id: US67066G1040, product: etf, listings: [{symbol: NVD, venue: US}]}\n',
      /product is etf here and stock at/,
    ],
    ['  - {id: MINE, listings: [{symbol: MINE, venue: US}]}\n', /MINE: name is missing[^]*MINE: currency is missing/],
  ])('are refused where they contradict: %s', (rows, message) => {
    expect(() => withOwn(rows)).toThrow(message)
  })
})

describe('what is in force on a day', () => {
  const of = (symbol: string, venue: string, date: string) => {
    const listing = table.listing(symbol, venue, day(date))
    if (listing === undefined) throw new Error(`${symbol} is not listed`)
    return inForce(table, listing, day(date))
  }

  it('dated steps and price limits, by kind of listing', () => {
    expect(of('005930', 'KRX', '2015-06-12').priceLimit).toBe('0.15')
    expect(of('005930', 'KRX', '2015-06-15').priceLimit).toBe('0.30')
    expect(of('NVDA', 'US', '2025-06-04').priceLimit).toBeUndefined()
    expect(of('069500', 'KRX', '2023-12-08').ticks).toEqual([{ from: '0', tick: '5' }])
    expect(of('069500', 'KRX', '2023-12-11').ticks).toHaveLength(2)
  })

  it('days and clocks are those of the venue', () => {
    const t = Date.UTC(2025, 5, 4, 15, 30) * 1000
    expect([localDay('KRX', t), localDay('US', t)]).toEqual([day('2025-06-05'), day('2025-06-04')])
    expect([clockText(t, 'Asia/Seoul'), clockText(t, 'America/New_York')]).toEqual(['00:30', '11:30'])
  })

  it('no session on a holiday, none known at a venue without rules', () => {
    expect(of('005930', 'KRX', '2025-06-03').session).toBeUndefined()
    const friday = of('NVDA', 'US', '2025-11-28').session
    expect(friday && (friday.close - friday.open) / 3_600_000_000).toBe(3.5)
    expect(of('ES', 'CME', '2013-12-18')).toMatchObject({ zone: undefined, ticks: [{ tick: '0.25' }], lot: undefined })
  })
})

describe('facts of a run', () => {
  const entry = (
    symbol: string,
    venue: string,
    rest: Partial<InstrumentEntry['instrument']> = {},
    date = '2025-06-04',
  ) => {
    const currency = venue === 'US' ? 'USD' : 'KRW'
    const economic_id = `${venue}:${symbol}`
    const instrument = { symbol, venue, currency, price_decimals: 0, qty_decimals: 0, economic_id, ...rest }
    return { instrument, day: day(date), tape: 't' }
  }

  it('none for shares whose defaults say all, so their digests stay what they were', () => {
    const plain = [entry('NVDA', 'US'), entry('005930', 'KRX'), entry('ZZZZ', 'US'), entry('IBM', 'US')]
    expect(listingFacts(plain, table)).toEqual([])
    expect(buildInstruments(plain, []).map((i) => ['product' in i, 'segment' in i])).toEqual(
      plain.map(() => [false, false]),
    )
  })

  it('kind, segment and identity where they differ, on the latest day', () => {
    const entries = [
      entry('SPY', 'US'),
      entry('069500', 'KRX'),
      entry('005930', 'NXT'),
      entry('035420', 'KRX', {}, '2008-11-27'),
    ]
    const facts = listingFacts(entries, table)
    expect(facts).toEqual([
      { symbol: '005930', venue: 'NXT', economic_id: 'KRX:005930' },
      { symbol: '035420', venue: 'KRX', segment: 'KOSDAQ' },
      { symbol: '069500', venue: 'KRX', product: 'etf' },
      { symbol: 'SPY', venue: 'US', product: 'etf' },
    ])
    const built = buildInstruments(entries, facts)
    expect(built.map((i) => [i.symbol, i.product, i.segment, i.economicId])).toEqual([
      ['005930', undefined, undefined, 'KRX:005930'],
      ['035420', undefined, 'KOSDAQ', 'KRX:035420'],
      ['069500', 'etf', undefined, 'KRX:069500'],
      ['SPY', 'etf', undefined, 'US:SPY'],
    ])
    expect(listingFacts([...entries, entry('035420', 'KRX')], table).map((f) => f.symbol)).not.toContain('035420')
  })

  it("a user's lot and step reach the engine's instrument", () => {
    const own = withOwn(
      '  - {id: MINE, name: M, currency: KRW, listings: [{symbol: MINE, venue: KRX, lot: "10", tick: "5"}]}\n',
    )
    const entries = [entry('MINE', 'KRX')]
    const [built] = buildInstruments(entries, listingFacts(entries, own))
    expect([built?.lot, built?.ticks]).toEqual([10, [{ from: 0, tick: 5 }]])
  })

  it('names tapes of what nobody can buy', () => {
    const of = (...symbols: string[]) => symbols.map((s) => entry(s, 'KRX').instrument)
    expect(untradable(of('005930', '069500', 'ZZZZ'), table)).toEqual([])
    expect(untradable(of('005930', 'KOSPI'), table)).toEqual([expect.stringMatching(/^KOSPI: .* of kind index; /)])
  })

  it('keeps an identity that a tape states on purpose', () => {
    expect(listingFacts([entry('005930', 'NXT', { economic_id: 'MY:BOOK' })], table)).toEqual([])
  })
})

describe('direction of rates', () => {
  const check = (symbol: string, median: number, from = '2024-01-01', to = '2024-12-31') =>
    assertDirection(table, symbol, median, day(from), day(to))

  it('reads pairs', () => {
    expect(parsePair('USD/KRW')).toEqual({ base: 'USD', quote: 'KRW' })
    expect(parsePair('eurusd')).toEqual({ base: 'EUR', quote: 'USD' })
    expect(parsePair('NVDA')).toBeUndefined()
  })

  it('lets rates pass that are the right way round, in either direction', () => {
    expect(check('USD/KRW', 1390)).toBeUndefined()
    expect(check('KRW/USD', 1 / 1390)).toBeUndefined()
    expect(check('EUR/USD', 1.08)).toBeUndefined()
    expect(check('EUR/USD', 0.88, '2000-01-01', '2001-12-31')).toBeUndefined()
  })

  it.each([
    ['USD/KRW', 1 / 1390, 'KRW/USD'],
    ['KRW/USD', 1390, 'USD/KRW'],
    ['EUR/USD', 0.92, 'USD/EUR'],
    ['USD/JPY', 0.0066, 'JPY/USD'],
  ])('refuses %s at %f and says which way round it is', (symbol, median, right) => {
    expect(() => check(symbol, median)).toThrow(Failure)
    expect(() => check(symbol, median)).toThrow(`import them with --symbol ${right}`)
  })

  it('says what it could not judge', () => {
    expect(check('JPY/KRW', 930)).toMatch(/either way round; check the unit, e\.g\. a rate for 100 JPY/)
    expect(check('AUD/USD', 0.65)).toMatch(/no plausible range is known .*taken as USD for one AUD, unchecked/)
    expect(check('RATE', 2)).toMatch(/is no pair/)
  })
})

it('the default table is the shipped one where the working directory has no rows of its own', () => {
  expect(instrumentTable('/nowhere').instruments.map((i) => i.id)).toEqual(table.instruments.map((i) => i.id))
})
