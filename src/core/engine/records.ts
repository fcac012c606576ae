/**
 * The record stream: every input and every output of the engine as a fixed little-endian row of 64-bit floats, in
 * order. Its bytes are what the digest hashes and what the full journal keeps. Integers up to 2^53 are exact; text is
 * UTF-8 packed behind its byte length. Word 0 is kind + 256 · (instrument + 1); rows below `FIRST_NUMBERED` are market
 * rows, whose sequence number is implied by their order; all others carry it in word 1.
 *
 * This file encodes into a buffer and hands full 64 KiB blocks to a sink; hashing and writing happen in `runtime`.
 */
import type { Command } from '../domain/command.ts'
import type { ActionEvent, CashEvent, EngineEvent, HistoryEvent, ReportEvent, StatusEvent } from '../domain/event.ts'
import { ACTION_KINDS, CASH_KINDS } from '../domain/event.ts'
import { ORDER_STATES, ORDER_TYPES, TIMES_IN_FORCE } from '../domain/order.ts'
import { STATUS_REASONS, TRADING_STATUSES } from '../domain/phase.ts'
import { REJECT_REASONS } from '../domain/reason.ts'

export const BLOCK_WORDS = 8192
export const SCHEMA_VERSION = 1

export const KIND = {
  quote: 1,
  quoteFlags: 2,
  trade: 3,
  bar: 4,
  barQuotes: 5,
  fx: 6,
  report: 16,
  timer: 17,
  cash: 18,
  status: 19,
  action: 20,
  link: 21,
  books: 22,
  buyingPower: 23,
  externalFill: 24,
  operator: 25,
  system: 26,
  limits: 27,
  history: 28,
  order: 32,
  equity: 34,
  decision: 35,
  text: 36,
  state: 37,
  command: 38,
  setTimer: 39,
  roll: 40,
  alert: 41,
  verdict: 42,
  distance: 43,
  explain: 44,
  request: 45,
  booked: 46,
  header: 63,
} as const

/** Kinds from here on carry their sequence number and are kept by every journal; below are rows of tapes. */
export const FIRST_NUMBERED = 16

export const REPORT_TYPES = [
  'accepted',
  'rejected',
  'filled',
  'canceled',
  'expired',
  'replaced',
  'cancelRejected',
  'replaceRejected',
  'busted',
  'corrected',
  'commission',
  'absent',
] as const

export const COMMAND_TYPES = ['submit', 'cancel', 'replace'] as const
export const REQUEST_TYPES = ['query', 'reconcile', 'connect'] as const

/** Takes records; `lengths` are byte lengths of `count` records laid end to end in `bytes`. */
export interface RecordSink {
  block(bytes: Uint8Array, lengths: Uint16Array, count: number, closes: boolean): void
}

export class RecordWriter {
  readonly #words = new Float64Array(BLOCK_WORDS)
  readonly #bytes = new Uint8Array(this.#words.buffer)
  readonly #lengths = new Uint16Array(BLOCK_WORDS)
  readonly #sink: RecordSink
  /** Words used of the current digest block, and from where they are not yet handed over. */
  #used = 0
  #handed = 0
  #count = 0
  /** Records written so far. */
  total = 0
  #texts = new Map<string, number>()

  constructor(sink: RecordSink) {
    this.#sink = sink
  }

  #begin(words: number): number {
    if (this.#used + words > BLOCK_WORDS) this.#hand(true)
    const at = this.#used
    this.#used = at + words
    this.#lengths[this.#count++] = words * 8
    this.total++
    return at
  }

  #hand(closes: boolean): void {
    const from = this.#handed * 8
    const bytes = this.#bytes.subarray(from, this.#used * 8)
    if (this.#count > 0 || closes) this.#sink.block(bytes, this.#lengths, this.#count, closes)
    this.#count = 0
    if (closes) {
      this.#used = 0
      this.#handed = 0
    } else this.#handed = this.#used
  }

  /** Hands over what is buffered without closing the digest block: the journal's group commit. */
  flush(): void {
    if (this.#count > 0) this.#hand(false)
  }

  /** One market row. */
  market(e: EngineEvent): void {
    const w = this.#words
    switch (e.type) {
      case 'quote': {
        const flagged = e.flags !== 0
        const at = this.#begin(flagged ? 8 : 7)
        w[at] = (flagged ? KIND.quoteFlags : KIND.quote) + 256 * (e.instrument + 1)
        w[at + 1] = e.t
        w[at + 2] = e.venueT
        w[at + 3] = e.bid
        w[at + 4] = e.ask
        w[at + 5] = e.bidSize
        w[at + 6] = e.askSize
        if (flagged) w[at + 7] = e.flags
        return
      }
      case 'trade': {
        const at = this.#begin(6)
        w[at] = KIND.trade + 256 * (e.instrument + 1)
        w[at + 1] = e.t
        w[at + 2] = e.venueT
        w[at + 3] = e.price
        w[at + 4] = e.size
        w[at + 5] = e.flags
        return
      }
      case 'bar': {
        const quoted = e.bidOpen !== 0 || e.askOpen !== 0 || e.bidClose !== 0 || e.askClose !== 0
        const at = this.#begin(quoted ? 12 : 8)
        w[at] = (quoted ? KIND.barQuotes : KIND.bar) + 256 * (e.instrument + 1)
        w[at + 1] = e.t
        w[at + 2] = e.start
        w[at + 3] = e.open
        w[at + 4] = e.high
        w[at + 5] = e.low
        w[at + 6] = e.close
        w[at + 7] = e.volume
        if (!quoted) return
        w[at + 8] = e.bidOpen
        w[at + 9] = e.askOpen
        w[at + 10] = e.bidClose
        w[at + 11] = e.askClose
        return
      }
      case 'fx': {
        const at = this.#begin(4)
        w[at] = KIND.fx + 256 * (e.instrument + 1)
        w[at + 1] = e.t
        w[at + 2] = e.venueT
        w[at + 3] = e.rate
        return
      }
      default:
        throw new Error(`${e.type} is not a market row`)
    }
  }

  /** A numbered row; −0 and NaN are written as 0 so that equal values have equal bytes. */
  row(kind: number, instrument: number, seq: number, values: readonly number[]): void {
    const w = this.#words
    const at = this.#begin(2 + values.length)
    w[at] = kind + 256 * (instrument + 1)
    w[at + 1] = seq
    for (let i = 0; i < values.length; i++) w[at + 2 + i] = (values[i] as number) || 0
  }

  report(e: ReportEvent, instrument: number, seq: number): void {
    const type = REPORT_TYPES.indexOf(e.type)
    const head = [e.t, type, e.broker, e.orderId]
    if (e.type === 'filled') {
      this.row(KIND.report, instrument, seq, [...head, e.fillNo, e.side, e.qty, e.price, e.fee, e.tax, e.cumQty])
    } else if (e.type === 'replaced') {
      this.row(KIND.report, instrument, seq, [...head, e.qty, e.limit, e.stop])
    } else if (e.type === 'corrected') {
      this.row(KIND.report, instrument, seq, [...head, e.fillNo, 0, e.qty, e.price, e.fee, e.tax])
    } else if (e.type === 'commission') {
      this.row(KIND.report, instrument, seq, [...head, e.fillNo, 0, 0, 0, e.fee, e.tax])
    } else if (e.type === 'busted') {
      this.row(KIND.report, instrument, seq, [...head, e.fillNo])
    } else if (e.type === 'absent') {
      this.row(KIND.report, instrument, seq, [...head, e.proves ? 1 : 0])
    } else if ('reason' in e) {
      this.row(KIND.report, instrument, seq, [...head, REJECT_REASONS.indexOf(e.reason)])
    } else {
      this.row(KIND.report, instrument, seq, head)
    }
  }

  status(e: StatusEvent, seq: number): void {
    const why = [TRADING_STATUSES.indexOf(e.status), STATUS_REASONS.indexOf(e.reason)]
    // -1: said by a tape or a feed, not made by a simulated venue's own rules.
    this.row(KIND.status, e.instrument, seq, [e.t, e.venueT, ...why, e.until, e.broker ?? -1])
  }

  history(e: HistoryEvent, seq: number): void {
    this.row(KIND.history, e.instrument, seq, [e.t, e.start, e.end, e.open, e.high, e.low, e.close, e.volume])
  }

  action(e: ActionEvent, seq: number): void {
    const values = [e.t, ACTION_KINDS.indexOf(e.kind), e.num, e.den, e.amount, e.withheld]
    this.row(KIND.action, e.instrument, seq, values)
  }

  /** `kind`: `cash` for an input, `booked` for a movement that the engine made of an explanation. */
  cash(e: CashEvent, seq: number, kind: number = KIND.cash): void {
    this.row(kind, -1, seq, [e.t, e.broker, e.currency, e.amount, CASH_KINDS.indexOf(e.kind)])
  }

  command(c: Command, instrument: number, seq: number): void {
    if (c.type === 'setTimer') {
      this.row(KIND.setTimer, -1, seq, [c.t, c.timerId, c.due])
      return
    }
    if (c.type === 'query' || c.type === 'reconcile' || c.type === 'connect') {
      const about = c.type === 'query' ? c.orderId : c.type === 'reconcile' ? c.requestId : c.at
      this.row(KIND.request, instrument, seq, [c.t, REQUEST_TYPES.indexOf(c.type), c.broker, about])
      return
    }
    const head = [c.t, COMMAND_TYPES.indexOf(c.type), c.broker, c.orderId]
    if (c.type === 'cancel') this.row(KIND.command, instrument, seq, head)
    else if (c.type === 'replace') this.row(KIND.command, instrument, seq, [...head, c.qty, c.limit, c.stop])
    else {
      const terms = [c.intentId, c.side, ORDER_TYPES.indexOf(c.orderType), TIMES_IN_FORCE.indexOf(c.timeInForce)]
      this.row(KIND.command, instrument, seq, [...head, c.qty, c.limit, c.stop, ...terms])
    }
  }

  /** The number of a text; its first use writes a text row. */
  intern(text: string, seq: number): number {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const id = this.#texts.size + 1
    this.#texts.set(text, id)
    this.#text(KIND.text, [seq, id], text)
    return id
  }

  header(json: string): void {
    this.#text(KIND.header, [], json)
  }

  /** Text over several rows of at most one block each would be possible; rows here stay below a block. */
  #text(kind: number, words: readonly number[], text: string): void {
    const bytes = utf8(text)
    const n = Math.ceil(bytes.length / 8)
    if (n + words.length + 2 > BLOCK_WORDS) throw new Error(`text of ${bytes.length} bytes does not fit into a record`)
    const at = this.#begin(1 + words.length + 1 + n)
    const w = this.#words
    w[at] = kind
    for (let i = 0; i < words.length; i++) w[at + 1 + i] = words[i] as number
    w[at + 1 + words.length] = bytes.length
    const start = (at + 2 + words.length) * 8
    this.#bytes.fill(0, start, start + n * 8)
    this.#bytes.set(bytes, start)
  }

  /** Interned texts in order of their numbers, and the open block; for snapshots. */
  snapshot(): unknown {
    return {
      texts: [...this.#texts.keys()],
      total: this.total,
      block: [...this.#bytes.subarray(0, this.#used * 8)],
    }
  }

  restore(s: unknown): void {
    const from = s as { texts: string[]; total: number; block: number[] }
    this.#texts = new Map(from.texts.map((text, i) => [text, i + 1]))
    this.total = from.total
    this.#bytes.set(from.block)
    this.#used = from.block.length / 8
    this.#handed = this.#used
    this.#count = 0
  }
}

export const STATE_CODE: ReadonlyMap<string, number> = new Map(ORDER_STATES.map((s, i) => [s, i]))

function utf8(text: string): number[] {
  const out: number[] = []
  for (const char of text) {
    const c = char.codePointAt(0) as number
    if (c < 0x80) out.push(c)
    else if (c < 0x800) out.push(0xc0 | (c >> 6), 0x80 | (c & 63))
    else if (c < 0x10000) out.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63))
    else out.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63))
  }
  return out
}
