/**
 * Scripted faults: off until asked for through the control door. The catalogue is data; a fault is either played at once
 * (a dropped socket), or waits for the next requests, notices or frames it applies to, `count` of them (1 by default).
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
  readonly path: string
  readonly trId: string
  readonly params: Readonly<Record<string, string | number>>
  left: number
  fired: number
}

/** What a fault is matched against. */
export interface Target {
  readonly path?: string
  readonly trId?: string
}

export class FaultPlan {
  readonly #waiting: Fault[] = []
  readonly #play: (fault: Fault) => void
  #next = 1

  /** `play` carries out the faults that happen at a moment rather than to a message. */
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

  /** Plays what has come due. */
  due(now: Micros): void {
    for (const fault of this.#waiting) {
      if (!fault.spec.instant || fault.left === 0 || fault.at > now) continue
      fault.left = 0
      fault.fired++
      this.#play(fault)
    }
    this.#tidy(now)
  }

  /** Consumes one use of a fault of this kind that applies; undefined when none does. */
  take(kind: FaultKind, now: Micros, target: Target = {}): Fault | undefined {
    const fault = this.#find(kind, now, target)
    if (fault === undefined) return undefined
    fault.left--
    fault.fired++
    return fault
  }

  /** Is a lasting fault of this kind on? */
  isOn(kind: FaultKind, now: Micros, target: Target = {}): boolean {
    const fault = this.#find(kind, now, target)
    if (fault !== undefined) fault.fired++
    return fault !== undefined
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
        appliesTo(f, target.path ?? '') &&
        (f.trId === '' || target.trId === f.trId),
    )
  }

  #tidy(now: Micros): void {
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      const fault = this.#waiting[i] as Fault
      if (fault.left <= 0 || fault.until <= now) this.#waiting.splice(i, 1)
    }
  }
}

/** Without a path of its own a fault leaves the OAuth endpoints alone: a login must not use up what is meant for orders. */
function appliesTo(fault: Fault, path: string): boolean {
  return fault.path === '' ? !path.startsWith('/oauth2/') : path.includes(fault.path)
}

const COMMON = ['kind', 'at', 'after_ms', 'count', 'path', 'tr_id', 'for_ms']

function readFault(request: unknown, now: Micros, id: number): Fault {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    throw new Failure('fault: write a JSON object such as {"kind":"http-error","status":503}', 2)
  }
  const given = request as Readonly<Record<string, unknown>>
  const spec = FAULT_KINDS.find((k) => k.kind === given.kind)
  if (spec === undefined)
    throw new Failure(`fault: kind ${JSON.stringify(given.kind)}: unknown; GET /faults lists them`, 2)
  for (const name of Object.keys(given)) {
    if (COMMON.includes(name) || name in spec.params) continue
    throw new Failure(
      `fault ${spec.kind}: field ${name}: unknown; it takes ${[...COMMON, ...Object.keys(spec.params)].join(', ')}`,
      2,
    )
  }
  const params: Record<string, string | number> = {}
  for (const [name, { fallback }] of Object.entries(spec.params)) {
    const value = given[name] ?? fallback
    if (typeof value !== typeof fallback || (typeof value === 'number' && !Number.isFinite(value))) {
      throw new Failure(`fault ${spec.kind}: field ${name}: ${JSON.stringify(value)}: write a ${typeof fallback}`, 2)
    }
    params[name] = value as string | number
  }
  const at = momentOf(spec, given, now)
  const length = whole(spec, given, 'for_ms', spec.lasting ? 10_000 : 0)
  return {
    id,
    spec,
    at,
    until: length > 0 ? at + length * 1000 : Infinity,
    path: word(spec, given, 'path'),
    trId: word(spec, given, 'tr_id'),
    params,
    left: spec.lasting ? Number.MAX_SAFE_INTEGER : Math.max(1, whole(spec, given, 'count', 1)),
    fired: 0,
  }
}

/** `at` is a stamp of the run's clock with a zone; else `after_ms` from now. */
function momentOf(spec: FaultSpec, given: Readonly<Record<string, unknown>>, now: Micros): Micros {
  if (given.at === undefined) return now + whole(spec, given, 'after_ms', 0) * 1000
  const stamp = parseStamp(word(spec, given, 'at'))
  if (stamp?.hasZone === true) return stamp.t
  throw new Failure(
    `fault ${spec.kind}: field at: ${JSON.stringify(given.at)}: write a stamp such as 2026-03-03T01:00:00Z`,
    2,
  )
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
