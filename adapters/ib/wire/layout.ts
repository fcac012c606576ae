/**
 * Layouts as data: which fields a message has, in order, at which server versions. One text names fields:
 *
 *     fields('=8<164 reqId symbol lastTradeDate>=182 faProfile<177')
 *
 * `=8` is a constant (a message's old version number): written so, and read without looking. `>=` and `<` bound the
 * versions at which the field exists. Beside texts a layout holds groups: a list (its count, then that many groups) and
 * a part that is there only when fields before it say so.
 */
import { readInt } from './numbers.ts'
import { WireError } from './wire-error.ts'

export interface Values {
  readonly [name: string]: string | readonly Values[]
}

interface Field {
  readonly name: string
  readonly constant: boolean
  readonly from: number
  readonly until: number
}

interface List {
  readonly list: string
  readonly of: Layout
  readonly from: number
}

interface Part {
  readonly when: (values: Values, version: number) => boolean
  readonly then: Layout
}

export type Layout = readonly (Field | List | Part)[]

const FIELD = /^(=?)(\w*)(?:>=(\d+))?(?:<(\d+))?$/
const LIST_MAX = 10_000

export function fields(text: string): Layout {
  return text
    .trim()
    .split(/\s+/)
    .map((word): Field => {
      const m = FIELD.exec(word)
      if (m === null) throw new Error(`layout: ${word}`)
      const [, constant, name = '', from, until] = m
      return { name, constant: constant === '=', from: Number(from ?? 0), until: Number(until ?? Infinity) }
    })
}

export function list(name: string, of: Layout, from = 0): Layout {
  return [{ list: name, of, from }]
}

export function when(test: Part['when'], then: Layout): Layout {
  return [{ when: test, then }]
}

/** The text of a plain field, '' where the message has none of that name. */
export function textOf(values: Values, name: string): string {
  const value = values[name]
  return typeof value === 'string' ? value : ''
}

export function listOf(values: Values, name: string): readonly Values[] {
  const value = values[name]
  return Array.isArray(value) ? (value as readonly Values[]) : []
}

/** Reads the fields behind a message's id; fields beyond the layout are not looked at. */
export function readFields(layout: Layout, tokens: readonly string[], version: number, start = 1): Values {
  return new Reader(tokens, version, start).read(layout)
}

class Reader {
  readonly #tokens: readonly string[]
  readonly #version: number
  #at: number

  constructor(tokens: readonly string[], version: number, start: number) {
    this.#tokens = tokens
    this.#version = version
    this.#at = start
  }

  read(layout: Layout): Values {
    const into: Record<string, string | readonly Values[]> = {}
    this.#into(layout, into)
    return into
  }

  #into(layout: Layout, into: Record<string, string | readonly Values[]>): void {
    const version = this.#version
    for (const item of layout) {
      if ('list' in item) {
        if (version >= item.from) into[item.list] = this.#list(item)
      } else if ('when' in item) {
        if (item.when(into, version)) this.#into(item.then, into)
      } else if (version >= item.from && version < item.until) {
        const token = this.#next(item.name)
        if (!item.constant) into[item.name] = token
      }
    }
  }

  #list(item: List): Values[] {
    const count = readInt(this.#next(`${item.list}.count`), `${item.list}.count`)
    if (count < 0 || count > LIST_MAX) throw new WireError('number', `${item.list}: ${count} entries`, item.list)
    return Array.from({ length: count }, () => this.read(item.of))
  }

  #next(name: string): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw new WireError('underrun', `field ${this.#at - 1} (${name}) is missing`, name)
    return token
  }
}

/** The fields of a message, without its id. A name that the layout asks for and `values` lacks is our own mistake. */
export function writeFields(layout: Layout, values: Values, version: number): string[] {
  const out: string[] = []
  write(layout, values, version, out)
  return out
}

function write(layout: Layout, values: Values, version: number, out: string[]): void {
  for (const item of layout) {
    if ('list' in item) {
      if (version < item.from) continue
      const entries = listOf(values, item.list)
      out.push(String(entries.length))
      for (const entry of entries) write(item.of, entry, version, out)
    } else if ('when' in item) {
      if (item.when(values, version)) write(item.then, values, version, out)
    } else if (version >= item.from && version < item.until) {
      const value = item.constant ? item.name : values[item.name]
      if (typeof value !== 'string') throw new Error(`layout: no value for ${item.name}`)
      out.push(value)
    }
  }
}
