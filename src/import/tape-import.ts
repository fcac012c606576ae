/**
 * Files → tape, in two readings of each. The first finds what the whole needs to know: order of the files,
 * interval, decimals, one-sidedness, content hashes. The second writes. Both make the same checks on each row, so
 * memory stays flat and nothing depends on the order of the arguments, the zone of the machine or its locale.
 */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { Failure } from '../cli/failure.ts'
import { formatMicros, type Micros } from '../core/base/time.ts'
import { venueDefaults } from '../reference/venues.ts'
import type { TapeManifest } from '../tape/manifest.ts'
import { TapeWriter } from '../tape/write.ts'
import { readActions } from './actions.ts'
import type { ImportRequest } from './csv-request.ts'
import { sessionProblem } from './dating.ts'
import { type Fault, FaultList, LISTED_FAULTS } from './fault.ts'
import { filesOf, isSequential, mergeStream, type RankedFile } from './merge.ts'
import { fileNotes, listingNotes } from './notes.ts'
import { openSinks } from './open-sinks.ts'
import { refuseFullDirectory } from './out-directory.ts'
import { type Plan, planOf, venueFor } from './plan.ts'
import { readFile, type ReadRules } from './read-file.ts'
import type { Source } from './source-file.ts'
import { RESOLUTIONS } from './stamp-field.ts'
import type { StreamSink } from './stream-sink.ts'

export interface ImportResult {
  /** undefined when no row was accepted: then there is no tape. */
  readonly manifest: TapeManifest | undefined
  readonly rows: number
  readonly accepted: number
  readonly rejected: number
  readonly faults: readonly Fault[]
  readonly first: Micros | undefined
  readonly last: Micros | undefined
  /** What a reader of the result should know besides. */
  readonly notes: readonly string[]
}

/** Where the rows come from, for the manifest. */
export interface Origin {
  readonly name: 'csv' | 'parquet' | 'yahoo'
  /** Further members of the manifest. */
  readonly extra?: Record<string, unknown>
}

export type OnProgress = (done: number, total: number, label: string) => void

/** Reads all sources twice and seals the tape at `request.out`, which must be absent or empty. */
export async function importSources(
  request: ImportRequest,
  sources: readonly Source[],
  origin: Origin,
  onProgress: OnProgress,
): Promise<ImportResult> {
  await refuseFullDirectory(request.out)
  const rules = readRules(request)
  const bytes = sources.reduce((sum, s) => sum + s.bytes, 0)
  const files: RankedFile[] = []
  let done = 0
  for (const source of sources) {
    const reading = await readFile(source, rules, {
      faults: new FaultList(source.name),
      onRead: (n) => onProgress(done + n, 2 * bytes, `checking ${basename(source.name)}`),
    })
    done += source.bytes
    const timeField = (reading.shape.header[reading.shape.at.get('t') ?? 0] ?? '').trim()
    files.push({ source, reading, faults: new FaultList(source.name), timeField })
  }
  refuseTwins(files)
  const plan = planOf(request, files)
  return writeTape(request, rules, plan, origin, (n, label) => onProgress(bytes + n, 2 * bytes, label))
}

function readRules(request: ImportRequest): ReadRules {
  return {
    request: request.layout,
    symbol: request.symbol,
    dateFormat: request.dateFormat,
    forShape: (shape) => {
      const venue = venueFor(request, shape)
      const rates = shape.rows === 'fx' || venue === 'FX'
      return {
        zone: request.tz ?? (shape.zone === 'venue' ? venueDefaults(venue).zone : undefined),
        dateProblem: (day) => sessionProblem(venue, day, rates),
        asRates: venue === 'FX',
      }
    },
  }
}

function refuseTwins(files: readonly RankedFile[]): void {
  const seen = new Map<string, string>()
  for (const { source, reading } of files) {
    const identity = `${source.symbol ?? ''} ${reading.sha256}`
    const twin = seen.get(identity)
    if (twin !== undefined) throw new Failure(`${source.name}: has the same content as ${twin}; name it once`, 2)
    seen.set(identity, source.name)
  }
}

async function writeTape(
  request: ImportRequest,
  rules: ReadRules,
  plan: Plan,
  origin: Origin,
  onRead: (bytes: number, label: string) => void,
): Promise<ImportResult> {
  const { files, keys } = plan
  const rows = files.reduce((sum, f) => sum + f.reading.rows, 0)
  if (keys.length === 0) {
    for (const file of files) await readFile(file.source, rules, { faults: file.faults, take: () => undefined })
    return resultOf(undefined, files, rows, [], fileNotes(files))
  }
  const notes = fileNotes(files)
  const actions = readActions(request.actions, { symbol: request.symbol, venue: plan.venue })
  const closeOnly = files.some((f) => f.reading.shape.rows === 'closes') && plan.venue !== 'FX'
  if (closeOnly) notes.push('the file has closes only: open, high and low on the tape are the close')
  const adjustment =
    request.adjustment ?? files.find((f) => f.reading.shape.adjustment)?.reading.shape.adjustment ?? 'none'
  if (request.adjustment === undefined && adjustment !== 'none') {
    notes.push(`the layout's source adjusts its prices: adjustment is ${adjustment} (change it with --adjustment)`)
  }
  const writer = await TapeWriter.create(request.out, {
    source: { kind: 'import', name: origin.name, detail: sourceDetail(request, files) },
    adjustment,
    time_resolution: RESOLUTIONS[Math.max(...files.map((f) => RESOLUTIONS.indexOf(f.reading.resolution)))] ?? 'us',
    extra: { ...(actions.length > 0 ? { actions } : {}), ...(closeOnly ? { close_only: true } : {}), ...origin.extra },
  })
  try {
    const sinks = openSinks(request, plan, writer)
    await readInOrder(rules, plan, sinks, onRead)
    for (const sink of sinks.values()) sink.finish()
    notes.push(...listingNotes(plan, sinks))
    const manifest = await writer.seal()
    return resultOf(manifest, files, rows, [...sinks.values()], notes)
  } catch (error) {
    await writer.abort()
    throw error
  }
}

/** Each file once, in the common order; streams whose files overlap are merged afterwards. */
async function readInOrder(
  rules: ReadRules,
  plan: Plan,
  sinks: ReadonlyMap<string, StreamSink>,
  onRead: (bytes: number, label: string) => void,
): Promise<void> {
  const { files, keys } = plan
  const sequential = new Map(keys.map((key) => [key, isSequential(key, files, files) ? sinks.get(key) : undefined]))
  let done = 0
  for (const file of files) {
    const label = `writing ${basename(file.source.name)}`
    const again = await readFile(file.source, rules, {
      faults: file.faults,
      onRead: (n) => onRead(done + n, label),
      take: (key, block) => {
        const sink = sequential.get(key)
        if (sink === undefined) return
        for (let i = 0; i < block.n; i++) sink.push(block, i, file.faults, file.timeField)
      },
    })
    if (again.sha256 !== file.reading.sha256) throw new Failure(`${file.source.name}: changed while it was read`, 1)
    done += file.source.bytes
  }
  for (const key of keys) {
    const sink = sinks.get(key)
    if (sequential.get(key) !== undefined || sink === undefined) continue
    const spare = (file: RankedFile): FaultList => new FaultList(file.source.name)
    await mergeStream(key, filesOf(key, files), rules, spare, (block, i, file) => {
      sink.push(block, i, file.faults, file.timeField)
    })
  }
}

/** What the manifest says of the files: names without paths, so that the tape does not depend on where they lay. */
function sourceDetail(request: ImportRequest, files: readonly RankedFile[]): unknown {
  return {
    files: files.map((f) => ({
      name: basename(f.source.name),
      sha256: f.reading.sha256,
      rows: f.reading.rows,
      layout: f.reading.shape.name,
      ...(f.reading.noisySizes === 0 ? {} : { rounded_sizes: f.reading.noisySizes }),
    })),
    ...(request.tz === undefined ? {} : { tz: request.tz }),
    ...(request.stamp === 'end' ? { stamp: 'end' } : {}),
    request_sha256: createHash('sha256')
      .update(
        JSON.stringify([request.symbol, request.interval ?? null, [...(request.layout.map ?? [])], request.dateFormat]),
      )
      .digest('hex'),
  }
}

function resultOf(
  manifest: TapeManifest | undefined,
  files: readonly RankedFile[],
  rows: number,
  sinks: readonly StreamSink[],
  notes: readonly string[],
): ImportResult {
  const written = sinks.filter((s) => s.accepted > 0)
  const accepted = written.reduce((sum, s) => sum + s.accepted, 0)
  const rejected = files.reduce((sum, f) => sum + f.faults.count, 0)
  if (accepted + rejected !== rows) {
    throw new Error(`import lost count: ${rows} rows, ${accepted} accepted, ${rejected} rejected`)
  }
  return {
    manifest,
    rows,
    accepted,
    rejected,
    faults: files.flatMap((f) => f.faults.listed()).slice(0, LISTED_FAULTS),
    first: written.length === 0 ? undefined : Math.min(...written.map((s) => s.first)),
    last: written.length === 0 ? undefined : Math.max(...written.map((s) => s.last)),
    notes,
  }
}

/** ISO stamp of a time that may be absent. */
export function stampOrNull(t: Micros | undefined): string | null {
  return t === undefined ? null : formatMicros(t)
}
