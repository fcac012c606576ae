/**
 * The run of time in an emulator: market, expiries, what is scheduled and faults, in order of time, up to a moment that
 * somebody else names. Nothing here decides when time passes.
 */
import type { Micros } from '../../../src/core/base/time.ts'
import type { FeedEntry, MarketFeed } from '../../common/emulator/feed.ts'
import type { Board } from './board.ts'
import type { MarketData } from './market-data.ts'
import type { World } from './world.ts'

export interface PlaybackParts {
  readonly feed: MarketFeed
  readonly world: World
  /** By instrument id; nothing at currency pairs. */
  readonly boards: readonly (Board | undefined)[]
  readonly data: MarketData
  /** Won per dollar moved, in 10^-4. */
  readonly rate: (usdKrw: number) => void
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
    const { feed, boards, world, data, rate } = this.#p
    const { event, open } = entry
    const instrument = feed.instruments[event.instrument]
    if (event.type === 'fx') {
      if (instrument?.symbol === 'USD/KRW' && event.rate > 0) {
        rate(Math.round((event.rate / 10 ** instrument.priceDecimals) * 10_000))
      }
      return
    }
    const board = boards[event.instrument]
    if (board === undefined || this.#halted(board)) return
    world.desk.venue.market(event, open)
    const { prints, quoted } = board.take(event, open)
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
