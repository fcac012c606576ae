/** Overseas orders, their modification and cancellation (reference 7.3, 7.4, 7.5). There is no market order. */
import { tickAt } from '../../../../src/core/domain/instrument.ts'
import { byOrderCode } from '../../wire/exchanges.ts'
import type { Refusal } from '../../wire/messages.ts'
import { readScaled, readWhole } from '../../wire/numbers.ts'
import type { Board } from '../board.ts'
import { isOpen, leavesOf, type OrderTicket } from '../order.ts'
import { blocked } from '../power.ts'
import { sessionState } from '../world.ts'
import { type Answer, type Call, gatewayError, ownsAccount, parameterError, refuse, succeed } from './call.ts'
import { enter, missing, orderAnswer, scriptedRefusal } from './kr-orders.ts'
import { overseasBoard, type OverseasBoard } from './us-quotes.ts'

const NEEDED = ['CANO', 'ACNT_PRDT_CD', 'OVRS_EXCG_CD', 'PDNO', 'ORD_QTY', 'OVRS_ORD_UNPR', 'ORD_SVR_DVSN_CD']
const NEEDED_CHANGE = ['CANO', 'ACNT_PRDT_CD', 'OVRS_EXCG_CD', 'PDNO', 'ORGN_ODNO', 'RVSE_CNCL_DVSN_CD', 'ORD_QTY']

/** A price text as the instrument's integer; undefined when it is no number or finer than the instrument. */
function readPrice(board: Board, text: string): number | undefined {
  return readScaled(text, board.listing.instrument.priceDecimals)
}

export function order(call: Call, side: 1 | -1): Answer {
  if (missing(call, NEEDED)) return gatewayError('IGW00007')
  const qty = readWhole(call.param('ORD_QTY'))
  if (qty === undefined) return gatewayError('IGW00007')
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  const scripted = scriptedRefusal(call)
  if (scripted !== undefined) return scripted
  const exchange = byOrderCode(call.param('OVRS_EXCG_CD'))
  if (exchange === undefined) return parameterError('OPSQ2001', 'OVRS_EXCG_CD')
  const board = overseasBoard(call, exchange, call.param('PDNO'))
  if (board === undefined) return refuse(call, 'symbol')
  const made = ticketOf(board, side, qty, call.param('OVRS_ORD_UNPR'), call.param('ORD_DVSN') || '00')
  if (typeof made === 'string') return refuse(call, made)
  const refusal = session(call, board) ?? means(call, made, 0)
  if (refusal !== undefined) return refuse(call, refusal)
  return orderAnswer(call, enter(call, made), side > 0 ? 'buy' : 'sell')
}

/** On-open, on-close, TWAP and VWAP orders (31 to 36) are not modelled. */
function ticketOf(board: Board, side: 1 | -1, qty: number, priceText: string, division: string): OrderTicket | Refusal {
  if (division !== '00') return 'division'
  if (qty === 0) return 'quantity'
  const price = readPrice(board, priceText)
  const { listing } = board
  if (price === undefined || price <= 0 || price % tickAt(listing.instrument, price) !== 0) return 'tick'
  return { listing, side, division, orderType: 'limit', timeInForce: 'DAY', qty, price, stop: 0, medium: 'api' }
}

function session(call: Call, board: OverseasBoard): Refusal | undefined {
  if (board.halted) return 'halted'
  return sessionState(call.world, board.listing, call.now) === 'open' ? undefined : 'us-closed'
}

function means(call: Call, ticket: OrderTicket, released: number): Refusal | undefined {
  const { power, account } = call.world
  if (ticket.side < 0) {
    return ticket.qty <= power.sellable(ticket.listing.symbol) + released ? undefined : 'holdings'
  }
  const cost = blocked(ticket.listing, ticket.qty, ticket.price)
  const free = account.integratedMargin ? power.freeForUs() : power.free('USD')
  return cost <= free + released ? undefined : 'funds'
}

export function change(call: Call): Answer {
  if (missing(call, NEEDED_CHANGE)) return gatewayError('IGW00007')
  const sentQty = readWhole(call.param('ORD_QTY'))
  if (sentQty === undefined) return gatewayError('IGW00007')
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  const scripted = scriptedRefusal(call)
  if (scripted !== undefined) return scripted
  const exchange = byOrderCode(call.param('OVRS_EXCG_CD'))
  const { desk } = call.world
  const target = desk.find(readWhole(call.param('ORGN_ODNO')) ?? 0, false)
  if (target === undefined || target.listing.exchange !== exchange) return refuse(call, 'no-order')
  if (!isOpen(target)) return refuse(call, 'nothing-left')
  const left = leavesOf(target)
  // Clients send "0" or the whole quantity to cancel: both mean all of it.
  if (call.param('RVSE_CNCL_DVSN_CD') === '02') return orderAnswer(call, desk.cancel(target, left, call.now), 'cancel')
  if (call.param('RVSE_CNCL_DVSN_CD') !== '01') return refuse(call, 'division')
  if (exchange?.canModify !== true) return refuse(call, 'no-modify')
  const qty = sentQty === 0 ? left : sentQty
  if (qty > left) return refuse(call, 'nothing-left')
  const board = call.world.boards.get(target.listing.symbol) as OverseasBoard
  const made = ticketOf(board, target.side, qty, call.param('OVRS_ORD_UNPR'), target.division)
  if (typeof made === 'string') return refuse(call, made)
  const released = target.side < 0 ? qty : blocked(target.listing, qty, target.price)
  const refusal = session(call, board) ?? means(call, made, released)
  if (refusal !== undefined) return refuse(call, refusal)
  return orderAnswer(call, desk.modify(target, made, call.now), 'modify')
}

/** US daytime trading has endpoints of its own; the session is not modelled, so it is never open. */
export function daytime(call: Call): Answer {
  return ownsAccount(call) ? refuse(call, 'us-closed') : parameterError('OPSQ2000')
}

/** Only mojito asks: is it day or night at the exchange? Night, as far as this emulator knows. */
export function dayOrNight(call: Call): Answer {
  return succeed(call, 'inquiry', { output: { PSBL_YN: 'N' } }, 'D')
}
