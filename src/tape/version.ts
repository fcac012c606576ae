/** The version of this program, as manifests record it. */
import { readFileSync } from 'node:fs'

let known: string | undefined

/** "0.1.0": from package.json, read once. */
export function codeVersion(): string {
  if (known === undefined) {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
    known = (JSON.parse(text) as { version: string }).version
  }
  return known
}
