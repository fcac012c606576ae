/** Reads the fields of one row of an instrument file; what is wrong is collected, each with file, line and field. */
import { readLeaf, readSymbol, Refusal } from '../config/leaves.ts'
import { nearest } from '../config/nearest.ts'
import { type Leaf, type Node, nodeAt, originText, type Path, pathText } from '../config/tree.ts'
import { parseDecimal, toScaled } from '../core/base/decimal.ts'
import { type EpochDay, parseDay } from '../core/base/time.ts'

const DECIMALS = 8

export class Fields {
  readonly #node: Node
  readonly #path: Path
  readonly #faults: string[]

  constructor(node: Node, path: Path, known: readonly string[], faults: string[]) {
    this.#node = node
    this.#path = path
    this.#faults = faults
    if (node.kind !== 'branch') {
      this.#say(node, path, 'must be a group of values')
      return
    }
    for (const [name, child] of node.entries) {
      if (known.includes(name)) continue
      const near = nearest(name, known)
      const mend = near === undefined ? `known here: ${known.join(', ')}` : `did you mean "${near}"?`
      this.#say(child, [...path, name], `unknown name; ${mend}`)
    }
  }

  #say(node: Node, path: Path, why: string): void {
    this.#faults.push(`${originText(node.origin)}: ${path.length === 0 ? 'file' : pathText(path)}: ${why}`)
  }

  fault(name: string, why: string): void {
    this.#say(nodeAt(this.#node, [name]), [...this.#path, name], why)
  }

  /**
   * Stands in for a value that is not there, and notes that (a value that is there and wrong has its fault already);
   * nothing is built from a file with faults.
   */
  missing(name: string, mend: string): string {
    if (this.#child(name) === undefined) this.fault(name, `is missing; write ${mend}`)
    return ''
  }

  #child(name: string): Node | undefined {
    return this.#node.kind === 'branch' ? this.#node.entries.get(name) : undefined
  }

  #read<T>(name: string, read: (text: string, leaf: Leaf) => T | Refusal): T | undefined {
    const node = this.#child(name)
    if (node === undefined) return undefined
    const result = readLeaf(node, read)
    if (!(result instanceof Refusal)) return result
    this.fault(name, result.why)
    return undefined
  }

  text(name: string): string | undefined {
    return this.#read(name, (text) => text)
  }

  symbol(name: string): string | undefined {
    return this.#read(name, readSymbol)
  }

  choice<const T extends string>(name: string, known: readonly T[]): T | undefined {
    return this.#read(name, (text) => {
      const found = known.find((k) => k === text)
      return found ?? new Refusal(`${text} is not one of ${known.join(', ')}`)
    })
  }

  /** A decimal text above zero. */
  decimal(name: string): string | undefined {
    return this.#read(name, (text) => {
      const scaled = parseDecimal(text) === undefined ? undefined : toScaled(text, DECIMALS)
      return scaled !== undefined && scaled > 0 ? text : new Refusal(`${text} is no decimal above zero, e.g. "0.01"`)
    })
  }

  integer(name: string): number | undefined {
    return this.#read(name, (text) =>
      /^[1-9]\d{0,14}$/.test(text) ? Number(text) : new Refusal(`${text} is no whole number above zero`),
    )
  }

  #day(name: string): EpochDay | undefined {
    return this.#read(name, (text) => parseDay(text) ?? new Refusal(`${text} is not a date (YYYY-MM-DD)`))
  }

  /** `from` and `to`, both inclusive. */
  period(): readonly [EpochDay, EpochDay] {
    const from = this.#day('from') ?? -Infinity
    const to = this.#day('to') ?? Infinity
    if (to < from) this.fault('to', 'lies before from')
    return [from, to]
  }

  texts(name: string): readonly string[] {
    const node = this.#child(name)
    if (node === undefined) return []
    if (node.kind !== 'list') {
      this.fault(name, 'must be a list, e.g. [a, b]')
      return []
    }
    return node.items.flatMap((item, i) => {
      const result = readLeaf(item, (text) => text)
      if (!(result instanceof Refusal)) return [result]
      this.#say(item, [...this.#path, name, i], result.why)
      return []
    })
  }

  rows(name: string): readonly Node[] {
    const node = this.#child(name)
    if (node === undefined) return []
    if (node.kind === 'list') return node.items
    this.fault(name, 'must be a list of rows')
    return []
  }

  /** The names of a group of values. */
  names(name: string): ReadonlySet<string> {
    const node = this.#child(name)
    if (node === undefined) return new Set()
    if (node.kind === 'branch') return new Set(node.entries.keys())
    this.fault(name, 'must be a group of values')
    return new Set()
  }
}
