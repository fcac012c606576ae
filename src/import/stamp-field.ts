/**
 * A point in time in the bytes of a field → integer microseconds since 1970 UTC. Three ways of writing it: an
 * integer (or decimal) count of s, ms, us or ns; an ISO stamp with or without a zone; a bare date, which is a
 * session of the venue. A stamp without a zone needs the zone from outside: it is never guessed.
 */
import { DAY, type EpochDay, epochDay, civilDate, type Micros, parseDay, parseStamp } from '../core/base/time.ts'
import { localToUtc } from '../reference/zones.ts'

export type TimeUnit = 's' | 'ms' | 'us' | 'ns' | 'iso'
export const TIME_UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns', 'iso']

/** iso 2024-03-08; mdy 3/8/2024; dmy 8.3.2024; ymd 20240308; mdy2 and dmy2 with a year of two digits, 1970 … 2069. */
export type DateFormat = 'iso' | 'mdy' | 'dmy' | 'ymd' | 'mdy2' | 'dmy2'
export const DATE_FORMATS: readonly DateFormat[] = ['iso', 'mdy', 'dmy', 'ymd', 'mdy2', 'dmy2']

export type Resolution = 's' | 'ms' | 'us' | 'ns'
export const RESOLUTIONS: readonly Resolution[] = ['s', 'ms', 'us', 'ns']

export interface StampRule {
  readonly unit: TimeUnit
  /** IANA zone of stamps that carry none; undefined refuses them. */
  readonly zone: string | undefined
  readonly dateFormat: DateFormat
}

const FIRST: Micros = epochDay(1900, 1, 1) * DAY
const BEYOND: Micros = epochDay(2200, 1, 1) * DAY
const QUARTER_HOUR = 900_000_000
const POWER = { s: 6, ms: 3, us: 0, ns: -3 } as const

export class StampField {
  readonly #rule: StampRule
  #t: Micros = 0
  #bareDate = false
  problem = ''
  /** Set when the only thing missing is the zone: the caller refuses the file, not the row. */
  zoneMissing = false
  /** The finest resolution seen. */
  resolution: Resolution = 's'
  #localBlock = Number.NaN
  #offset = 0

  constructor(rule: StampRule) {
    this.#rule = rule
    if (rule.unit !== 'iso') this.resolution = rule.unit
  }

  /** Microseconds UTC; of a bare date the date at midnight UTC. */
  get t(): Micros {
    return this.#t
  }

  get bareDate(): boolean {
    return this.#bareDate
  }

  read(buffer: Buffer, start: number, end: number): boolean {
    this.problem = ''
    this.#bareDate = false
    if (start === end) return this.#fail('is empty')
    const ok = this.#rule.unit === 'iso' ? this.#readIso(buffer, start, end) : this.#readCount(buffer, start, end)
    if (!ok) return false
    if (this.#t >= FIRST && this.#t < BEYOND) return true
    return this.#fail(
      `lies outside the years 1900 to 2199${this.#rule.unit === 'iso' ? '' : '; is --time-unit right?'}`,
    )
  }

  #readCount(buffer: Buffer, start: number, end: number): boolean {
    const power = POWER[this.#rule.unit as keyof typeof POWER]
    let micros = 0
    let fraction = -1
    // Of nanoseconds the last three digits are left out: the count itself is beyond what a double holds exactly.
    const wholeEnd = power < 0 ? end + power : end
    for (let at = start; at < end; at++) {
      const byte = buffer[at] as number
      if (byte === 46 && fraction < 0 && power >= 0 && at > start) {
        fraction = 0
        continue
      }
      if (byte < 48 || byte > 57) return this.#fail(`is not a count of ${this.#rule.unit}`)
      if (fraction < 0) {
        if (at < wholeEnd) micros = micros * 10 + (byte - 48)
      } else if (fraction < power) {
        micros = micros * 10 + (byte - 48)
        fraction++
      }
    }
    if (fraction > 0) this.#refine(fraction + 6 - power > 3 ? 'us' : 'ms')
    for (let i = Math.max(fraction, 0); i < power; i++) micros *= 10
    this.#t = micros
    return true
  }

  #readIso(buffer: Buffer, start: number, end: number): boolean {
    const text = buffer.toString('latin1', start, end).trim()
    const day = this.#day(text)
    if (day !== undefined) {
      this.#bareDate = true
      this.#t = day * DAY
      return true
    }
    const stamp = parseStamp(text)
    if (stamp === undefined) return this.#fail('is not a date or an ISO stamp')
    const point = text.indexOf('.')
    if (point > 0) {
      let last = point
      while (last + 1 < text.length && text.charCodeAt(last + 1) >= 48 && text.charCodeAt(last + 1) <= 57) last++
      const digits = last - point
      this.#refine(digits <= 3 ? 'ms' : digits <= 6 ? 'us' : 'ns')
    }
    if (stamp.hasZone) this.#t = stamp.t
    else if (this.#rule.zone === undefined) {
      this.zoneMissing = true
      return this.#fail('has no zone')
    } else this.#t = this.#toUtc(stamp.t, this.#rule.zone)
    return true
  }

  #day(text: string): EpochDay | undefined {
    const format = this.#rule.dateFormat
    if (format === 'iso') return text.length === 10 ? parseDay(text) : undefined
    if (format === 'ymd')
      return /^\d{8}$/.test(text) ? parseDay(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`) : undefined
    const m = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})$/.exec(text)
    if (m === null) return undefined
    const short = format.endsWith('2')
    const yearText = m[3] as string
    if ((yearText.length === 2) !== short) return undefined
    const year = short ? Number(yearText) + (Number(yearText) >= 70 ? 1900 : 2000) : Number(yearText)
    const [first, second] = [Number(m[1]), Number(m[2])]
    const [month, day] = format.startsWith('mdy') ? [first, second] : [second, first]
    const n = epochDay(year, month, day)
    const back = civilDate(n)
    return back.month === month && back.day === day ? n : undefined
  }

  /** Offsets hold for a quarter of an hour of the wall clock: every zone changes on such a boundary. */
  #toUtc(local: Micros, zone: string): Micros {
    if (zone === 'UTC') return local
    const block = Math.floor(local / QUARTER_HOUR)
    if (block !== this.#localBlock) {
      this.#localBlock = block
      this.#offset = localToUtc(local, zone) - local
    }
    return local + this.#offset
  }

  #refine(found: Resolution): void {
    if (RESOLUTIONS.indexOf(found) > RESOLUTIONS.indexOf(this.resolution)) this.resolution = found
  }

  #fail(problem: string): boolean {
    this.problem = problem
    return false
  }
}

/** Does a text look like a date of a style that must be named (03/08/2024, 8.3.24)? */
export function looksLikeForeignDate(text: string): boolean {
  return /^\d{1,2}[/.-]\d{1,2}[/.-](\d{2}|\d{4})$/.test(text.trim())
}

/** Does a text look like a count since 1970 rather than a stamp? */
export function looksLikeCount(text: string): boolean {
  return /^\d{9,}(\.\d+)?$/.test(text.trim())
}
