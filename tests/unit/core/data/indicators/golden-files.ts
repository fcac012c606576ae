/** Reading the shared reference values: CSV, gzipped or not, as records by column name. Never copied into the project. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { IndicatorBar } from '../../../../../src/core/data/indicators/indicator.ts'

const project = fileURLToPath(new URL('../../../../../', import.meta.url))
const folder = resolve(project, process.env.SAMETAPE_SHARED ?? '../shared', 'data/indicator-golden')

export const goldenMissing = !existsSync(folder)
/** Part of a title: why a suite is skipped. */
export const goldenNote = goldenMissing ? ' (skipped: the shared folder with reference values is not here)' : ''

export type Row = Readonly<Record<string, string>>

export function readRows(name: string): readonly Row[] {
  const bytes = readFileSync(resolve(folder, name))
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\uFEFF/, '')
  const [head = '', ...lines] = text.trim().split(/\r?\n/)
  const names = head.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    return Object.fromEntries(names.map((column, i) => [column, cells[i] ?? '']))
  })
}

/** Rows with open, high, low, close, volume as bars; `session` from the text before the blank of `date`, if any. */
export function toBars(rows: readonly Row[]): IndicatorBar[] {
  const sessions: string[] = []
  return rows.map((row) => {
    const day = (row.date ?? '').split(' ')[0] as string
    if (!sessions.includes(day)) sessions.push(day)
    return {
      open: Number(row.open),
      high: Number(row.high),
      low: Number(row.low),
      close: Number(row.close),
      volume: Number(row.volume),
      session: sessions.length,
    }
  })
}

/** Empty cell: NaN. */
export function column(rows: readonly Row[], name: string): number[] {
  return rows.map((row) => {
    const cell = row[name]
    if (cell === undefined) throw new Error(`no column ${name}`)
    return cell === '' ? Number.NaN : Number(cell)
  })
}
