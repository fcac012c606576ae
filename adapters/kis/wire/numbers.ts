/**
 * How KIS writes numbers: always text. Prices and quantities come as scaled integers (`core/domain/units.ts`) and leave
 * with a fixed number of decimals, sometimes zero-padded, signed, or with the decimals implied. Reading is lenient the
 * way every client of this API must be: padding, plus signs and leading zeros are stripped, blank means absent.
 */
import { toScaled } from '../../../src/core/base/decimal.ts'
import { pow10 } from '../../../src/core/base/fixed.ts'

/** An integer of 10^-scale with exactly `decimals` decimals; what does not fit is cut towards zero. */
export function fixedText(x: number, scale: number, decimals: number): string {
  const negative = x < 0
  let whole = Math.abs(x)
  if (scale > decimals) whole = Math.floor(whole / pow10(scale - decimals))
  let digits = String(whole)
  if (scale < decimals) digits += '0'.repeat(decimals - scale)
  if (decimals > 0) {
    digits = digits.padStart(decimals + 1, '0')
    digits = `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
  }
  return negative && /[1-9]/.test(digits) ? `-${digits}` : digits
}

/** Change in percent with `decimals` decimals; "0.00" where the base is 0. */
export function percentText(change: number, base: number, decimals = 2): string {
  const percent = base === 0 ? 0 : Math.round((change / base) * 100 * pow10(decimals))
  return fixedText(percent, decimals, decimals)
}

/** 12, 10 → "0000000012". */
export function padded(n: number, width: number): string {
  return String(n).padStart(width, '0')
}

/** Sign code of a change: 1 upper limit, 2 up, 3 unchanged, 4 lower limit, 5 down. */
export type SignCode = '1' | '2' | '3' | '4' | '5'

export function signCode(change: number, price = 0, upper = Infinity, lower = -Infinity): SignCode {
  if (change > 0) return price >= upper ? '1' : '2'
  if (change < 0) return price <= lower ? '4' : '5'
  return '3'
}

/** Text of a wire number as a scaled integer; blank is absent, anything else that is no number is undefined too. */
export function readScaled(text: string, scale: number): number | undefined {
  const bare = text.trim().replace(/^\+/, '')
  return bare === '' ? undefined : toScaled(bare, scale)
}

/** A whole number of digits alone, such as an order number; "70000.0" is none, as the vendor has it. */
export function readWhole(text: string): number | undefined {
  const bare = text.trim()
  return /^\d+$/.test(bare) ? readScaled(bare, 0) : undefined
}

/** Order numbers differ in padding between answers, lists and notices: compare them as integers. */
export function sameOrderNumber(a: string, b: string): boolean {
  const [x, y] = [readWhole(a), readWhole(b)]
  return x !== undefined && x === y
}
