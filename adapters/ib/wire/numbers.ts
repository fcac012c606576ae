/** Numbers as text: integers and decimals, and the three ways in which a number is not there. */
import { parseDecimal } from '../../../src/core/base/decimal.ts'
import { WireError } from './wire-error.ts'

export const UNSET_DOUBLE = '1.7976931348623157E308'
export const UNSET_INT = '2147483647'
export const UNSET_LONG = '9223372036854775807'

const UNSET = new Set(['', UNSET_INT, UNSET_LONG, '1.7976931348623157e308', '1.7976931348623157e+308'])

/** Empty, or one of the sentinels of the three languages that write them. */
export function isUnset(text: string): boolean {
  return UNSET.has(text) || UNSET.has(text.toLowerCase())
}

/** Also zero in any spelling: what Python's clients write for a field that nobody set. */
export function isZero(text: string): boolean {
  return isUnset(text) || /^[+-]?0+(\.0*)?$/.test(text) || text === '0.'
}

export function isTrue(text: string): boolean {
  return text === '1' || text.toLowerCase() === 'true'
}

/** Decimal text of an integer, `fallback` where it is not set. */
export function readInt(text: string, field: string, fallback = 0): number {
  if (isUnset(text)) return fallback
  const d = parseDecimal(text)
  const n = d === undefined || d.decimals > 0 ? Number.NaN : Number(d.digits) * (d.negative ? -1 : 1)
  if (Number.isSafeInteger(n)) return n
  throw new WireError('number', `${field}: ${JSON.stringify(text.slice(0, 40))} is not a whole number`, field)
}

/** A double as text with no more than eight decimals, never in scientific notation. */
export function realText(x: number): string {
  if (!Number.isFinite(x)) return UNSET_DOUBLE
  const text = x.toFixed(8)
  const short = text.replace(/\.?0+$/, '')
  return short === '-0' ? '0' : short
}

export function flag(on: boolean): string {
  return on ? '1' : '0'
}
