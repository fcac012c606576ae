/** The client's doubles as the core's integers. What is no number, too fine or unsafe is undefined, never zero (F-38). */
import { pow10 } from '../../src/core/base/fixed.ts'

/** A double of the wire carries what decimal text said: nearer than this to a whole number it is that number. */
const NEAR = 1e-6
/** The client's texts for "not set", as doubles. */
const SENTINEL = 1e300

/** `undefined` also for digits beyond `decimals`. */
export function scaled(x: number | undefined, decimals: number): number | undefined {
  if (x === undefined || !Number.isFinite(x) || Math.abs(x) > SENTINEL) return undefined
  const y = x * pow10(decimals)
  const n = Math.round(y)
  if (!Number.isSafeInteger(n) || Math.abs(y - n) > NEAR * Math.max(1, Math.abs(n) * 1e-9)) return undefined
  return n === 0 ? 0 : n
}

/** The nearest integer, for prices between two units (a fill inside the spread, an average). */
export function rounded(x: number | undefined, decimals: number): number | undefined {
  if (x === undefined || !Number.isFinite(x) || Math.abs(x) > SENTINEL) return undefined
  const n = Math.round(x * pow10(decimals))
  return Number.isSafeInteger(n) ? (n === 0 ? 0 : n) : undefined
}

/** A scaled integer as the double that the client writes as plain decimal text; undefined where it would write 1e-7. */
export function plain(n: number, decimals: number): number | undefined {
  const x = n / pow10(decimals)
  return /e/.test(String(x)) ? undefined : x
}
