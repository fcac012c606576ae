/** Everything as the venue knows it, for tests and drills: exact decimal texts, whatever clients were told. */
import { fromScaled } from '../../../src/core/base/decimal.ts'
import { formatMicros } from '../../../src/core/base/time.ts'
import { moneyDecimals } from '../../../src/core/domain/units.ts'
import type { Account } from './account.ts'
import type { IbEmulator } from './emulator.ts'
import { priceText, qtyText } from './listing.ts'
import { averagePrice, moneyText } from './order-frames.ts'
import { type Execution, type IbOrder, leavesOf } from './order.ts'
import type { World } from './world.ts'

export function stateOf(emulator: IbEmulator): unknown {
  const { world } = emulator
  return {
    now: formatMicros(world.now()),
    sessions: [...world.sessions].map((s) => ({ client: s.clientId ?? null, version: s.version })),
    wire_faults: Object.fromEntries(emulator.faultCounts),
    connected: world.connectivity.outage === undefined,
    markets: Object.fromEntries(
      [...world.boards.values()].map((b) => [
        b.listing.symbol,
        {
          con_id: b.listing.conId,
          bid: priceText(b.listing, b.bid),
          ask: priceText(b.listing, b.ask),
          last: priceText(b.listing, b.last),
          volume: qtyText(b.listing, b.volume),
          halted: b.halted,
        },
      ]),
    ),
    accounts: Object.fromEntries(world.accounts.map((account) => [account.id, accountState(world, account)])),
  }
}

function accountState(world: World, account: Account): unknown {
  return {
    cash: Object.fromEntries([...account.cash].map(([c, amount]) => [c, fromScaled(amount, moneyDecimals(c))])),
    positions: Object.fromEntries(
      [...account.positions.values()]
        .filter((p) => p.qty !== 0)
        .map((p) => [p.listing.symbol, { qty: qtyText(p.listing, p.qty), cost: moneyText(p.listing, p.cost) }]),
    ),
    orders: world.desk.orders.filter((o) => o.account === account).map(orderState),
    fills: world.desk.book.all.filter((e) => e.order.account === account).map(fillState),
  }
}

function orderState(o: IbOrder): unknown {
  const { listing, terms } = o
  return {
    order_id: o.orderId,
    client_id: o.clientId,
    perm_id: o.permId,
    ref: terms.orderRef,
    t: formatMicros(o.at),
    symbol: listing.symbol,
    side: terms.side > 0 ? 'buy' : 'sell',
    type: terms.orderType,
    tif: terms.timeInForce,
    qty: qtyText(listing, terms.qty),
    limit: priceText(listing, terms.limit),
    stop: priceText(listing, terms.stop),
    status: o.status,
    filled: qtyText(listing, o.filled),
    leaves: o.stage === 'done' ? '0' : qtyText(listing, leavesOf(o)),
    avg_price: averagePrice(listing, o.amount, o.filled),
    fee: moneyText(listing, o.costs),
    outcome: o.outcome,
  }
}

function fillState(e: Execution): unknown {
  const { listing } = e.order
  return {
    exec_id: e.execId,
    order_id: e.order.orderId,
    perm_id: e.order.permId,
    t: formatMicros(e.t),
    symbol: listing.symbol,
    side: e.side > 0 ? 'buy' : 'sell',
    qty: qtyText(listing, e.qty),
    price: priceText(listing, e.price),
    currency: listing.currency,
    fee: moneyText(listing, e.costs),
    realized: e.realized === undefined ? null : moneyText(listing, e.realized),
  }
}
