/**
 * Collects what the market did and tells it to those who registered. Between two flushes the prints of a listing gather
 * into one frame of several records, and its book is told once, as it stands.
 */
import { MINUTE, type Micros, SECOND } from '../../../../src/core/base/time.ts'
import { joinRecords } from '../../wire/frame.ts'
import { readSocketKey } from '../../wire/exchanges.ts'
import type { Row } from '../../wire/fields.ts'
import type { Board, Print } from '../board.ts'
import { kst } from '../../../common/emulator/clock.ts'
import type { World } from '../world.ts'
import type { Session } from './session.ts'
import * as records from './records.ts'

/** More records than this were never seen in one frame (reference 8.8). */
const RECORDS_MAX = 19

export class Publisher {
  readonly #world: World
  readonly #prints = new Map<string, Row[]>()
  readonly #books = new Set<string>()
  #lastTrade = ''

  constructor(world: World) {
    this.#world = world
  }

  /** The newest trade frame, for floods. */
  get lastTrade(): string {
    return this.#lastTrade
  }

  /** Does anybody listen to the trades of this listing? What nobody hears is not written. */
  wants(board: Board, sessions: readonly Session[]): boolean {
    const { symbol, exchange } = board.listing
    if (exchange === undefined) return sessions.some((s) => s.has('H0STCNT0', symbol))
    const keys = [`D${exchange.quote}${symbol}`, `R${exchange.quote}${symbol}`, `R${exchange.daytime}${symbol}`]
    return sessions.some((s) => keys.some((key) => s.has('HDFSCNT0', key)))
  }

  print(board: Board, prints: readonly Print[]): void {
    const { symbol, exchange } = board.listing
    const list = this.#prints.get(symbol) ?? []
    for (const print of prints) {
      list.push(
        exchange === undefined ? records.domesticTrade(board, print) : records.overseasTrade(board, exchange, print),
      )
    }
    this.#prints.set(symbol, list)
  }

  book(board: Board): void {
    this.#books.add(board.listing.symbol)
  }

  /** Nobody listens: what happened is told to nobody. */
  forget(): void {
    this.#prints.clear()
    this.#books.clear()
  }

  flush(sessions: Iterable<Session>): void {
    const frames = new Map<string, readonly string[]>()
    for (const session of sessions) {
      for (const { tr, key } of session.registrations()) {
        const name = `${tr}|${key}`
        let texts = frames.get(name)
        if (texts === undefined) {
          texts = this.#frames(tr, key)
          frames.set(name, texts)
        }
        for (const text of texts) session.send(text)
      }
    }
    this.forget()
  }

  #frames(tr: string, key: string): readonly string[] {
    const symbol = tr.startsWith('HDF') ? (readSocketKey(key)?.symbol ?? '') : key
    const board = this.#world.boards.get(symbol)
    if (board === undefined) return []
    const { faults, clock } = this.#world
    const now = clock.now()
    const silence = faults.list().find((f) => f.spec.kind === 'quotes-silent' && f.at <= now && now < f.until)
    if (silence !== undefined && (silence.params.symbol === '' || silence.params.symbol === symbol)) {
      silence.fired++
      return []
    }
    const frames = this.#build(tr, board)
    return frames.map((frame) => this.#damage(tr, frame))
  }

  #build(tr: string, board: Board): string[] {
    const { exchange, symbol } = board.listing
    const { layouts } = this.#world.options
    switch (tr) {
      case 'H0STCNT0':
        if (exchange !== undefined) return []
        return this.#trades(tr, symbol, (values) => records.domesticTradeFields(values, layouts))
      case 'HDFSCNT0':
        if (exchange === undefined) return []
        return this.#trades(tr, symbol, (values) => records.overseasTradeFields(values, layouts))
      case 'H0STASP0':
        if (exchange !== undefined || !this.#books.has(symbol)) return []
        return [joinRecords(tr, [records.domesticBook(board, layouts, this.#late(symbol))])]
      case 'HDFSASP0':
        if (exchange === undefined || !this.#books.has(symbol)) return []
        return [joinRecords(tr, [records.overseasBook(board, exchange, this.#late(symbol))])]
      default:
        return []
    }
  }

  #trades(tr: string, symbol: string, fields: (values: Row) => string[]): string[] {
    const all = (this.#prints.get(symbol) ?? []).map((values) => fields(this.#scripted(tr, symbol, values)))
    const frames: string[] = []
    for (let i = 0; i < all.length; i += RECORDS_MAX) frames.push(joinRecords(tr, all.slice(i, i + RECORDS_MAX)))
    this.#lastTrade = frames.at(-1) ?? this.#lastTrade
    return frames
  }

  /** How far behind a delayed feed's stamps are. */
  #late(symbol: string): Micros {
    const { faults, clock } = this.#world
    const now = clock.now()
    const fault = faults.list().find((f) => f.spec.kind === 'feed-delayed' && f.at <= now && now < f.until)
    if (fault === undefined || (fault.params.symbol !== '' && fault.params.symbol !== symbol)) return 0
    fault.fired++
    return Number(fault.params.minutes) * MINUTE
  }

  /** Wrong prices and stamps, where a fault asks for them. */
  #scripted(tr: string, symbol: string, given: Row): Row {
    const { faults, clock } = this.#world
    const now = clock.now()
    const late = this.#late(symbol)
    const values = late === 0 ? given : backdated(tr, given, now - late)
    const bad = faults.take('bad-print', now, { trId: tr })
    const stale = faults.take('stale-stamp', now, { trId: tr })
    if (bad === undefined && stale === undefined) return values
    const out = { ...values }
    if (bad !== undefined) {
      const name = tr === 'H0STCNT0' ? 'STCK_PRPR' : 'LAST'
      const price = Number(values[name]) * Number(bad.params.factor)
      out[name] = tr === 'H0STCNT0' ? String(Math.round(price)) : price.toFixed(4)
    }
    return stale === undefined ? out : backdated(tr, out, now - Number(stale.params.seconds) * SECOND)
  }

  #damage(tr: string, frame: string): string {
    const { faults, clock } = this.#world
    const now = clock.now()
    if (faults.take('frame-truncated', now, { trId: tr }) !== undefined)
      return frame.slice(0, Math.floor(frame.length / 2))
    if (faults.take('frame-count', now, { trId: tr }) === undefined) return frame
    const [enc, id, count, payload] = frame.split('|') as [string, string, string, string]
    return [enc, id, String(Number(count) + 1).padStart(3, '0'), payload].join('|')
  }
}

/** A trade with the stamps of an earlier moment. */
function backdated(tr: string, values: Row, t: Micros): Row {
  const { date, time } = kst(t)
  return tr === 'H0STCNT0' ? { ...values, STCK_CNTG_HOUR: time } : { ...values, KHMS: time, KYMD: date }
}
