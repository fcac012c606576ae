/** Where a run comes from: its tapes with their sources, code, configuration, agent, and the hashes that name them. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { canonicalJson, hashText, MANIFEST_NAME, readManifest, tapeManifestSchema } from '../tape/manifest.ts'
import { TapeError } from '../tape/error.ts'
import type { Subject } from './subject.ts'

export interface TapeOrigin {
  readonly path: string
  readonly rows: number
  readonly rowHash: string
  /** From the tape's own manifest, where it is still there and the same. */
  readonly source: string | undefined
  readonly licence: string | undefined
  readonly generated: boolean | undefined
}

export async function tapeOrigins({ dir, manifest }: Subject, given: readonly string[] = []): Promise<TapeOrigin[]> {
  const out: TapeOrigin[] = []
  for (const [i, t] of manifest.tapes.entries()) {
    out.push({
      path: t.path,
      rows: t.rows,
      rowHash: t.row_hash,
      ...(await originOf(given[i] ?? resolve(dir, t.path), t.row_hash)),
    })
  }
  return out
}

async function originOf(dir: string, rowHash: string): Promise<Pick<TapeOrigin, 'source' | 'licence' | 'generated'>> {
  const unknown = { source: undefined, licence: undefined, generated: undefined }
  const file = join(dir, MANIFEST_NAME)
  if (!existsSync(file)) return unknown
  try {
    const manifest = await readManifest(file, tapeManifestSchema)
    if (manifest.row_hash !== rowHash) return unknown
    const { kind, name, licence } = manifest.source
    return { source: `${kind}: ${name}`, licence, generated: manifest.label === 'generated' }
  } catch (error) {
    // A damaged tape is named by the verification; here nothing is known of it.
    if (error instanceof TapeError) return unknown
    throw error
  }
}

/** Hash of the effective configuration as the run keeps it. */
export function configHash(subject: Subject): string {
  return hashText(canonicalJson(subject.spec))
}
