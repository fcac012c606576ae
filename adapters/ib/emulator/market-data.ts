/**
 * Streaming market data: level 1 ticks (what changed, at most every 250 ms a line, as IB aggregates them), tick by tick,
 * five-second bars, bars under way, and a book of made-up levels behind the best one.
 */
import { SECOND, type Micros } from '../../../src/core/base/time.ts'
import { tickAt } from '../../../src/core/domain/instrument.ts'
import { realText } from '../wire/numbers.ts'
import { DELAYED, TICK, type TickName } from '../wire/tick-types.ts'
import { type BarKind, combine, type ShownBar, showBar } from './bars.ts'
import type { Board, Print } from './board.ts'
import { priceText, qtyText } from './listing.ts'
import type { Session } from './session.ts'
import type { BarLine, DepthLine, HistoryLine, QuoteLine, TickLine } from './subscriptions.ts'
import { epochText, localTime, stampText } from './times.ts'
import type { World } from './world.ts'

/** Stock snapshots at IB: 250 ms. */
const AGGREGATION = SECOND / 4
export const REAL_TIME_BAR = 5 * SECOND
const DEPTH_STEP = 10

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
    return faults.on('competing-session', now, { client: session.clientId }) === undefined
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
      for (const [reqId, line] of quotes) {
        if (!this.#muted(line.board, now)) this.quote(session, reqId, line, now)
      }
      for (const [reqId, line] of bars) this.#bars(session, reqId, line, now)
      for (const [reqId, line] of history) this.#history(session, reqId, line, now)
      for (const [reqId, line] of depth) this.depth(session, reqId, line)
    }
  }

  /** What changed of a line since it was told last. */
  quote(session: Session, reqId: number, line: QuoteLine, now: Micros): void {
    if (line.version === line.board.version || now - line.sentAt < AGGREGATION) return
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

/** Sends a tick when its text is another than before, under its delayed id where the line is delayed. */
class LineTeller {
  readonly #session: Session
  readonly #line: QuoteLine
  readonly #reqId: string

  constructor(session: Session, reqId: number, line: QuoteLine) {
    this.#session = session
    this.#line = line
    this.#reqId = String(reqId)
  }

  #changed(name: TickName, text: string): string | undefined {
    const id = this.#line.delayed ? DELAYED[name] : TICK[name]
    if (id === undefined || this.#line.told.get(id) === text) return undefined
    this.#line.told.set(id, text)
    return String(id)
  }

  price(name: TickName, price: string, sizeName?: TickName, size = '0'): void {
    const tickType = this.#changed(name, price)
    const attrMask = name === 'bid' || name === 'ask' ? '1' : '0'
    if (tickType !== undefined) {
      this.#session.send('TICK_PRICE', { reqId: this.#reqId, tickType, price, size, attrMask })
      if (sizeName !== undefined)
        this.#line.told.delete(this.#line.delayed ? (DELAYED[sizeName] ?? -1) : TICK[sizeName])
    }
    if (sizeName !== undefined) this.size(sizeName, size)
  }

  size(name: TickName, size: string): void {
    const tickType = this.#changed(name, size)
    if (tickType !== undefined) this.#session.send('TICK_SIZE', { reqId: this.#reqId, tickType, size })
  }

  text(name: TickName, value: string): void {
    const tickType = this.#changed(name, value)
    if (tickType !== undefined) this.#session.send('TICK_STRING', { reqId: this.#reqId, tickType, value })
  }

  generic(name: TickName, value: string): void {
    const tickType = this.#changed(name, value)
    if (tickType !== undefined) this.#session.send('TICK_GENERIC', { reqId: this.#reqId, tickType, value })
  }
}

function rtVolume(board: Board): string {
  const { listing } = board
  const vwap = realText(board.amount / Math.max(1, board.volume) / 10 ** listing.instrument.priceDecimals)
  const ms = Math.floor(board.lastAt / 1000)
  return [
    priceText(listing, board.last),
    qtyText(listing, board.lastSize),
    ms,
    qtyText(listing, board.volume),
    vwap,
    'true',
  ].join(';')
}

function tellPrint(session: Session, reqId: number, line: TickLine, { t, price, size }: Print): void {
  const { listing } = line.board
  session.send('TICK_BY_TICK', {
    reqId: String(reqId),
    tickType: line.kind === 'Last' ? '1' : '2',
    time: epochText(t),
    price: priceText(listing, price),
    size: qtyText(listing, size),
    mask: '0',
    exchange: listing.primaryExchange,
    specialConditions: '',
  })
}

function tellQuote(session: Session, reqId: number, line: TickLine, now: Micros): void {
  const { bid, ask, bidSize, askSize, listing } = line.board
  const common = { reqId: String(reqId), time: epochText(now) }
  if (line.kind === 'BidAsk') {
    const [bidPrice, askPrice] = [priceText(listing, bid), priceText(listing, ask)]
    const sizes = { bidSize: qtyText(listing, bidSize), askSize: qtyText(listing, askSize) }
    session.send('TICK_BY_TICK', { ...common, tickType: '3', bidPrice, askPrice, ...sizes, mask: '0' })
  } else if (line.kind === 'MidPoint' && bid > 0 && ask > 0 && line.lastMid !== bid + ask) {
    line.lastMid = bid + ask
    session.send('TICK_BY_TICK', { ...common, tickType: '4', midPoint: halfText(line.board, bid + ask) })
  }
}

function halfText(board: Board, price2: number): string {
  return realText(price2 / 2 / 10 ** board.listing.instrument.priceDecimals)
}

export interface BarTexts {
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
  readonly wap: string
  readonly count: string
}

export function barTexts(board: Board, bar: ShownBar): BarTexts {
  const { listing } = board
  const price = (x: number): string => halfText(board, x)
  return {
    open: price(bar.open2),
    high: price(bar.high2),
    low: price(bar.low2),
    close: price(bar.close2),
    volume: bar.volume < 0 ? '-1' : qtyText(listing, bar.volume),
    wap: bar.wap < 0 ? '-1' : realText(bar.wap / 10 ** listing.instrument.priceDecimals),
    count: String(bar.count),
  }
}

/** Side (0 ask, 1 bid), position, price, size; nothing can be filled behind the first position. */
function levels(board: Board, count: number): string[][] {
  const { listing } = board
  const side = (name: '0' | '1', best: number, size: number): string[][] => {
    if (!(best > 0)) return []
    const step = tickAt(listing.instrument, best) * (name === '0' ? 1 : -1)
    return Array.from({ length: count }, (_, i) => best + i * step)
      .filter((price) => price > 0)
      .map((price, i) => [name, String(i), priceText(listing, price), qtyText(listing, size + i * DEPTH_STEP)])
  }
  return [...side('0', board.ask, board.askSize), ...side('1', board.bid, board.bidSize)]
}

/** The local date of a daily bar's day number, and of any other bar its moment. */
export function barDate(board: Board, at: number, daily: boolean, epoch: boolean): string {
  if (daily) return localTime(at * 86_400_000_000, 'UTC').date
  return epoch ? epochText(at) : stampText(at, board.listing.zone)
}

export function isBarKind(text: string): text is BarKind {
  return ['TRADES', 'BID', 'ASK', 'MIDPOINT', 'BID_ASK'].includes(text)
}
