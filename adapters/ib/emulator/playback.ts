/**
 * The run of time in an emulator: market, expiries, what is scheduled and faults, in order of time, up to a moment that
 * somebody else names. Nothing here decides when time passes.
 */
import type { Micros } from '../../../src/core/base/time.ts'
import type { MarketEvent } from '../../../src/core/domain/event.ts'
import type { FeedEntry, MarketFeed } from '../../common/emulator/feed.ts'
import type { Board } from './board.ts'
import type { MarketData } from './market-data.ts'
import type { World } from './world.ts'

/** Units of currency for which a rate of a tape stands. */
const RATE_SIZE = 1_000_000

export interface PlaybackParts {
  readonly feed: MarketFeed
  readonly world: World
  /** By instrument id; nothing at currency pairs that are not served. */
  readonly boards: readonly (Board | undefined)[]
  readonly data: MarketData
}

export class Playback {
  readonly #p: PlaybackParts
  /** The moment up to which everything was played. */
  now: Micros = -Infinity
  /** False while history is played: nobody is told of it. */
  telling = false

  constructor(parts: PlaybackParts) {
    this.#p = parts
  }

  /** When something happens next; a tape that must be read on first is due at once. */
  get next(): Micros {
    const { feed, world } = this.#p
    const { desk, scheduler, faults } = world
    const market = feed.needsLoad ? this.now : feed.nextTime()
    return Math.min(market, desk.venue.nextExpiry, scheduler.next, faults.next)
  }

  /** A tape is played as far as it is loaded. */
  play(until: Micros): void {
    const { feed, world } = this.#p
    const { desk, scheduler, faults } = world
    for (;;) {
      const market = feed.needsLoad ? Infinity : feed.nextTime()
      const t = Math.min(market, desk.venue.nextExpiry, scheduler.next, faults.next)
      if (t > until) break
      this.now = Math.max(this.now, t)
      if (market === t) this.#event(feed.next())
      else if (desk.venue.nextExpiry === t) desk.venue.expire(t)
      else if (scheduler.next === t) scheduler.runUntil(t)
      else faults.due(this.now)
    }
    if (!feed.needsLoad) this.now = Math.max(this.now, until)
    faults.due(this.now)
  }

  #event(entry: FeedEntry): void {
    const { feed, boards, world, data } = this.#p
    const { event, open } = entry
    const instrument = feed.instruments[event.instrument]
    const board = boards[event.instrument]
    const isRate = instrument?.venue === 'FX'
    if (isRate) world.valuer.rates.take(instrument.symbol, twiceRate(event), instrument.priceDecimals)
    if (board === undefined || this.#halted(board)) return
    // Pairs are shown and not traded here.
    if (!isRate) world.desk.venue.market(event, open)
    const { prints, quoted } = board.take(event.type === 'fx' ? quoteOf(event) : event, open)
    if (this.telling) data.event(board, prints, quoted, this.now)
  }

  #halted(board: Board): boolean {
    const { faults } = this.#p.world
    const fault = faults.quiet ? undefined : faults.on('halt', this.now)
    const halted = fault !== undefined && ['', board.listing.symbol].includes(String(fault.params.symbol))
    if (halted !== board.halted) board.version++
    board.halted = halted
    return halted
  }
}

/** The sum of both sides; 0 where there are none. */
function twiceRate(event: MarketEvent): number {
  if (event.type === 'fx') return 2 * event.rate
  return event.type === 'quote' && event.bid > 0 && event.ask > 0 ? event.bid + event.ask : 0
}

/** A rate of a tape has one side; here it is both. */
function quoteOf({ t, venueT, instrument, rate }: Extract<MarketEvent, { type: 'fx' }>): MarketEvent {
  const both = { bid: rate, ask: rate, bidSize: RATE_SIZE, askSize: RATE_SIZE }
  return { type: 'quote', t, venueT, instrument, ...both, flags: 0 }
}
