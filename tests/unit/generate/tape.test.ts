/** Generated tapes on disk: what is read back is what was generated, twice the same to the byte. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { epochDay, MINUTE } from '../../../src/core/base/time.ts'
import { FLAG_BUYER_AGGRESSOR, FLAG_REGULAR, FLAG_SELLER_AGGRESSOR } from '../../../src/generate/bench.ts'
import { writeBenchTape } from '../../../src/generate/bench-tape.ts'
import { CanonicalHash } from '../../../src/generate/canonical.ts'
import { generateMarket } from '../../../src/generate/market.ts'
import { planSymbol } from '../../../src/generate/market-plan.ts'
import type { MarketTapeRequest } from '../../../src/generate/market-request.ts'
import { writeMarketTape } from '../../../src/generate/market-tape.ts'
import { BUYER_TRADE, QUOTE, SELLER_TRADE, tickBuffer } from '../../../src/generate/ticks.ts'
import { openTape, type Tape } from '../../../src/tape/read.ts'

let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'generate-'))
})

afterAll(async () => {
  await rm(dir, { recursive: true })
})

interface Columns {
  readonly [name: string]: number[]
}

async function read(tape: Tape, symbol: string, kind: string): Promise<Columns> {
  const i = tape.manifest.streams.findIndex((stream) => stream.symbol === symbol && stream.kind === kind)
  const instrument = tape.manifest.instruments.find((x) => x.symbol === symbol)
  const scale = { priceDecimals: instrument?.price_decimals ?? -1, qtyDecimals: 0 }
  const all: Record<string, number[]> = {}
  for await (const chunk of tape.stream(i).chunks(scale)) {
    for (const [name, column] of Object.entries(chunk.columns)) {
      const values = (all[name] ??= [])
      for (const x of column.subarray(0, chunk.rows)) values.push(x)
    }
  }
  return all
}

const request = (part: Partial<MarketTapeRequest> = {}): MarketTapeRequest => ({
  symbols: ['NVDA', '005930'],
  days: 2,
  seed: 7,
  start: epochDay(2025, 1, 8),
  rate: 5,
  bars: false,
  fx: false,
  ...part,
})

describe('comparison tapes', () => {
  test('Q1: quotes and trades merged by receive time are the published rows again', async () => {
    const out = join(dir, 'q1')
    const made = await writeBenchTape('Q1', out, { rows: 1000 })
    expect(made.canonicalSha256).toBe('d11d42bb1a593959fe4073a32a2f0a44a878dd16fd2b8194c72c23b52fd0abb7')
    const tape = await openTape(out)
    expect(tape.manifest.label).toBe('generated')
    expect(tape.manifest.streams.map((stream) => stream.kind)).toEqual(['quotes', 'trades'])
    const [quotes, trades] = [await read(tape, 'Q1', 'quotes'), await read(tape, 'Q1', 'trades')]
    const kindOf = new Map([
      [FLAG_REGULAR + FLAG_BUYER_AGGRESSOR, BUYER_TRADE],
      [FLAG_REGULAR + FLAG_SELLER_AGGRESSOR, SELLER_TRADE],
    ])
    const merged = tickBuffer(1000)
    let [q, t] = [0, 0]
    for (let i = 0; i < 1000; i++) {
      const isQuote = (quotes.t?.[q] ?? Infinity) < (trades.t?.[t] ?? Infinity)
      const from = isQuote ? quotes : trades
      const k = isQuote ? q++ : t++
      const at = (name: string): number => from[name]?.[k] as number
      merged.venue[i] = at('venueT')
      merged.recv[i] = at('t')
      merged.a[i] = at(isQuote ? 'bid' : 'price')
      merged.b[i] = isQuote ? at('ask') : 0
      merged.asz[i] = at(isQuote ? 'bidSize' : 'size')
      merged.bsz[i] = isQuote ? at('askSize') : 0
      merged.kind[i] = isQuote ? QUOTE : (kindOf.get(at('flags')) ?? -1)
    }
    const hash = new CanonicalHash()
    hash.addQ1(merged)
    expect(hash.hex()).toBe(made.canonicalSha256)
  })

  test('B1: the rows read back are the published ones; t is the start of the bar', async () => {
    const out = join(dir, 'b1')
    const made = await writeBenchTape('B1', out, { rows: 1000 })
    const tape = await openTape(out)
    expect(tape.manifest.streams[0]).toMatchObject({ venue: 'GEN', kind: 'bars', rows: 1000, interval_us: MINUTE })
    const { t, open, high, low, close, volume } = await read(tape, 'B1', 'bars')
    const ints = (xs: number[] | undefined): Int32Array => Int32Array.from(xs ?? [])
    const hash = new CanonicalHash()
    hash.addB1({
      rows: 1000,
      t: Float64Array.from(t ?? []),
      o: ints(open),
      h: ints(high),
      l: ints(low),
      c: ints(close),
      v: ints(volume),
    })
    expect(hash.hex()).toBe('3274ad33290e8a11ec5d209e3dbe7d55f40436f038cc82deaaecc835621bc77b')
    expect(made.canonicalSha256).toBe(hash.hex())
  })

  test('nothing is left behind when writing fails', async () => {
    const out = join(dir, 'failing')
    const stop = new Error('stop')
    const progress = (): void => {
      throw stop
    }
    await expect(writeBenchTape('B1', out, { rows: 10, progress })).rejects.toBe(stop)
    expect(await readdir(dir)).not.toContain('failing')
  })
})

describe('generated markets', () => {
  test('equal arguments give equal bytes, whatever the order of the symbols', async () => {
    const [one, two] = [join(dir, 'one'), join(dir, 'two')]
    await writeMarketTape(request({ fx: true }), one)
    await writeMarketTape(request({ fx: true, symbols: ['005930', 'NVDA'] }), two)
    const names = (await readdir(one)).sort()
    expect(names).toHaveLength(6)
    expect((await readdir(two)).sort()).toEqual(names)
    for (const name of names) {
      expect((await readFile(join(one, name))).equals(await readFile(join(two, name))), name).toBe(true)
    }
  })

  test('the tape says that it is generated and from what', async () => {
    const out = join(dir, 'label')
    const { manifest } = await writeMarketTape(request({ symbols: ['NVDA'] }), out)
    expect(manifest.label).toBe('generated')
    expect(manifest.source).toMatchObject({
      kind: 'generated',
      detail: { seed: 7, days: 2, rate: 5, start: '2025-01-08' },
    })
  })

  test('its rows are those of generateMarket', async () => {
    const out = join(dir, 'rows')
    await writeMarketTape(request(), out)
    const tape = await openTape(out)
    const plan = planSymbol('005930', request())
    const minutes = [...generateMarket({ seed: 7, rate: 5, symbols: [plan] })]
    const pick = (kinds: readonly number[], column: 'recv' | 'a'): number[] =>
      minutes.flatMap((minute) => [...minute[column]].filter((_, i) => kinds.includes(minute.kind[i] as number)))
    const quotes = await read(tape, '005930', 'quotes')
    const trades = await read(tape, '005930', 'trades')
    expect(quotes.t).toEqual(pick([QUOTE], 'recv'))
    expect(quotes.bid).toEqual(pick([QUOTE], 'a'))
    expect(trades.price).toEqual(pick([BUYER_TRADE, SELLER_TRADE], 'a'))
  })

  test('bars are those of the ticks of the same market', async () => {
    const out = join(dir, 'bars')
    await writeMarketTape(request({ bars: true, rate: 2 }), out)
    const bars = await read(await openTape(out), 'NVDA', 'bars')
    const plan = planSymbol('NVDA', request())
    const minutes = [...generateMarket({ seed: 7, rate: 2, symbols: [plan] })]
    expect(bars.t).toEqual(minutes.map((minute) => minute.start))
    let [bid, ask] = [0, 0]
    minutes.forEach((minute, k) => {
      if (minute.opens) [bid, ask] = [0, 0]
      const rows = [...minute.kind].map((kind, i) => ({ kind, a: minute.a[i] as number, b: minute.b[i] as number, i }))
      const prices = rows.filter((row) => row.kind !== QUOTE).map((row) => row.a)
      const quotes = rows.filter((row) => row.kind === QUOTE)
      const bids = [...(bid > 0 ? [bid] : []), ...quotes.map((row) => row.a)]
      const asks = [...(ask > 0 ? [ask] : []), ...quotes.map((row) => row.b)]
      const volume = rows
        .filter((row) => row.kind !== QUOTE)
        .reduce((sum, row) => sum + (minute.asz[row.i] as number), 0)
      const range = (xs: readonly number[]): number[] =>
        xs.length === 0 ? [0, 0, 0, 0] : [xs[0] as number, Math.max(...xs), Math.min(...xs), xs.at(-1) as number]
      const bar = (...names: string[]): (number | undefined)[] => names.map((name) => bars[name]?.[k])
      expect(bar('open', 'high', 'low', 'close')).toEqual(range(prices))
      expect(bar('bidOpen', 'bidHigh', 'bidLow', 'bidClose')).toEqual(range(bids))
      expect(bar('askOpen', 'askHigh', 'askLow', 'askClose')).toEqual(range(asks))
      expect(bar('volume')).toEqual([volume])
      ;[bid, ask] = [bids.at(-1) as number, asks.at(-1) as number]
    })
  })

  test('--fx: a rate stands before the first open; only where a symbol is in won', async () => {
    const out = join(dir, 'fx')
    const { hasFx } = await writeMarketTape(request({ symbols: ['005930'], fx: true }), out)
    const tape = await openTape(out)
    const { t, rate } = await read(tape, 'USD/KRW', 'fx')
    const quotes = await read(tape, '005930', 'quotes')
    expect(hasFx).toBe(true)
    expect(t?.[0]).toBeLessThan(quotes.t?.[0] as number)
    expect(Math.min(...(rate ?? []))).toBeGreaterThan(100_000)
    expect(Math.max(...(rate ?? []))).toBeLessThan(180_000)
    const none = await writeMarketTape(request({ symbols: ['NVDA'], fx: true }), join(dir, 'no-fx'))
    expect(none.hasFx).toBe(false)
  })
})
