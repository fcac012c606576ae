/**
 * Canonical JSON: one byte sequence for one value. Keys sorted by UTF-16 code units (as `<` compares strings), two
 * spaces of indentation, one line feed at the end, UTF-8. Members that are undefined are left out; what JSON cannot
 * say (NaN, infinities, bigint, functions) is an error here and not a silent null.
 */

/** Deeper than anything that we write; what is deeper was not written by us, and would exhaust the stack. */
const MAX_DEPTH = 64

/** The text of `value`, with a line feed at its end. Throws TypeError naming the path of what it cannot hold. */
export function canonicalJson(value: unknown): string {
  return `${write(value, '', '$')}\n`
}

function write(value: unknown, indent: string, path: string): string {
  if (indent.length > 2 * MAX_DEPTH) throw new TypeError(`${path} is nested deeper than ${MAX_DEPTH} levels`)
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${path} is ${value}, which JSON cannot hold`)
    return JSON.stringify(value)
  }
  if (typeof value !== 'object') throw new TypeError(`${path} is a ${typeof value}, which JSON cannot hold`)
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    const items = value.map((item, i) => inner + write(item, inner, `${path}[${i}]`))
    return `[\n${items.join(',\n')}\n${indent}]`
  }
  // Written by hand because an object would list integer-like keys first, whatever order they are put in.
  const members: string[] = []
  for (const [key, item] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (item !== undefined) members.push(`${inner}${JSON.stringify(key)}: ${write(item, inner, `${path}.${key}`)}`)
  }
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`
}
