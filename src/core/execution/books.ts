/**
 * A broker's books against ours: what each difference means, as findings; nothing is changed here. A list
 * that was not delivered is no evidence of anything. A difference of positions or cash is concluded from only while
 * nothing is under way there: no live order, no fill since the books were asked for.
 */
import type { Micros } from '../base/time.ts'
import type { BookedFill, BookedOrder, BooksEvent } from '../domain/control.ts'
import type { Money, Qty } from '../domain/units.ts'
import type { Ledger, Position } from './ledger.ts'
import { isLive } from './lifecycle.ts'
import type { ExternalOrder, OrderRow, Orders } from './orders.ts'

/** State of the reconciliation with one broker; plain data. */
export interface BrokerBooks {
  /** The books agreed at the last reconciliation that came to an end. */
  agreed: boolean
  /** They agreed at least once: what is found from then on was not there before. */
  ever: boolean
  /** Always in step: its reports are its books. */
  inStep: boolean
  requestId: number
  /** When and at which input the books were asked for; 0 when no answer is awaited. */
  askedAt: Micros
  askedSeq: number
  nextAt: Micros
  failures: number
  /** Cash that was unexplained at the last reconciliation, by currency. */
  unexplained: [currency: number, amount: Money][]
}

export class Books {
  all: BrokerBooks[]
  nextRequestId = 1

  constructor(inStep: readonly boolean[]) {
    this.all = inStep.map((is) => ({
      agreed: is,
      ever: is,
      inStep: is,
      requestId: 0,
      askedAt: 0,
      askedSeq: 0,
      nextAt: 0,
      failures: 0,
      unexplained: [],
    }))
  }

  of(broker: number): BrokerBooks {
    return this.all[broker] as BrokerBooks
  }

  agreed(broker: number): boolean {
    return this.of(broker).agreed
  }

  snapshot(): unknown {
    return { all: this.all, nextRequestId: this.nextRequestId }
  }

  restore(s: unknown): void {
    const from = s as { all: BrokerBooks[]; nextRequestId: number }
    this.all = from.all
    this.nextRequestId = from.nextRequestId
  }
}

/** What the books say of an order of ours that we do not know, or of the same differently. */
export type OrderFinding =
  | { readonly kind: 'fill'; readonly row: OrderRow; readonly fill: BookedFill }
  | { readonly kind: 'works' | 'revived' | 'missing'; readonly row: OrderRow }
  | { readonly kind: 'ended'; readonly row: OrderRow; readonly as: 'canceled' | 'expired' | 'rejected' }
  /**
   * Filled in whole. Its fills say so themselves, but where that is less than we know it for (the answer to a replace was
   * lost), and where books from before its end had brought it back.
   */
  | { readonly kind: 'complete'; readonly row: OrderRow; readonly qty: Qty }

export function orderFindings(broker: number, orders: Orders, e: BooksEvent): OrderFinding[] {
  const findings: OrderFinding[] = []
  for (const fill of e.fills ?? []) {
    const row = orders.get(fill.orderId)
    if (row?.broker === broker && !row.log.some((known) => known.fillNo === fill.fillNo)) {
      findings.push({ kind: 'fill', row, fill })
    }
  }
  const booked = new Map((e.orders ?? []).map((o) => [o.orderId, o]))
  for (const o of booked.values()) {
    const row = o.orderId > 0 ? orders.get(o.orderId) : undefined
    const finding = row?.broker === broker ? stateFinding(row, o) : undefined
    if (finding !== undefined) findings.push(finding)
  }
  for (const row of orders.live) {
    if (row.broker === broker && !booked.has(row.orderId)) findings.push({ kind: 'missing', row })
  }
  return findings
}

function stateFinding(row: OrderRow, o: BookedOrder): OrderFinding | undefined {
  if (o.state === 'working') {
    if (!isLive(row.state)) return { kind: 'revived', row }
    return row.state === 'unknown' || row.state === 'pendingNew' ? { kind: 'works', row } : undefined
  }
  if (!isLive(row.state)) return undefined
  if (o.state !== 'filled') return { kind: 'ended', row, as: o.state }
  return { kind: 'complete', row, qty: o.qty }
}

/** Working orders in the account that are not ours. */
export function externalOrders(broker: number, e: BooksEvent): ExternalOrder[] {
  return (e.orders ?? [])
    .filter((o) => o.orderId === 0 && o.state === 'working')
    .map(({ externalId, instrument, side, qty, cumQty, limit }) => {
      return { broker, externalId, instrument, side, qty, cumQty, limit }
    })
}

/** Holdings there minus holdings here, for every instrument where they differ; undefined while something is under way. */
export interface PositionFinding {
  readonly instrument: number
  readonly difference: Qty | undefined
}

export function positionFindings(books: BrokerBooks, ledger: Ledger, orders: Orders, e: BooksEvent): PositionFinding[] {
  const there = new Map((e.positions ?? []).map((p) => [p.instrument, p.qty]))
  const findings: PositionFinding[] = []
  ;(ledger.positions[e.broker] as Position[]).forEach((p, instrument) => {
    const difference = (there.get(instrument) ?? 0) - p.qty - p.external
    if (difference === 0) return
    const underWay =
      p.fillSeq > books.askedSeq || orders.live.some((o) => o.broker === e.broker && o.instrument === instrument)
    findings.push({ instrument, difference: underWay ? undefined : difference })
  })
  return findings
}

/** Cash there minus cash here, by currency, where they differ; undefined while anything is under way. */
export function cashFindings(
  books: BrokerBooks,
  ledger: Ledger,
  orders: Orders,
  e: BooksEvent,
): readonly (readonly [currency: number, difference: Money])[] | undefined {
  const busy =
    orders.live.some((o) => o.broker === e.broker) ||
    (ledger.positions[e.broker] as Position[]).some((p) => p.fillSeq > books.askedSeq)
  if (busy) return undefined
  return (e.cash ?? []).flatMap(({ currency, amount }) => {
    const difference = amount - ledger.cashOf(e.broker, currency)
    return difference === 0 ? [] : [[currency, difference] as const]
  })
}
