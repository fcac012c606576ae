/**
 * Fields of REST answers as data: which names an answer has, and what stands where there is nothing to say ("0" for
 * numbers, blank for texts). Clients read every documented field, so an answer is always whole. The tables themselves
 * are in `domestic-fields.ts` and `overseas-fields.ts`.
 */
import { assert } from '../../../src/core/base/assert.ts'

export type FieldTable = ReadonlyMap<string, string>
export type Row = Record<string, string>

/** `numbers` default to "0", `texts` to blank; names are blank-separated. */
export function fieldTable(parts: { readonly numbers?: string; readonly texts?: string }): FieldTable {
  const table = new Map<string, string>()
  for (const name of split(parts.texts)) table.set(name, '')
  for (const name of split(parts.numbers)) table.set(name, '0')
  return table
}

function split(text = ''): string[] {
  return text.split(/\s+/).filter((name) => name !== '')
}

/** A whole row; a value under a name that the table does not have is a mistake of ours. */
export function row(table: FieldTable, values: Readonly<Row>): Row {
  const out: Row = Object.fromEntries(table)
  for (const [name, value] of Object.entries(values)) {
    assert(table.has(name), `KIS field ${name} is in no table`)
    out[name] = value
  }
  return out
}

/** `askp1 … askp10` and the like. */
export function numbered(...names: readonly string[]): string {
  return names.flatMap((name) => Array.from({ length: 10 }, (_, i) => `${name}${i + 1}`)).join(' ')
}
