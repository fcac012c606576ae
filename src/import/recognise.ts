/**
 * Which column of a file plays which role: from the header row, from --layout, from --columns (a file without a
 * header) or from --map. Nothing is guessed from values.
 */
import { Failure } from '../cli/failure.ts'
import { LAYOUTS, type Layout, layoutNames, ROLES, type Role, type RowKind } from './layout.ts'
import { DATE_FORMATS, type TimeUnit } from './stamp-field.ts'

export interface LayoutRequest {
  /** --layout */
  readonly layout?: string
  /** --columns: the file has no header row. */
  readonly columns?: readonly string[]
  /** --map: role → column name. */
  readonly map?: ReadonlyMap<Role, string>
  /** --time-unit */
  readonly timeUnit?: TimeUnit
}

/** How to read the columns of one file. */
export interface Shape {
  /** Layout name, 'columns' or 'map'. */
  readonly name: string
  readonly rows: RowKind
  /** Column names as the file (or --columns) has them, by position. */
  readonly header: readonly string[]
  /** Role → position. */
  readonly at: ReadonlyMap<Role, number>
  readonly hasHeader: boolean
  readonly timeUnit: TimeUnit
  readonly venueTimeUnit: TimeUnit
  readonly zone: 'venue' | undefined
  readonly volumeFactor: number
  readonly adjustment: 'split' | undefined
  readonly venue: 'FX' | 'CRYPTO' | undefined
}

const lower = (name: string): string => name.trim().toLowerCase()

/** `first` is the first row of the file: its header, except with --columns. */
export function recognise(file: string, first: readonly string[], request: LayoutRequest): Shape {
  if (request.columns !== undefined) {
    if (first.length !== request.columns.length) {
      throw new Failure(
        `${file}: line 1 has ${first.length} fields, --columns names ${request.columns.length} (${request.columns.join(',')}); name every field`,
        2,
      )
    }
    return fromColumns(file, request.columns, request)
  }
  if (first.join(',').includes('{'))
    throw new Failure(`${file}: line 1 is JSON, not comma-separated text; convert it first`, 1)
  if (request.map !== undefined) return fromMap(file, first, request.map, request)
  if (request.layout !== undefined) return fromLayout(file, first, named(request.layout), request)
  return fromHeader(file, first, request)
}

function named(name: string): Layout {
  const found = LAYOUTS.find((l) => l.name === name)
  if (found === undefined) throw new Failure(`--layout: '${name}' is not known; known layouts: ${layoutNames()}`, 2)
  return found
}

function fromHeader(file: string, first: readonly string[], request: LayoutRequest): Shape {
  const header = first.map(lower)
  const fits = LAYOUTS.filter((l) => l.required.every((name) => header.includes(name)))
  const best = fits.toSorted((a, b) => covered(b, header) - covered(a, header))[0]
  if (best === undefined) throw new Failure(unknownHeader(file, first), 1)
  rejectDuplicates(file, first)
  const unknown = first.filter((name) => !best.columns.has(lower(name)))
  if (unknown.length > 0) {
    throw new Failure(
      `${file}: the header looks like layout ${best.name} but has unknown columns: ${unknown.join(', ')}; --layout ${best.name} leaves them out, --map names each column yourself`,
      1,
    )
  }
  return build(best, first, true, request)
}

function covered(l: Layout, header: readonly string[]): number {
  return header.filter((name) => l.columns.has(name)).length
}

function fromLayout(file: string, first: readonly string[], l: Layout, request: LayoutRequest): Shape {
  const header = first.map(lower)
  const missing = l.required.filter((name) => !header.includes(name))
  if (missing.length > 0) {
    throw new Failure(
      `${file}: layout ${l.name} needs the columns ${missing.join(', ')}; the header has ${first.join(', ')}`,
      1,
    )
  }
  rejectDuplicates(file, first)
  return build(l, first, true, request)
}

/** Names of --columns are those of a known layout (unknown ones are left out), else roles. */
function fromColumns(file: string, columns: readonly string[], request: LayoutRequest): Shape {
  rejectDuplicates(file, columns)
  const header = columns.map(lower)
  if (request.layout !== undefined) {
    const l = named(request.layout)
    const missing = l.required.filter((name) => !header.includes(name))
    if (missing.length > 0) throw new Failure(`--columns: layout ${l.name} needs ${missing.join(', ')} too`, 2)
    return build(l, columns, false, request)
  }
  const fits = LAYOUTS.filter((l) => l.required.every((name) => header.includes(name)))
  const best = fits.toSorted((a, b) => covered(b, header) - covered(a, header))[0]
  if (best !== undefined) return build(best, columns, false, request)
  const at = new Map<Role, number>()
  for (const [i, name] of header.entries()) if (isRole(name)) at.set(name, i)
  return generic('--columns', columns, at, false, request)
}

function fromMap(
  file: string,
  first: readonly string[],
  map: ReadonlyMap<Role, string>,
  request: LayoutRequest,
): Shape {
  rejectDuplicates(file, first)
  const header = first.map((name) => name.trim())
  const at = new Map<Role, number>()
  for (const [role, column] of map) {
    const exact = header.indexOf(column)
    const i = exact >= 0 ? exact : header.findIndex((name) => lower(name) === lower(column))
    if (i < 0)
      throw new Failure(`--map ${role}=${column}: ${file} has no column '${column}'; it has ${first.join(', ')}`, 2)
    at.set(role, i)
  }
  return generic('--map', first, at, true, request)
}

function generic(
  option: '--columns' | '--map',
  header: readonly string[],
  at: ReadonlyMap<Role, number>,
  hasHeader: boolean,
  request: LayoutRequest,
): Shape {
  const rows = kindOf(at)
  if (rows === undefined || !at.has('t')) {
    const what = [...at.keys()].join(', ')
    throw new Failure(
      `${option}: ${what === '' ? 'no role was named' : `${what} make no kind of row`}; needed are t and price,size (trades), bid,ask (quotes), open,high,low,close (bars), close (closes) or rate (fx). Roles: ${ROLES.join(', ')}`,
      2,
    )
  }
  const timeUnit = request.timeUnit ?? 'iso'
  return {
    name: option.slice(2),
    rows,
    header,
    at,
    hasHeader,
    timeUnit,
    venueTimeUnit: timeUnit,
    zone: undefined,
    volumeFactor: 1,
    adjustment: undefined,
    venue: undefined,
  }
}

function kindOf(at: ReadonlyMap<Role, number>): RowKind | undefined {
  const has = (...roles: readonly Role[]): boolean => roles.every((role) => at.has(role))
  if (has('event', 'price', 'size', 'bid', 'ask')) return 'feed'
  if (has('price', 'size')) return 'trades'
  if (has('bid', 'ask')) return 'quotes'
  if (has('open', 'high', 'low', 'close') || has('bid_open', 'bid_high', 'bid_low', 'bid_close')) return 'bars'
  if (has('rate')) return 'fx'
  return has('close') ? 'closes' : undefined
}

function build(l: Layout, header: readonly string[], hasHeader: boolean, request: LayoutRequest): Shape {
  const at = new Map<Role, number>()
  for (const [i, name] of header.entries()) {
    const role = l.columns.get(lower(name))
    if (role !== undefined && role !== '-') at.set(role, i)
  }
  return {
    name: l.name,
    rows: l.rows,
    header,
    at,
    hasHeader,
    timeUnit: request.timeUnit ?? l.timeUnit,
    venueTimeUnit: l.venueTimeUnit ?? request.timeUnit ?? l.timeUnit,
    zone: l.zone,
    volumeFactor: l.volumeFactor ?? 1,
    adjustment: l.adjustment,
    venue: l.venue,
  }
}

function isRole(name: string): name is Role {
  return (ROLES as readonly string[]).includes(name)
}

function rejectDuplicates(file: string, header: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of header.map(lower)) {
    if (name !== '' && seen.has(name)) throw new Failure(`${file}: the column '${name}' is named twice`, 1)
    seen.add(name)
  }
}

function unknownHeader(file: string, first: readonly string[]): string {
  const shown = first.slice(0, 20).join(',')
  const header = shown.length > 200 ? `${shown.slice(0, 200)}…` : shown
  if (header.includes('\ufffd')) return `${file}: is not UTF-8 text (line 1: ${header}); convert it first`
  const number = first.length > 1 && first.some((field) => /^-?\d+(\.\d+)?$/.test(field.trim()))
  const mend = number
    ? 'line 1 looks like data: for a file without a header give --columns date,open,high,low,close,volume (or what it has)'
    : `name the columns with --map, e.g. --map t=${first[0] ?? 'time'},close=${first[1] ?? 'close'}`
  return `${file}: the header '${header}' is no known layout; ${mend}. Known layouts: ${layoutNames()}; date formats: ${DATE_FORMATS.join(', ')}`
}
