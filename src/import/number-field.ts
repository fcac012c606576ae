/**
 * A decimal in the bytes of a field, read exactly: the digits as an integer, the decimals behind the point without
 * trailing zeros, and the double nearest to it. At most 15 significant digits and 8 decimals are accepted: up to 15
 * digits every decimal is the only one of its length that its double stands for (DBL_DIG of IEEE 754 binary64), so
 * the text survives the round trip through DOUBLE; each value is proved all the same.
 */
import { parseDecimal } from '../core/base/decimal.ts'
import { pow10 } from '../core/base/fixed.ts'

export const MOST_DECIMALS = 8
const MOST_DIGITS = 15
/** Of a size behind noise. With fewer digits than a double has, that it lies this close is no accident. */
const PLAIN_DIGITS = 12
const LIMIT = 10 ** MOST_DIGITS
/** Below 2^51 the error of one division and one product by powers of ten stays under one half. */
export const SCALED_LIMIT = 2 ** 51

export class NumberField {
  /** The double nearest to the decimal; NaN when `problem` is not empty. */
  value = Number.NaN
  decimals = 0
  /** Empty when the field holds a usable decimal. */
  problem = ''
  /** Set by `readSize` where the text was the noise of binary arithmetic around the decimal that was taken. */
  noisy = false

  /** Reads bytes [start, end); blanks around the number are allowed. `factor` is 1, 100 or 1000 (lots to shares). */
  read(buffer: Uint8Array, start: number, end: number, factor = 1): boolean {
    let at = start
    let stop = end
    while (at < stop && buffer[at] === 32) at++
    while (stop > at && buffer[stop - 1] === 32) stop--
    const negative = buffer[at] === 45
    if (negative || buffer[at] === 43) at++
    let mantissa = 0
    let decimals = 0
    let zeros = 0
    let digits = 0
    let point = false
    for (; at < stop; at++) {
      const byte = buffer[at] as number
      if (byte >= 48 && byte <= 57) {
        digits++
        if (!point) mantissa = mantissa * 10 + (byte - 48)
        else if (byte === 48) zeros++
        else {
          if (zeros > 22) return this.#fail('has more than 8 decimals')
          mantissa = mantissa * pow10(zeros + 1) + (byte - 48)
          decimals += zeros + 1
          zeros = 0
        }
      } else if (byte === 46 && !point) point = true
      else return this.#slow(buffer, start, end, factor)
    }
    if (digits === 0) return this.#slow(buffer, start, end, factor)
    return this.#settle(mantissa, decimals, negative, factor)
  }

  /**
   * A size that may carry the rounding noise of binary arithmetic (8050000.000000001, 261079999.99999997): where it
   * lies within two units in the last place of a decimal of 12 digits, that decimal is taken and `noisy` says so.
   */
  readSize(buffer: Uint8Array, start: number, end: number, factor: number): boolean {
    this.noisy = false
    if (this.read(buffer, start, end, factor)) return true
    if (end - start < MOST_DIGITS || end - start > 32 || factor !== 1) return false
    const text = Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start)
      .toString('latin1')
      .trim()
    if (!/^\d+\.\d+$/.test(text)) return false
    const noisy = Number(text)
    const clean = noisy.toPrecision(PLAIN_DIGITS)
    if (Math.abs(noisy - Number(clean)) > 2 * Number.EPSILON * noisy) return false
    const decimal = parseDecimal(clean)
    if (decimal === undefined || decimal.decimals > MOST_DECIMALS) return false
    this.noisy = this.#settle(Number(decimal.digits), decimal.decimals, false, 1)
    return this.noisy
  }

  /** Scientific notation, and what is no number at all. */
  #slow(buffer: Uint8Array, start: number, end: number, factor: number): boolean {
    const text = Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start)
      .toString('utf8')
      .trim()
    if (text === '') return this.#fail('is empty')
    const decimal = text.length > 64 ? undefined : parseDecimal(text)
    if (decimal === undefined) return this.#fail('is not a number')
    return this.#settle(Number(decimal.digits), decimal.decimals, decimal.negative, factor)
  }

  #settle(mantissa: number, decimals: number, negative: boolean, factor: number): boolean {
    if (decimals > MOST_DECIMALS) return this.#fail('has more than 8 decimals')
    if (mantissa * factor >= LIMIT) return this.#fail('has more than 15 significant digits')
    const scaled = mantissa * factor
    const value = scaled / pow10(decimals)
    if (Math.round(value * pow10(decimals)) !== scaled) return this.#fail('does not survive the round trip to a double')
    this.value = negative && scaled !== 0 ? -value : value
    this.decimals = factor === 1 ? decimals : decimalsOf(scaled, decimals)
    this.problem = ''
    return true
  }

  #fail(problem: string): boolean {
    this.value = Number.NaN
    this.decimals = 0
    this.problem = problem
    return false
  }
}

/** Decimals of scaled · 10^-decimals after trailing zeros are dropped. */
function decimalsOf(scaled: number, decimals: number): number {
  let rest = scaled
  let left = decimals
  while (left > 0 && rest % 10 === 0) {
    rest /= 10
    left--
  }
  return left
}
