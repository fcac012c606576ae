/** Parameters of an agent: declared by a schema, reachable from outside by `--set agent.<name>=<value>`. */
import { toRatio } from '../base/decimal.ts'
import type { Ratio } from '../base/fixed.ts'

/**
 * `ratio` keeps the decimal text exact (for sizes and percentages); `integer` and `number` are doubles; `choice` is
 * one of `values`. `min` and `max` are inclusive.
 */
export type ParamSpec =
  | {
      readonly type: 'ratio'
      readonly default: string
      readonly min?: number
      readonly max?: number
      readonly what: string
    }
  | {
      readonly type: 'integer'
      readonly default: number
      readonly min?: number
      readonly max?: number
      readonly what: string
    }
  | {
      readonly type: 'number'
      readonly default: number
      readonly min?: number
      readonly max?: number
      readonly what: string
    }
  | { readonly type: 'choice'; readonly default: string; readonly values: readonly string[]; readonly what: string }

export type ParamSchema = Readonly<Record<string, ParamSpec>>

export type ParamValue<S extends ParamSpec> = S extends { type: 'ratio' }
  ? Ratio
  : S extends { type: 'choice' }
    ? string
    : number

export type ParamValues<P extends ParamSchema> = { readonly [K in keyof P]: ParamValue<P[K]> }

/** A parameter that is unknown or out of its range. */
export class ParamError extends Error {
  override readonly name = 'ParamError'
  readonly field: string
  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

/** Applies texts from outside to a schema; names the field, the value and what would be right. */
export function readParams<P extends ParamSchema>(schema: P, given: ReadonlyMap<string, string>): ParamValues<P> {
  const names = Object.keys(schema) // allow core-purity: parameter names in source order, only for messages and look-up
  for (const name of given.keys()) {
    if (names.includes(name)) continue
    const known = names.length === 0 ? 'it has none' : `known: ${names.join(', ')}`
    throw new ParamError(name, `agent.${name}: the agent has no such parameter; ${known}`)
  }
  const entries = names.map((name) => [name, readParam(name, schema[name] as ParamSpec, given.get(name))] as const)
  return Object.fromEntries(entries) as ParamValues<P>
}

function readParam(name: string, spec: ParamSpec, text: string | undefined): Ratio | string | number {
  if (spec.type === 'choice') {
    const value = text ?? spec.default
    if (spec.values.includes(value)) return value
    throw new ParamError(name, `agent.${name}: ${value} is not one of ${spec.values.join(', ')}`)
  }
  const written = text ?? String(spec.default)
  const ratio = toRatio(written)
  const value = ratio === undefined ? Number.NaN : ratio.num / ratio.den
  const low = spec.min ?? -Infinity
  const high = spec.max ?? Infinity
  const whole = spec.type !== 'integer' || Number.isInteger(value)
  if (ratio === undefined || !whole || !(value >= low && value <= high)) {
    const kind = spec.type === 'integer' ? 'a whole number' : 'a number'
    throw new ParamError(name, `agent.${name}: ${written} is not ${kind} from ${low} to ${high}`)
  }
  return spec.type === 'ratio' ? ratio : value
}
