/**
 * YAML text to a tree with line numbers (YAML 1.2 core schema, package `yaml`). Aliases, tags and merge keys are
 * refused: a configuration is to be read by people, and an alias can make a small file arbitrarily large.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, Scalar } from 'yaml'
import { Failure } from '../cli/failure.ts'
import { type Branch, branch, type Leaf, type Node, type Origin } from './tree.ts'

/** Configuration files are a few kilobytes; more is a mistake or an attack on the parser. */
const BYTES_MAX = 262_144
const DEPTH_MAX = 12

/** The whole file as one group; an empty file is an empty group. Throws Failure (2) naming file and line. */
export function readYaml(text: string, file: string): Branch {
  if (text.length > BYTES_MAX) throw new Failure(`${file}: larger than ${BYTES_MAX} characters`, 2)
  const lines = new LineCounter()
  const document = parse(text, file, lines)
  const fault = document.errors[0]
  if (fault !== undefined) {
    const reason = (fault.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')
    throw new Failure(`${file}:${lines.linePos(fault.pos[0]).line}: not valid YAML: ${reason}`, 2)
  }
  const root = document.contents as unknown
  if (root === null || (isScalar(root) && root.value === null)) return branch([], { kind: 'file', file, line: 1 })
  const node = convert(root, { file, lines, depth: 0 })
  if (node.kind !== 'branch') throw new Failure(`${file}:1: must consist of names and values, e.g. "risk:"`, 2)
  return node
}

function parse(text: string, file: string, lineCounter: LineCounter): ReturnType<typeof parseDocument> {
  try {
    return parseDocument(text, { version: '1.2', schema: 'core', lineCounter, logLevel: 'silent' })
  } catch (error) {
    // The parser recurses, so thousands of brackets exhaust its stack; it has no other way to throw.
    if (!(error instanceof Error)) throw error
    throw new Failure(`${file}: not valid YAML: ${error.message}`, 2)
  }
}

interface Place {
  readonly file: string
  readonly lines: LineCounter
  readonly depth: number
}

function originOf(node: unknown, place: Place): Origin {
  const start = (node as { range?: readonly number[] | null }).range?.[0] ?? 0
  return { kind: 'file', file: place.file, line: place.lines.linePos(start).line }
}

function convert(node: unknown, place: Place): Node {
  const origin = originOf(node, place)
  const refuse = (why: string): Failure => new Failure(`${place.file}:${(origin as { line: number }).line}: ${why}`, 2)
  if (place.depth > DEPTH_MAX) throw refuse(`nested deeper than ${DEPTH_MAX} levels`)
  if (isAlias(node)) throw refuse('aliases (*name) are not supported; write the value again')
  if ((node as { tag?: string }).tag !== undefined)
    throw refuse(`tags (${(node as { tag: string }).tag}) are not supported`)
  const inner = { ...place, depth: place.depth + 1 }
  if (isMap(node)) {
    const entries = node.items.map((pair): [string, Node] => {
      if (!isScalar(pair.key)) throw refuse('a name must be a plain word')
      const name = pair.key.source ?? String(pair.key.value)
      // `name:` with nothing behind it: the line of the name is what the user looks for.
      return [name, pair.value === null ? empty(originOf(pair.key, place)) : convert(pair.value, inner)]
    })
    return branch(entries, origin)
  }
  if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => convert(item, inner)), origin }
  if (isScalar(node)) return scalar(node, origin)
  throw refuse('not understood')
}

const empty = (origin: Origin): Leaf => ({ kind: 'leaf', text: '', written: '', form: 'null', origin })

function scalar(node: Scalar, origin: Origin): Leaf {
  const text = node.source ?? String(node.value ?? '')
  if (node.type !== undefined && node.type !== Scalar.PLAIN) {
    return { kind: 'leaf', text: String(node.value), written: JSON.stringify(node.value), form: 'text', origin }
  }
  const form =
    node.value === null
      ? 'null'
      : typeof node.value === 'number'
        ? 'number'
        : typeof node.value === 'boolean'
          ? 'boolean'
          : 'text'
  return { kind: 'leaf', text, written: text, form, origin }
}
