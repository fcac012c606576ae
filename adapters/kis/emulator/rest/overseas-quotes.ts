/**
 * Overseas quotations (reference 7.11): price, detail, book. A price has as many decimals as a notice of its market implies
 * (US 4, HK and CN 3, JP 1): what `zdiv` says is published for the US alone.
 */
import { byQuoteCode, type ExchangeCodes, socketKey } from '../../wire/exchanges.ts'
import { type Row, row } from '../../wire/fields.ts'
import { fixedText, percentText, signCode } from '../../wire/numbers.ts'
import { OVERSEAS_BOOK, OVERSEAS_BOOK_HEAD, OVERSEAS_DETAIL, OVERSEAS_PRICE } from '../../wire/overseas-fields.ts'
import type { Bar, Board } from '../board.ts'
import { dayText, stamp } from '../../../common/emulator/clock.ts'
import type { Listing } from '../listing.ts'
import { type Answer, type Call, succeed } from './call.ts'
import { currencyAt } from '../won-rates.ts'
import { totalSize } from './kr-quotes.ts'

export interface OverseasBoard extends Board {
  readonly listing: Listing & { readonly exchange: ExchangeCodes }
}

export function isOverseasBoard(board: Board): board is OverseasBoard {
  return board.listing.exchange !== undefined
}

/** The board of a symbol at the exchange that lists it; the same symbol at another exchange is unknown there. */
export function overseasBoard(
  call: Call,
  exchange: ExchangeCodes | undefined,
  symbol: string,
): OverseasBoard | undefined {
  const board = call.world.boards.get(symbol.toUpperCase())
  if (board?.listing.exchange === undefined || board.listing.exchange !== exchange) return undefined
  return board as OverseasBoard
}

export function asked(call: Call): OverseasBoard | undefined {
  return overseasBoard(call, byQuoteCode(call.param('EXCD')), call.param('SYMB'))
}

export function zdivOf({ listing }: OverseasBoard): number {
  return listing.exchange.noticeDecimals
}

export function priceText(board: OverseasBoard, price: number): string {
  return fixedText(price, board.listing.instrument.priceDecimals, zdivOf(board))
}

/** A sum of price × quantity in whole units of the currency. */
export function amountText(board: Board, amount: number): string {
  return fixedText(amount, board.listing.instrument.priceDecimals, 0)
}

/** A signed percentage with its plus, as overseas answers have it. */
export function signedPercent(change: number, base: number): string {
  const text = percentText(change, base)
  return change > 0 ? `+${text}` : change === 0 ? ` ${text}` : text
}

export function price(call: Call): Answer {
  const board = asked(call)
  // Unknown symbol: success, and blanks.
  if (board === undefined) return succeed(call, 'quote', { output: row(OVERSEAS_PRICE, {}) })
  const change = board.last === 0 ? 0 : board.last - board.prevClose
  const output = row(OVERSEAS_PRICE, {
    rsym: socketKey(board.listing.exchange, board.listing.symbol),
    zdiv: String(zdivOf(board)),
    base: priceText(board, board.prevClose),
    pvol: String(board.prevVolume),
    last: priceText(board, board.last),
    sign: signCode(change),
    diff: priceText(board, Math.abs(change)),
    rate: signedPercent(change, board.prevClose),
    tvol: String(board.volume),
    tamt: amountText(board, board.amount),
    ordy: board.halted ? '매매불가' : '매매 가능',
  })
  return succeed(call, 'quote', { output })
}

export function detail(call: Call): Answer {
  const board = asked(call)
  if (board === undefined) return succeed(call, 'quote', { output: row(OVERSEAS_DETAIL, { last: '', rsym: '' }) })
  const { listing } = board
  const change = board.last - board.prevClose
  const year = board.daily().slice(0, 250)
  const highest = year.reduce((a, b) => (b.high > a.high ? b : a), year[0] as Bar)
  const lowest = year.reduce((a, b) => (b.low < a.low ? b : a), year[0] as Bar)
  const value = amountText(board, listing.shares * board.last)
  const { upper, lower } = board.limits()
  const won = call.world.rates.of(currencyAt(listing.exchange))
  const rate = fixedText(won, 4, 2)
  const inWon = (x: number): string => String(Math.round((x / 10 ** listing.instrument.priceDecimals) * (won / 1e4)))
  const output = row(OVERSEAS_DETAIL, {
    rsym: socketKey(listing.exchange, listing.symbol),
    pvol: String(board.prevVolume),
    open: priceText(board, board.open),
    high: priceText(board, board.high),
    low: priceText(board, board.low),
    last: priceText(board, board.last),
    base: priceText(board, board.prevClose),
    tomv: value,
    mcap: value,
    shar: String(listing.shares),
    // No limits: 0.
    uplp: priceText(board, Number.isFinite(upper) ? upper : 0),
    dnlp: priceText(board, Number.isFinite(upper) ? lower : 0),
    h52p: priceText(board, highest.high),
    h52d: dayText(highest.at),
    l52p: priceText(board, lowest.low),
    l52d: dayText(lowest.at),
    perx: '30.00',
    pbrx: '10.00',
    epsx: priceText(board, Math.round(board.last / 30)),
    bpsx: priceText(board, Math.round(board.last / 10)),
    curr: board.listing.exchange.currency,
    zdiv: String(zdivOf(board)),
    vnit: String(listing.instrument.lot),
    t_xprc: inWon(board.last),
    t_xdif: inWon(Math.abs(change)),
    t_xrat: signedPercent(change, board.prevClose).trim(),
    p_xprc: inWon(board.prevClose),
    t_rate: rate,
    p_rate: rate,
    t_xsgn: signCode(change),
    p_xsng: '3',
    e_ordyn: board.halted ? '매매불가' : '매매 가능',
    e_hogau: priceText(board, board.tick),
    e_icod: '기술',
    tvol: String(board.volume),
    tamt: amountText(board, board.amount),
  })
  return succeed(call, 'quote', { output })
}

export function book(call: Call): Answer {
  const board = asked(call)
  if (board === undefined) {
    return succeed(call, 'quote', {
      output1: row(OVERSEAS_BOOK_HEAD, {}),
      output2: row(OVERSEAS_BOOK, {}),
      output3: {},
    })
  }
  const [asks, bids] = [board.asks(), board.bids()]
  const at = stamp(board.seenAt, board.listing.zone)
  const values: Row = {}
  for (let i = 0; i < board.listing.exchange.levels; i++) {
    values[`pask${i + 1}`] = priceText(board, asks[i]?.price ?? 0)
    values[`vask${i + 1}`] = String(asks[i]?.size ?? 0)
    values[`pbid${i + 1}`] = priceText(board, bids[i]?.price ?? 0)
    values[`vbid${i + 1}`] = String(bids[i]?.size ?? 0)
  }
  const output1 = row(OVERSEAS_BOOK_HEAD, {
    rsym: socketKey(board.listing.exchange, board.listing.symbol),
    zdiv: String(zdivOf(board)),
    curr: board.listing.exchange.currency,
    base: priceText(board, board.prevClose),
    open: priceText(board, board.open),
    high: priceText(board, board.high),
    low: priceText(board, board.low),
    last: priceText(board, board.last),
    dymd: at.date,
    dhms: at.time,
    bvol: String(totalSize(bids)),
    avol: String(totalSize(asks)),
    code: board.listing.symbol,
  })
  return succeed(call, 'quote', { output1, output2: row(OVERSEAS_BOOK, values), output3: {} })
}
