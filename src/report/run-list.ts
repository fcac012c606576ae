/**
 * The runs that lie under a directory, as `sametape runs` lists them. Only what is cheap is looked at: the manifest
 * with its own hash, and whether the files it lists are there in their sizes; `verify` looks at every byte.
 */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { formatMicros, type Micros } from '../core/base/time.ts'
import { FIRST_NUMBERED, KIND } from '../core/engine/records.ts'
import { MANIFEST_NAME } from '../tape/manifest.ts'
import { JournalError, TapeError } from '../tape/error.ts'
import { CHECKPOINT } from '../runtime/record-sink.ts'
import { JOURNAL_DIR, journalRecords } from '../runtime/record-reader.ts'
import { readRunManifest, RUN_FORMAT, type RunManifest } from '../runtime/run-dir.ts'
import { readMark, type VerifiedMark } from './verified-mark.ts'

export interface ListedRun {
  readonly run: string
  /** `sealed`; `unsealed`: still running, or never ended; `damaged`: see `damage`. */
  readonly state: 'sealed' | 'unsealed' | 'damaged'
  readonly damage: string | null
  readonly mode: string | null
  readonly agent: string | null
  readonly generated: boolean | null
  readonly created: string | null
  readonly bytes: number
  readonly events: number | null
  /** ISO stamps of what was first and last valued. */
  readonly first: string | null
  readonly last: string | null
  readonly trades: number | null
  readonly digest: string | null
  /** Outcome of the verification that the run's report tells of. */
  readonly verified: VerifiedMark | null
}

/** recordings/<mode>/<start>/<day> is the deepest that is made by itself. */
const DEEPEST = 5

/** A manifest that is damaged elsewhere is one of a run all the same. */
const OF_A_RUN = new RegExp(`"format":\\s*"${RUN_FORMAT}"`)

/** Directories of runs, by path. Nothing is looked for inside a run or a tape. */
export function findRuns(root: string, depth = 0): string[] {
  if (isRun(root)) return [root]
  if (depth >= DEEPEST || existsSync(join(root, MANIFEST_NAME))) return []
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort()
    .flatMap((name) => findRuns(join(root, name), depth + 1))
}

function isRun(dir: string): boolean {
  if (existsSync(join(dir, 'config.json')) && existsSync(join(dir, JOURNAL_DIR))) return true
  const manifest = join(dir, MANIFEST_NAME)
  return existsSync(manifest) && OF_A_RUN.test(readFileSync(manifest, 'utf8'))
}

function sizeOf(dir: string): number {
  let sum = 0
  for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) sum += statSync(join(entry.parentPath, entry.name)).size
  }
  return sum
}

export async function listRun(run: string): Promise<ListedRun> {
  const known = { run, damage: null, bytes: sizeOf(run), mode: null, agent: null, generated: null, created: null }
  const none = { events: null, trades: null, digest: null, verified: null }
  if (!existsSync(join(run, MANIFEST_NAME))) return { ...known, ...none, state: 'unsealed', ...spanOf(run, true) }
  let manifest: RunManifest
  try {
    manifest = await readRunManifest(run)
  } catch (error) {
    if (!(error instanceof TapeError)) throw error
    return { ...known, ...none, state: 'damaged', damage: error.message, first: null, last: null }
  }
  const damage = missing(run, manifest)
  const { mode, generated, created, agent, result } = manifest as RunManifest & Extras
  return {
    ...{ run, state: damage === null ? 'sealed' : 'damaged', damage, bytes: known.bytes },
    ...{ mode, agent: agent?.name ?? null, generated: generated ?? null, created: created ?? null },
    ...{ events: manifest.events, trades: result?.trades ?? null, digest: manifest.digest },
    ...(damage === null ? spanOf(run, false) : { first: null, last: null }),
    verified: readMark(run, manifest.manifest_sha256) ?? null,
  }
}

interface Extras {
  readonly generated?: boolean
  readonly created?: string
  readonly agent?: { readonly name: string }
  readonly result?: { readonly trades?: number }
}

function missing(run: string, { files }: RunManifest): string | null {
  for (const { path, bytes } of files) {
    const stat = statSync(join(run, path), { throwIfNoEntry: false })
    if (stat === undefined) return `${join(run, path)}: missing; the run's manifest lists it`
    if (stat.size !== bytes) return `${join(run, path)}: has ${stat.size} bytes, the run's manifest says ${bytes}`
  }
  return null
}

interface Span {
  readonly first: string | null
  readonly last: string | null
}

/** From the first and last lines of equity.csv; without one from the journal. */
function spanOf(run: string, unclosed: boolean): Span {
  const table = join(run, 'equity.csv')
  if (existsSync(table)) {
    const [first, last] = [
      stampIn(endOf(table, 'head').split('\n')[1]),
      stampIn(endOf(table, 'tail').trimEnd().split('\n').at(-1)),
    ]
    if (first !== undefined && last !== undefined) return { first: formatMicros(first), last: formatMicros(last) }
  }
  return journalSpan(run, unclosed)
}

/** Column `t` of a row of equity.csv. */
function stampIn(line: string | undefined): Micros | undefined {
  const t = Number(line?.split(',')[1])
  return Number.isSafeInteger(t) && t > 0 ? t : undefined
}

const END_BYTES = 1024

function endOf(file: string, end: 'head' | 'tail'): string {
  const fd = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(END_BYTES)
    const from = end === 'head' ? 0 : Math.max(0, fstatSync(fd).size - END_BYTES)
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, END_BYTES, from))
  } finally {
    closeSync(fd)
  }
}

function journalSpan(run: string, unclosed: boolean): Span {
  let first: Micros | undefined
  let last: Micros | undefined
  if (!existsSync(join(run, JOURNAL_DIR))) return { first: null, last: null }
  try {
    for (const { kind, words } of journalRecords(run, unclosed)) {
      if (kind < FIRST_NUMBERED || kind === KIND.header || kind === KIND.text || kind === CHECKPOINT) continue
      last = words[2] as number
      first ??= last
    }
  } catch (error) {
    // A journal that is being written, or was torn, is told of by `verify`; here its span is what can be read.
    if (!(error instanceof JournalError)) throw error
  }
  return {
    first: first === undefined ? null : formatMicros(first),
    last: last === undefined ? null : formatMicros(last),
  }
}
