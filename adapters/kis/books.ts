/**
 * The broker's books as one answer: orders and fills from the lists, holdings and cash from the account. A
 * list that could not be had is null. An order of ours that has a number and that paper's silent list does not show is
 * given as we know it; while an order is in doubt and the list proves nothing, the orders are null too.
 */
import { SECOND, type Micros } from '../../src/core/base/time.ts'
import type { BookedFill, BookedOrder } from '../../src/core/domain/control.ts'
import type { ListedOrder } from './decode.ts'
import { provesAbsence } from './evidence.ts'
import { type Market, MARKETS } from './instruments.ts'
import type { OrderList } from './lists.ts'
import type { OwnOrders } from './own-orders.ts'
import type { Environment } from './wire/transactions.ts'

/** A number that was given out may take a moment to appear in a list. */
const APPEARS_WITHIN: Micros = 30 * SECOND
/** Keeps the numbers of the markets apart: they have ten digits at most. */
const APART = 10_000_000_000

export interface Listed {
  readonly market: Market
  readonly list: OrderList
}

export function bookedOrders(
  env: Environment,
  now: Micros,
  listed: readonly Listed[],
  orders: OwnOrders,
): BookedOrder[] | null {
  const out: BookedOrder[] = []
  for (const { market, list } of listed) {
    if (!list.ok) return null
    const own = [...orders.all].filter((o) => o.listing.market === market)
    // Its request is still out, or nothing that we have proves anything: the list is no answer for it.
    if (own.some((o) => o.phase === 'sending')) return null
    const proves = provesAbsence(market, env, now)
    // An order whose request was never made is not there, whatever a list says.
    if (!proves && own.some((o) => o.phase === 'doubt' && o.wired)) return null
    const keys = new Set(list.rows.map(keyOf))
    for (const order of own) {
      const shown = order.leg !== undefined && keys.has(`${order.leg.date} ${order.leg.number}`)
      const young = now - order.acceptedAt < APPEARS_WITHIN
      if (order.phase === 'doubt' || (!shown && proves && !young && order.isOpen)) continue
      out.push(order.booked(order.isOpen ? 'working' : (order.ending ?? 'canceled')))
    }
    out.push(...list.rows.filter((row) => isStranger(orders, row)).map(strangerOf))
  }
  return out
}

function keyOf(row: ListedOrder): string {
  return `${row.date} ${row.number}`
}

function isStranger(orders: OwnOrders, row: ListedOrder): boolean {
  return row.action !== 'cancel' && row.leaves > 0 && orders.byNumber(row.market, row.number, row.date) === undefined
}

function strangerOf(row: ListedOrder): BookedOrder {
  return {
    orderId: 0,
    externalId: row.number + MARKETS.indexOf(row.market) * APART,
    instrument: row.listing.instrument.id,
    side: row.side,
    qty: row.qty,
    cumQty: row.cum,
    limit: row.limit,
    state: 'working',
  }
}

export function bookedFills(listed: readonly Listed[], orders: OwnOrders): BookedFill[] | null {
  if (listed.some(({ list }) => !list.ok)) return null
  return [...orders.all].flatMap((o) => o.fills)
}
