/**
 * Scripted faults: off until asked for through the control door. A fault is played at its moment, holds for a while, or
 * waits for the next messages it applies to, `count` of them (1 by default); all moments are of the run's clock.
 */
import { Failure } from '../../../src/cli/failure.ts'
import { type Micros, parseStamp } from '../../../src/core/base/time.ts'
import { FAULT_KINDS, type FaultKind, type FaultSpec } from './fault-kinds.ts'

export interface Fault {
  readonly id: number
  readonly spec: FaultSpec
  readonly at: Micros
  /** After this moment of the run the fault is over; Infinity for none. */
  readonly until: Micros
  /** Name of the answer it strikes, '' for any. */
  readonly message: string
  /** Client it strikes, undefined for any. */
  readonly client: number | undefined
  readonly params: Readonly<Record<string, string | number>>
  left: number
  fired: number
}

/** What a fault is matched against. */
export interface Target {
  readonly message?: string
  readonly client?: number | undefined
}

const LASTING_MS = 10_000
const COMMON = ['kind', 'after_ms', 'at', 'count', 'for_ms', 'message', 'client']

export class FaultPlan {
  readonly #waiting: Fault[] = []
  readonly #play: (fault: Fault) => void
  #next = 1

  /** `play` carries out the faults that happen at a moment. */
  constructor(play: (fault: Fault) => void) {
    this.#play = play
  }

  /** Takes a request of the control door; throws Failure naming field and value. */
  post(request: unknown, now: Micros): Fault {
    const fault = readFault(request, now, this.#next++)
    this.#waiting.push(fault)
    this.due(now)
    return fault
  }

  /** The earliest moment at which something begins or ends. */
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
      this.#play(fault)
    }
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      const fault = this.#waiting[i] as Fault
      if (fault.left <= 0 || fault.until <= now) this.#waiting.splice(i, 1)
    }
  }

  /** Consumes one use of a fault of this kind that applies; undefined when none does. */
  take(kind: FaultKind, now: Micros, target: Target = {}): Fault | undefined {
    if (this.#waiting.length === 0) return undefined
    const fault = this.#find(kind, now, target)
    if (fault === undefined) return undefined
    fault.left--
    fault.fired++
    return fault
  }

  /** The lasting fault of this kind that is on, if any. */
  on(kind: FaultKind, now: Micros, target: Target = {}): Fault | undefined {
    if (this.#waiting.length === 0) return undefined
    const fault = this.#find(kind, now, target)
    if (fault !== undefined) fault.fired++
    return fault
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

  #find(kind: FaultKind, now: Micros, target: Target): Fault | undefined {
    return this.#waiting.find(
      (f) =>
        f.spec.kind === kind &&
        f.left > 0 &&
        f.at <= now &&
        now < f.until &&
        (f.message === '' || f.message === target.message) &&
        (f.client === undefined || f.client === target.client),
    )
  }
}

function readFault(request: unknown, now: Micros, id: number): Fault {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    throw new Failure('fault: write a JSON object such as {"kind":"socket-reset"}', 2)
  }
  const given = request as Readonly<Record<string, unknown>>
  const spec = FAULT_KINDS.find((k) => k.kind === given.kind)
  if (spec === undefined) {
    throw new Failure(`fault: kind ${JSON.stringify(given.kind)}: unknown; GET /faults lists them`, 2)
  }
  for (const name of Object.keys(given)) {
    if (COMMON.includes(name) || name in spec.params) continue
    const known = [...COMMON, ...Object.keys(spec.params)].join(', ')
    throw new Failure(`fault ${spec.kind}: field ${name}: unknown; it takes ${known}`, 2)
  }
  const lasting = spec.mode === 'lasting'
  const at = momentOf(spec, given, now) + whole(spec, given, 'after_ms', 0) * 1000
  const length = whole(spec, given, 'for_ms', lasting ? LASTING_MS : 0)
  return {
    id,
    spec,
    at,
    until: length > 0 ? at + length * 1000 : Infinity,
    message: word(spec, given, 'message'),
    client: given.client === undefined ? undefined : whole(spec, given, 'client', 0),
    params: readParams(spec, given),
    left: lasting ? Number.MAX_SAFE_INTEGER : Math.max(1, whole(spec, given, 'count', 1)),
    fired: 0,
  }
}

/** `at`, a stamp with its zone; without one it is now. */
function momentOf(spec: FaultSpec, given: Readonly<Record<string, unknown>>, now: Micros): Micros {
  if (given.at === undefined) return now
  const stamp = parseStamp(word(spec, given, 'at'))
  if (stamp?.hasZone === true) return stamp.t
  throw new Failure(`fault ${spec.kind}: field at: ${JSON.stringify(given.at)}: write such as 2026-01-12T15:00:00Z`, 2)
}

function readParams(spec: FaultSpec, given: Readonly<Record<string, unknown>>): Fault['params'] {
  const params: Record<string, string | number> = {}
  for (const [name, { fallback }] of Object.entries(spec.params)) {
    const value = given[name] ?? fallback
    if (typeof value !== typeof fallback || (typeof value === 'number' && !Number.isFinite(value))) {
      throw new Failure(`fault ${spec.kind}: field ${name}: ${JSON.stringify(value)}: write a ${typeof fallback}`, 2)
    }
    params[name] = value as string | number
  }
  return params
}

function whole(spec: FaultSpec, given: Readonly<Record<string, unknown>>, name: string, fallback: number): number {
  const value = given[name] ?? fallback
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new Failure(`fault ${spec.kind}: field ${name}: ${JSON.stringify(value)}: write a whole number`, 2)
}

function word(spec: FaultSpec, given: Readonly<Record<string, unknown>>, name: string): string {
  const value = given[name] ?? ''
  if (typeof value === 'string') return value
  throw new Failure(`fault ${spec.kind}: field ${name}: ${JSON.stringify(value)}: write a text`, 2)
}
