/** Requests for what was: bars, ticks, histograms, the first stamp, schedules. All bars of an answer are in one frame. */
import { DAY, type Micros } from '../../../../src/core/base/time.ts'
import { sessionTimes, tradingSpans } from '../../../../src/reference/calendars.ts'
import { dayText, localDayOf } from '../../../common/emulator/clock.ts'
import { messageOf } from '../../wire/codes.ts'
import { textOf, type Values } from '../../wire/layout.ts'
import { isTrue, readInt } from '../../wire/numbers.ts'
import { type BarKind, combine, type Bar, showBar } from '../bars.ts'
import { barWidth, readDuration } from '../bar-request.ts'
import type { Board } from '../board.ts'
import { priceText, qtyText } from '../listing.ts'
import { barDate, barTexts, isBarKind } from '../bar-texts.ts'
import type { Session } from '../session.ts'
import type { TickKind } from '../subscriptions.ts'
import { epochText, readStamp, stampText, zoneName } from '../times.ts'
import type { World } from '../world.ts'
import { type Handlers, oneBoard, reqIdOf } from './handlers.ts'

const TICKS_MAX = 1000
/** Kinds that are shown as trades here: nothing was adjusted. */
const AS_TRADES = ['ADJUSTED_LAST', 'AGGTRADES']

export function historyRequests(world: World): Handlers {
  return {
    REQ_HISTORICAL_DATA: (session, v) => bars(world, session, v),
    CANCEL_HISTORICAL_DATA: (session, v) => {
      const reqId = reqIdOf(v)
      if (!session.subscriptions.history.delete(reqId)) return session.error(reqId, 366, String(reqId))
      session.error(reqId, 162, `API historical data query cancelled: ${reqId}`)
    },
    REQ_HEAD_TIMESTAMP: (session, v) => {
      const reqId = reqIdOf(v)
      const board = oneBoard(world, session, reqId, v)
      if (board === undefined) return
      const first = board.days[0]
      const at = first === undefined ? (board.minutes.bars[0]?.at ?? world.feed.start) : first.at * DAY
      const headTimestamp = textOf(v, 'formatDate') === '2' ? epochText(at) : utcText(at)
      session.send('HEAD_TIMESTAMP', { reqId: String(reqId), headTimestamp })
    },
    CANCEL_HEAD_TIMESTAMP: () => undefined,
    REQ_HISTOGRAM_DATA: (session, v) => histogram(world, session, v),
    CANCEL_HISTOGRAM_DATA: () => undefined,
    REQ_HISTORICAL_TICKS: (session, v) => ticks(world, session, v),
  }
}

/** `YYYYMMDD-HH:MM:SS` in UTC, as the first stamp is written. */
function utcText(t: Micros): string {
  return stampText(t, 'UTC').replace(' UTC', '').replace(' ', '-')
}

function historyFault(world: World, session: Session, reqId: number): boolean {
  const now = world.now()
  const pacing = world.faults.take('history-pacing', now, { client: session.clientId }) !== undefined
  if (!pacing && now >= world.connectivity.historyBrokenUntil && world.connectivity.outage === undefined) return false
  session.error(
    reqId,
    162,
    pacing
      ? 'Historical data request pacing violation'
      : 'Trading TWS session is connected from a different IP address',
  )
  return true
}

function bars(world: World, session: Session, v: Values): void {
  const reqId = reqIdOf(v)
  const board = oneBoard(world, session, reqId, v)
  if (board === undefined || historyFault(world, session, reqId)) return
  const what = textOf(v, 'whatToShow').toUpperCase()
  const kind = AS_TRADES.includes(what) ? 'TRADES' : what
  if (what === 'SCHEDULE') return schedule(world, session, reqId, board, textOf(v, 'duration'))
  const width = barWidth(textOf(v, 'barSize'))
  const length = readDuration(textOf(v, 'duration'))
  const keepUp = isTrue(textOf(v, 'keepUpToDate'))
  const end = endOf(world, textOf(v, 'endDateTime'))
  if (!isBarKind(kind) || width === undefined || length === undefined || end === undefined) {
    return session.error(reqId, 321, "-'bJ' : cause - Invalid bar size, duration, end or what to show")
  }
  if (keepUp && textOf(v, 'endDateTime') !== '') {
    return session.error(reqId, 321, "-'bJ' : cause - End time is not supported with keep up to date")
  }
  const epoch = textOf(v, 'formatDate') === '2'
  const found = pick(board, width, length, end)
  const rows = rowsOf(board, found, kind, width >= DAY, epoch)
  if (rows.length === 0) {
    return session.message(reqId, 162, messageOf(162, 'HMDS query returned no data'))
  }
  const answer = { reqId: String(reqId), start: stampText(end - length), end: stampText(end), bars: rows }
  session.send('HISTORICAL_DATA', answer)
  if (!keepUp) return
  const startOf = (at: number): number => Math.floor(at / width) * width
  session.subscriptions.history.set(reqId, {
    board,
    kind,
    width,
    startOf,
    epoch,
    sentAt: world.now(),
    version: board.version,
  })
}

function endOf(world: World, text: string): Micros | undefined {
  return text === '' ? world.now() : readStamp(text)
}

/** The bars of that width that begin within the window. Days count as sessions: so many of them, the last one included. */
function pick(board: Board, width: Micros, length: Micros, end: Micros): Bar[] {
  if (width >= DAY) {
    const last = localDayOf(end, board.listing.zone)
    const step = Math.round(width / DAY)
    const days = board.daily().filter((bar) => bar.at <= last && bar.at > last - Math.ceil(length / DAY))
    // Weeks begin on Mondays; day 4 of the count was one.
    const startOf = (at: number): number => (step === 1 ? at : Math.floor((at - 4) / step) * step + 4)
    return combine(days, startOf)
  }
  const { bars: all } = width < 60_000_000 ? board.seconds : board.minutes
  const startOf = (at: number): number => Math.floor(at / width) * width
  return combine(
    all.filter((bar) => bar.at >= end - length && bar.at < end),
    startOf,
  )
}

function rowsOf(board: Board, found: readonly Bar[], kind: BarKind, daily: boolean, epoch: boolean): Values[] {
  return found.flatMap((bar) => {
    const shown = showBar(bar, kind)
    if (shown === undefined) return []
    const { open, high, low, close, volume, wap, count } = barTexts(board, shown)
    return [{ date: barDate(board, bar.at, daily, epoch), open, high, low, close, volume, wap, barCount: count }]
  })
}

function schedule(world: World, session: Session, reqId: number, board: Board, duration: string): void {
  const { zone, instrument } = board.listing
  const last = localDayOf(world.now(), zone)
  const count = Math.ceil((readDuration(duration) ?? DAY) / DAY)
  const days = Array.from({ length: count }, (_, i) => last - count + 1 + i)
  const stamp = (t: Micros): string =>
    stampText(t, zone)
      .replace(` ${zoneName(zone)}`, '')
      .replace(' ', '-')
  const sessions = days.flatMap((day) => {
    const times = sessionTimes(instrument.venue, day)
    if (times === undefined) return []
    return tradingSpans(instrument.venue, times.open, times.close).map(({ open, close }) => {
      return { startDateTime: stamp(open), endDateTime: stamp(close), refDate: dayText(day) }
    })
  })
  const first = sessions[0]?.startDateTime ?? stamp(world.now())
  const end = sessions.at(-1)?.endDateTime ?? stamp(world.now())
  const answer = { reqId: String(reqId), startDateTime: first, endDateTime: end, timeZone: zoneName(zone), sessions }
  session.send('HISTORICAL_SCHEDULE', answer)
}

function histogram(world: World, session: Session, v: Values): void {
  const reqId = reqIdOf(v)
  const board = oneBoard(world, session, reqId, v)
  if (board === undefined || historyFault(world, session, reqId)) return
  const sizes = new Map<number, number>()
  for (const { price, size } of board.prints) sizes.set(price, (sizes.get(price) ?? 0) + size)
  const items = [...sizes]
    .sort(([a], [b]) => a - b)
    .map(([price, size]) => ({ price: priceText(board.listing, price), size: qtyText(board.listing, size) }))
  session.send('HISTOGRAM_DATA', { reqId: String(reqId), items })
}

function ticks(world: World, session: Session, v: Values): void {
  const reqId = reqIdOf(v)
  const board = oneBoard(world, session, reqId, v)
  if (board === undefined || historyFault(world, session, reqId)) return
  const what = textOf(v, 'whatToShow').toUpperCase()
  const kind = ({ TRADES: 'Last', BID_ASK: 'BidAsk', MIDPOINT: 'MidPoint' } as const)[what]
  const [from, to] = [textOf(v, 'startDateTime'), textOf(v, 'endDateTime')]
  if (kind === undefined || (from === '') === (to === '')) {
    return session.error(reqId, 321, "-'bJ' : cause - Give one of start and end time, and TRADES, BID_ASK or MIDPOINT")
  }
  const [start, end] = [from === '' ? -Infinity : readStamp(from), to === '' ? Infinity : readStamp(to)]
  if (start === undefined || end === undefined) return session.error(reqId, 321, "-'bJ' : cause - Invalid date")
  const count = Math.min(TICKS_MAX, Math.max(1, readInt(textOf(v, 'numberOfTicks'), 'numberOfTicks')))
  tellTicks(session, reqId, board, kind, count, start, end)
}

/** The latest ticks before `end`, or the first ones from `start` on where only that is given. */
export function tellTicks(
  session: Session,
  reqId: number,
  board: Board,
  kind: TickKind,
  count: number,
  start: Micros,
  end: Micros,
): void {
  const { listing } = board
  const within = <T extends { readonly t: Micros }>(all: readonly T[]): T[] => {
    const found = all.filter(({ t }) => t >= start && t < end)
    return Number.isFinite(start) ? found.slice(0, count) : found.slice(-count)
  }
  const common = { reqId: String(reqId), done: '1' }
  if (kind === 'Last' || kind === 'AllLast') {
    const told = within(board.prints).map(({ t, price, size }) => ({
      time: epochText(t),
      mask: '0',
      price: priceText(listing, price),
      size: qtyText(listing, size),
      exchange: listing.primaryExchange,
      specialConditions: '',
    }))
    return session.send('HISTORICAL_TICKS_LAST', { ...common, ticks: told })
  }
  const quotes = within(board.quotes).filter(({ bid, ask }) => bid > 0 && ask > 0)
  if (kind === 'BidAsk') {
    const told = quotes.map(({ t, bid, ask, bidSize, askSize }) => ({
      time: epochText(t),
      mask: '0',
      priceBid: priceText(listing, bid),
      priceAsk: priceText(listing, ask),
      sizeBid: qtyText(listing, bidSize),
      sizeAsk: qtyText(listing, askSize),
    }))
    return session.send('HISTORICAL_TICKS_BID_ASK', { ...common, ticks: told })
  }
  const told = quotes.map(({ t, bid, ask }) => ({
    time: epochText(t),
    skipped: '0',
    price: String((bid + ask) / 2 / 10 ** listing.instrument.priceDecimals),
    size: '0',
  }))
  session.send('HISTORICAL_TICKS', { ...common, ticks: told })
}
