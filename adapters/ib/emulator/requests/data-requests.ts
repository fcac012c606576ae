/** Requests for streaming data: level 1, tick by tick, five-second bars, depth. */
import { type Code, CODES } from '../../wire/codes.ts'
import { textOf, type Values } from '../../wire/layout.ts'
import { isTrue, readInt } from '../../wire/numbers.ts'
import { isBarKind } from '../bar-texts.ts'
import { type MarketData, REAL_TIME_BAR } from '../market-data.ts'
import type { Session } from '../session.ts'
import type { TickKind } from '../subscriptions.ts'
import type { World } from '../world.ts'
import { type Handlers, oneBoard, reqIdOf } from './handlers.ts'
import { tellTicks } from './history-requests.ts'

const DEPTH_MAX = 3
const LEVELS_MAX = 20
/** Generic tick that asks for last trades as one text (RTVolume). */
const RT_VOLUME = '233'
const TICK_KINDS: readonly TickKind[] = ['Last', 'AllLast', 'BidAsk', 'MidPoint']

export function dataRequests(world: World, data: MarketData): Handlers {
  return {
    REQ_MARKET_DATA_TYPE: (session, v) => {
      session.marketDataType = readInt(textOf(v, 'marketDataType'), 'marketDataType', 1)
    },
    REQ_MKT_DATA: (session, v) => quotes(world, data, session, v),
    CANCEL_MKT_DATA: (session, v) => cancel(session, session.subscriptions.quotes, reqIdOf(v)),
    REQ_TICK_BY_TICK_DATA: (session, v) => ticks(world, session, v),
    CANCEL_TICK_BY_TICK_DATA: (session, v) => cancel(session, session.subscriptions.ticks, reqIdOf(v)),
    REQ_REAL_TIME_BARS: (session, v) => bars(world, session, v),
    CANCEL_REAL_TIME_BARS: (session, v) => cancel(session, session.subscriptions.bars, reqIdOf(v)),
    REQ_MKT_DEPTH: (session, v) => depth(world, data, session, v),
    CANCEL_MKT_DEPTH: (session, v) => {
      const reqId = reqIdOf(v)
      if (!session.subscriptions.depth.delete(reqId)) session.error(reqId, 310, String(reqId))
    },
  }
}

function cancel(session: Session, lines: Map<number, unknown>, reqId: number): void {
  if (!lines.delete(reqId)) session.error(reqId, 300, String(reqId))
}

/** True when a fault took the request. */
function refused(world: World, session: Session, reqId: number): boolean {
  const [now, client] = [world.now(), { client: session.clientId }]
  if (world.faults.take('data-lines', now, client) !== undefined) {
    session.error(reqId, 101)
    return true
  }
  const fault = world.faults.take('data-refused', now, client)
  if (fault !== undefined) {
    const code = Number(fault.params.code)
    if (code in CODES) session.error(reqId, code as Code)
    else session.message(reqId, code, 'Market data request refused')
    return true
  }
  if (!world.faults.isOn('competing-session', now, client)) return false
  session.error(reqId, 10197)
  return true
}

function quotes(world: World, data: MarketData, session: Session, v: Values): void {
  const reqId = reqIdOf(v)
  const lines = session.subscriptions.quotes
  if (lines.has(reqId)) return session.error(reqId, 102)
  const board = oneBoard(world, session, reqId, v)
  if (board === undefined || refused(world, session, reqId)) return
  const generics = textOf(v, 'genericTickList')
    .split(',')
    .map((g) => g.trim().split(':')[0])
  const snapshot = isTrue(textOf(v, 'snapshot')) || isTrue(textOf(v, 'regulatorySnapshot'))
  if (snapshot && generics.some((g) => g !== '')) return session.error(reqId, 414)
  if (lines.size >= world.options.lines) return session.error(reqId, 101)
  const now = world.now()
  const noLive = world.faults.isOn('delayed-data', now, { client: session.clientId })
  if (noLive && session.marketDataType < 3) return session.error(reqId, 354, 'Delayed market data is available.')
  if (noLive) session.error(reqId, 10167)
  const marketDataType = noLive ? '3' : session.marketDataType === 2 ? '2' : '1'
  session.send('MARKET_DATA_TYPE', { reqId: String(reqId), marketDataType })
  const { minTick } = board.listing
  session.send('TICK_REQ_PARAMS', { reqId: String(reqId), minTick, bboExchange: '9c0001', snapshotPermissions: '3' })
  const rtVolume = generics.includes(RT_VOLUME)
  const line = { board, delayed: noLive, snapshot, rtVolume, told: new Map(), sentAt: -Infinity, version: -1 }
  lines.set(reqId, line)
  data.quote(session, reqId, line, now)
}

function ticks(world: World, session: Session, v: Values): void {
  const reqId = reqIdOf(v)
  const lines = session.subscriptions.ticks
  if (lines.has(reqId)) return session.error(reqId, 102)
  const kind = TICK_KINDS.find((k) => k === textOf(v, 'tickType'))
  if (kind === undefined) return session.error(reqId, 321, "-'bN' : cause - Invalid tick-by-tick type")
  const board = oneBoard(world, session, reqId, v)
  if (board === undefined || refused(world, session, reqId)) return
  const before = Math.min(1000, readInt(textOf(v, 'numberOfTicks'), 'numberOfTicks'))
  if (before > 0) tellTicks(session, reqId, board, kind, before, -Infinity, Infinity)
  lines.set(reqId, { board, kind, lastMid: 0 })
}

function bars(world: World, session: Session, v: Values): void {
  const reqId = reqIdOf(v)
  const lines = session.subscriptions.bars
  if (lines.has(reqId)) return session.error(reqId, 102)
  const kind = textOf(v, 'whatToShow').toUpperCase()
  if (!isBarKind(kind)) return session.error(reqId, 321, "-'bN' : cause - Invalid what to show")
  const board = oneBoard(world, session, reqId, v)
  if (board === undefined || refused(world, session, reqId)) return
  lines.set(reqId, { board, kind, upTo: Math.floor(world.now() / REAL_TIME_BAR) * REAL_TIME_BAR })
}

function depth(world: World, data: MarketData, session: Session, v: Values): void {
  const reqId = reqIdOf(v)
  const lines = session.subscriptions.depth
  if (lines.has(reqId)) return session.error(reqId, 102)
  if (lines.size >= DEPTH_MAX) return session.error(reqId, 309)
  const board = oneBoard(world, session, reqId, v)
  if (board === undefined || refused(world, session, reqId)) return
  const rows = Math.min(LEVELS_MAX, Math.max(1, readInt(textOf(v, 'numRows'), 'numRows', 5)))
  const line = { board, rows, smart: isTrue(textOf(v, 'isSmartDepth')), told: [], version: -1 }
  lines.set(reqId, line)
  data.depth(session, reqId, line)
}
