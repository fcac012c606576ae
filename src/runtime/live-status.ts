/** How a running session stands, as plain data: brokers, holdings, distances to the limits, feeds. */
import { fromScaled } from '../core/base/decimal.ts'
import { formatMicros, SECOND } from '../core/base/time.ts'
import { moneyDecimals } from '../core/domain/units.ts'
import type { Desk } from '../core/engine/desk.ts'
import type { LiveSession } from './live-session.ts'
import type { FeedStatus } from './ports.ts'

export interface SessionStatus {
  readonly t: string
  readonly state: string
  /** Why nothing is opened. */
  readonly holds: readonly string[]
  readonly stopped: string | null
  readonly equity: string
  readonly base_currency: string
  readonly brokers: readonly {
    readonly name: string
    readonly link: 'up' | 'away' | 'down' | 'planned'
    readonly reconciled: boolean
    readonly orders: number
    readonly unexplained_cash: boolean
  }[]
  readonly positions: readonly {
    readonly symbol: string
    readonly broker: string
    readonly qty: string
    /** Found in the account, never sold. */
    readonly external: string
    readonly mark: string | null
  }[]
  readonly limits: Readonly<Record<'to_daily_loss' | 'to_total_loss', string>> & {
    readonly orders_left: number
    readonly positions_left: number
  }
  readonly feeds: readonly {
    readonly symbol: string
    readonly delay: string
    readonly note: string
    /** Seconds since its last datum; null before the first. */
    readonly age: number | null
  }[]
  readonly events: number
  readonly inputs: number
}

export function statusOf(session: LiveSession, feeds: ReadonlyMap<number, FeedStatus>): SessionStatus {
  const { desk } = session.engine
  const { base } = desk.valuation
  const money = (x: number): string => fromScaled(Math.round(x), moneyDecimals(base))
  const armed = desk.losses.initial !== 0
  const left = (line: number): string => money(armed ? desk.valuation.equity - line : 0)
  const taken = desk.market.instruments.filter((i) => desk.ledger.owned(i.id) !== 0).length
  return {
    t: formatMicros(desk.t),
    state: desk.state,
    holds: [...desk.holds.standing],
    stopped: desk.stopped?.rule ?? null,
    equity: money(armed ? desk.valuation.equity : 0),
    base_currency: base,
    brokers: brokersOf(desk),
    positions: positionsOf(desk),
    limits: {
      to_daily_loss: left(desk.losses.dailyLine),
      to_total_loss: left(desk.losses.emergencyLine),
      orders_left: Math.max(0, desk.limits.maxDailyOrders - desk.ordersToday),
      positions_left: Math.max(0, desk.limits.maxPositions - taken),
    },
    feeds: [...feeds.values()].map(({ instrument, delay, note }) => {
      const { seenT } = desk.market.of(instrument)
      const age = seenT === 0 ? null : Math.round((desk.t - seenT) / SECOND)
      return { symbol: desk.instrument(instrument).symbol, delay, note, age }
    }),
    events: session.events,
    inputs: session.inputs,
  }
}

function brokersOf(desk: Desk): SessionStatus['brokers'] {
  return desk.brokerNames.map((name, broker) => {
    const link = desk.links.of(broker)
    const books = desk.books.of(broker)
    return {
      name,
      link: link.planned ? 'planned' : link.down ? 'down' : link.up ? 'up' : 'away',
      reconciled: books.agreed,
      orders: desk.orders.live.filter((o) => o.broker === broker).length,
      unexplained_cash: books.unexplained.length > 0,
    }
  })
}

function positionsOf(desk: Desk): SessionStatus['positions'] {
  return desk.ledger.positions.flatMap((of, broker) =>
    of.flatMap((p, id) => {
      if (p.qty === 0 && p.external === 0) return []
      const { symbol, qtyDecimals, priceDecimals } = desk.instrument(id)
      const { mark2 } = desk.market.of(id)
      const mark = mark2 === 0 ? null : fromScaled(Math.round(mark2 / 2), priceDecimals)
      const [qty, external] = [fromScaled(p.qty, qtyDecimals), fromScaled(p.external, qtyDecimals)]
      return [{ symbol, broker: desk.brokerNames[broker] ?? '', qty, external, mark }]
    }),
  )
}
