/**
 * Collects what the market did and tells it to those who registered. Between two flushes the prints of a listing gather
 * into one frame of several records, and its book is told once, as it stands.
 */
import { MINUTE, type Micros, SECOND } from '../../../../src/core/base/time.ts'
import { joinRecords } from '../../wire/frame.ts'
import { readSocketKey, type SocketKey } from '../../wire/exchanges.ts'
import type { Row } from '../../wire/fields.ts'
import type { Board, Print } from '../board.ts'
import { kst, stamp } from '../../../common/emulator/clock.ts'
import { isOverseasBoard, type OverseasBoard } from '../rest/overseas-quotes.ts'
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
    const { symbol } = board.listing
    const list = this.#prints.get(symbol) ?? []
    for (const print of prints) {
      list.push(isOverseasBoard(board) ? records.overseasTrade(board, print) : records.domesticTrade(board, print))
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
    const abroad = tr.startsWith('HDF') ? readSocketKey(key) : undefined
    const symbol = abroad?.symbol ?? key
    const board = this.#world.boards.get(symbol)
    if (board === undefined || board.listing.exchange !== abroad?.exchange) return []
    const { faults, clock } = this.#world
    const now = clock.now()
    const silence = faults.list().find((f) => f.spec.kind === 'quotes-silent' && f.at <= now && now < f.until)
    if (silence !== undefined && (silence.params.symbol === '' || silence.params.symbol === symbol)) {
      silence.fired++
      return []
    }
    const frames =
      abroad !== undefined && isOverseasBoard(board) ? this.#abroad(tr, key, abroad, board) : this.#domestic(tr, board)
    return frames.map((frame) => this.#damage(tr, frame))
  }

  #domestic(tr: string, board: Board): string[] {
    const { symbol } = board.listing
    const { layouts } = this.#world.options
    const late = this.#late(symbol)
    if (tr === 'H0STCNT0') return this.#trades(tr, board, late, (v) => records.domesticTradeFields(v, layouts))
    if (tr !== 'H0STASP0' || !this.#books.has(symbol)) return []
    return [joinRecords(tr, [records.domesticBook(board, layouts, late)])]
  }

  /** The book of a late feed has an id of its own, and only that; trades have one id for both (reference 8.1). */
  #abroad(tr: string, key: string, { prefix }: SocketKey, board: OverseasBoard): string[] {
    const { symbol, exchange } = board.listing
    const { layouts } = this.#world.options
    const isFree = prefix === 'D'
    const late = this.#late(symbol) + (isFree ? exchange.lateMinutes * MINUTE : 0)
    if (tr === 'HDFSCNT0') {
      return this.#trades(tr, board, late, (v) => records.overseasTradeFields(v, key, layouts))
    }
    const own = isFree && exchange.lateMinutes > 0 ? 'HDFSASP1' : 'HDFSASP0'
    if (tr !== own || !this.#books.has(symbol)) return []
    return [joinRecords(tr, [records.overseasBook(board, key, late)])]
  }

  #trades(tr: string, { listing }: Board, late: Micros, fields: (values: Row) => string[]): string[] {
    const prints = this.#prints.get(listing.symbol) ?? []
    const all = prints.map((values) => fields(this.#scripted(tr, listing.zone, late, values)))
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
  #scripted(tr: string, zone: string, late: Micros, given: Row): Row {
    const { faults, clock } = this.#world
    const now = clock.now()
    const values = late === 0 ? given : backdated(tr, zone, given, now - late)
    const bad = faults.take('bad-print', now, { trId: tr })
    const stale = faults.take('stale-stamp', now, { trId: tr })
    if (bad === undefined && stale === undefined) return values
    const out = { ...values }
    if (bad !== undefined) {
      const name = tr === 'H0STCNT0' ? 'STCK_PRPR' : 'LAST'
      const price = Number(values[name]) * Number(bad.params.factor)
      out[name] = tr === 'H0STCNT0' ? String(Math.round(price)) : price.toFixed(4)
    }
    return stale === undefined ? out : backdated(tr, zone, out, now - Number(stale.params.seconds) * SECOND)
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
function backdated(tr: string, zone: string, values: Row, t: Micros): Row {
  const { date, time } = kst(t)
  if (tr === 'H0STCNT0') return { ...values, STCK_CNTG_HOUR: time }
  const local = stamp(t, zone)
  return { ...values, KHMS: time, KYMD: date, XHMS: local.time, XYMD: local.date }
}
