/** Domestic cash orders, their modification and cancellation (reference 6.6, 6.7, 6.13). */
import { tickAt } from '../../../../src/core/domain/instrument.ts'
import type { OrderType, TimeInForce } from '../../../../src/core/domain/order.ts'
import { ORDER_ANSWER } from '../../wire/domestic-fields.ts'
import { row } from '../../wire/fields.ts'
import type { Refusal } from '../../wire/messages.ts'
import { padded, readWhole } from '../../wire/numbers.ts'
import { isOldId } from '../../wire/transactions.ts'
import type { Board } from '../board.ts'
import { kst } from '../../../common/emulator/clock.ts'
import { isOpen, type KisOrder, leavesOf, type OrderTicket } from '../order.ts'
import { blocked, marginPrice } from '../power.ts'
import { sessionState } from '../world.ts'
import {
  type Answer,
  type Call,
  gatewayError,
  ownsAccount,
  parameterError,
  refuse,
  refuseWith,
  succeed,
} from './call.ts'

interface Division {
  readonly orderType: OrderType
  readonly timeInForce: TimeInForce
  /** Where the limit comes from: the request, the opposite best quote, the own best quote. */
  readonly limit: 'request' | 'opposite' | 'own' | 'none'
  readonly paper: boolean
}

const division = (
  orderType: OrderType,
  timeInForce: TimeInForce,
  limit: Division['limit'],
  paper = false,
): Division => ({
  orderType,
  timeInForce,
  limit,
  paper,
})

/** ORD_DVSN. Off-hours sessions (05–07), mid-point orders (21, 23, 24) and the after-market (41–47) are not modelled. */
const DIVISIONS: Readonly<Record<string, Division>> = {
  '00': division('limit', 'DAY', 'request', true),
  '01': division('market', 'DAY', 'none', true),
  '02': division('limit', 'DAY', 'request', true),
  '03': division('limit', 'DAY', 'opposite', true),
  '04': division('limit', 'DAY', 'own', true),
  '11': division('limit', 'IOC', 'request'),
  '12': division('limit', 'FOK', 'request'),
  '13': division('market', 'IOC', 'none'),
  '14': division('market', 'FOK', 'none'),
  '15': division('limit', 'IOC', 'opposite'),
  '16': division('limit', 'FOK', 'opposite'),
  '22': division('stopLimit', 'DAY', 'request'),
}

export function orderAnswer(call: Call, order: KisOrder, success: 'buy' | 'sell' | 'modify' | 'cancel'): Answer {
  const output = row(ORDER_ANSWER, {
    KRX_FWDG_ORD_ORGNO: call.world.desk.branch,
    ODNO: padded(order.number, 10),
    ORD_TMD: kst(order.at).time,
  })
  return succeed(call, success, { output })
}

/** A scripted refusal, or a rejection that comes after the acceptance. */
export function scriptedRefusal(call: Call): Answer | undefined {
  const fault = call.world.faults.take('order-refused', call.now, { path: call.tr.path, trId: call.trId })
  return fault === undefined ? undefined : refuseWith(String(fault.params.msg_cd), String(fault.params.msg1))
}

export function enter(call: Call, ticket: OrderTicket): KisOrder {
  const fault = call.world.faults.take('order-rejected-later', call.now, { path: call.tr.path, trId: call.trId })
  const { desk } = call.world
  return fault === undefined ? desk.place(ticket, call.now) : desk.refuse(ticket, String(fault.params.msg1), call.now)
}

/** Fields that every body must have; a missing or lower-case one cannot be mapped (IGW00007). */
const NEEDED = ['CANO', 'ACNT_PRDT_CD', 'PDNO', 'ORD_DVSN', 'ORD_QTY', 'ORD_UNPR']
const NEEDED_CHANGE = ['CANO', 'ACNT_PRDT_CD', 'KRX_FWDG_ORD_ORGNO', 'ORGN_ODNO', 'RVSE_CNCL_DVSN_CD', 'ORD_QTY']

export function missing(call: Call, names: readonly string[]): boolean {
  return names.some((name) => call.param(name) === '')
}

export function order(call: Call, side: 1 | -1): Answer {
  if (missing(call, NEEDED)) return gatewayError('IGW00007')
  const qty = readWhole(call.param('ORD_QTY'))
  const price = readWhole(call.param('ORD_UNPR'))
  const stop = readWhole(call.param('CNDT_PRIC')) ?? 0
  if (qty === undefined || price === undefined) return gatewayError('IGW00007')
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  const scripted = scriptedRefusal(call)
  if (scripted !== undefined) return scripted
  const board = call.world.boards.get(call.param('PDNO'))
  if (board === undefined || board.listing.exchange !== undefined) return refuse(call, 'symbol')
  const made = ticketOf(call, board, side, qty, price, stop, call.param('ORD_DVSN'))
  if (typeof made === 'string') return refuse(call, made)
  const refusal = session(call, board) ?? exchangeFault(call) ?? means(call, board, made, 0)
  if (refusal !== undefined) return refuse(call, refusal)
  return orderAnswer(call, enter(call, made), side > 0 ? 'buy' : 'sell')
}

function session(call: Call, board: Board): Refusal | undefined {
  if (board.halted) return 'halted'
  const state = sessionState(call.world, board.listing, call.now)
  // The KRX knows no break; a calendar that had one would be before its second opening.
  return state === 'open' ? undefined : state === 'break' ? 'before-open' : state
}

/** Ids from before March 2025 do not know the field; paper trades on the KRX only. */
function exchangeFault(call: Call): Refusal | undefined {
  const id = call.param('EXCG_ID_DVSN_CD')
  if (id === '' || isOldId(call.tr, call.trId) || id === 'KRX') return undefined
  return call.door.env === 'live' && (id === 'NXT' || id === 'SOR') ? undefined : 'exchange'
}

function ticketOf(
  call: Call,
  board: Board,
  side: 1 | -1,
  qty: number,
  sent: number,
  stop: number,
  code: string,
): OrderTicket | Refusal {
  const kind = DIVISIONS[code]
  if (kind === undefined || (call.door.env === 'paper' && !kind.paper)) return 'division'
  if (qty === 0) return 'quantity'
  const price = limitOf(board, side, kind, sent)
  if (kind.limit !== 'none') {
    if (price === 0 || price % tickAt(board.listing.instrument, price) !== 0) return 'tick'
    const { upper, lower } = board.limits()
    if (price > upper || price < lower) return 'limit'
  }
  if (kind.orderType === 'stopLimit' && (stop === 0 || stop % tickAt(board.listing.instrument, stop) !== 0))
    return 'tick'
  const { orderType, timeInForce } = kind
  return { listing: board.listing, side, division: code, orderType, timeInForce, qty, price, stop, medium: 'api' }
}

function limitOf(board: Board, side: 1 | -1, kind: Division, sent: number): number {
  switch (kind.limit) {
    case 'request':
      return sent
    case 'none':
      return 0
    case 'opposite':
      return side > 0 ? board.ask : board.bid
    case 'own':
      return side > 0 ? board.bid : board.ask
  }
}

/** Money or shares; `released` is what the order that is modified ties up already. */
function means(call: Call, board: Board, ticket: OrderTicket, released: number): Refusal | undefined {
  const { power } = call.world
  if (ticket.side < 0) {
    return ticket.qty <= power.sellable(ticket.listing.symbol) + released ? undefined : 'holdings'
  }
  const cost = blocked(ticket.listing, ticket.qty, marginPrice(board, ticket.price))
  return cost <= power.free('KRW') + released ? undefined : 'funds'
}

export function change(call: Call): Answer {
  if (missing(call, NEEDED_CHANGE)) return gatewayError('IGW00007')
  const sentQty = readWhole(call.param('ORD_QTY'))
  const sentPrice = readWhole(call.param('ORD_UNPR') || '0')
  if (sentQty === undefined || sentPrice === undefined) return gatewayError('IGW00007')
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  const scripted = scriptedRefusal(call)
  if (scripted !== undefined) return scripted
  const { desk } = call.world
  const target = desk.find(readWhole(call.param('ORGN_ODNO')) ?? 0, true)
  if (target === undefined || call.param('KRX_FWDG_ORD_ORGNO') !== desk.branch) return refuse(call, 'no-order')
  if (!isOpen(target)) return refuse(call, 'nothing-left')
  const left = leavesOf(target)
  const qty = call.param('QTY_ALL_ORD_YN') === 'Y' ? left : sentQty
  if (qty === 0 || qty > left) return refuse(call, qty === 0 ? 'quantity' : 'nothing-left')
  if (call.param('RVSE_CNCL_DVSN_CD') === '02') return orderAnswer(call, desk.cancel(target, qty, call.now), 'cancel')
  if (call.param('RVSE_CNCL_DVSN_CD') !== '01') return refuse(call, 'division')
  const board = call.world.boards.get(target.listing.symbol) as Board
  const code = call.param('ORD_DVSN') || target.division
  const made = ticketOf(call, board, target.side, qty, sentPrice, readWhole(call.param('CNDT_PRIC')) ?? 0, code)
  if (typeof made === 'string') return refuse(call, made)
  const released = target.side < 0 ? qty : blocked(target.listing, qty, marginPrice(board, target.price))
  const refusal = session(call, board) ?? means(call, board, made, released)
  if (refusal !== undefined) return refuse(call, refusal)
  return orderAnswer(call, desk.modify(target, made, call.now), 'modify')
}
