/**
 * Rules about source text that neither the compiler nor the linter states: what src/core must not touch, no `any`, no
 * empty catch, a header comment, a bounded length. An exception is a mark on the same or the preceding line with its
 * reason: `// allow core-purity: …`.
 */
import ts from 'typescript'

export interface SourceFault {
  readonly rule: 'core-purity' | 'no-any' | 'empty-catch' | 'header' | 'length'
  /** 1-based. */
  readonly line: number
  readonly what: string
}

export const LINES_MAX = 400

/** Sources of time, chance, machine and locale; the core gets all of them as events or arguments. */
const BANNED_NAMES: ReadonlySet<string> = new Set([
  'Date',
  'Intl',
  'Temporal',
  'performance',
  'process',
  'console',
  'fetch',
  'crypto',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'structuredClone',
  'WeakRef',
  'FinalizationRegistry',
])

const BANNED_MEMBERS: ReadonlySet<string> = new Set([
  'Math.random',
  'Promise.race',
  'Promise.any',
  'Object.keys',
  'Object.values',
  'Object.entries',
])

const BANNED_METHODS = /^(toLocale\w+|localeCompare)$/

/** `path` is relative to the project, with forward slashes. */
export function checkSource(path: string, text: string): SourceFault[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
  const faults: SourceFault[] = []
  const lines = text.split('\n')
  const pure = path.startsWith('src/core/')

  function add(rule: SourceFault['rule'], node: ts.Node | undefined, what: string): void {
    const line = node === undefined ? 1 : source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
    const mark = new RegExp(`// allow ${rule}: \\S`)
    if (mark.test(lines[line - 1] ?? '') || mark.test(lines[line - 2] ?? '')) return
    faults.push({ rule, line, what })
  }

  function visit(node: ts.Node): void {
    if (node.kind === ts.SyntaxKind.AnyKeyword) add('no-any', node, 'any')
    if (ts.isCatchClause(node) && node.block.statements.length === 0) add('empty-catch', node, 'empty catch')
    if (pure) {
      const impurity = impurityOf(node)
      if (impurity !== undefined) add('core-purity', node, impurity)
    }
    ts.forEachChild(node, visit)
  }

  visit(source)
  if (!/^(#!.*\n)?\/\*\*|^(#!.*\n)?\/\//.test(text)) add('header', undefined, 'no header comment')
  if (path.startsWith('src/') && lines.length > LINES_MAX) add('length', undefined, `${lines.length} lines`)
  return faults
}

function impurityOf(node: ts.Node): string | undefined {
  if (ts.isForInStatement(node)) return 'for…in'
  if (ts.isPropertyAccessExpression(node)) {
    const name = node.name.text
    if (BANNED_METHODS.test(name)) return name
    const whole = ts.isIdentifier(node.expression) ? `${node.expression.text}.${name}` : ''
    return BANNED_MEMBERS.has(whole) ? whole : undefined
  }
  if (!ts.isIdentifier(node) || !BANNED_NAMES.has(node.text)) return undefined
  return isUse(node) ? node.text : undefined
}

/** Whether a name stands for the global itself, not for a member, a declaration or a type. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  if (ts.isTypeReferenceNode(parent) || ts.isImportSpecifier(parent)) return false
  return !('name' in parent && parent.name === node)
}
