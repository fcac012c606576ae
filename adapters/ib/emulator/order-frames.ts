/** An order and its executions as the fields of OPEN_ORDER, ORDER_STATUS, EXECUTION_DATA and COMPLETED_ORDER. */
import { fromScaled } from '../../../src/core/base/decimal.ts'
import { moneyDecimals } from '../../../src/core/domain/units.ts'
import type { Values } from '../wire/layout.ts'
import { realText, UNSET_DOUBLE } from '../wire/numbers.ts'
import { ORDER_FILLERS } from '../wire/order-fields.ts'
import { contractValues, type Listing, priceText, qtyText, quoted } from './listing.ts'
import { type Execution, type IbOrder, isOver, leavesOf } from './order.ts'
import { stampText } from './times.ts'

export function moneyText(listing: Listing, money: number): string {
  return fromScaled(money, moneyDecimals(listing.currency))
}

export function averagePrice(listing: Listing, amount: number, qty: number): string {
  return qty === 0 ? '0' : realText(quoted(listing, amount / qty))
}

/** What the client wrote, as far as an echo has it; empty texts leave the real server's fillers. */
function echo(order: IbOrder): Values {
  const given = Object.entries(order.terms.fields).filter(([, value]) => value !== '')
  return Object.fromEntries(given)
}

/** Fields that stay a server's own, whatever the client wrote for them. */
const OWN = ['exemptCode', 'ocaType', 'displaySize', 'minQty', 'deltaNeutralOrderType', 'adjustedOrderType'] as const

function orderValues(order: IbOrder): Values {
  const { terms, listing } = order
  const own = Object.fromEntries(OWN.map((name) => [name, ORDER_FILLERS[name] as string]))
  const exchange = String(terms.fields.exchange ?? '') || listing.exchange
  return {
    ...ORDER_FILLERS,
    ...echo(order),
    ...own,
    ...contractValues(listing, exchange),
    action: terms.side > 0 ? 'BUY' : 'SELL',
    totalQuantity: qtyText(listing, terms.qty),
    lmtPrice: terms.limit === 0 ? '0.0' : priceText(listing, terms.limit),
    auxPrice: terms.stop === 0 ? '0.0' : priceText(listing, terms.stop),
    tif: terms.timeInForce === 'DAY' && terms.goodTill !== undefined ? 'GTD' : String(terms.fields.tif || 'DAY'),
    ocaType: terms.ocaGroup === '' ? '3' : String(terms.ocaType),
    account: order.account.id,
    orderId: String(order.orderId),
    clientId: String(order.clientId),
    permId: String(order.permId),
    parentId: String(terms.parentId),
    orderRef: terms.orderRef,
    status: order.status,
    whatIf: '0',
    trailStopPrice: '',
    comboLegs: [],
    orderComboLegs: [],
    smartComboRoutingParams: [],
    algoParams: [],
    conditions: [],
  }
}

/** `withCommission` in the last frame of a fill only. */
export function openOrderValues(order: IbOrder, withCommission: boolean): Values {
  const values = orderValues(order)
  if (!withCommission) return values
  return {
    ...values,
    commission: moneyText(order.listing, order.costs),
    commissionCurrency: order.listing.contractCurrency,
  }
}

export function whatIfValues(order: IbOrder, figures: Values): Values {
  return { ...orderValues(order), status: 'PreSubmitted', whatIf: '1', permId: '0', ...figures }
}

export function statusValues(order: IbOrder): Values {
  const { listing } = order
  return {
    orderId: String(order.orderId),
    status: order.status,
    filled: qtyText(listing, order.filled),
    remaining: qtyText(listing, leavesOf(order)),
    avgFillPrice: averagePrice(listing, order.amount, order.filled),
    permId: String(order.permId),
    parentId: String(order.terms.parentId),
    lastFillPrice: priceText(listing, order.lastFillPrice),
    clientId: String(order.clientId),
    whyHeld: order.whyHeld,
    mktCapPrice: '0',
  }
}

/** `reqId` is -1 for a fill as it happens. */
export function executionValues(execution: Execution, reqId: number): Values {
  const { order, exchange } = execution
  const { listing } = order
  return {
    ...contractValues(listing, exchange),
    strike: '0.0',
    right: '',
    reqId: String(reqId),
    orderId: String(order.orderId),
    execId: execution.execId,
    time: stampText(execution.t),
    account: order.account.id,
    execExchange: exchange,
    side: execution.side > 0 ? 'BOT' : 'SLD',
    shares: qtyText(listing, execution.qty),
    price: priceText(listing, execution.price),
    permId: String(order.permId),
    clientId: String(order.clientId),
    liquidation: '0',
    cumQty: qtyText(listing, execution.cumQty),
    avgPrice: averagePrice(listing, execution.cumAmount, execution.cumQty),
    orderRef: order.terms.orderRef,
    evRule: '',
    evMultiplier: '',
    modelCode: '',
    lastLiquidity: order.terms.orderType === 'limit' ? '1' : '2',
    pendingPriceRevision: '0',
  }
}

/** A trade that only opened has no realized profit: the sentinel stands there. */
export function commissionValues(execution: Execution): Values {
  const { listing } = execution.order
  return {
    execId: execution.execId,
    commission: moneyText(listing, execution.costs),
    currency: listing.contractCurrency,
    realizedPNL: execution.realized === undefined ? UNSET_DOUBLE : moneyText(listing, execution.realized),
    yield: UNSET_DOUBLE,
    yieldRedemptionDate: '',
  }
}

export function completedValues(order: IbOrder): Values {
  const filled = qtyText(order.listing, order.filled)
  return {
    ...orderValues(order),
    filledQuantity: filled,
    completedTime: isOver(order) ? stampText(order.doneAt) : '',
    completedStatus: order.outcome,
  }
}
