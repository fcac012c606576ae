/**
 * Runaway strategies: ten orders, or five refusals, within 60 s disable the strategy until the operator enables it
 * again. Exits of the risk rules are no orders of the strategy.
 */
import { type Micros, SECOND } from '../base/time.ts'
import type { DenialReason } from '../domain/reason.ts'
import type { RiskLimits } from './limits.ts'

const WINDOW: Micros = 60 * SECOND

/** Denials that say nothing about the strategy: it could not have known, or the day is simply over. */
const NO_FAULT: ReadonlySet<DenialReason> = new Set(['closed', 'halted', 'state', 'daily_orders'])

interface RunawayState {
  readonly orders: readonly Micros[]
  readonly refusals: readonly Micros[]
  readonly disabled: boolean
}

export class Runaway {
  /** Times of the last orders and refusals, oldest first; never more than the number that trips. */
  #orders: Micros[] = []
  #refusals: Micros[] = []
  disabled = false
  readonly #most: RiskLimits['runaway']

  constructor(most: RiskLimits['runaway']) {
    this.#most = most
  }

  /** Both return true when this one disables the strategy. */
  ordered(t: Micros): boolean {
    return this.#count(this.#orders, t, this.#most.orders)
  }

  /** `reason`: the first one of a denial; undefined for a rejection by the venue. */
  refused(t: Micros, reason: DenialReason | undefined): boolean {
    if (reason !== undefined && NO_FAULT.has(reason)) return false
    return this.#count(this.#refusals, t, this.#most.refusals)
  }

  #count(times: Micros[], t: Micros, most: number): boolean {
    times.push(t)
    while ((times[0] as Micros) <= t - WINDOW) times.shift()
    if (times.length > most) times.shift()
    if (times.length < most || this.disabled) return false
    this.disabled = true
    return true
  }

  enable(): void {
    this.disabled = false
    this.#orders = []
    this.#refusals = []
  }

  snapshot(): RunawayState {
    return { orders: [...this.#orders], refusals: [...this.#refusals], disabled: this.disabled }
  }

  restore(s: RunawayState): void {
    this.#orders = [...s.orders]
    this.#refusals = [...s.refusals]
    this.disabled = s.disabled
  }
}
