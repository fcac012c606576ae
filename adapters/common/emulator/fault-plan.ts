/**
 * Scripted faults that wait: off until asked for through the control door. A fault is played at its moment, holds for a
 * while, or waits for the next messages it applies to, `count` of them; all moments are of the run's clock. What a
 * request may name and what a fault strikes are the venue's own.
 */
import type { Micros } from '../../../src/core/base/time.ts'
import type { FaultSpec } from './fault-spec.ts'

export interface PlannedFault<Kind extends string = string> {
  readonly id: number
  readonly spec: FaultSpec<Kind>
  readonly at: Micros
  /** After this moment of the run the fault is over; Infinity for none. */
  readonly until: Micros
  readonly params: Readonly<Record<string, string | number>>
  left: number
  fired: number
}

export interface FaultRules<Fault, Target> {
  /** Reads a request of the control door; throws Failure naming field and value. */
  readonly read: (request: unknown, now: Micros, id: number) => Fault
  readonly strikes: (fault: Fault, target: Target) => boolean
  /** Carries out a fault that happens at a moment rather than to a message. */
  readonly play: (fault: Fault) => void
}

export class FaultPlan<Kind extends string, Fault extends PlannedFault<Kind>, Target extends object> {
  readonly #waiting: Fault[] = []
  readonly #rules: FaultRules<Fault, Target>
  #next = 1

  constructor(rules: FaultRules<Fault, Target>) {
    this.#rules = rules
  }

  /** Takes a request of the control door; throws Failure naming field and value. */
  post(request: unknown, now: Micros): Fault {
    const fault = this.#rules.read(request, now, this.#next++)
    this.#waiting.push(fault)
    this.due(now)
    return fault
  }

  /** The earliest moment at which something is to be played. */
  get next(): Micros {
    let t = Infinity
    for (const f of this.#waiting) {
      if (f.spec.mode === 'instant' && f.left > 0) t = Math.min(t, f.at)
    }
    return t
  }

  /** Plays what has come due and forgets what is over. */
  due(now: Micros): void {
    for (const fault of [...this.#waiting]) {
      if (fault.spec.mode !== 'instant' || fault.left === 0 || fault.at > now) continue
      fault.left = 0
      fault.fired++
      this.#rules.play(fault)
    }
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      const fault = this.#waiting[i] as Fault
      if (fault.left <= 0 || fault.until <= now) this.#waiting.splice(i, 1)
    }
  }

  /** Consumes one use of a fault of this kind that applies; undefined when none does. */
  take(kind: Kind, now: Micros, target: Target = {} as Target): Fault | undefined {
    const fault = this.#find(kind, now, target)
    if (fault === undefined) return undefined
    fault.left--
    fault.fired++
    return fault
  }

  /** The lasting fault of this kind that is on, if any. */
  on(kind: Kind, now: Micros, target: Target = {} as Target): Fault | undefined {
    const fault = this.#find(kind, now, target)
    if (fault !== undefined) fault.fired++
    return fault
  }

  isOn(kind: Kind, now: Micros, target?: Target): boolean {
    return this.on(kind, now, target) !== undefined
  }

  get quiet(): boolean {
    return this.#waiting.length === 0
  }

  list(): readonly Fault[] {
    return this.#waiting
  }

  clear(): void {
    this.#waiting.length = 0
  }

  #find(kind: Kind, now: Micros, target: Target): Fault | undefined {
    return this.#waiting.find(
      (f) => f.spec.kind === kind && f.left > 0 && f.at <= now && now < f.until && this.#rules.strikes(f, target),
    )
  }
}
