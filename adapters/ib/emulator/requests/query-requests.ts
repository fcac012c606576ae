/** Questions about orders and executions: open, completed, and what was filled since midnight of the TWS day. */
import { contractQuery } from '../../wire/contract-fields.ts'
import { textOf, type Values } from '../../wire/layout.ts'
import { isTrue, isZero, readInt } from '../../wire/numbers.ts'
import { WireError } from '../../wire/wire-error.ts'
import { findListings } from '../find-contract.ts'
import { commissionValues, completedValues, executionValues, openOrderValues, statusValues } from '../order-frames.ts'
import { type Execution, type IbOrder, isOver } from '../order.ts'
import type { Session } from '../session.ts'
import { localTime, readStamp, TWS_ZONE } from '../times.ts'
import type { World } from '../world.ts'
import { type Handlers, reqIdOf } from './handlers.ts'

export function queryRequests(world: World): Handlers {
  const open = (session: Session, of: (order: IbOrder) => boolean): void => {
    if (world.options.readOnly)
      return session.error(-1, 321, "-'cK' : cause - The API interface is currently in Read-Only mode.")
    for (const order of world.desk.index.working()) if (of(order)) tellOpen(session, order)
    session.send('OPEN_ORDER_END', {})
  }
  return {
    REQ_OPEN_ORDERS: (session) => {
      if (session.clientId === 0) bind(world, session)
      open(session, (o) => o.clientId === session.clientId)
    },
    REQ_ALL_OPEN_ORDERS: (session) => open(session, () => true),
    REQ_AUTO_OPEN_ORDERS: (session, v) => {
      if (session.clientId !== 0) return session.error(-1, 327)
      session.autoBind = isTrue(textOf(v, 'autoBind'))
      if (session.autoBind) bind(world, session)
      open(session, (o) => o.clientId === 0)
    },
    REQ_COMPLETED_ORDERS: (session, v) => {
      const apiOnly = isTrue(textOf(v, 'apiOnly'))
      const { day } = localTime(world.now(), TWS_ZONE)
      for (const order of world.desk.orders) {
        if (!isOver(order) || order.status === 'Inactive' || localTime(order.doneAt, TWS_ZONE).day !== day) continue
        if (apiOnly && order.orderId <= 0) continue
        session.send('COMPLETED_ORDER', completedValues(order))
      }
      session.send('COMPLETED_ORDERS_END', {})
    },
    REQ_EXECUTIONS: (session, v) => executions(world, session, v),
  }
}

/** Open order and status, as a query or a new connection tells them. */
export function tellOpen(session: Session, order: IbOrder): void {
  session.send('OPEN_ORDER', openOrderValues(order, order.filled > 0))
  session.send('ORDER_STATUS', statusValues(order))
}

/** Orders made by hand get negative ids, by which client 0 can change and cancel them. */
function bind(world: World, session: Session): void {
  for (const order of world.desk.index.working()) {
    if (order.orderId !== 0 || order.clientId !== 0) continue
    order.orderId = -1 - world.desk.orders.filter((o) => o.orderId < 0).length
    const { permId, clientId, orderId } = order
    session.send('ORDER_BOUND', { permId: String(permId), clientId: String(clientId), orderId: String(orderId) })
  }
}

function executions(world: World, session: Session, v: Values): void {
  const reqId = reqIdOf(v)
  const fits = filterOf(world, v)
  const { day } = localTime(world.now(), TWS_ZONE)
  const found = world.desk.book.all.filter((e) => localTime(e.t, TWS_ZONE).day === day && fits(e))
  for (const execution of found) {
    session.send('EXECUTION_DATA', executionValues(execution, reqId))
    session.send('COMMISSION_REPORT', commissionValues(execution))
  }
  session.send('EXECUTION_DATA_END', { reqId: String(reqId) })
}

/** Empty and zero fields let everything through. */
function filterOf(world: World, v: Values): (e: Execution) => boolean {
  const text = (name: string): string => textOf(v, name)
  const clientId = isZero(text('clientId')) ? undefined : readInt(text('clientId'), 'clientId')
  const from = text('time') === '' ? -Infinity : readStamp(text('time'))
  if (from === undefined) throw new WireError('text', `time: ${text('time').slice(0, 40)} is no stamp`, 'time')
  const side = { BUY: 1, BOT: 1, SELL: -1, SLD: -1, SSHORT: -1 }[text('side').toUpperCase()]
  const listings = new Set(
    text('symbol') === '' ? world.listings : findListings(world.listings, contractQuery({ symbol: text('symbol') })),
  )
  const exchange = text('exchange')
  return (e) =>
    (clientId === undefined || e.order.clientId === clientId) &&
    (text('acctCode') === '' || e.order.account.id === text('acctCode')) &&
    e.t >= from &&
    listings.has(e.order.listing) &&
    (text('secType') === '' || text('secType') === 'STK') &&
    (exchange === '' || exchange === 'SMART' || exchange === e.exchange) &&
    (side === undefined || e.side === side)
}
