/** How single ticks are told: level 1 by what changed of a line, tick by tick each print and quote. */
import type { Micros } from '../../../src/core/base/time.ts'
import { realText } from '../wire/numbers.ts'
import { DELAYED, TICK, type TickName } from '../wire/tick-types.ts'
import { halfText } from './bar-texts.ts'
import type { Board, Print } from './board.ts'
import { priceText, qtyText, quoted } from './listing.ts'
import type { Session } from './session.ts'
import type { QuoteLine, TickLine } from './subscriptions.ts'
import { epochText } from './times.ts'

/** Sends a tick when its text is another than before, under its delayed id where the line is delayed. */
export class LineTeller {
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

export function rtVolume(board: Board): string {
  const { listing } = board
  const vwap = realText(quoted(listing, board.amount / Math.max(1, board.volume)))
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

export function tellPrint(session: Session, reqId: number, line: TickLine, { t, price, size }: Print): void {
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

export function tellQuote(session: Session, reqId: number, line: TickLine, now: Micros): void {
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
