/**
 * Round trips (`design.md` 5): from flat to flat over all brokers, net of all costs. Money is that of the instrument's
 * currency, as booked. Dividends are cash of the account and no part of a trade.
 */
import type { Instrument } from '../core/domain/instrument.ts'
import { mulDiv } from '../core/base/fixed.ts'
import type { Money, Qty } from '../core/domain/units.ts'
import type { Movement } from '../runtime/fill-book.ts'

export interface RoundTrip {
  readonly instrument: number
  readonly opened: number
  readonly closed: number
  readonly side: 'long' | 'short'
  /** Most that was held at once. */
  readonly qty: Qty
  /** All that was bought or adopted, which is what was sold in the end; of a short, all that was sold. */
  readonly traded: Qty
  /** Money of purchases and sales without costs. */
  readonly bought: Money
  readonly sold: Money
  readonly fee: Money
  readonly tax: Money
  readonly fills: number
}

/** Result net of all costs. */
export function netOf(t: RoundTrip): Money {
  return t.sold - t.bought - t.fee - t.tax
}

/** Net result over the money that opened it. */
export function returnOf(t: RoundTrip): number {
  const entry = t.side === 'long' ? t.bought : t.sold
  return entry > 0 ? netOf(t) / entry : 0
}

type Open = { -readonly [K in keyof RoundTrip]: RoundTrip[K] }

export class RoundTrips {
  readonly #held: Qty[]
  /** By broker, for splits: each holding is rounded down by itself. */
  readonly #byBroker: Map<number, Qty>[]
  readonly #open: (Open | undefined)[]
  readonly #tell: (t: RoundTrip) => void
  count = 0

  constructor(instruments: readonly Instrument[], tell: (t: RoundTrip) => void) {
    this.#held = instruments.map(() => 0)
    this.#byBroker = instruments.map(() => new Map())
    this.#open = instruments.map(() => undefined)
    this.#tell = tell
  }

  held(instrument: number): Qty {
    return this.#held[instrument] as Qty
  }

  /** Trips that have not come back to flat. */
  open(): RoundTrip[] {
    return this.#open.filter((t) => t !== undefined)
  }

  movement(m: Movement): void {
    if (m.kind === 'split') {
      this.#split(m.instrument, m.num, m.den)
      return
    }
    const trip = this.#open[m.instrument]
    if (m.kind === 'costs') {
      // Costs told of after the trip had ended belong to the account; the next trip does not bear them.
      if (trip !== undefined) {
        trip.fee += m.fee
        trip.tax += m.tax
      }
    } else if (m.kind === 'lost') this.#hold(m.t, m.instrument, m.broker, -m.qty)
    else if (m.kind === 'adopted') {
      const of = this.#opened(m.t, m.instrument, 1)
      of.bought += m.value
      of.traded += m.qty
      this.#hold(m.t, m.instrument, m.broker, m.qty)
    } else {
      const of = this.#opened(m.t, m.instrument, m.sign * m.side)
      if (m.side > 0) of.bought += m.sign * m.value
      else of.sold += m.sign * m.value
      of.fee += m.sign * m.fee
      of.tax += m.sign * m.tax
      of.fills += m.sign
      if (m.side > 0 === (of.side === 'long')) of.traded += m.sign * m.qty
      this.#hold(m.t, m.instrument, m.broker, m.sign * m.side * m.qty)
    }
  }

  #opened(t: number, instrument: number, direction: number): Open {
    const known = this.#open[instrument]
    if (known !== undefined) return known
    const side = direction > 0 ? 'long' : 'short'
    const made: Open = {
      instrument,
      opened: t,
      closed: 0,
      side,
      qty: 0,
      traded: 0,
      bought: 0,
      sold: 0,
      fee: 0,
      tax: 0,
      fills: 0,
    }
    this.#open[instrument] = made
    return made
  }

  #hold(t: number, instrument: number, broker: number, change: Qty): void {
    const of = this.#byBroker[instrument] as Map<number, Qty>
    of.set(broker, (of.get(broker) ?? 0) + change)
    const before = this.#held[instrument] as Qty
    const now = before + change
    this.#held[instrument] = now
    const trip = this.#open[instrument]
    if (trip === undefined) return
    trip.qty = Math.max(trip.qty, Math.abs(now))
    if (now !== 0 || before === 0) return
    trip.closed = t
    this.#open[instrument] = undefined
    this.count++
    this.#tell(trip)
  }

  #split(instrument: number, num: number, den: number): void {
    const of = this.#byBroker[instrument] as Map<number, Qty>
    for (const [broker, qty] of of) {
      const whole = mulDiv(Math.abs(qty), num, den, 'down')
      of.set(broker, qty < 0 ? -whole : whole)
    }
    this.#held[instrument] = [...of.values()].reduce((a, b) => a + b, 0)
    const trip = this.#open[instrument]
    if (trip === undefined) return
    trip.qty = mulDiv(trip.qty, num, den, 'down')
    trip.traded = mulDiv(trip.traded, num, den, 'down')
  }
}
