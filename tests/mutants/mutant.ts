/** A one-line fault that is planted into a copy of the engine to see that a test notices, as data. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Mutant {
  /** `src/core/…`. */
  readonly file: string
  /** The whole line without its indentation. It must be there once, or once after the line `after`. */
  readonly line: string
  readonly after?: string
  readonly to: string
  /** The rule it breaks. */
  readonly rule: string
  /** Files of `tests/risk` that are run first. */
  readonly first: readonly string[]
}

export type Planted = { readonly text: string } | { readonly fault: string }

/** The file's text with the mutant in it, or why it does not fit any more. */
export function plant(source: string, m: Mutant): Planted {
  const lines = source.split('\n')
  const from = m.after === undefined ? 0 : lines.findIndex((l) => l.trim() === m.after) + 1
  if (m.after !== undefined && from === 0) return { fault: `no line "${m.after}"` }
  const hits = lines.flatMap((l, i) => (i >= from && l.trim() === m.line ? [i] : []))
  if (hits.length === 0) return { fault: `no line "${m.line}"` }
  if (m.after === undefined && hits.length > 1) return { fault: `${hits.length} lines "${m.line}": say after which` }
  if (m.to.trim() === m.line) return { fault: `changes nothing: "${m.line}"` }
  const at = hits[0] as number
  const indent = /^\s*/.exec(lines[at] as string)?.[0] ?? ''
  lines[at] = indent + m.to
  return { text: lines.join('\n') }
}

/** Every mutant whose line is not there as written. */
export function misfits(root: string, mutants: readonly Mutant[]): string[] {
  const sources = new Map<string, string>()
  return mutants.flatMap((m) => {
    const source = sources.get(m.file) ?? readFileSync(join(root, m.file), 'utf8')
    sources.set(m.file, source)
    const planted = plant(source, m)
    return 'fault' in planted ? [`${m.file} (${m.rule}): ${planted.fault}`] : []
  })
}
