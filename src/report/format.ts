/** Numbers and times as a reader wants them; exact texts stand in the tables of a run. */
import { DAY, formatMicros, HOUR, type Micros, MINUTE, SECOND } from '../core/base/time.ts'
import { fromScaled } from '../core/base/decimal.ts'
import { pow10 } from '../core/base/fixed.ts'
import { type Currency, type Money, moneyDecimals } from '../core/domain/units.ts'

const MINUS = '−'
const NONE = '–'

/** 1234567.891 with 2 decimals → "1,234,567.89"; a true minus sign; nothing to say is a dash. */
export function number(x: number | null | undefined, decimals = 0): string {
  if (x === null || x === undefined || !Number.isFinite(x)) return NONE
  const [whole = '0', fraction] = Math.abs(x).toFixed(decimals).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`
  return x < 0 && /[1-9]/.test(text) ? `${MINUS}${text}` : text
}

/** Digits people expect behind the point of a currency. */
export function shownDecimals(currency: Currency): number {
  return moneyDecimals(currency) === 4 ? 0 : 2
}

/** For an axis: what would be too wide is said in millions or billions. */
export function short(x: number, decimals: number): string {
  if (Math.abs(x) < 1e7) return number(x, decimals)
  return Math.abs(x) < 1e10 ? `${number(x / 1e6, 1)} M` : `${number(x / 1e9, 2)} B`
}

export function money(x: Money | null | undefined, currency: Currency): string {
  if (x === null || x === undefined) return NONE
  return number(x / pow10(moneyDecimals(currency)), shownDecimals(currency))
}

/** With a plus sign before a gain. */
export function signed(text: string): string {
  return text === NONE || text.startsWith(MINUS) || !/[1-9]/.test(text) ? text : `+${text}`
}

export function percent(x: number | null | undefined, decimals = 2): string {
  return x === null || x === undefined || !Number.isFinite(x) ? NONE : `${number(x * 100, decimals)} %`
}

/** Exact: a price or quantity of so many decimals. */
export function exact(x: number, decimals: number): string {
  const [whole = '', fraction] = fromScaled(x, decimals).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',').replace('-', MINUS)
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** "2025-03-10 14:00:05": UTC, to the second. */
export function stamp(t: Micros | undefined): string {
  return t === undefined
    ? NONE
    : formatMicros(Math.floor(t / SECOND) * SECOND)
        .slice(0, 19)
        .replace('T', ' ')
}

/** An ISO stamp to the minute. */
export function stampText(iso: string | null): string {
  return iso === null ? NONE : iso.slice(0, 16).replace('T', ' ')
}

export function duration(span: Micros): string {
  if (span < MINUTE) return `${number(span / SECOND, span < 10 * SECOND ? 1 : 0)} s`
  if (span < HOUR) return `${number(span / MINUTE)} min`
  if (span < DAY) return `${Math.floor(span / HOUR)} h ${Math.floor((span % HOUR) / MINUTE)} min`
  return `${Math.floor(span / DAY)} d ${Math.floor((span % DAY) / HOUR)} h`
}

export function bytes(n: number): string {
  if (n < 1000) return `${n} B`
  if (n < 1e6) return `${number(n / 1e3, 1)} kB`
  return n < 1e9 ? `${number(n / 1e6, 1)} MB` : `${number(n / 1e9, 2)} GB`
}
