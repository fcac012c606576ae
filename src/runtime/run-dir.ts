/**
 * A run directory: journal, effective configuration, agent source, tables, and a manifest that lists bytes and SHA-256
 * of every file beside it and carries a hash of its own rest. A damaged file is found before it is parsed.
 */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { Failure } from '../cli/failure.ts'
import { scanJournal } from '../tape/journal-read.ts'
import { canonicalJson, hashFile, readManifest, sealManifest } from '../tape/manifest.ts'
import { writeDurably } from '../tape/write.ts'
import type { AgentFile } from './agent-load.ts'
import { JOURNAL_DIR } from './record-reader.ts'
import { type LiveSpec, liveSpecSchema } from './live-spec.ts'
import { type RunSpec, runSpecSchema } from './run-spec.ts'

export const RUN_FORMAT = 'sametape-run'
export const RUN_VERSION = 1
const CONFIG_NAME = 'config.json'
const MANIFEST = 'manifest.json'
const AGENT_DIR = 'agent'
/** The log of a session (`session-log.ts`): it goes on after the seal, so no manifest lists it. */
export const LOGS_DIR = '.logs'

const listedFile = z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })
const tapeRef = z.object({ path: z.string(), row_hash: z.string(), rows: z.number() })

const runManifestSchema = z.looseObject({
  format: z.literal(RUN_FORMAT),
  version: z.literal(RUN_VERSION),
  mode: z.string(),
  journal: z.enum(['full', 'refs', 'none']),
  digest: z.string(),
  events: z.number(),
  inputs: z.number(),
  code: z.string(),
  tapes: z.array(tapeRef),
  /** The part that a part of a session goes on from. */
  after: z.object({ part: z.string(), digest: z.string() }).optional(),
  /** Present where fees came from a table. */
  fee_table: z.object({ name: z.string(), version: z.string(), sha256: z.string() }).optional(),
  files: z.array(listedFile),
  manifest_sha256: z.string(),
})

export type RunManifest = z.infer<typeof runManifestSchema>

/** Makes the directory; one that holds anything is refused. */
export function claimRunDir(dir: string): void {
  mkdirSync(dir, { recursive: true })
  if (readdirSync(dir).length > 0) {
    throw new Failure(`--out ${dir}: the directory is not empty; name a new one, a run is never written over`, 2)
  }
}

export function writeConfig(dir: string, spec: RunSpec, agentFiles: readonly AgentFile[]): void {
  writeFileSync(join(dir, CONFIG_NAME), canonicalJson(spec))
  writeAgentFiles(dir, agentFiles)
}

export function writeAgentFiles(dir: string, agentFiles: readonly AgentFile[]): void {
  for (const file of agentFiles) {
    const path = join(dir, AGENT_DIR, storedPath(file.path))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, file.text)
  }
}

/** A file above the agent's own directory is kept inside the run all the same. */
export function storedPath(path: string): string {
  return path.replaceAll('../', 'up/')
}

export function agentDir(run: string): string {
  return join(run, AGENT_DIR)
}

function walk(dir: string, base = dir): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((e) => dir !== base || e.name !== LOGS_DIR)
    .flatMap((e) => (e.isDirectory() ? walk(join(dir, e.name), base) : [relative(base, join(dir, e.name))]))
    .sort()
}

/** Lists what lies in the directory and writes the manifest last. */
export async function sealRun(dir: string, content: Record<string, unknown>): Promise<void> {
  const files = []
  for (const path of walk(dir)) {
    const full = join(dir, path)
    files.push({ path, bytes: statSync(full).size, sha256: await hashFile(full) })
  }
  const manifest = sealManifest({ format: RUN_FORMAT, version: RUN_VERSION, ...content, files })
  await writeDurably(join(dir, MANIFEST), canonicalJson(manifest))
}

/** The manifest of a run, checked by its own hash; throws TapeError. */
export function readRunManifest(dir: string): Promise<RunManifest> {
  return readManifest(join(dir, MANIFEST), runManifestSchema, { format: RUN_FORMAT, version: RUN_VERSION })
}

/** Opens a run and checks every file it lists; throws Failure naming the damaged one, the journal with its offset. */
export async function openRun(dir: string): Promise<{ manifest: RunManifest; spec: RunSpec | LiveSpec }> {
  const manifest = await readRunManifest(dir)
  for (const listed of manifest.files) await checkListed(dir, listed)
  const text = await import('node:fs/promises').then((fs) => fs.readFile(join(dir, CONFIG_NAME), 'utf8'))
  const written: unknown = JSON.parse(text)
  const live = typeof written === 'object' && written !== null && 'kind' in written
  const spec = (live ? liveSpecSchema : runSpecSchema).safeParse(written)
  if (!spec.success) {
    throw new Failure(`${join(dir, CONFIG_NAME)}: written by another version: ${spec.error.issues[0]?.message}`)
  }
  return { manifest, spec: spec.data }
}

async function checkListed(dir: string, listed: { path: string; bytes: number; sha256: string }): Promise<void> {
  const path = join(dir, listed.path)
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw new Failure(`${path}: missing; the run's manifest lists it`)
  if (stat.size === listed.bytes && (await hashFile(path)) === listed.sha256) return
  const size = stat.size === listed.bytes ? 'its content changed' : `it has ${stat.size} bytes, not ${listed.bytes}`
  const at = listed.path.endsWith('.stj') ? journalDamage(dir) : ''
  throw new Failure(`${path}: damaged since the run was sealed: ${size}${at}`)
}

function journalDamage(dir: string): string {
  const { report } = scanJournal(join(dir, JOURNAL_DIR))
  if (report.what === undefined) return ''
  return ` (journal intact up to offset ${report.offset} of ${report.file}, ${report.records} records: ${report.what})`
}
