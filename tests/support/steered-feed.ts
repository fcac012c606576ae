/** A market whose price the test says: a quote every second and a trade every other, always open, deep at the touch. */
import { alwaysOpen, type FeedEntry, type MarketFeed } from '../../adapters/common/emulator/feed.ts'
import { SECOND, type Micros } from '../../src/core/base/time.ts'
import type { Calendar } from '../../src/core/domain/calendar.ts'
import { type Instrument, tickAt } from '../../src/core/domain/instrument.ts'
import type { StreamKinds } from '../../src/core/sim/config.ts'
import { calendarOf } from '../../src/reference/calendars.ts'
import { buildInstruments } from '../../src/reference/instruments.ts'

const SIZE = 10_000

export class SteeredFeed implements MarketFeed {
  readonly instruments: readonly Instrument[]
  readonly streams: readonly StreamKinds[]
  readonly calendars: readonly Calendar[]
  readonly start: Micros
  readonly alwaysOpen = true
  readonly needsLoad = false
  /** Best bid; the ask is one tick above. */
  price: number
  #t: Micros
  #n = 0

  /** One Korean share, in won. */
  constructor(symbol: string, price: number, from: Micros) {
    const told = { symbol, venue: 'KRX', currency: 'KRW', price_decimals: 0, qty_decimals: 0 }
    this.instruments = buildInstruments([
      {
        instrument: { ...told, economic_id: `KRX:${symbol}` },
        day: Math.floor(from / (86_400 * SECOND)),
        tape: 'steered',
      },
    ])
    this.calendars = [alwaysOpen(calendarOf('KRX'))]
    this.streams = [{ quotes: true, trades: true, bars: false, sessionBars: false, oneSided: false }]
    this.start = this.#t = from
    this.price = price
  }

  nextTime(): Micros {
    return this.#t
  }

  next(): FeedEntry {
    const at = { t: this.#t, venueT: this.#t, instrument: 0, flags: 0 }
    const { price } = this
    const prints = this.#n % 3 === 2
    if (this.#n++ % 3 !== 1) this.#t += SECOND / 2
    if (prints) return { event: { type: 'trade', ...at, price, size: 1 }, open: false }
    return {
      event: {
        type: 'quote',
        ...at,
        bid: price,
        ask: price + tickAt(this.instruments[0] as Instrument, price),
        bidSize: SIZE,
        askSize: SIZE,
      },
      open: false,
    }
  }

  load(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
