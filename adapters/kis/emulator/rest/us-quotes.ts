/** Overseas quotations (reference 7.11): price, detail, book, daily and minute bars. Prices carry four decimals. */
import { MINUTE } from '../../../../src/core/base/time.ts'
import { sessionTimes } from '../../../../src/reference/calendars.ts'
import { byQuoteCode, type ExchangeCodes, socketKey } from '../../wire/exchanges.ts'
import { type Row, row } from '../../wire/fields.ts'
import { fixedText, percentText, signCode } from '../../wire/numbers.ts'
import {
  US_BOOK,
  US_BOOK_HEAD,
  US_DAILY_BAR,
  US_DAILY_HEAD,
  US_DETAIL,
  US_MINUTE,
  US_MINUTES_HEAD,
  US_PRICE,
} from '../../wire/overseas-fields.ts'
import type { Bar, Board } from '../board.ts'
import { dayText, KST, localDayOf, stamp } from '../clock.ts'
import type { Listing } from '../listing.ts'
import { type Answer, type Call, succeed } from './call.ts'
import { periods, readDate } from './kr-charts.ts'
import { totalSize } from './kr-quotes.ts'

export const ZDIV = 4
const DAYS_A_PAGE = 100
const MINUTES_A_PAGE = 120

export interface OverseasBoard extends Board {
  readonly listing: Listing & { readonly exchange: ExchangeCodes }
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

function asked(call: Call): OverseasBoard | undefined {
  return overseasBoard(call, byQuoteCode(call.param('EXCD')), call.param('SYMB'))
}

export function dollars(board: Board, price: number): string {
  return fixedText(price, board.listing.instrument.priceDecimals, ZDIV)
}

/** A sum of price × quantity in whole dollars. */
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
  if (board === undefined) return succeed(call, 'quote', { output: row(US_PRICE, {}) })
  const change = board.last === 0 ? 0 : board.last - board.prevClose
  const output = row(US_PRICE, {
    rsym: socketKey(board.listing.exchange, board.listing.symbol),
    zdiv: String(ZDIV),
    base: dollars(board, board.prevClose),
    pvol: String(board.prevVolume),
    last: dollars(board, board.last),
    sign: signCode(change),
    diff: dollars(board, Math.abs(change)),
    rate: signedPercent(change, board.prevClose),
    tvol: String(board.volume),
    tamt: amountText(board, board.amount),
    ordy: board.halted ? '매매불가' : '매매 가능',
  })
  return succeed(call, 'quote', { output })
}

export function detail(call: Call): Answer {
  const board = asked(call)
  if (board === undefined) return succeed(call, 'quote', { output: row(US_DETAIL, { last: '', rsym: '' }) })
  const { listing } = board
  const change = board.last - board.prevClose
  const year = board.daily().slice(0, 250)
  const highest = year.reduce((a, b) => (b.high > a.high ? b : a), year[0] as Bar)
  const lowest = year.reduce((a, b) => (b.low < a.low ? b : a), year[0] as Bar)
  const value = amountText(board, listing.shares * board.last)
  const rate = fixedText(call.world.usdKrw(), 4, 2)
  const inWon = (x: number): string =>
    String(Math.round((x / 10 ** listing.instrument.priceDecimals) * (call.world.usdKrw() / 1e4)))
  const output = row(US_DETAIL, {
    rsym: socketKey(listing.exchange, listing.symbol),
    pvol: String(board.prevVolume),
    open: dollars(board, board.open),
    high: dollars(board, board.high),
    low: dollars(board, board.low),
    last: dollars(board, board.last),
    base: dollars(board, board.prevClose),
    tomv: value,
    mcap: value,
    shar: String(listing.shares),
    uplp: '0',
    dnlp: '0',
    h52p: dollars(board, highest.high),
    h52d: dayText(highest.at),
    l52p: dollars(board, lowest.low),
    l52d: dayText(lowest.at),
    perx: '30.00',
    pbrx: '10.00',
    epsx: dollars(board, Math.round(board.last / 30)),
    bpsx: dollars(board, Math.round(board.last / 10)),
    curr: 'USD',
    zdiv: String(ZDIV),
    vnit: '1',
    t_xprc: inWon(board.last),
    t_xdif: inWon(Math.abs(change)),
    t_xrat: signedPercent(change, board.prevClose).trim(),
    p_xprc: inWon(board.prevClose),
    t_rate: rate,
    p_rate: rate,
    t_xsgn: signCode(change),
    p_xsng: '3',
    e_ordyn: board.halted ? '매매불가' : '매매 가능',
    e_hogau: dollars(board, board.tick),
    e_icod: '기술',
    tvol: String(board.volume),
    tamt: amountText(board, board.amount),
  })
  return succeed(call, 'quote', { output })
}

export function book(call: Call): Answer {
  const board = asked(call)
  if (board === undefined) {
    return succeed(call, 'quote', { output1: row(US_BOOK_HEAD, {}), output2: row(US_BOOK, {}), output3: {} })
  }
  const [asks, bids] = [board.asks(), board.bids()]
  const at = stamp(board.seenAt, board.listing.zone)
  const values: Row = {}
  for (let i = 0; i < asks.length; i++) {
    values[`pask${i + 1}`] = dollars(board, asks[i]?.price ?? 0)
    values[`vask${i + 1}`] = String(asks[i]?.size ?? 0)
    values[`pbid${i + 1}`] = dollars(board, bids[i]?.price ?? 0)
    values[`vbid${i + 1}`] = String(bids[i]?.size ?? 0)
  }
  const output1 = row(US_BOOK_HEAD, {
    rsym: socketKey(board.listing.exchange, board.listing.symbol),
    zdiv: String(ZDIV),
    curr: 'USD',
    base: dollars(board, board.prevClose),
    open: dollars(board, board.open),
    high: dollars(board, board.high),
    low: dollars(board, board.low),
    last: dollars(board, board.last),
    dymd: at.date,
    dhms: at.time,
    bvol: String(totalSize(bids)),
    avol: String(totalSize(asks)),
    code: board.listing.symbol,
  })
  return succeed(call, 'quote', { output1, output2: row(US_BOOK, values), output3: {} })
}

export function daily(call: Call): Answer {
  const board = asked(call)
  if (board === undefined) {
    return succeed(call, 'quote', { output1: row(US_DAILY_HEAD, { zdiv: '', nrec: '0' }), output2: [] })
  }
  const anchor = readDate(call.param('BYMD')) ?? Infinity
  const code = ({ '1': 'W', '2': 'M' } as const)[call.param('GUBN')] ?? 'D'
  const all = periods(board.daily(), code)
  const output2 = all
    .map((bar, i) => dailyRow(board, bar, all[i + 1]))
    .filter((_, i) => (all[i] as Bar).at <= anchor)
    .slice(0, DAYS_A_PAGE)
  const rsym = socketKey(board.listing.exchange, board.listing.symbol)
  const output1 = row(US_DAILY_HEAD, { rsym, zdiv: String(ZDIV), nrec: String(output2.length) })
  return succeed(call, 'quote', { output1, output2 })
}

function dailyRow(board: Board, bar: Bar, before: Bar | undefined): Row {
  const change = bar.close - (before?.close ?? bar.open)
  return row(US_DAILY_BAR, {
    xymd: dayText(bar.at),
    clos: dollars(board, bar.close),
    sign: signCode(change),
    diff: dollars(board, Math.abs(change)),
    rate: signedPercent(change, before?.close ?? bar.open),
    open: dollars(board, bar.open),
    high: dollars(board, bar.high),
    low: dollars(board, bar.low),
    tvol: String(bar.volume),
    tamt: amountText(board, bar.amount),
    pbid: dollars(board, bar.close),
    vbid: '100',
    pask: dollars(board, bar.close),
    vask: '100',
  })
}

/** Bars are stamped with their start. `KEYB` asks for bars at or before a local stamp. */
export function minutes(call: Call): Answer {
  const board = asked(call)
  if (board === undefined) {
    return succeed(call, 'quote', { output1: row(US_MINUTES_HEAD, { nrec: '' }), output2: [] })
  }
  const size = Math.max(1, Math.min(MINUTES_A_PAGE, Number(call.param('NREC')) || MINUTES_A_PAGE))
  const length = Math.max(1, Number(call.param('NMIN')) || 1)
  const today = localDayOf(call.now, board.listing.zone)
  const days = call.param('PINC') === '1' ? board.minutes.toReversed() : board.minutesOf(today, MINUTES_A_PAGE)
  const before = call.param('KEYB').trim()
  const all = gather(days, length).filter((bar) => {
    const at = stamp(bar.at, board.listing.zone)
    return before === '' || at.date + at.time <= before
  })
  const rows = all.slice(0, size).map((bar) => minuteRow(board, bar))
  return succeed(call, 'quote', { output1: minutesHead(call, board, rows.length, all.length > size), output2: rows })
}

function gather(newestFirst: readonly Bar[], length: number): Bar[] {
  const out: Bar[] = []
  for (const bar of newestFirst) {
    const at = Math.floor(bar.at / (length * MINUTE)) * length * MINUTE
    const last = out.at(-1)
    if (last?.at !== at) {
      out.push({ ...bar, at })
      continue
    }
    last.open = bar.open
    last.high = Math.max(last.high, bar.high)
    last.low = Math.min(last.low, bar.low)
    last.volume += bar.volume
    last.amount += bar.amount
  }
  return out
}

function minuteRow(board: OverseasBoard, bar: Bar): Row {
  const [local, korea] = [stamp(bar.at, board.listing.zone), stamp(bar.at, KST)]
  return row(US_MINUTE, {
    tymd: local.date,
    xymd: local.date,
    xhms: local.time,
    kymd: korea.date,
    khms: korea.time,
    open: dollars(board, bar.open),
    high: dollars(board, bar.high),
    low: dollars(board, bar.low),
    last: dollars(board, bar.close),
    evol: String(bar.volume),
    eamt: amountText(board, bar.amount),
  })
}

/** Hours are those of the exchange's calendar today, or of a usual day. */
function minutesHead(call: Call, board: OverseasBoard, count: number, more: boolean): Row {
  const { zone, exchange, symbol } = board.listing
  const today = localDayOf(call.now, zone)
  const session = sessionTimes('US', today) ?? sessionTimes('US', today - 2) ?? sessionTimes('US', today - 3)
  const time = (t: number | undefined, z: string): string => (t === undefined ? '' : stamp(t, z).time)
  return row(US_MINUTES_HEAD, {
    rsym: socketKey(exchange, symbol),
    zdiv: String(ZDIV),
    stim: time(session?.open, zone),
    etim: time(session?.close, zone),
    sktm: time(session?.open, KST),
    ektm: time(session?.close, KST),
    next: more ? '1' : '0',
    more: more ? '1' : '0',
    nrec: String(count),
  })
}
