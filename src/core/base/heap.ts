/**
 * Binary heap over a total order: time, then class, then insertion index. Equal keys therefore leave in the order
 * in which they entered (the ready-made heaps on the registry do not promise that).
 */

export interface HeapItem<T> {
  readonly time: number
  readonly rank: number
  readonly index: number
  readonly value: T
}

function before<T>(a: HeapItem<T>, b: HeapItem<T>): boolean {
  if (a.time !== b.time) return a.time < b.time
  if (a.rank !== b.rank) return a.rank < b.rank
  return a.index < b.index
}

export class Heap<T> {
  #items: HeapItem<T>[] = []
  #next = 0

  get size(): number {
    return this.#items.length
  }

  peek(): HeapItem<T> | undefined {
    return this.#items[0]
  }

  push(time: number, rank: number, value: T): void {
    const items = this.#items
    const item = { time, rank, index: this.#next++, value }
    let i = items.length
    items.push(item)
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = items[parent] as HeapItem<T>
      if (!before(item, above)) break
      items[i] = above
      i = parent
    }
    items[i] = item
  }

  pop(): HeapItem<T> | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (top === undefined || last === undefined || items.length === 0) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= items.length) break
      const right = items[child + 1]
      if (right !== undefined && before(right, items[child] as HeapItem<T>)) child++
      const smaller = items[child] as HeapItem<T>
      if (!before(smaller, last)) break
      items[i] = smaller
      i = child
    }
    items[i] = last
    return top
  }

  /** All items in order of leaving, without removing them; for snapshots. */
  sorted(): readonly HeapItem<T>[] {
    return [...this.#items].sort((a, b) => (before(a, b) ? -1 : 1))
  }
}
