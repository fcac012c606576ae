/**
 * Scaled-integer arithmetic. An amount is an integer in a stated unit; rounding happens only here, with the
 * direction as an argument. Products are taken in doubles where they are exact and in BigInt where they are not.
 */
import { assert, safe } from './assert.ts'

export type Rounding = 'down' | 'up' | 'halfEven'

/** A ratio of integers, e.g. a percentage parsed from its decimal text. */
export interface Ratio {
  readonly num: number
  readonly den: number
}

const POW10 = Array.from({ length: 23 }, (_, i) => 10 ** i)

export function pow10(n: number): number {
  const p = POW10[n]
  assert(p !== undefined, `10^${n} is out of range`)
  return p
}

/** a · b / c for integers, c > 0; 'down' is towards minus infinity, 'up' towards plus infinity. */
export function mulDiv(a: number, b: number, c: number, rounding: Rounding): number {
  const product = a * b
  if (Math.abs(product) < 4503599627370496) {
    const q = Math.floor(product / c)
    // The division of two safe integers may round up to the next integer; the remainder settles it.
    let down = q
    let rest = product - down * c
    if (rest < 0) {
      down--
      rest += c
    } else if (rest >= c) {
      down++
      rest -= c
    }
    return settle(down, rest, c, rounding)
  }
  const wide = BigInt(a) * BigInt(b)
  const divisor = BigInt(c)
  let down = wide / divisor
  let rest = wide % divisor
  if (rest < 0n) {
    down -= 1n
    rest += divisor
  }
  return safe(settle(Number(down), Number(rest), c, rounding), 'mulDiv')
}

function settle(down: number, rest: number, c: number, rounding: Rounding): number {
  if (rest === 0 || rounding === 'down') return down
  if (rounding === 'up') return down + 1
  const twice = 2 * rest
  if (twice !== c) return twice > c ? down + 1 : down
  return down % 2 === 0 ? down : down + 1
}

/**
 * The sign of a·b − c·d for integers: in doubles first, in BigInt when the two sides are within 1e-9 of each other,
 * so that a limit is exact at its boundary and cheap away from it.
 */
export function compareProducts(a: number, b: number, c: number, d: number): number {
  const left = a * b
  const right = c * d
  const gap = left - right
  const scale = Math.abs(left) + Math.abs(right)
  if (Math.abs(gap) > scale * 1e-9) return gap > 0 ? 1 : -1
  if (scale <= 9007199254740991) return gap === 0 ? 0 : gap > 0 ? 1 : -1
  const exact = BigInt(a) * BigInt(b) - BigInt(c) * BigInt(d)
  return exact === 0n ? 0 : exact > 0n ? 1 : -1
}
