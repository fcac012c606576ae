/**
 * Configuration as read, before it is checked: a tree whose leaves keep the text that was written and where. Numbers
 * stay text until the schema reads them, so a percentage never passes through a float.
 */

import { shownSet } from './set-text.ts'

export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  | { readonly kind: 'set'; readonly argument: string }

export interface Leaf {
  readonly kind: 'leaf'
  /** The value's text, `${NAME}` replaced. */
  readonly text: string
  /** As it stands in the file, quotes and `${NAME}` included; what error messages show. */
  readonly written: string
  /** What YAML takes the written text for; quoted and interpolated values are 'text'. */
  readonly form: 'text' | 'number' | 'boolean' | 'null'
  readonly origin: Origin
}

export interface Branch {
  readonly kind: 'branch'
  readonly entries: ReadonlyMap<string, Node>
  readonly origin: Origin
}

export interface List {
  readonly kind: 'list'
  readonly items: readonly Node[]
  readonly origin: Origin
}

export type Node = Leaf | Branch | List
export type Path = readonly (string | number)[]

export function leaf(text: string, origin: Origin): Leaf {
  return { kind: 'leaf', text, written: text, form: 'text', origin }
}

export function branch(entries: Iterable<readonly [string, Node]>, origin: Origin): Branch {
  return { kind: 'branch', entries: new Map(entries), origin }
}

export const DEFAULT: Origin = { kind: 'default' }

export interface Defaults {
  readonly [name: string]: string | readonly string[] | Defaults
}

/** Built-in values written as nested texts. */
export function defaultTree(values: Defaults): Branch {
  const entries: [string, Node][] = []
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string') entries.push([name, leaf(value, DEFAULT)])
    else if (isTexts(value)) entries.push([name, listOf(value, DEFAULT)])
    else entries.push([name, defaultTree(value)])
  }
  return branch(entries, DEFAULT)
}

const isTexts = (value: readonly string[] | Defaults): value is readonly string[] => Array.isArray(value)

export function listOf(texts: readonly string[], origin: Origin): List {
  return { kind: 'list', items: texts.map((text) => leaf(text, origin)), origin }
}

/** `over` wins; groups are merged name by name, values and lists are replaced whole. Order: that of `under`. */
export function merge(under: Node, over: Node): Node {
  if (under.kind !== 'branch' || over.kind !== 'branch') return over
  const entries = new Map(under.entries)
  for (const [name, node] of over.entries) {
    const before = entries.get(name)
    entries.set(name, before === undefined ? node : merge(before, node))
  }
  return { kind: 'branch', entries, origin: over.origin }
}

/** The node at a path, or the nearest one above it. */
export function nodeAt(root: Node, path: Path): Node {
  let node = root
  for (const step of path) {
    const next: Node | undefined =
      node.kind === 'branch'
        ? node.entries.get(String(step))
        : node.kind === 'list'
          ? node.items[Number(step)]
          : undefined
    if (next === undefined) return node
    node = next
  }
  return node
}

/** `trading.symbols[1]` */
export function pathText(path: Path): string {
  let text = ''
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`
  return text
}

/** `config/risk.yaml:4`, `--set risk.x=5` or `default` */
export function originText(origin: Origin): string {
  if (origin.kind === 'file') return `${origin.file}:${origin.line}`
  return origin.kind === 'set' ? `--set ${shownSet(origin.argument)}` : 'default'
}
