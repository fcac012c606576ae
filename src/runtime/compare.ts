/** Two record streams side by side: the first row that differs, named field by field. */
import { KIND } from '../core/engine/records.ts'
import { FIRST_NUMBERED } from '../core/engine/records.ts'
import { CHECKPOINT, DigestSink } from './record-sink.ts'
import { RECORD_SHAPES, type RecordView, textOf, viewRecord } from './record-fields.ts'

export interface Difference {
  /** Sequence number of the input at which it shows; market rows count from the start of the run. */
  readonly seq: number
  readonly stream: string
  readonly field: string
  readonly recorded: number | string | null
  readonly replayed: number | string | null
}

/** Undefined when the two are equal to the bit. `seq` is used where the row carries none. */
export function compareRecords(
  a: RecordView | undefined,
  b: RecordView | undefined,
  seq: number,
): Difference | undefined {
  if (a === undefined && b === undefined) return undefined
  const known = a ?? (b as RecordView)
  const shape = RECORD_SHAPES.get(known.kind)
  const stream = shape?.stream ?? `kind ${known.kind}`
  const at = known.kind >= FIRST_NUMBERED && known.kind !== KIND.header ? (known.words[1] as number) : seq
  if (a === undefined) return { seq: at, stream, field: 'row', recorded: null, replayed: 'a row' }
  if (b === undefined) return { seq: at, stream, field: 'row', recorded: 'a row', replayed: null }
  const nameOf = (kind: number): string => RECORD_SHAPES.get(kind)?.stream ?? `kind ${kind}`
  if (a.words[0] !== b.words[0]) {
    const field = a.kind === b.kind ? 'instrument' : 'row'
    const [recorded, replayed] = field === 'row' ? [nameOf(a.kind), nameOf(b.kind)] : [a.instrument, b.instrument]
    return { seq: at, stream, field, recorded, replayed }
  }
  if (a.kind === KIND.header || a.kind === KIND.text) {
    const [x, y] = [textOf(a), textOf(b)]
    if (x === y) return undefined
    if (a.kind === KIND.header) {
      const value = firstValue(JSON.parse(x), JSON.parse(y), '')
      if (value !== undefined) return { seq: at, stream, ...value }
    }
    return { seq: at, stream, field: 'text', recorded: clip(x), replayed: clip(y) }
  }
  const n = Math.max(a.words.length, b.words.length)
  for (let i = 1; i < n; i++) {
    if (Object.is(a.words[i], b.words[i])) continue
    const field = shape?.fields[i - 1] ?? `word ${i}`
    return { seq: at, stream, field, recorded: a.words[i] ?? null, replayed: b.words[i] ?? null }
  }
  return undefined
}

type Value = Pick<Difference, 'field' | 'recorded' | 'replayed'>

/** The first path at which two configurations differ, such as `simulation.fees`. */
function firstValue(a: unknown, b: unknown, path: string): Value | undefined {
  const branches = typeof a === 'object' && a !== null && typeof b === 'object' && b !== null
  if (!branches) {
    const show = (x: unknown): string | null => (x === undefined ? null : clip(JSON.stringify(x)))
    return Object.is(a, b) ? undefined : { field: path, recorded: show(a), replayed: show(b) }
  }
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const found = firstValue(left[key], right[key], path === '' ? key : `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

function clip(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`
}

/** Looks at a replayed record; the view is valid until it returns. */
export type WatchRecord = (r: RecordView) => void

/** A record sink that holds what is replayed against what was recorded. */
export class Comparison {
  readonly sink: DigestSink
  first: Difference | undefined
  readonly #recorded: Iterator<RecordView> | undefined
  readonly #numberedOnly: boolean
  readonly #watch: WatchRecord | undefined
  #market = 0

  constructor(recorded: Iterator<RecordView> | undefined, numberedOnly: boolean, watch?: WatchRecord) {
    this.#watch = watch
    this.#recorded = recorded
    this.#numberedOnly = numberedOnly
    this.sink = new DigestSink((bytes, lengths, count) => this.#block(bytes, lengths, count))
  }

  #next(): RecordView | undefined {
    for (;;) {
      const item = this.#recorded?.next()
      if (item === undefined || item.done === true) return undefined
      if (item.value.kind !== CHECKPOINT) return item.value
    }
  }

  #block(bytes: Uint8Array, lengths: Uint16Array, count: number): void {
    const settled = this.first !== undefined || this.#recorded === undefined
    if (settled && this.#watch === undefined) return
    const words = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)
    let at = 0
    for (let i = 0; i < count; i++) {
      const n = (lengths[i] as number) / 8
      const replayed = viewRecord(words.subarray(at, at + n))
      at += n
      this.#watch?.(replayed)
      if (this.first !== undefined || this.#recorded === undefined) continue
      if (replayed.kind < FIRST_NUMBERED) this.#market++
      if (this.#numberedOnly && replayed.kind < FIRST_NUMBERED) continue
      this.first = compareRecords(this.#next(), replayed, this.#market)
      if (this.first !== undefined && this.#watch === undefined) return
    }
  }

  /** After the run: rows that were recorded and not replayed are a difference too. */
  finish(): void {
    if (this.first !== undefined || this.#recorded === undefined) return
    this.first = compareRecords(this.#next(), undefined, this.#market)
  }
}
