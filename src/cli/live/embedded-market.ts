/**
 * The market of `start`: a tape of two days of which the first is the past and the second is played, generated and
 * labelled so; or the user's own tape, played from its first row.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { epochDay, formatDay, MINUTE, type Micros, parseStamp, SECOND } from '../../core/base/time.ts'
import { writeMarketTape } from '../../generate/market-tape.ts'
import { sessionTimes } from '../../reference/calendars.ts'
import { openTape } from '../../tape/read.ts'
import type { MarketSpan } from './kit.ts'

export interface EmbeddedMarket extends MarketSpan {
  readonly tape: string
  readonly generated: boolean
  /** For people: what it is. */
  readonly what: string
  /** For the manifest. */
  readonly provenance: Readonly<Record<string, unknown>>
  /** A directory that goes with the session: tape, tokens. */
  readonly scratch: string
  remove(): void
}

/** A Tuesday on which Seoul and New York trade; the Monday before it is the history. */
const DAY_PLAYED = epochDay(2026, 3, 10)
const SEED = 1
/** Rows a minute and symbol, and how much deeper than the generator's usual book the touch is. */
const RATE = 14
const DEPTH = 20
/** Somebody tells something at least so often, as on a real feed. */
const QUIET: Micros = 6 * SECOND
const LEAD: Micros = 10 * MINUTE
const AFTER: Micros = 2 * MINUTE

export async function generatedMarket(
  symbols: readonly string[],
  progress: (done: number, total: number) => void,
): Promise<EmbeddedMarket> {
  const { scratch, remove } = scratchDir()
  const tape = join(scratch, 'market')
  const start = DAY_PLAYED - 1
  const shape = { days: 2, seed: SEED, start, rate: RATE, bars: false, fx: true, quiet: QUIET, depth: DEPTH }
  await writeMarketTape({ symbols, ...shape }, tape, progress)
  const sessions = [...new Set(symbols.map((s) => (/^\d{6}$/.test(s) ? 'KRX' : 'US')))].map(sessionOf)
  const from = Math.min(...sessions.map((s) => s.open)) - LEAD
  const to = Math.max(...sessions.map((s) => s.close)) + AFTER
  const what = `generated market of ${formatDay(DAY_PLAYED)} (seed ${SEED}); no prices of any real market`
  const market = { source: 'generated', seed: SEED, day: formatDay(DAY_PLAYED), rate: RATE, symbols: [...symbols] }
  return { tape, from, to, generated: true, what, provenance: { market }, scratch, remove }
}

function sessionOf(venue: string): { readonly open: Micros; readonly close: Micros } {
  const session = sessionTimes(venue, DAY_PLAYED)
  if (session === undefined) throw new Error(`${venue} does not trade on ${formatDay(DAY_PLAYED)}`)
  return session
}

/** The user's tape, from a minute before its first row to a minute after its last. */
export async function tapeMarket(dir: string): Promise<EmbeddedMarket> {
  const { manifest } = await openTape(dir)
  const { scratch, remove } = scratchDir()
  const rows = manifest.streams.filter((s) => s.rows > 0 && s.kind !== 'fx')
  const at = (iso: string): Micros => parseStamp(iso)?.t ?? 0
  const from = Math.min(...rows.map((s) => at(s.first))) - MINUTE
  const to = Math.max(...rows.map((s) => at(s.last))) + MINUTE
  const generated = manifest.label === 'generated'
  const kind = generated ? 'generated market' : `${manifest.source.kind} market`
  const what = `${kind} of ${dir}, played by the emulators`
  const market = { source: manifest.source.kind, tape_row_hash: manifest.row_hash }
  return { tape: dir, from, to, generated, what, provenance: { market }, scratch, remove }
}

function scratchDir(): { readonly scratch: string; readonly remove: () => void } {
  const scratch = mkdtempSync(join(tmpdir(), 'sametape-'))
  return { scratch, remove: () => rmSync(scratch, { recursive: true, force: true }) }
}
