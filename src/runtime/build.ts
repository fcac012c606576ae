/**
 * Which code this is: the version and a hash over every source file that can trade (F-62). A deployment of which one
 * half is old answers to the same version; its files do not hash to the same.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { JournalError } from '../tape/error.ts'
import { readJournal } from '../tape/journal-read.ts'
import { codeVersion } from '../tape/version.ts'
import { JOURNAL_DIR } from './record-reader.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TREES = ['src', 'adapters'] as const

let known: string | undefined

/** "0.1.0+3f9c01ab52de": read once. */
export function buildId(): string {
  known ??= `${codeVersion()}+${hashOfSources()}`
  return known
}

function hashOfSources(): string {
  const hash = createHash('sha256')
  for (const tree of TREES) {
    const names = readdirSync(join(ROOT, tree), { recursive: true, encoding: 'utf8' })
    for (const name of names.filter((n) => n.endsWith('.ts')).sort()) {
      hash.update(`${tree}/${name.replaceAll('\\', '/')}\0`)
      hash.update(readFileSync(join(ROOT, tree, name)))
    }
  }
  return hash.digest('hex').slice(0, 12)
}

/** The build that began a part's journal; undefined where it does not say, or cannot be read. */
export function recordedBuild(part: string): string | undefined {
  try {
    // The first item is the header; leaving the loop closes the file.
    for (const item of readJournal(join(part, JOURNAL_DIR), { unclosed: true })) {
      const build = item.type === 'header' ? item.header.build : undefined
      return typeof build === 'string' ? build : undefined
    }
    return undefined
  } catch (error) {
    // A process that died at once leaves no head; whoever goes on with it says so better.
    if (error instanceof JournalError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
