/**
 * Identity of a configuration: SHA-256 of its canonical JSON (names sorted, no blanks). Fractions count by value, so
 * 0.30 and 0.3 are the same; secrets are left out.
 */
import { createHash } from 'node:crypto'
import { Secret } from './secret.ts'

/** Any value of plain objects, arrays, maps, texts, numbers and booleans. */
export function canonicalJson(value: unknown): string {
  if (value instanceof Map) return canonicalObject([...(value as Map<string, unknown>)])
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) return canonicalObject(Object.entries(normalise(value)))
  return JSON.stringify(value)
}

function canonicalObject(entries: readonly (readonly [string, unknown])[]): string {
  const kept = entries.filter(([, value]) => value !== undefined && !(value instanceof Secret))
  kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${kept.map(([name, value]) => `${JSON.stringify(name)}:${canonicalJson(value)}`).join(',')}}`
}

/** A fraction without the text it was written as. */
function normalise(value: object): object {
  if (!('num' in value && 'den' in value && 'text' in value)) return value
  return { num: value.num, den: value.den }
}

export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}
