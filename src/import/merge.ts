/**
 * The rows of several files of one stream in the tape's order: time, then rank of the file, then row. Files that
 * follow each other in time are read one after the other; files that overlap are read side by side, block by block,
 * so memory stays flat. The rank of a file is its place by (first stamp, content hash), never by the arguments.
 */
import type { FaultList } from './fault.ts'
import { type FileReading, readFile, type ReadRules } from './read-file.ts'
import type { RowBlock } from './row-block.ts'
import type { Source } from './source-file.ts'

export interface RankedFile {
  readonly source: Source
  readonly reading: FileReading
  readonly faults: FaultList
  /** How the file calls the time column. */
  readonly timeField: string
}

/** By first stamp of the stream, then content hash. */
export function rankFor(key: string | undefined, files: readonly RankedFile[]): RankedFile[] {
  const first = (file: RankedFile): number => {
    if (key !== undefined) return file.reading.streams.get(key)?.first ?? Infinity
    return Math.min(...[...file.reading.streams.values()].map((s) => s.first), Infinity)
  }
  return files.toSorted((a, b) => {
    const gap = first(a) - first(b)
    if (gap !== 0 && !Number.isNaN(gap)) return gap
    return a.reading.sha256 < b.reading.sha256 ? -1 : 1
  })
}

/** Files with accepted rows of a stream, in rank order. */
export function filesOf(key: string, files: readonly RankedFile[]): RankedFile[] {
  return rankFor(
    key,
    files.filter((f) => (f.reading.streams.get(key)?.rows ?? 0) > 0),
  )
}

/** True when reading the files one after the other in the common order gives the stream in its order. */
export function isSequential(key: string, files: readonly RankedFile[], common: readonly RankedFile[]): boolean {
  const own = filesOf(key, files)
  const places = own.map((f) => common.indexOf(f))
  return own.every((file, i) => {
    const before = own[i - 1]
    if (before === undefined) return true
    const end = before.reading.streams.get(key)?.last ?? Number.NaN
    const start = file.reading.streams.get(key)?.first ?? Number.NaN
    return end <= start && (places[i - 1] as number) < (places[i] as number)
  })
}

/** One file's blocks of one stream, pulled. */
class BlockQueue {
  #waiting: ((block: RowBlock | undefined) => void) | undefined
  #room: (() => void) | undefined
  #ready: RowBlock[] = []
  #ended = false
  #error: unknown

  async put(block: RowBlock): Promise<void> {
    if (this.#waiting !== undefined) {
      const give = this.#waiting
      this.#waiting = undefined
      give(block)
    } else this.#ready.push(block)
    if (this.#ready.length >= 2) {
      await new Promise<void>((resolve) => {
        this.#room = resolve
      })
    }
  }

  end(error?: unknown): void {
    this.#ended = true
    this.#error = error
    this.#waiting?.(undefined)
    this.#waiting = undefined
  }

  async next(): Promise<RowBlock | undefined> {
    const block = this.#ready.shift()
    this.#room?.()
    this.#room = undefined
    if (block !== undefined) return block
    if (!this.#ended) {
      const waited = await new Promise<RowBlock | undefined>((resolve) => {
        this.#waiting = resolve
      })
      if (waited !== undefined) return waited
    }
    if (this.#error !== undefined) throw this.#error
    return undefined
  }
}

interface Cursor {
  readonly file: RankedFile
  readonly queue: BlockQueue
  block: RowBlock | undefined
  i: number
}

/** Reads overlapping files of one stream side by side and hands out its rows in order. */
export async function mergeStream(
  key: string,
  ranked: readonly RankedFile[],
  rules: ReadRules,
  /** A list that takes the faults which were reported before, when the whole file was read. */
  spare: (file: RankedFile) => FaultList,
  take: (block: RowBlock, i: number, file: RankedFile) => void,
): Promise<void> {
  const cursors: Cursor[] = ranked.map((file) => {
    const queue = new BlockQueue()
    readFile(file.source, rules, { faults: spare(file), only: key, take: (_, block) => queue.put(block) }).then(
      () => queue.end(),
      (error: unknown) => queue.end(error),
    )
    return { file, queue, block: undefined, i: 0 }
  })
  for (const cursor of cursors) cursor.block = await cursor.queue.next()
  for (;;) {
    const best = earliest(cursors)
    if (best?.block === undefined) return
    take(best.block, best.i, best.file)
    best.i++
    if (best.i === best.block.n) {
      best.block = await best.queue.next()
      best.i = 0
    }
  }
}

/** The cursor with the smallest stamp; at equal stamps the lower rank. */
function earliest(cursors: readonly Cursor[]): Cursor | undefined {
  let best: Cursor | undefined
  let bestT = Infinity
  for (const cursor of cursors) {
    const t = cursor.block?.t[cursor.i]
    if (t !== undefined && t < bestT) {
      best = cursor
      bestT = t
    }
  }
  return best
}
