/**
 * `${NAME}` and `${NAME:-default}` in values. A variable that is not set removes its value from the tree and is
 * remembered, so that the schema can say which variable was missing where one was needed (a disabled broker needs
 * none).
 */
import { type Environment, variable } from './environment.ts'
import { branch, type Leaf, type Node, type Path, pathText } from './tree.ts'

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g
const BROKEN = /\$\{(?![A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\})/

export interface MissingVariable {
  readonly name: string
  readonly leaf: Leaf
}

export interface Interpolated {
  readonly tree: Node
  /** By path text: the variables that were asked for and not set. */
  readonly missing: ReadonlyMap<string, MissingVariable>
  /** Leaves whose `${` is not a reference. */
  readonly broken: readonly { readonly path: Path; readonly leaf: Leaf }[]
}

export function interpolate(root: Node, env: Environment): Interpolated {
  const missing = new Map<string, MissingVariable>()
  const broken: { path: Path; leaf: Leaf }[] = []

  function onLeaf(leaf: Leaf, path: Path): Leaf | undefined {
    if (!leaf.text.includes('${')) return leaf
    if (BROKEN.test(leaf.text)) {
      broken.push({ path, leaf })
      return leaf
    }
    let absent: string | undefined
    const text = leaf.text.replace(REFERENCE, (_, name: string, fallback: string | undefined) => {
      const value = variable(name, env)
      // A variable left empty (a copied .env.example, a compose file) counts as not set.
      if (value !== undefined && value !== '') return value
      if (fallback === undefined) absent ??= name
      return fallback ?? ''
    })
    if (absent === undefined) return { ...leaf, text, form: 'text' }
    missing.set(pathText(path), { name: absent, leaf })
    return undefined
  }

  function onNode(node: Node, path: Path): Node | undefined {
    if (node.kind === 'leaf') return onLeaf(node, path)
    if (node.kind === 'list') {
      const items = node.items.map((item, i) => onNode(item, [...path, i]))
      return { ...node, items: items.filter((item) => item !== undefined) }
    }
    const entries: [string, Node][] = []
    for (const [name, child] of node.entries) {
      const value = onNode(child, [...path, name])
      if (value !== undefined) entries.push([name, value])
    }
    return branch(entries, node.origin)
  }

  return { tree: onNode(root, []) ?? root, missing, broken }
}
