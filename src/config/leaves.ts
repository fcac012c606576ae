/**
 * Readers of single values: zod schemas from a leaf of the tree to a typed value. Decimals are read from their text
 * (core/base/decimal.ts), so 0.1 is one tenth and no rounding stands between the file and a limit.
 */
import { z } from 'zod'
import { fromScaled, parseDecimal, toRatio, toScaled } from '../core/base/decimal.ts'
import type { Ratio } from '../core/base/fixed.ts'
import { HOUR, type Micros, MINUTE, SECOND } from '../core/base/time.ts'
import { Secret } from './secret.ts'
import type { Leaf, Node } from './tree.ts'

/** A ratio that remembers the decimal text it was written as. */
export interface Fraction extends Ratio {
  readonly text: string
}

type Read<T> = (text: string, leaf: Leaf) => T | Refusal

/** Why a value was refused; the sentence goes behind "<path>: ". */
export class Refusal {
  readonly why: string
  constructor(why: string) {
    this.why = why
  }
}

/** A value of one leaf. */
export function value<T>(read: Read<T>): z.ZodType<T, Node> {
  return z.custom<Node>().transform((node, ctx): T => {
    const result = readLeaf(node, read)
    if (!(result instanceof Refusal)) return result
    ctx.addIssue({ code: 'custom', message: result.why })
    return z.NEVER
  })
}

export function readLeaf<T>(node: Node | undefined, read: Read<T>): T | Refusal {
  if (node === undefined) return new Refusal('is missing')
  if (node.kind === 'list') return new Refusal('is a list; one value is needed')
  if (node.kind === 'branch') return new Refusal('is a group of values; one value is needed')
  if (node.form === 'null' || node.text === '') return new Refusal('is empty; write a value or remove the line')
  return read(node.text, node)
}

/** The text to quote in a message: what was written, never what a variable held. */
const shown = (leaf: Leaf): string => leaf.written

/** 0 < x < 1. */
export const fraction = value<Fraction>((text, leaf) => {
  const ratio = toRatio(text)
  if (ratio === undefined) return new Refusal(`${shown(leaf)} is not a fraction between 0 and 1, e.g. 0.05`)
  if (ratio.num > 0 && ratio.num < ratio.den) return { ...ratio, text }
  return new Refusal(`${shown(leaf)} is not a fraction between 0 and 1${asPercentage(text)}`)
})

/** "5" was probably meant as five per cent. */
function asPercentage(text: string): string {
  const d = parseDecimal(text)
  if (d === undefined || d.negative || d.decimals > 6) return ''
  const scaled = toScaled(text, 6)
  if (scaled === undefined || scaled < 1_000_000 || scaled >= 100_000_000) return ''
  return `; write ${fromScaled(scaled, 8)}`
}

export function integer(min: number, max: number, what: string): z.ZodType<number, Node> {
  return value<number>((text, leaf) => {
    const n = toScaled(text, 0)
    if (n !== undefined && n >= min && n <= max) return n
    return new Refusal(`${shown(leaf)} is not ${what}`)
  })
}

export const count = integer(1, 1_000_000_000, 'a whole number of 1 or more')

const DURATION = /^(\d+(?:\.\d+)?) *(ms|s|m|h|d)?$/
const UNIT: ReadonlyMap<string, Micros> = new Map([
  ['ms', 1000],
  ['s', SECOND],
  ['m', MINUTE],
  ['h', HOUR],
  ['d', 24 * HOUR],
])

/** Microseconds > 0, from "24h", "500ms" or a number of seconds. */
export const duration = value<Micros>((text, leaf) => {
  const m = DURATION.exec(text)
  const unit = UNIT.get(m?.[2] ?? 's')
  const millionths = m === null ? undefined : toScaled(m[1] as string, 6)
  const micros = unit === undefined || millionths === undefined ? undefined : (millionths / 1_000_000) * unit
  if (micros !== undefined && micros >= 1 && Number.isSafeInteger(Math.round(micros))) return Math.round(micros)
  return new Refusal(`${shown(leaf)} is not a duration above zero, e.g. 10 (seconds), 500ms or 24h`)
})

export const flag = value<boolean>((text, leaf) => {
  if (text === 'true') return true
  if (text === 'false') return false
  return new Refusal(`${shown(leaf)} is neither true nor false`)
})

export function oneOf<const T extends string>(known: readonly T[]): z.ZodType<T, Node> {
  return value<T>((text, leaf) => {
    const found = known.find((name) => name === text)
    return found ?? new Refusal(`${shown(leaf)} is not one of ${known.join(', ')}`)
  })
}

export const text = value<string>((content) => content)

export const secret = value<Secret>((content) => new Secret(content))

const SYMBOL = /^[A-Za-z0-9][A-Za-z0-9./_-]{0,31}$/

/** YAML takes 005930 for the number 5930 and TRUE for a boolean: such a symbol must be quoted. */
export function readSymbol(content: string, leaf: Leaf): string | Refusal {
  if (leaf.form === 'number') {
    return new Refusal(`${shown(leaf)} was read as ${Number(content)}; write "${content}"`)
  }
  if (leaf.form !== 'text') return new Refusal(`${shown(leaf)} was read as ${leaf.form}; write "${content}"`)
  return SYMBOL.test(content) ? content : new Refusal(`${shown(leaf)} is not a symbol such as NVDA or "005930"`)
}

export function url(schemes: readonly string[]): z.ZodType<string, Node> {
  return value<string>((content, leaf) => {
    const scheme = URL.canParse(content) ? new URL(content).protocol.slice(0, -1) : ''
    if (schemes.includes(scheme)) return content.replace(/\/$/, '')
    return new Refusal(`${shown(leaf)} is not an address starting with ${schemes.map((s) => `${s}://`).join(' or ')}`)
  })
}

/** A list of distinct values; on the command line also "A,B". */
export function listOf<T extends string>(read: Read<T>, itemsMin: number): z.ZodType<readonly T[], Node> {
  return z.custom<Node>().transform((node, ctx): readonly T[] => {
    const items = listItems(node)
    const values: T[] = []
    const refuse = (why: string, path: (string | number)[]): void =>
      ctx.addIssue({ code: 'custom', message: why, path })
    if (items instanceof Refusal) refuse(items.why, [])
    else {
      items.forEach((item, i) => {
        const result = readLeaf(item, read)
        if (result instanceof Refusal) refuse(result.why, [i])
        else if (values.includes(result)) refuse(`${result} is named twice`, [i])
        else values.push(result)
      })
      if (items.length < itemsMin) refuse('is an empty list; name at least one', [])
    }
    return values
  })
}

function listItems(node: Node | undefined): readonly Node[] | Refusal {
  if (node === undefined) return new Refusal('is missing')
  if (node.kind === 'list') return node.items
  if (node.kind === 'leaf' && node.origin.kind === 'set') {
    return node.text.split(',').map((part): Leaf => ({ ...node, text: part.trim(), written: part.trim() }))
  }
  return new Refusal('must be a list, e.g. ["NVDA", "005930"]')
}
