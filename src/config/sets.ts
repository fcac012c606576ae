/** `--set path=value` arguments as a tree over the configuration files; later ones win. */
import { Failure } from '../cli/failure.ts'
import { nearest } from './nearest.ts'
import { readYaml } from './read-yaml.ts'
import { shownSet } from './set-text.ts'
import { type Branch, branch, leaf, merge, type Node, type Origin } from './tree.ts'

export const PARTS = ['risk', 'capital', 'trading', 'brokers', 'fees', 'agent'] as const
export type Part = (typeof PARTS)[number]

function refuse(argument: string, why: string): Failure {
  return new Failure(`--set ${shownSet(argument)}: ${why}`, 2)
}

/** Throws Failure (2) naming the argument and, for an unknown part, the known ones. */
export function readSets(sets: readonly string[]): Branch {
  let tree: Node = branch([], { kind: 'default' })
  for (const argument of sets) tree = merge(tree, readSet(argument))
  return tree as Branch
}

function readSet(argument: string): Node {
  const at = argument.indexOf('=')
  if (at < 0) throw refuse(argument, 'write path=value, e.g. risk.daily_loss_limit=0.03')
  const path = argument.slice(0, at).trim().split('.')
  const part = path[0] ?? ''
  if (!(PARTS as readonly string[]).includes(part)) {
    const near = nearest(part, PARTS)
    const hint = near === undefined ? '' : `; did you mean "${near}"?`
    throw refuse(argument, `there is no part "${part}"${hint} (parts: ${PARTS.join(', ')})`)
  }
  if (path.length < 2 || path.includes('')) {
    throw refuse(argument, `"${path.join('.')}" is not the path of a value, e.g. risk.daily_loss_limit`)
  }
  let node = readValue(argument, argument.slice(at + 1).trim(), { kind: 'set', argument })
  for (const name of path.reverse()) node = branch([[name, node]], { kind: 'set', argument })
  return node
}

/** Text as it stands; `[…]` and `{…}` are read as YAML. */
function readValue(argument: string, text: string, origin: Origin): Node {
  if (!/^[[{]/.test(text)) return leaf(text, origin)
  const wrapped = readYaml(`value: ${text}`, `--set ${shownSet(argument)}`).entries.get('value')
  return wrapped === undefined ? leaf(text, origin) : withOrigin(wrapped, origin)
}

function withOrigin(node: Node, origin: Origin): Node {
  if (node.kind === 'leaf') return { ...node, origin }
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => withOrigin(item, origin)), origin }
  return branch(
    [...node.entries].map(([name, child]): [string, Node] => [name, withOrigin(child, origin)]),
    origin,
  )
}
