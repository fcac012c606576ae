/**
 * All tapes of a run as one stream of batches in the total order (time, class, source rank, row): a k-way merge of
 * cursors. Batches cross RxJS; the entries in them are stepped one by one.
 */
import type { TapeEvent } from '../core/domain/event.ts'
import { CLASS, type Cursor } from './cursor.ts'

/** Who sees an entry: both, only the venue (a bar's open; a row on the venue's clock), only the engine. */
export const SEEN = { both: 0, venue: 1, engine: 2 } as const

/** Merged entries; valid until the consumer returns. `opens[i]` says who sees the entry, as `SEEN`. */
export interface Batch {
  readonly events: readonly TapeEvent[]
  readonly opens: Uint8Array
  readonly count: number
}

export const BATCH_SIZE = 1024

function before(a: Cursor, b: Cursor): boolean {
  if (a.time !== b.time) return a.time < b.time
  if (a.cls !== b.cls) return a.cls < b.cls
  return a.rank < b.rank
}

/** Restores heap order from the top down. */
function sink(heap: Cursor[]): void {
  const n = heap.length
  const top = heap[0] as Cursor
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= n) break
    if (child + 1 < n && before(heap[child + 1] as Cursor, heap[child] as Cursor)) child++
    const smaller = heap[child] as Cursor
    if (!before(smaller, top)) break
    heap[i] = smaller
    i = child
  }
  heap[i] = top
}

export async function* merge(cursors: readonly Cursor[], batchSize = BATCH_SIZE): AsyncGenerator<Batch> {
  const heap: Cursor[] = []
  for (const c of cursors) {
    await c.load()
    if (c.time !== Infinity) heap.push(c)
  }
  heap.sort((a, b) => (before(a, b) ? -1 : 1))
  const events: TapeEvent[] = new Array(batchSize)
  const opens = new Uint8Array(batchSize)
  while (heap.length > 0) {
    const count = fill(heap, events, opens)
    if (count > 0) yield { events, opens, count }
    const top = heap[0]
    if (top === undefined) continue
    if (top.needsChunk) await top.load()
    if (top.time === Infinity) {
      const last = heap.pop() as Cursor
      if (heap.length === 0) return
      heap[0] = last
    }
    sink(heap)
  }
}

/** Fills a batch until it is full or the top cursor must load. */
function fill(heap: Cursor[], events: TapeEvent[], opens: Uint8Array): number {
  const size = events.length
  let count = 0
  while (count < size) {
    const top = heap[0] as Cursor
    if (top.time === Infinity) break
    events[count] = top.event()
    opens[count] = top.cls === CLASS.open ? SEEN.venue : top.seen
    count++
    top.advance()
    if (top.time === Infinity) break
    if (heap.length > 1) sink(heap)
  }
  return count
}
