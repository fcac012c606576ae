/**
 * Dated splits and dividends for a raw tape (`--actions`), as the manifest keeps them:
 * {symbol, date, kind: 'split', ratio: {num, den}} (num new shares for den old ones) or
 * {symbol, date, kind: 'dividend', amount} (decimal text, per share before a split of the same date); `date` is the
 * first session on which the price is without it.
 *
 * Layouts: `date,kind,value` (2024-06-10,split,10:1 / 2024-06-11,dividend,0.01), and LEAN's factor files
 * `date,price_factor,split_factor,reference_close`, whose rows say up to which day factors apply. LEAN's symbol maps
 * `date,ticker,exchange` (the last day of each ticker) give {symbol, date, kind: 'rename', from, to}: the shares of the
 * tape's symbol, which was `from` before `date` and is `to` from then on.
 */
import { readFileSync } from 'node:fs'
import { Failure } from '../cli/failure.ts'
import { fromScaled, parseDecimal, toScaled } from '../core/base/decimal.ts'
import { type EpochDay, formatDay, parseDay } from '../core/base/time.ts'
import { sessionTimes } from '../reference/calendars.ts'
import { type CsvRecord, CsvScanner } from './csv-scanner.ts'

export interface SplitAction {
  readonly symbol: string
  readonly date: string
  readonly kind: 'split'
  readonly ratio: { readonly num: number; readonly den: number }
}
export interface DividendAction {
  readonly symbol: string
  readonly date: string
  readonly kind: 'dividend'
  readonly amount: string
}
export interface RenameAction {
  /** The tape's symbol. */
  readonly symbol: string
  readonly date: string
  readonly kind: 'rename'
  readonly from: string
  readonly to: string
}
export type TapeAction = SplitAction | DividendAction | RenameAction

interface Row {
  readonly line: number
  readonly fields: readonly string[]
}

export interface ActionsOf {
  readonly symbol: string
  readonly venue: string
}

/** All actions of the files, by date. */
export function readActions(files: readonly string[], of: ActionsOf): TapeAction[] {
  const actions = files.flatMap((file) => {
    const rows = readRows(file)
    const header = (rows[0]?.fields ?? []).map((name) => name.trim().toLowerCase()).join(',')
    if (header === 'date,kind,value') return rows.slice(1).map((row) => plainAction(file, row, of))
    if (header === 'date,price_factor,split_factor,reference_close') return factorActions(file, rows.slice(1), of)
    if (/^date,(ticker|symbol)(,exchange)?$/.test(header)) return renames(file, rows.slice(1), of)
    throw new Failure(
      `${file}: the header '${header}' is none of corporate actions; known: date,kind,value (2024-06-10,split,10:1), date,price_factor,split_factor,reference_close and date,ticker,exchange`,
      2,
    )
  })
  return actions.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.kind < b.kind ? -1 : 1))
}

function readRows(file: string): Row[] {
  const rows: Row[] = []
  const scanner = new CsvScanner(file, (record: CsvRecord) => {
    rows.push({ line: record.line, fields: record.texts() })
  })
  try {
    scanner.push(readFileSync(file))
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(`--actions ${file}: cannot be read (${(error as Error).message})`, 2)
  }
  scanner.end()
  return rows
}

function plainAction(file: string, row: Row, of: ActionsOf): TapeAction {
  const [date = '', kind = '', value = ''] = row.fields
  if (parseDay(date) === undefined) throw bad(file, row, 'date', date, 'is not a date (YYYY-MM-DD)')
  if (kind === 'dividend') {
    const amount = toScaled(value, 8)
    if (amount === undefined || amount <= 0) throw bad(file, row, 'value', value, 'is no amount above zero')
    return { symbol: of.symbol, date, kind, amount: fromScaled(amount, 8) }
  }
  if (kind !== 'split') throw bad(file, row, 'kind', kind, 'is neither split nor dividend')
  const m = /^(\d{1,9})[:/](\d{1,9})$/.exec(value)
  const [num, den] = [Number(m?.[1] ?? 0), Number(m?.[2] ?? 0)]
  if (num < 1 || den < 1) throw bad(file, row, 'value', value, 'is no ratio of new to old shares, e.g. 10:1')
  return { symbol: of.symbol, date, kind, ratio: { num, den } }
}

/** Each row names the last day of a ticker; the first row may only say where the data begins. */
function renames(file: string, rows: readonly Row[], of: ActionsOf): RenameAction[] {
  const names = rows
    .map((row) => {
      const [date = '', ticker = ''] = row.fields
      const day = parseDay(date)
      if (day === undefined) throw bad(file, row, 'date', date, 'is not a date (YYYY-MM-DD)')
      if (ticker === '') throw bad(file, row, 'ticker', ticker, 'is empty')
      return { row, day, ticker: ticker.toUpperCase() }
    })
    .sort((a, b) => a.day - b.day)
  const last = names.at(-1)
  if (last !== undefined && last.ticker !== of.symbol.toUpperCase()) {
    throw bad(file, last.row, 'ticker', last.ticker, `is the last of this map, but the tape is of ${of.symbol}`)
  }
  return names.flatMap((next, i) => {
    const before = names[i - 1]
    if (before === undefined || before.ticker === next.ticker) return []
    const date = formatDay(nextSession(of.venue, before.day))
    return [{ symbol: of.symbol, date, kind: 'rename', from: before.ticker, to: next.ticker }]
  })
}

/** A rounded number and what it may stand for. */
interface Rounded {
  readonly value: number
  readonly low: number
  readonly high: number
}

interface Factors {
  readonly row: Row
  readonly day: EpochDay
  readonly price: Rounded
  readonly split: Rounded
  readonly close: number
}

/**
 * A step of the split factor between two rows is a split, a step of the price factor a dividend:
 * price_before / price_after = 1 − dividend / reference_close. The factors are rounded, so of all ratios and amounts
 * within that rounding the simplest is taken.
 */
function factorActions(file: string, rows: readonly Row[], of: ActionsOf): TapeAction[] {
  const factors = rows.map((row) => parseFactors(file, row)).sort((a, b) => a.day - b.day)
  const actions: TapeAction[] = []
  for (const [i, next] of factors.entries()) {
    const before = factors[i - 1]
    if (before === undefined) continue
    const date = formatDay(nextSession(of.venue, before.day))
    if (before.split.value !== next.split.value) {
      const ratio = simplestRatio(next.split.low / before.split.high, next.split.high / before.split.low)
      actions.push({ symbol: of.symbol, date, kind: 'split', ratio })
    }
    if (before.price.value < next.price.value && before.close > 1) {
      const amountAt = (was: number, is: number): number => before.close * (1 - was / is)
      const amount = simplestDecimal(
        amountAt(before.price.high, next.price.low),
        amountAt(before.price.low, next.price.high),
      )
      if (amount !== undefined) actions.push({ symbol: of.symbol, date, kind: 'dividend', amount })
    }
  }
  return actions
}

/** The decimal with the fewest places in [low, high], nearest to the middle; at most 6 places. */
function simplestDecimal(low: number, high: number): string | undefined {
  for (let places = 2; places <= 6; places++) {
    const scaled = Math.round(((low + high) / 2) * 10 ** places)
    if (scaled > 0 && scaled / 10 ** places >= low && scaled / 10 ** places <= high) return fromScaled(scaled, places)
  }
  return undefined
}

function parseFactors(file: string, row: Row): Factors {
  const [date = '', price = '', split = '', close = ''] = row.fields
  const day = parseDay(date)
  if (day === undefined) throw bad(file, row, 'date', date, 'is not a date (YYYY-MM-DD)')
  const number = (field: string, text: string): number => {
    if (parseDecimal(text) === undefined || Number(text) < 0)
      throw bad(file, row, field, text, 'is no number of zero or more')
    return Number(text)
  }
  return {
    row,
    day,
    price: rounded(number('price_factor', price), price),
    split: rounded(number('split_factor', split), split),
    close: number('reference_close', close),
  }
}

/** 1 and other short factors are exact; a long one is rounded in its last place. */
function rounded(value: number, text: string): Rounded {
  const decimals = parseDecimal(text)?.decimals ?? 0
  const half = decimals < 5 ? 0 : 10 ** -decimals / 2
  return { value, low: value - half, high: value + half }
}

function nextSession(venue: string, day: EpochDay): EpochDay {
  for (let next = day + 1; next < day + 15; next++) if (sessionTimes(venue, next) !== undefined) return next
  return day + 1
}

/** The ratio with the smallest denominator in [low, high] (Stern–Brocot walk). */
export function simplestRatio(low: number, high: number): { num: number; den: number } {
  let [a, b, c, d] = [0, 1, 1, 0]
  for (let i = 0; i < 10_000_000; i++) {
    const num = a + c
    const den = b + d
    if (num < low * den) [a, b] = [num, den]
    else if (num > high * den) [c, d] = [num, den]
    else return { num, den }
  }
  return { num: Math.round(low * 1e6), den: 1_000_000 }
}

function bad(file: string, row: Row, field: string, value: string, why: string): Failure {
  return new Failure(`${file}: line ${row.line}, ${field} '${value}' ${why}`, 2)
}
