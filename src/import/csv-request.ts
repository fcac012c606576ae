/** What the user asked of `import csv`, checked; the options are those of the contract's section 6. */
import { Failure } from '../cli/failure.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../core/base/time.ts'
import { CURRENCIES } from '../core/domain/units.ts'
import { venueDefaults } from '../reference/venues.ts'
import { localToUtc } from '../reference/zones.ts'
import { STREAM_KINDS, type StreamKind } from '../tape/columns.ts'
import type { Interval } from './dating.ts'
import { ROLES, type Role } from './layout.ts'
import type { LayoutRequest } from './recognise.ts'
import { DATE_FORMATS, type DateFormat, TIME_UNITS, type TimeUnit } from './stamp-field.ts'

export type Adjustment = 'none' | 'split' | 'total'

export interface ImportRequest {
  readonly files: readonly string[]
  readonly symbol: string
  readonly out: string
  readonly layout: LayoutRequest
  readonly tz: string | undefined
  readonly dateFormat: DateFormat
  readonly stamp: 'start' | 'end'
  readonly interval: Interval | undefined
  readonly venue: string | undefined
  readonly currency: string | undefined
  readonly actions: readonly string[]
  readonly adjustment: Adjustment | undefined
  readonly strict: boolean
}

type Options = Readonly<Record<string, unknown>>

export function importRequest(files: readonly string[], options: Options): ImportRequest {
  const symbol = text(options, 'symbol') ?? ''
  // The symbol names files of the tape and rows of tables; what could break either is refused here.
  if (!/^[A-Za-z0-9][A-Za-z0-9._/^=-]{0,31}$/.test(symbol)) {
    throw new Failure(`--symbol '${symbol}': give 1 to 32 letters, digits or . _ / ^ = -, e.g. --symbol NVDA`, 2)
  }
  const out = text(options, 'out')
  if (out === undefined || out === '') throw new Failure('--out: give the directory of the new tape', 2)
  if (files.length === 0) throw new Failure('import csv: name at least one file', 2)
  const venue = text(options, 'venue')
  if (venue !== undefined) venueDefaults(venue)
  const tz = text(options, 'tz')
  if (tz !== undefined) localToUtc(0, tz)
  const interval = text(options, 'interval')
  return {
    files,
    symbol,
    out,
    layout: layoutRequest(options),
    tz,
    dateFormat: choice(options, 'dateFormat', DATE_FORMATS) ?? 'iso',
    stamp: choice(options, 'stamp', ['start', 'end'] as const) ?? 'start',
    interval: interval === undefined ? undefined : parseInterval(interval),
    venue,
    currency: choice(options, 'currency', CURRENCIES),
    actions: Array.isArray(options.actions) ? (options.actions as string[]) : [],
    adjustment: choice(options, 'adjustment', ['none', 'split', 'total'] as const),
    strict: options.strict === true,
  }
}

/** --kind of `import parquet`. */
export function streamKind(value: unknown): StreamKind | undefined {
  return choice({ kind: value }, 'kind', STREAM_KINDS)
}

function layoutRequest(options: Options): LayoutRequest {
  const layout = text(options, 'layout')
  const columns = text(options, 'columns')
  const map = text(options, 'map')
  const timeUnit = choice(options, 'timeUnit', TIME_UNITS)
  if (map !== undefined && (layout !== undefined || columns !== undefined)) {
    throw new Failure('--map: give it without --layout and --columns; it names every column itself', 2)
  }
  return {
    ...(layout === undefined ? {} : { layout }),
    ...(columns === undefined ? {} : { columns: columns.split(',').map((name) => name.trim()) }),
    ...(map === undefined ? {} : { map: parseMap(map) }),
    ...(timeUnit === undefined ? {} : { timeUnit: timeUnit as TimeUnit }),
  }
}

function parseMap(value: string): ReadonlyMap<Role, string> {
  const map = new Map<Role, string>()
  for (const part of value.split(',')) {
    const at = part.indexOf('=')
    const role = part.slice(0, Math.max(at, 0)).trim()
    const column = part.slice(at + 1).trim()
    const known = ROLES.find((r) => r === role)
    if (at < 0 || column === '') throw new Failure(`--map '${part}': write role=column, e.g. --map t=ts,bid=bid_px`, 2)
    if (known === undefined) throw new Failure(`--map '${part}': ${role} is no role; roles: ${ROLES.join(', ')}`, 2)
    if (map.has(known)) throw new Failure(`--map: the role ${role} is given twice`, 2)
    map.set(known, column)
  }
  return map
}

const UNITS = new Map([
  ['s', SECOND],
  ['m', MINUTE],
  ['h', HOUR],
])

/** '1m' → microseconds; '1d' and 'session' are a session of the venue. */
export function parseInterval(value: string): Interval {
  if (value === '1d' || value === 'session') return 'session'
  const m = /^(\d{1,5})(s|m|h)$/.exec(value)
  const micros = m === null ? 0 : Number(m[1]) * (UNITS.get(m[2] as string) ?? 0)
  if (micros > 0 && micros < DAY) return micros
  throw new Failure(`--interval '${value}': give seconds, minutes or hours below a day (30s, 1m, 5m, 1h), or 1d`, 2)
}

function text(options: Options, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

function choice<T extends string>(options: Options, name: string, values: readonly T[]): T | undefined {
  const value = text(options, name)
  if (value === undefined) return undefined
  const found = values.find((v) => v === value)
  const flag = name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)
  if (found === undefined) throw new Failure(`--${flag} '${value}': use one of ${values.join(', ')}`, 2)
  return found
}
