/**
 * Keeps a generated symbol from falling silent: where nothing is told for a while, the standing quote is told again, as
 * a venue with many participants does. Live sessions take a silent feed for a broken one; tapes may be sparse.
 */
import { type Micros, MILLISECOND } from '../core/base/time.ts'
import type { MarketMinute } from './market.ts'
import { QUOTE, tickBuffer, type TickBuffer, type TickChunk } from './ticks.ts'

/** How late a repeated quote is received. */
const DELAY: Micros = MILLISECOND

export class Steady {
  readonly #quiet: Micros
  #last: Micros = 0
  #bid = 0
  #ask = 0
  #bidSize = 0
  #askSize = 0

  /** At most `quiet` microseconds pass between two rows of a session. */
  constructor(quiet: Micros) {
    this.#quiet = quiet
  }

  /** The minutes of one symbol, in order. */
  fill(minute: MarketMinute): TickChunk {
    if (minute.opens) this.#last = 0
    const added = this.#missing(minute)
    if (added === 0) {
      for (let i = 0; i < minute.rows; i++) this.#see(minute, i)
      return minute
    }
    const out = tickBuffer(minute.rows + added)
    out.rows = 0
    for (let i = 0; i < minute.rows; i++) {
      const next = minute.venue[i] as Micros
      while (this.#isDue(next)) this.#repeat(out, minute.recv[i] as Micros)
      copy(minute, i, out)
      this.#see(minute, i)
    }
    return out
  }

  #isDue(next: Micros): boolean {
    return this.#last > 0 && this.#bid > 0 && next - this.#last > this.#quiet
  }

  /** No more than this: a row in between starts the count anew. */
  #missing(minute: MarketMinute): number {
    let last = this.#last
    let n = 0
    for (let i = 0; i < minute.rows; i++) {
      const t = minute.venue[i] as Micros
      if (last > 0) n += Math.floor((t - last) / this.#quiet)
      last = t
    }
    return n
  }

  /** Received before the row that comes next, however soon that is. */
  #repeat(out: TickBuffer, before: Micros): void {
    const t = this.#last + this.#quiet
    const k = out.rows++
    out.venue[k] = t
    out.recv[k] = Math.min(t + DELAY, before - 1)
    out.a[k] = this.#bid
    out.b[k] = this.#ask
    out.asz[k] = this.#bidSize
    out.bsz[k] = this.#askSize
    out.kind[k] = QUOTE
    this.#last = t
  }

  #see(chunk: TickChunk, i: number): void {
    this.#last = chunk.venue[i] as Micros
    if (chunk.kind[i] !== QUOTE) return
    this.#bid = chunk.a[i] as number
    this.#ask = chunk.b[i] as number
    this.#bidSize = chunk.asz[i] as number
    this.#askSize = chunk.bsz[i] as number
  }
}

function copy(from: TickChunk, i: number, to: TickBuffer): void {
  const k = to.rows++
  to.venue[k] = from.venue[i] as number
  to.recv[k] = from.recv[i] as number
  to.a[k] = from.a[i] as number
  to.b[k] = from.b[i] as number
  to.asz[k] = from.asz[i] as number
  to.bsz[k] = from.bsz[i] as number
  to.kind[k] = from.kind[i] as number
}
