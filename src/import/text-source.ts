/** Rows that do not come from a text file, as the text the checks read: one set of checks serves every source. */
import { Failure } from '../cli/failure.ts'
import { formatDay, dayOf, formatMicros } from '../core/base/time.ts'
import { openParquet, type ForeignFile } from '../tape/foreign-file.ts'
import { columnsOf, STREAM_KINDS, type StreamKind } from '../tape/columns.ts'
import { TapeError } from '../tape/error.ts'
import { ROLES, type Role } from './layout.ts'
import type { LayoutRequest } from './recognise.ts'
import type { Source } from './source-file.ts'

const LINES_PER_PIECE = 4_096

/** Lines under a header of role names; times are ISO. */
export function linesSource(name: string, symbol: string, lines: readonly string[]): Source {
  const header = (lines[0] ?? '').split(',')
  const text = Buffer.from(`${lines.join('\n')}\n`)
  return {
    name,
    symbol,
    bytes: text.length,
    layout: rolesLayout(header),
    read: async (take, onRead) => {
      await take(text)
      onRead(text.length)
    },
  }
}

function rolesLayout(header: readonly string[]): LayoutRequest {
  const roles = header.filter((name): name is Role => (ROLES as readonly string[]).includes(name))
  return { map: new Map(roles.map((role) => [role, role])), timeUnit: 'iso' }
}

/**
 * A Parquet file of another program with the column names of a tape. `kind` undefined: the one whose columns fit.
 * Line 1 is the header, so the first row of the file is row 2 in faults.
 */
export async function parquetSource(
  name: string,
  bytes: number,
  options: { readonly kind: StreamKind | undefined; readonly symbol: string; readonly zoned: boolean },
): Promise<Source> {
  const kind = options.kind ?? (await fittingKind(name))
  const file = await open(name, kind)
  const { rows, zoneless, dates, symbol, shape } = file
  await file.close()
  if (zoneless && !options.zoned) {
    throw new Failure(`${name}: column t has no zone; add --tz UTC or the zone of the source`, 2)
  }
  if (symbol !== undefined && symbol !== options.symbol) {
    throw new Failure(`${name}: column symbol says ${symbol}; give --symbol ${symbol} or drop the column`, 2)
  }
  const columns = columnsOf(kind, shape)
  const time = (t: number): string =>
    dates ? formatDay(dayOf(t)) : zoneless ? formatMicros(t).slice(0, -1) : formatMicros(t)
  return {
    name,
    bytes,
    layout: rolesLayout(columns.map((c) => c.name)),
    read: async (take, onRead) => {
      const again = await open(name, kind)
      try {
        await take(Buffer.from(`${columns.map((c) => c.name).join(',')}\n`))
        for await (const group of again.groups()) {
          for (let from = 0; from < group.rows; from += LINES_PER_PIECE) {
            const lines: string[] = []
            for (let i = from; i < Math.min(group.rows, from + LINES_PER_PIECE); i++) {
              const fields = columns.map((c) => {
                const value = group.columns[c.key]?.[i]
                if (typeof value === 'number')
                  return Number.isNaN(value) ? '' : c.role === 'time' ? time(value) : String(value)
                return value === undefined ? '' : quoted(value)
              })
              lines.push(fields.join(','))
            }
            await take(Buffer.from(`${lines.join('\n')}\n`))
          }
          onRead(rows === 0 ? bytes : Math.round((bytes * (group.firstRow + group.rows)) / rows))
        }
      } catch (error) {
        throw asFailure(error)
      } finally {
        await again.close()
      }
    },
  }
}

async function open(name: string, kind: StreamKind): Promise<ForeignFile> {
  try {
    return await openParquet(name, kind, { zoneless: 'local' })
  } catch (error) {
    throw asFailure(error)
  }
}

async function fittingKind(name: string): Promise<StreamKind> {
  let first: unknown
  for (const kind of STREAM_KINDS) {
    try {
      await (await openParquet(name, kind, { zoneless: 'local' })).close()
      return kind
    } catch (error) {
      if (!(error instanceof TapeError)) throw error
      first ??= error
    }
  }
  const failure = asFailure(first) as Error
  throw new Failure(
    `${failure.message}; no other kind fits either: say which it is with --kind ${STREAM_KINDS.join('|')}`,
    2,
  )
}

function asFailure(error: unknown): unknown {
  return error instanceof TapeError ? new Failure(error.message, 1) : error
}

function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
