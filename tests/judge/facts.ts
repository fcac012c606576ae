/** What the judge knows of a run beforehand, what it throws, and how it counts: by types of the engine only. */
import type { EngineSetup } from '../../src/core/engine/setup.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { RiskLimits } from '../../src/core/execution/limits.ts'
import { type Frac, ceil, floor, frac, ten } from './exact.ts'

export type Facts = Pick<
  EngineSetup,
  | 'instruments'
  | 'calendars'
  | 'shapes'
  | 'currencies'
  | 'base'
  | 'routes'
  | 'brokers'
  | 'brokerRules'
  | 'arming'
  | 'cash'
  | 'limits'
  | 'fees'
>
export type Limits = RiskLimits

/** An invariant that does not hold: its id, the index of the event, and the numbers. */
export class Violation extends Error {
  readonly id: string
  readonly index: number

  constructor(id: string, index: number, what: string) {
    super(`${id} at event ${index}: ${what}`)
    this.name = 'Violation'
    this.id = id
    this.index = index
  }
}

export const SECOND = 1_000_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** D-05: the risk day starts at 21:30 UTC. */
export const ROLL = 21 * HOUR + 30 * MINUTE

export function riskDayOf(t: number): number {
  return Math.floor((t - ROLL) / DAY)
}

/** `contract.md` 2: won and yen have four digits behind the point, everything else six. */
export function digits(currency: string): number {
  return currency === 'KRW' || currency === 'JPY' ? 4 : 6
}

/** Price × quantity in money units of the instrument's currency, exact. */
export function valueOf(i: Instrument, qty: bigint, price: Frac): Frac {
  const spare = digits(i.currency) - i.priceDecimals - i.qtyDecimals
  const n = qty * price.n
  return spare >= 0 ? { n: n * ten(spare), d: price.d } : { n, d: price.d * ten(-spare) }
}

/** What a fill's value moves in cash: rounded against us where the scales do not divide. */
export function bookedValue(i: Instrument, side: number, qty: bigint, price: bigint): bigint {
  const exact = valueOf(i, qty, frac(price))
  return side > 0 ? ceil(exact) : floor(exact)
}

/** Does a broker's books have to be asked for, or are its reports its books? */
export function inStep(facts: Facts, broker: number): boolean {
  return (facts.brokerRules?.[broker]?.reconcileEvery ?? 0) === 0
}

export function instrumentOf(facts: Facts, id: number): Instrument {
  return facts.instruments[id] as Instrument
}
