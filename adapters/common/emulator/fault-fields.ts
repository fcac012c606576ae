/** Reads the fields of a fault that was asked for. Whatever is wrong throws Failure (2) with kind, field and value. */
import { Failure } from '../../../src/cli/failure.ts'
import { type Micros, parseStamp } from '../../../src/core/base/time.ts'
import type { PlannedFault } from './fault-plan.ts'
import type { FaultSpec } from './fault-spec.ts'

const LASTING_MS = 10_000

export class FaultFields<Kind extends string> {
  readonly spec: FaultSpec<Kind>
  readonly #given: Readonly<Record<string, unknown>>

  /** `common`: fields that every kind takes; `example`: a request, for whoever sent something else. */
  constructor(request: unknown, kinds: readonly FaultSpec<Kind>[], common: readonly string[], example: string) {
    if (typeof request !== 'object' || request === null || Array.isArray(request)) {
      throw new Failure(`fault: write a JSON object such as ${example}`, 2)
    }
    this.#given = request as Readonly<Record<string, unknown>>
    const { kind } = this.#given
    const spec = kinds.find((k) => k.kind === kind)
    if (spec === undefined) throw new Failure(`fault: kind ${JSON.stringify(kind)}: unknown; GET /faults lists them`, 2)
    this.spec = spec
    for (const name of Object.keys(this.#given)) {
      if (common.includes(name) || name in spec.params) continue
      const known = [...common, ...Object.keys(spec.params)].join(', ')
      throw new Failure(`fault ${spec.kind}: field ${name}: unknown; it takes ${known}`, 2)
    }
  }

  has(name: string): boolean {
    return this.#given[name] !== undefined
  }

  whole(name: string, fallback: number): number {
    const value = this.#given[name] ?? fallback
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    throw this.#wrong(name, value, 'write a whole number')
  }

  word(name: string): string {
    const value = this.#given[name] ?? ''
    if (typeof value === 'string') return value
    throw this.#wrong(name, value, 'write a text')
  }

  /** `at`, a stamp of the run's clock with its zone; `mend` says how to write one. */
  stamp(mend: string): Micros {
    const stamp = parseStamp(this.word('at'))
    if (stamp?.hasZone === true) return stamp.t
    throw this.#wrong('at', this.#given.at, mend)
  }

  /** Of every planned fault what it has from its fields. */
  plan(at: Micros): Pick<PlannedFault<Kind>, 'spec' | 'at' | 'until' | 'params' | 'left' | 'fired'> {
    const lasting = this.spec.mode === 'lasting'
    const length = this.whole('for_ms', lasting ? LASTING_MS : 0)
    return {
      spec: this.spec,
      at,
      until: length > 0 ? at + length * 1000 : Infinity,
      params: this.#params(),
      left: lasting ? Number.MAX_SAFE_INTEGER : Math.max(1, this.whole('count', 1)),
      fired: 0,
    }
  }

  #params(): Readonly<Record<string, string | number>> {
    const params: Record<string, string | number> = {}
    for (const [name, { fallback }] of Object.entries(this.spec.params)) {
      const value = this.#given[name] ?? fallback
      if (typeof value !== typeof fallback || (typeof value === 'number' && !Number.isFinite(value))) {
        throw this.#wrong(name, value, `write a ${typeof fallback}`)
      }
      params[name] = value as string | number
    }
    return params
  }

  #wrong(name: string, value: unknown, mend: string): Failure {
    return new Failure(`fault ${this.spec.kind}: field ${name}: ${JSON.stringify(value)}: ${mend}`, 2)
  }
}
