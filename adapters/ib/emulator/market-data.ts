/**
 * Streaming market data: level 1 ticks (what changed, at most every 250 ms a line, as IB aggregates them), tick by tick,
 * five-second bars, bars under way, and a book of made-up levels behind the best one.
 */
import { SECOND, type Micros } from '../../../src/core/base/time.ts'
import { barTexts, levels } from './bar-texts.ts'
import { combine, showBar } from './bars.ts'
import type { Board, Print } from './board.ts'
import { priceText, qtyText } from './listing.ts'
import type { Session } from './session.ts'
import type { BarLine, DepthLine, HistoryLine, QuoteLine } from './subscriptions.ts'
import { LineTeller, rtVolume, tellPrint, tellQuote } from './tick-teller.ts'
import { epochText, stampText } from './times.ts'
import type { World } from './world.ts'

/** Stock snapshots at IB: 250 ms. */
const AGGREGATION = SECOND / 4
export const REAL_TIME_BAR = 5 * SECOND

export class MarketData {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** Data flow at all? A farm that is down, a competing session or a fault keep them back. */
  #flows(session: Session, now: Micros): boolean {
    const { faults, connectivity } = this.#world
    if (now < connectivity.dataBrokenUntil || connectivity.outage !== undefined) return false
    if (faults.quiet) return true
    return !faults.isOn('competing-session', now, { client: session.clientId })
  }

  #muted(board: Board, now: Micros): boolean {
    const fault = this.#world.faults.quiet ? undefined : this.#world.faults.on('data-silent', now)
    return fault !== undefined && ['', board.listing.symbol].includes(String(fault.params.symbol))
  }

  /** An event of the market, for those who hear every single one. */
  event(board: Board, prints: readonly Print[], quoted: boolean, now: Micros): void {
    for (const session of this.#world.sessions) {
      if (session.subscriptions.ticks.size === 0 || !session.ready || !this.#flows(session, now)) continue
      for (const [reqId, line] of session.subscriptions.ticks) {
        if (line.board !== board || this.#muted(board, now)) continue
        for (const print of prints)
          if (line.kind === 'Last' || line.kind === 'AllLast') tellPrint(session, reqId, line, print)
        if (quoted) tellQuote(session, reqId, line, now)
      }
    }
  }

  /** Everything that is told at intervals. */
  flush(now: Micros): void {
    for (const session of this.#world.ready()) {
      const { quotes, bars, history, depth } = session.subscriptions
      if (quotes.size + bars.size + history.size + depth.size === 0 || !this.#flows(session, now)) continue
      for (const [reqId, line] of quotes) this.quote(session, reqId, line, now)
      for (const [reqId, line] of bars) this.#bars(session, reqId, line, now)
      for (const [reqId, line] of history) this.#history(session, reqId, line, now)
      for (const [reqId, line] of depth) this.depth(session, reqId, line)
    }
  }

  /** What changed of a line since it was told last. */
  quote(session: Session, reqId: number, line: QuoteLine, now: Micros): void {
    if (line.version === line.board.version || now - line.sentAt < AGGREGATION) return
    // Nor is a silent one told at its request.
    if (this.#muted(line.board, now)) return
    line.version = line.board.version
    line.sentAt = now
    const teller = new LineTeller(session, reqId, line)
    const { board } = line
    const { listing } = board
    const price = (p: number): string => (p > 0 ? priceText(listing, p) : '-1')
    const size = (n: number): string => qtyText(listing, n)
    const { bid, ask, last } = this.#spoiled(board, now)
    teller.price('bid', price(bid), 'bidSize', size(board.bidSize))
    teller.price('ask', price(ask), 'askSize', size(board.askSize))
    if (board.last > 0) {
      teller.price('last', price(last), 'lastSize', size(board.lastSize))
      if (!line.delayed) teller.text('lastTimestamp', epochText(board.lastAt))
      teller.size('volume', size(board.volume))
      teller.price('high', price(board.high))
      teller.price('low', price(board.low))
      teller.price('open', price(board.open))
    }
    if (board.prevClose > 0) teller.price('close', price(board.prevClose))
    if (!line.delayed) teller.generic('halted', board.halted ? '1' : '0')
    if (line.rtVolume && board.last > 0) teller.text('rtVolume', rtVolume(board))
    if (!line.snapshot) return
    session.send('TICK_SNAPSHOT_END', { reqId: String(reqId) })
    session.subscriptions.quotes.delete(reqId)
  }

  #spoiled(board: Board, now: Micros): { bid: number; ask: number; last: number } {
    const { bid, ask, last } = board
    const { faults } = this.#world
    if (faults.quiet) return { bid, ask, last }
    const print = faults.take('bad-print', now)
    if (print !== undefined) return { bid, ask, last: Math.round(last * Number(print.params.factor)) }
    if (faults.take('no-quote', now) !== undefined) return { bid: 0, ask: 0, last }
    if (faults.take('crossed-quote', now) !== undefined) return { bid: ask, ask: bid, last }
    return { bid, ask, last }
  }

  #bars(session: Session, reqId: number, line: BarLine, now: Micros): void {
    const end = Math.floor(now / REAL_TIME_BAR) * REAL_TIME_BAR
    if (end <= line.upTo) return
    const from = line.upTo
    line.upTo = end
    const startOf = (at: number): number => Math.floor(at / REAL_TIME_BAR) * REAL_TIME_BAR
    const recent = line.board.seconds.bars.slice(-120).filter((bar) => bar.at >= from && bar.at < end)
    for (const bar of combine(recent, startOf)) {
      const shown = showBar(bar, line.kind)
      if (shown === undefined) continue
      const { open, high, low, close, volume, wap, count } = barTexts(line.board, shown)
      session.send('REAL_TIME_BARS', {
        reqId: String(reqId),
        time: epochText(bar.at),
        open,
        high,
        low,
        close,
        volume,
        wap,
        count,
      })
    }
  }

  /** The bar under way, at most once a second. */
  #history(session: Session, reqId: number, line: HistoryLine, now: Micros): void {
    if (line.version === line.board.version || now - line.sentAt < SECOND) return
    line.version = line.board.version
    line.sentAt = now
    const series = line.width < 60 * SECOND ? line.board.seconds : line.board.minutes
    const start = line.startOf(now)
    const shown = combine(
      series.bars.filter((bar) => bar.at >= start),
      line.startOf,
    ).at(-1)
    const bar = shown === undefined ? undefined : showBar(shown, line.kind)
    if (bar === undefined) return
    const { open, high, low, close, volume, wap, count } = barTexts(line.board, bar)
    const date = line.epoch ? epochText(bar.at) : stampText(bar.at)
    session.send('HISTORICAL_DATA_UPDATE', {
      reqId: String(reqId),
      barCount: count,
      date,
      open,
      close,
      high,
      low,
      wap,
      volume,
    })
  }

  /** Rows that changed since they were told; a row that was never told is inserted. */
  depth(session: Session, reqId: number, line: DepthLine): void {
    if (line.version === line.board.version) return
    line.version = line.board.version
    const rows = levels(line.board, line.rows)
    rows.forEach((row, i) => {
      const [side = '', position = '', price = '', size = ''] = row
      const before = line.told[i]
      if (before?.join() === row.join()) return
      const operation = before === undefined ? '0' : '1'
      const common = { reqId: String(reqId), position, operation, side, price, size }
      const { primaryExchange: marketMaker } = line.board.listing
      if (line.smart) session.send('MARKET_DEPTH_L2', { ...common, marketMaker, isSmartDepth: '1' })
      else session.send('MARKET_DEPTH', common)
    })
    line.told = rows
  }
}
