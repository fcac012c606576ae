/**
 * Queue models against what recorded prints prove. Virtual orders join the best bid and ask of two Binance recordings;
 * while the market neither trades nor quotes through them, the truth lies between two bounds that need no model: at
 * least what was printed at the price beyond all that was shown there on arrival (nobody ahead gave up), at most all that
 * was printed there (everybody ahead had gone). `front` must be the upper bound, `back` the lower one, `probabilistic`
 * between them, at every event. The judge keeps its own books from the recording. Skipped where the data are absent.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { toScaled } from '../../src/core/base/decimal.ts'
import { Rng } from '../../src/core/base/rng.ts'
import { SECOND } from '../../src/core/base/time.ts'
import { SessionClock } from '../../src/core/domain/calendar.ts'
import type { QuoteEvent, TradeEvent } from '../../src/core/domain/event.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { QueueModel } from '../../src/core/sim/queue.ts'
import { SimVenue, type VenueEvent } from '../../src/core/sim/venue.ts'
import { calendarOf } from '../../src/reference/calendars.ts'
import { ROOT } from '../check/source-files.ts'

const folder = join(resolve(ROOT, process.env.SAMETAPE_SHARED ?? '../shared'), 'data/crypto-feed')
const absent = !existsSync(folder)
const title = absent ? 'queue models (skipped: SAMETAPE_SHARED is absent)' : 'queue models on recorded prints'

const MODELS: readonly QueueModel[] = [
  { kind: 'front' },
  { kind: 'probabilistic', power: 3 },
  { kind: 'probabilistic', power: 1 },
  { kind: 'back' },
]

type Row = QuoteEvent | TradeEvent

/** The recording in the order in which it arrived; prices and sizes as integers. */
function rowsOf(file: string, priceDecimals: number, qtyDecimals: number): Row[] {
  const lines = gunzipSync(readFileSync(join(folder, file)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
  const scaled = (text: string | undefined, decimals: number): number => toScaled(text ?? '', decimals) as number
  return lines.slice(1).map((line): Row => {
    const [ns, , event, , price, qty, , bid, bidQty, ask, askQty] = line.split(',')
    const t = Math.floor(Number((ns as string).slice(0, -3)))
    if (event === 'trade') {
      const of = { price: scaled(price, priceDecimals), size: scaled(qty, qtyDecimals), flags: 0 }
      return { type: 'trade', t, venueT: t, instrument: 0, ...of }
    }
    const sides = { bid: scaled(bid, priceDecimals), ask: scaled(ask, priceDecimals), flags: 0 }
    const sizes = { bidSize: scaled(bidQty, qtyDecimals), askSize: scaled(askQty, qtyDecimals) }
    return { type: 'quote', t, venueT: t, instrument: 0, ...sides, ...sizes }
  })
}

/** One virtual order and what the recording says of its price since it arrived. */
interface Placed {
  readonly orderId: number
  readonly side: 1 | -1
  readonly price: number
  readonly qty: number
  readonly shown: number
  readonly until: number
  printed: number
  /** Traded or quoted through: from then on the bounds say nothing of the queue. */
  crossed: boolean
}

const LIFE = 4 * SECOND

describe.skipIf(absent)(title, () => {
  it.each([
    ['binance_spot_BTCUSDT_20240808_trades_bbo.csv.gz', 2, 5, 30_000],
    ['binance_usdm_BTCUSDT_20240808_trades_bbo.csv.gz', 2, 3, 900],
  ])('%s', (file, priceDecimals, qtyDecimals, qty) => {
    const rows = rowsOf(file, priceDecimals, qtyDecimals)
    const base = {
      id: 0,
      symbol: 'BTCUSDT',
      venue: 'CRYPTO',
      currency: 'USDT',
      economicId: 'BTC',
      allowShort: true,
    } as const
    const instrument: Instrument = { ...base, priceDecimals, qtyDecimals, ticks: [{ from: 0, tick: 1 }], lot: 1 }
    const kinds = { quotes: true, trades: true, bars: false, sessionBars: false, oneSided: false }
    const config = {
      match: 'next',
      liquidity: { kind: 'shown' },
      slippage: { kind: 'none' },
      fees: { kind: 'none' },
    } as const
    const runs = MODELS.map((queue) => ({
      venue: new SimVenue(
        [instrument],
        [new SessionClock(calendarOf('CRYPTO'))],
        { ...config, queue },
        Rng.start(1, 1),
        0,
        [kinds],
      ),
      out: [] as VenueEvent[],
      filled: new Map<number, number>(),
    }))
    let live: Placed[] = []
    let nextId = 1
    let due = 0
    const seen = { orders: 0, compared: 0, apart: 0, estimated: 0, filledAtBack: 0 }

    const faults: unknown[] = []

    const book = (r: (typeof runs)[number]): void => {
      for (const e of r.out.splice(0)) if (e.type === 'filled') r.filled.set(e.orderId, e.cumQty)
    }
    const compare = (p: Placed): void => {
      const cums = runs.map((r) => r.filled.get(p.orderId) ?? 0)
      const [front, cubic, even, back] = cums as [number, number, number, number]
      const inOrder = front >= Math.max(cubic, even) && Math.min(cubic, even) >= back
      const most = Math.min(p.qty, p.printed)
      const least = Math.min(p.qty, Math.max(0, p.printed - p.shown))
      const asProved = p.crossed || (front === most && back === least)
      if (!inOrder || !asProved) faults.push({ ...p, cums, most, least })
      if (p.crossed) return
      seen.compared++
      if (front > back) seen.apart++
      if (even > back && even < front) seen.estimated++
      if (back > 0) seen.filledAtBack++
    }
    const place = (q: QuoteEvent, side: 1 | -1): void => {
      const orderId = nextId++
      const [price, shown] = side > 0 ? [q.bid, q.bidSize] : [q.ask, q.askSize]
      for (const r of runs) {
        const terms = {
          instrument: 0,
          side,
          orderType: 'limit',
          qty,
          limit: price,
          stop: 0,
          timeInForce: 'GTC',
        } as const
        r.venue.submit({ type: 'submit', t: q.t, broker: 0, orderId, intentId: orderId, ...terms }, q.t, r.out)
      }
      live.push({ orderId, side, price, qty, shown, until: q.t + LIFE, printed: 0, crossed: false })
      seen.orders++
    }

    for (const row of rows) {
      for (const p of live) {
        if (row.type === 'trade') {
          if (row.price === p.price) p.printed += row.size
          else if (p.side * (p.price - row.price) > 0) p.crossed = true
        } else if (p.side * ((p.side > 0 ? row.ask : row.bid) - p.price) <= 0) p.crossed = true
      }
      for (const r of runs) {
        if (row.type === 'trade') r.venue.onTrade(row, r.out)
        else r.venue.onQuote(row, r.out)
        book(r)
      }
      for (const p of live) compare(p)
      const old = live.filter((p) => p.until <= row.t)
      for (const { orderId } of old)
        for (const r of runs) r.venue.cancel({ type: 'cancel', t: row.t, broker: 0, orderId }, row.t, r.out)
      live = live.filter((p) => p.until > row.t)
      if (row.type !== 'quote' || row.t < due || live.length > 0 || row.bid >= row.ask) continue
      due = row.t + SECOND
      place(row, 1)
      place(row, -1)
    }
    expect(faults).toEqual([])
    // The comparison says something only if the models differ and every one of them fills.
    expect(seen.orders).toBeGreaterThan(100)
    expect(seen.apart).toBeGreaterThan(100)
    expect(seen.estimated).toBeGreaterThan(0)
    expect(seen.filledAtBack).toBeGreaterThan(0)
    for (const r of runs) expect(r.filled.size).toBeGreaterThan(0)
  })
})
