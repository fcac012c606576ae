/**
 * Manifests: canonical JSON that carries a hash of its own canonical rest (`manifest_sha256`, hex) and lists bytes and
 * SHA-256 of every file beside it. The rule holds for every version and for run directories too. A reader refuses a
 * manifest whose bytes are not the canonical form of what they say, so a flipped bit cannot hide in the whitespace.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { canonicalJson } from './canonical.ts'
import { STREAM_KINDS, type StreamKind } from './columns.ts'
import { TapeError } from './error.ts'

export { canonicalJson } from './canonical.ts'
export type { StreamKind } from './columns.ts'

export const MANIFEST_NAME = 'manifest.json'
export const TAPE_FORMAT = 'sametape-tape'
/** The newest tape version this code writes and reads. */
export const TAPE_VERSION = 1

export interface TapeInstrument {
  symbol: string
  venue: string
  currency: string
  price_decimals: number
  qty_decimals: number
  economic_id: string
}

export interface TapeStream {
  symbol: string
  venue: string
  kind: StreamKind
  /** Name of the Parquet file beside the manifest. */
  file: string
  rows: number
  /** ISO stamps of the first and the last row; '' without rows. */
  first: string
  last: string
  /** SHA-256 over the decoded rows (`row-hash.ts`), hex. */
  row_hash: string
  one_sided?: boolean
  quote_columns?: boolean
  /** Bars: interval in microseconds, or bars of a whole session. */
  interval_us?: number | 'session'
}

export interface ListedFile {
  path: string
  bytes: number
  sha256: string
}

export interface TapeManifest {
  format: typeof TAPE_FORMAT
  version: typeof TAPE_VERSION
  source: { kind: 'import' | 'generated' | 'recorded'; name: string; licence?: string; detail?: unknown }
  label?: 'generated'
  adjustment: 'none' | 'split' | 'total'
  time_resolution: 's' | 'ms' | 'us' | 'ns'
  instruments: TapeInstrument[]
  streams: TapeStream[]
  files: ListedFile[]
  /** Identity of the tape: hash over venue, symbol, kind and row hash of all streams, sorted (`tapeRowHash`). */
  row_hash: string
  code_version: string
  manifest_sha256: string
  actions?: unknown[]
  [extra: string]: unknown
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is not 64 hex digits')
const count = z.int().nonnegative()
/** A plain name in the same directory: a manifest from somebody else must not reach outside it. */
const fileName = z.string().regex(/^(?!\.)[A-Za-z0-9._%-]+$/, 'is not a plain file name')
const decimals = z.int().min(0).max(8)

export const tapeManifestSchema = z.looseObject({
  format: z.literal(TAPE_FORMAT),
  version: z.literal(TAPE_VERSION),
  source: z.looseObject({
    kind: z.enum(['import', 'generated', 'recorded']),
    name: z.string(),
    licence: z.string().optional(),
  }),
  label: z.literal('generated').optional(),
  adjustment: z.enum(['none', 'split', 'total']),
  time_resolution: z.enum(['s', 'ms', 'us', 'ns']),
  instruments: z.array(
    z.looseObject({
      symbol: z.string().min(1),
      venue: z.string().min(1),
      currency: z.string().min(1),
      price_decimals: decimals,
      qty_decimals: decimals,
      economic_id: z.string().min(1),
    }),
  ),
  streams: z.array(
    z.looseObject({
      symbol: z.string().min(1),
      venue: z.string().min(1),
      kind: z.enum(STREAM_KINDS),
      file: fileName,
      rows: count,
      first: z.string(),
      last: z.string(),
      row_hash: sha256,
      one_sided: z.boolean().optional(),
      quote_columns: z.boolean().optional(),
      interval_us: z.union([z.int().positive(), z.literal('session')]).optional(),
    }),
  ),
  files: z.array(z.object({ path: fileName, bytes: count, sha256 })),
  row_hash: sha256,
  code_version: z.string(),
  manifest_sha256: sha256,
  actions: z.array(z.unknown()).optional(),
})

/** `value` with `manifest_sha256` set to the hash of everything else. */
export function sealManifest<T extends object>(value: T): T & { manifest_sha256: string } {
  const { manifest_sha256: _, ...rest } = value as T & { manifest_sha256?: unknown }
  return { ...(rest as unknown as T), manifest_sha256: hashText(canonicalJson(rest)) }
}

/** What `readManifest` needs to name the version wanted when a file is newer than this code. */
export interface ManifestVersion {
  readonly format: string
  readonly version: number
}

/**
 * Reads and checks a manifest: JSON, canonical bytes, its own hash, format and version, then the schema. Throws
 * TapeError naming the file and, where one field is wrong, the field and its value.
 */
export async function readManifest<T>(file: string, schema: z.ZodType<T>, expected?: ManifestVersion): Promise<T> {
  const text = await readText(file)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new TapeError(file, `is not JSON (${(error as Error).message}); restore it from a copy`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TapeError(file, 'does not hold a JSON object; restore it from a copy')
  }
  const recorded = (value as { manifest_sha256?: unknown }).manifest_sha256
  if (canonicalOf(file, value) !== text) {
    throw new TapeError(file, 'was changed after sealing: it is not in the form in which it was written')
  }
  const actual = sealManifest(value).manifest_sha256
  if (recorded !== actual) {
    throw new TapeError(file, `was changed after sealing: manifest_sha256 says ${String(recorded)}, it is ${actual}`)
  }
  if (expected !== undefined) checkVersion(file, value, expected)
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new TapeError(file, describeIssue(parsed.error, value))
  return parsed.data
}

/** What JSON may hold and a manifest of ours never does (numbers beyond any, thousands of levels) has no such form. */
function canonicalOf(file: string, value: object): string {
  try {
    return canonicalJson(value)
  } catch (error) {
    throw new TapeError(file, `was not written by this program: ${(error as Error).message.slice(0, 200)}`)
  }
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    throw new TapeError(file, code === 'ENOENT' ? 'is not there' : `cannot be read (${code ?? String(error)})`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    // The decoder says nothing but that it failed.
    throw new TapeError(file, 'is not UTF-8; restore it from a copy')
  }
}

function checkVersion(file: string, value: object, expected: ManifestVersion): void {
  const { format, version } = value as { format?: unknown; version?: unknown }
  if (format !== expected.format) {
    throw new TapeError(file, `format is ${JSON.stringify(format)}, expected ${JSON.stringify(expected.format)}`)
  }
  if (typeof version === 'number' && version > expected.version) {
    throw new TapeError(
      file,
      `version ${version} of ${expected.format} is newer than this program reads (${expected.version}); ` +
        `use a Sametape that reads version ${version}`,
    )
  }
}

function describeIssue(error: z.ZodError, value: unknown): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'does not fit its schema'
  let at: unknown = value
  for (const key of issue.path) at = (at as Record<PropertyKey, unknown> | undefined)?.[key]
  return `field ${issue.path.map(String).join('.') || '(root)'}, value ${JSON.stringify(at)}: ${issue.message}`
}

/** Identity of a tape from its streams: SHA-256 over one line per stream, sorted by venue, symbol, kind. */
export function tapeRowHash(streams: readonly Pick<TapeStream, 'venue' | 'symbol' | 'kind' | 'row_hash'>[]): string {
  const lines = streams.map((s) => `${s.venue}\t${s.symbol}\t${s.kind}\t${s.row_hash}\n`)
  return hashText(lines.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).join(''))
}

/** SHA-256 of a text's UTF-8 bytes, hex. */
export function hashText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** SHA-256 of a file, hex, read in pieces. Throws what the file system throws. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer)
  return hash.digest('hex')
}
