/** Overseas orders, their modification and cancellation (reference 7.3, 7.4, 7.5). There is no market order. */
import { tickAt } from '../../../../src/core/domain/instrument.ts'
import { byOrderCode, type ExchangeCodes } from '../../wire/exchanges.ts'
import type { Refusal } from '../../wire/messages.ts'
import { readScaled, readWhole } from '../../wire/numbers.ts'
import type { Board } from '../board.ts'
import { isOpen, leavesOf, type OrderTicket } from '../order.ts'
import { blocked } from '../power.ts'
import { sessionState } from '../world.ts'
import { type Answer, type Call, gatewayError, ownsAccount, parameterError, refuse, succeed } from './call.ts'
import { currencyAt } from '../won-rates.ts'
import { enter, missing, orderAnswer, scriptedRefusal } from './kr-orders.ts'
import { overseasBoard, type OverseasBoard } from './overseas-quotes.ts'

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
  if (exchange === undefined || !isOf(call, exchange)) return parameterError('OPSQ2001', 'OVRS_EXCG_CD')
  const board = overseasBoard(call, exchange, call.param('PDNO'))
  if (board === undefined) return refuse(call, 'symbol')
  const division = call.param('ORD_DVSN') || '00'
  const made = ticketOf(board, side, qty, call.param('OVRS_ORD_UNPR'), division, call.door.env === 'live')
  if (typeof made === 'string') return refuse(call, made)
  const refusal = session(call, board) ?? means(call, made, 0)
  if (refusal !== undefined) return refuse(call, refusal)
  return orderAnswer(call, enter(call, made), side > 0 ? 'buy' : 'sell')
}

/**
 * Is the transaction one of the exchange's market? Orders of Shenzhen are also canceled by Shanghai's id, which a
 * well-known client sends (7.4).
 */
function isOf({ tr }: Call, { orders, order: code }: ExchangeCodes): boolean {
  return tr.name.startsWith(`${orders}.`) || (tr.name === 'sh.change' && code === 'SZAA')
}

/** Board lots, but for the sale of an odd rest where the market takes one (7.3); HK has a division of its own for it. */
function isLots({ instrument, exchange }: Board['listing'], side: 1 | -1, qty: number, division: string): boolean {
  if (exchange !== undefined && exchange.oddLotSale !== '' && division === exchange.oddLotSale) {
    return side < 0 && qty < instrument.lot
  }
  return qty % instrument.lot === 0 || (side < 0 && exchange?.sellsOddLots === true)
}

/** On-open, on-close, TWAP and VWAP orders (31 to 36) are not modelled. */
function ticketOf(
  board: OverseasBoard,
  side: 1 | -1,
  qty: number,
  priceText: string,
  division: string,
  live: boolean,
): OrderTicket | Refusal {
  const isKnown = division === '00' || (live && division === board.listing.exchange.oddLotSale)
  if (!isKnown) return 'division'
  if (qty === 0 || !isLots(board.listing, side, qty, division)) return 'quantity'
  const price = readPrice(board, priceText)
  const { listing } = board
  if (price === undefined || price <= 0 || price % tickAt(listing.instrument, price) !== 0) return 'tick'
  const { upper, lower } = board.limits()
  if (price > upper || price < lower) return 'limit'
  return { listing, side, division, orderType: 'limit', timeInForce: 'DAY', qty, price, stop: 0, medium: 'api' }
}

function session(call: Call, board: OverseasBoard): Refusal | undefined {
  if (board.halted) return 'halted'
  return sessionState(call.world, board.listing, call.now) === 'open' ? undefined : 'overseas-closed'
}

function means(call: Call, ticket: OrderTicket, released: number): Refusal | undefined {
  const { power } = call.world
  if (ticket.side < 0) {
    return ticket.qty <= power.sellable(ticket.listing.symbol) + released ? undefined : 'holdings'
  }
  const cost = blocked(ticket.listing, ticket.qty, ticket.price)
  const { exchange } = ticket.listing
  const free = exchange === undefined ? 0 : power.freeAbroad(currencyAt(exchange))
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
  if (target === undefined || exchange === undefined) return refuse(call, 'no-order')
  if (target.listing.exchange !== exchange || !isOf(call, exchange)) return refuse(call, 'no-order')
  if (!isOpen(target)) return refuse(call, 'nothing-left')
  const left = leavesOf(target)
  // Clients send "0" or the whole quantity to cancel: both mean all of it.
  if (call.param('RVSE_CNCL_DVSN_CD') === '02') return orderAnswer(call, desk.cancel(target, left, call.now), 'cancel')
  if (call.param('RVSE_CNCL_DVSN_CD') !== '01') return refuse(call, 'division')
  if (!exchange.canModify) return refuse(call, 'no-modify')
  const qty = sentQty === 0 ? left : sentQty
  if (qty > left) return refuse(call, 'nothing-left')
  const board = call.world.boards.get(target.listing.symbol) as OverseasBoard
  const live = call.door.env === 'live'
  const made = ticketOf(board, target.side, qty, call.param('OVRS_ORD_UNPR'), target.division, live)
  if (typeof made === 'string') return refuse(call, made)
  const released = target.side < 0 ? qty : blocked(target.listing, qty, target.price)
  const refusal = session(call, board) ?? means(call, made, released)
  if (refusal !== undefined) return refuse(call, refusal)
  return orderAnswer(call, desk.modify(target, made, call.now), 'modify')
}

/** US daytime trading has endpoints of its own; the session is not modelled, so it is never open. */
export function daytime(call: Call): Answer {
  return ownsAccount(call) ? refuse(call, 'overseas-closed') : parameterError('OPSQ2000')
}

/** Only mojito asks: is it day or night at the exchange? Night, as far as this emulator knows. */
export function dayOrNight(call: Call): Answer {
  return succeed(call, 'inquiry', { output: { PSBL_YN: 'N' } }, 'D')
}
