/**
 * A seeded market that is open at once and never closes: the project's generator, one minute at a time, merged over all
 * symbols by venue time. Displayed sizes are a multiple of the generator's, so that usual orders fill at the touch.
 * Where a symbol would show no trade or no quote for a second, one of the smallest size (a lot) is added at the standing
 * prices, so that every symbol shows both at least every two seconds.
 */
import { pow10 } from '../../../src/core/base/fixed.ts'
import { DAY, MINUTE, SECOND, type Micros } from '../../../src/core/base/time.ts'
import type { Calendar } from '../../../src/core/domain/calendar.ts'
import type { MarketEvent } from '../../../src/core/domain/event.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import type { StreamKinds } from '../../../src/core/sim/config.ts'
import { generateMarket, type MarketMinute } from '../../../src/generate/market.ts'
import { planOpenSymbol, type PlannedSymbol } from '../../../src/generate/market-plan.ts'
import { readSymbol } from '../../../src/generate/market-request.ts'
import { BUYER_TRADE, QUOTE } from '../../../src/generate/ticks.ts'
import { calendarOf } from '../../../src/reference/calendars.ts'
import { instrumentTable } from '../../../src/reference/instrument-load.ts'
import { buildInstruments } from '../../../src/reference/instruments.ts'
import { listingFacts } from '../../../src/reference/listing-facts.ts'
import { alwaysOpen, type FeedEntry, type MarketFeed } from './feed.ts'

/** Mean rows a minute and symbol, and how much deeper than the generator's usual book this one is. */
const RATE = 600
const DEPTH = 20
const QUIET = 0.9 * SECOND

/** History before the start that the market has already lived through. */
export const WARM_UP = 45 * MINUTE

interface Row {
  readonly event: MarketEvent
}

class Pace {
  bid = 0
  ask = 0
  lastTrade: Micros = 0
  lastQuote: Micros = 0
}

export class GeneratedFeed implements MarketFeed {
  readonly instruments: readonly Instrument[]
  readonly streams: readonly StreamKinds[]
  readonly calendars: readonly Calendar[]
  readonly start: Micros
  readonly alwaysOpen = true
  readonly needsLoad = false
  readonly #minutes: Iterator<MarketMinute>
  readonly #ids: readonly number[]
  /** From the generator's price units to those of the instruments. */
  readonly #scales: readonly number[]
  readonly #pace: readonly Pace[]
  #ahead: MarketMinute | undefined
  #rows: Row[] = []
  #at = 0

  /**
   * `from` is when the market begins, three quarters of an hour before anybody connects. A symbol may name its venue:
   * `TSE:7203`. Pairs (`EUR/USD`) have quotes alone.
   */
  constructor(symbols: readonly string[], seed: number, from: Micros) {
    const plans = symbols.map(readSymbol).map(({ symbol, venue }) => deepen(planOpenSymbol(symbol, seed, from, venue)))
    this.start = Math.floor(from / MINUTE) * MINUTE
    const entries = plans.map((plan) => entryOf(plan, from))
    // As a session has them: Toyota moves by the finer steps of its segment.
    this.instruments = buildInstruments(entries, listingFacts(entries, instrumentTable()))
    this.#ids = plans.map((plan) =>
      this.instruments.findIndex((i) => i.symbol === plan.symbol && i.venue === plan.venue),
    )
    this.#scales = plans.map((plan, i) => {
      const { priceDecimals } = this.instruments[this.#ids[i] as number] as Instrument
      return pow10(priceDecimals - plan.priceDecimals)
    })
    this.streams = this.instruments.map(({ venue }) => ({
      quotes: true,
      trades: venue !== 'FX',
      bars: false,
      sessionBars: false,
      oneSided: false,
    }))
    this.calendars = this.instruments.map((i) => alwaysOpen(calendarOf(i.venue)))
    this.#pace = this.instruments.map(() => new Pace())
    this.#minutes = generateMarket({ seed, rate: RATE, symbols: plans })
    this.#ahead = this.#pull()
    this.#fill()
  }

  nextTime(): Micros {
    return this.#rows[this.#at]?.event.t ?? Infinity
  }

  next(): FeedEntry {
    const { event } = this.#rows[this.#at++] as Row
    if (this.#at === this.#rows.length) this.#fill()
    return { event, open: false }
  }

  load(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #pull(): MarketMinute | undefined {
    const next = this.#minutes.next()
    return next.done === true ? undefined : next.value
  }

  /** The next minute of all symbols, merged. */
  #fill(): void {
    const start = this.#ahead?.start
    const rows: Row[] = []
    while (this.#ahead !== undefined && this.#ahead.start === start) {
      this.#take(this.#ahead, rows)
      this.#ahead = this.#pull()
    }
    // Rows of one symbol are in order already, and the sort is stable.
    rows.sort((a, b) => a.event.t - b.event.t)
    this.#rows = rows
    this.#at = 0
  }

  #take(minute: MarketMinute, rows: Row[]): void {
    const instrument = this.#ids[minute.instrument] as number
    const { trades } = this.streams[instrument] as StreamKinds
    const pace = this.#pace[instrument] as Pace
    const scale = this.#scales[minute.instrument] as number
    for (let i = 0; i < minute.rows; i++) {
      const t = minute.venue[i] as number
      const [a, b] = [(minute.a[i] as number) * scale, (minute.b[i] as number) * scale]
      const [asz, bsz] = [minute.asz[i] as number, minute.bsz[i] as number]
      if (minute.kind[i] === QUOTE) {
        rows.push(quoteRow(instrument, t, a, b, asz, bsz))
        Object.assign(pace, { bid: a, ask: b, lastQuote: t })
        if (!trades || t - pace.lastTrade < QUIET) continue
        rows.push(tradeRow(instrument, t, i % 2 === 0 ? a : b, this.instruments[instrument]?.lot ?? 1))
      } else {
        if (trades) rows.push(tradeRow(instrument, t, a, asz))
        if (t - pace.lastQuote >= QUIET && pace.bid > 0) {
          rows.push(quoteRow(instrument, t, pace.bid, pace.ask, asz, asz))
          pace.lastQuote = t
        }
        // A buyer's print stands at the ask; nothing else of the aggressor is needed here.
        if (minute.kind[i] === BUYER_TRADE) pace.ask = a
      }
      pace.lastTrade = t
    }
  }
}

function quoteRow(instrument: number, t: Micros, bid: number, ask: number, bidSize: number, askSize: number): Row {
  return { event: { type: 'quote', t, venueT: t, instrument, bid, ask, bidSize, askSize, flags: 0 } }
}

function tradeRow(instrument: number, t: Micros, price: number, size: number): Row {
  return { event: { type: 'trade', t, venueT: t, instrument, price, size, flags: 0 } }
}

function deepen(plan: PlannedSymbol): PlannedSymbol {
  return { ...plan, sizeUnit: plan.sizeUnit * DEPTH }
}

function entryOf(plan: PlannedSymbol, from: Micros): Parameters<typeof buildInstruments>[0][number] {
  const { symbol, venue, currency, priceDecimals } = plan
  const economic_id = `${venue}:${symbol}`
  return {
    instrument: { symbol, venue, currency, price_decimals: priceDecimals, qty_decimals: 0, economic_id },
    day: Math.floor(from / DAY),
    tape: 'generated',
  }
}
