/** Two simulated venues on one tape, each the broker of its index: what a run with two brokers trades at. */
import { Rng } from '../../src/core/base/rng.ts'
import { SessionClock } from '../../src/core/domain/calendar.ts'
import type { CancelOrder, ReplaceOrder, SubmitOrder } from '../../src/core/domain/command.ts'
import type { ActionEvent, BarEvent, QuoteEvent, StatusEvent, TradeEvent } from '../../src/core/domain/event.ts'
import { SimVenue, type VenueEvent } from '../../src/core/sim/venue.ts'
import type { RunSetup } from '../../src/runtime/run-setup.ts'

const TAG = 0x70616972

type Out = VenueEvent[]

/** Answers as one `SimVenue` does; a command goes to the venue of its broker, what the market does to both. */
export class TwoVenues {
  readonly #venues: readonly SimVenue[]
  readonly #brokerOf = new Map<number, number>()

  constructor(setup: RunSetup, seed: number) {
    const clocks = setup.engine.calendars.map((c) => new SessionClock(c))
    this.#venues = [0, 1].map((broker) => {
      const rng = Rng.start((seed + broker) >>> 0, TAG)
      return new SimVenue(setup.instruments, clocks, setup.sim.config, rng, broker, setup.engine.shapes)
    })
  }

  #of(orderId: number): SimVenue {
    return this.#venues[this.#brokerOf.get(orderId) ?? 0] as SimVenue
  }

  hasWork(instrument: number): boolean {
    return this.#venues.some((v) => v.hasWork(instrument))
  }

  get interrupts(): boolean {
    return this.#venues.some((v) => v.interrupts)
  }

  submit(cmd: SubmitOrder, at: number, out: Out): void {
    this.#brokerOf.set(cmd.orderId, cmd.broker)
    this.#of(cmd.orderId).submit(cmd, at, out)
  }

  query(orderId: number, at: number, out: Out): void {
    this.#of(orderId).query(orderId, at, out)
  }

  cancel(cmd: CancelOrder, at: number, out: Out): void {
    this.#of(cmd.orderId).cancel(cmd, at, out)
  }

  replace(cmd: ReplaceOrder, at: number, out: Out): void {
    this.#of(cmd.orderId).replace(cmd, at, out)
  }

  onQuote(e: QuoteEvent, out: Out): void {
    for (const v of this.#venues) v.onQuote(e, out)
  }

  onTrade(e: TradeEvent, out: Out): void {
    for (const v of this.#venues) v.onTrade(e, out)
  }

  onBarOpen(e: BarEvent, out: Out): void {
    for (const v of this.#venues) v.onBarOpen(e, out)
  }

  onBarEnd(e: BarEvent, out: Out): void {
    for (const v of this.#venues) v.onBarEnd(e, out)
  }

  onStatus(e: StatusEvent): void {
    for (const v of this.#venues) v.onStatus(e)
  }

  onAction(e: ActionEvent): void {
    for (const v of this.#venues) v.onAction(e)
  }

  nextExpiry(): number {
    return Math.min(...this.#venues.map((v) => v.nextExpiry()))
  }

  expire(t: number, out: Out): void {
    for (const v of this.#venues) v.expire(t, out)
  }
}
