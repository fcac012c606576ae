/** Decimal text ↔ scaled integers: exact, no float in between. */
import type { Ratio } from './fixed.ts'

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/

export interface Decimal {
  readonly negative: boolean
  /** All digits without the point, no leading zeros ('0' for zero). */
  readonly digits: string
  /** Digits behind the point; trailing zeros removed. */
  readonly decimals: number
}

/** Reads a plain or scientific decimal; undefined when the text is not one (NaN, Infinity, hex, empty). */
export function parseDecimal(text: string): Decimal | undefined {
  const m = DECIMAL.exec(text)
  if (m === null) return undefined
  const whole = m[2] ?? ''
  const fraction = m[3] ?? ''
  if (whole === '' && fraction === '') return undefined
  let digits = whole + fraction
  let decimals = fraction.length - Number(m[4] ?? 0)
  if (decimals < 0) {
    digits += '0'.repeat(-decimals)
    decimals = 0
  }
  digits = digits.replace(/^0+(?=\d)/, '')
  while (decimals > 0 && digits.endsWith('0')) {
    digits = digits.slice(0, -1)
    decimals--
  }
  // Zero has no decimals, however many were written.
  if (digits === '') {
    digits = '0'
    decimals = 0
  }
  return { negative: m[1] === '-' && digits !== '0', digits, decimals }
}

/** Decimal text as an integer of 10^-scale; undefined when it is no decimal, needs more digits, or is unsafe. */
export function toScaled(text: string, scale: number): number | undefined {
  const d = parseDecimal(text)
  if (d === undefined || d.decimals > scale) return undefined
  const x = Number(d.digits + '0'.repeat(scale - d.decimals))
  if (!Number.isSafeInteger(x)) return undefined
  return d.negative ? -x : x
}

/** An integer of 10^-scale as the shortest exact decimal text: 1050000, 6 → "1.05". */
export function fromScaled(x: number, scale: number): string {
  const negative = x < 0
  let digits = String(negative ? -x : x)
  if (scale === 0) return negative ? `-${digits}` : digits
  if (digits.length <= scale) digits = '0'.repeat(scale - digits.length + 1) + digits
  const point = digits.length - scale
  let end = digits.length
  while (end > point && digits.charCodeAt(end - 1) === 48) end--
  const text = end === point ? digits.slice(0, point) : `${digits.slice(0, point)}.${digits.slice(point, end)}`
  return negative ? `-${text}` : text
}

/** "0.05" → 5/100, exactly. */
export function toRatio(text: string): Ratio | undefined {
  const d = parseDecimal(text)
  if (d === undefined || d.decimals > 15) return undefined
  const num = Number(d.digits)
  if (!Number.isSafeInteger(num)) return undefined
  return { num: d.negative ? -num : num, den: 10 ** d.decimals }
}
