/**
 * What a report says of its run's verification, for programs: a line in the head of the page that names the very
 * manifest it speaks of. Verifying writes nothing into a run, so its report is where the outcome is kept.
 */
import { openSync, readSync, closeSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { html, type Markup } from './markup.ts'

/** The page of a run, beside its sealed files. */
export const REPORT_NAME = 'report.html'

export interface VerifiedMark {
  readonly identical: boolean
  /** ISO time. */
  readonly at: string
  /** Version that ran it again. */
  readonly code: string
}

const MARK = /<meta name="sametape-verified" content="(identical|different) (\S+) (\S+) ([0-9a-f]{64})">/
/** The mark stands in the first lines of a page. */
const HEAD_BYTES = 2048

export function markOf(mark: VerifiedMark, manifest: string): Markup {
  const { identical, at, code } = mark
  const content = `${identical ? 'identical' : 'different'} ${at} ${code} ${manifest}`
  return html`<meta name="sametape-verified" content="${content}">`
}

/** Of the run as its manifest is now; undefined where no report speaks of that one. */
export function readMark(run: string, manifest: string): VerifiedMark | undefined {
  const path = join(run, REPORT_NAME)
  if (!existsSync(path)) return undefined
  const [, outcome, at, code, of] = MARK.exec(headOf(path)) ?? []
  if (at === undefined || code === undefined || of !== manifest) return undefined
  return { identical: outcome === 'identical', at, code }
}

function headOf(path: string): string {
  const fd = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(HEAD_BYTES)
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, HEAD_BYTES, 0))
  } finally {
    closeSync(fd)
  }
}
