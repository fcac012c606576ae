/**
 * Exits of the risk rules: a procedure, not a retry. Per broker and instrument: cancel what is
 * live there, or elsewhere and could trade with it, wait for the confirmation (or 10 s), look at the broker's
 * books (or 10 s; a stop's first round does not wait for them, I-33, unless an order there did not confirm its cancel:
 * it may have filled), then one market order for what is held; held back while the market is closed or halted.
 * At most one exit order is live at a time, and after three rounds that ended without a fill the exit rests: a stop
 * until the next session or ten minutes later, a liquidation for good. Only managed holdings are sold.
 */
import type { Market } from '../data/market.ts'
import { type Micros, MINUTE, SECOND } from '../base/time.ts'
import { isShut } from './checks/market.ts'
import type { Ledger } from './ledger.ts'
import type { Orders, OrderRow } from './orders.ts'
import type { Valuation } from './valuation.ts'

export type ExitReason = 'stop' | 'liquidation'

const ROUNDS = 3
const CANCEL_WAIT: Micros = 10 * SECOND
/** Books that do not come do not block an exit. */
const BOOKS_WAIT: Micros = 10 * SECOND
const REST: Micros = 10 * MINUTE

/** One exit under way; plain data. */
export interface Exit {
  readonly broker: number
  readonly instrument: number
  reason: ExitReason
  /** Orders sent so far that ended unfilled or are live. */
  rounds: number
  /** Since when cancels are out; 0 while none are. */
  cancelingSince: Micros
  /** Books asked for at this input sequence number; 0 when none are needed. */
  booksAsked: number
  booksAskedAt: Micros
  /** Rests until then; 0 while it does not, -1 for good. */
  restUntil: Micros
  session: number
}

/** What an exit needs now. */
export interface ExitStep {
  readonly cancel: readonly OrderRow[]
  /** Brokers whose books must be looked at before the next round. */
  readonly books: readonly Exit[]
  readonly send: readonly Exit[]
  /** Exits that came to rest in this step: what is left is the operator's. */
  readonly rested: readonly Exit[]
}

/** What a plan looks at. */
export interface ExitView {
  readonly t: Micros
  readonly market: Market
  readonly ledger: Ledger
  readonly orders: Orders
  readonly valuation: Valuation
  /** Is there a path for orders to the broker? */
  reaches(broker: number): boolean
  /** Are its books ours at every event? */
  inStep(broker: number): boolean
  /** Have its books been compared after this input? */
  lookedAt(broker: number, seq: number): boolean
}

/** Not while a cancel is out or its fate unknown, and after a refusal not before the wait is over: no endless loop. */
export function cancelable(o: OrderRow, t: Micros): boolean {
  if (o.state === 'pendingCancel' || o.state === 'unknown') return false
  return o.refusedAt === 0 || t - o.refusedAt >= CANCEL_WAIT
}

/** Own orders at other brokers that an exit could trade with: same side as the holding, same economic instrument. */
function couldMeet({ ledger, market, orders }: ExitView, x: Exit): OrderRow[] {
  const long = ledger.position(x.broker, x.instrument).qty > 0
  const own = market.instruments[x.instrument]?.economicId
  return orders.live.filter((o) => {
    const elsewhere = o.broker !== x.broker || o.instrument !== x.instrument
    const same = market.instruments[o.instrument]?.economicId === own
    return elsewhere && same && o.origin === 'agent' && o.side > 0 === long
  })
}

export class Exits {
  /** In the order in which they were wanted. */
  wanted: Exit[] = []

  want(broker: number, instrument: number, reason: ExitReason): void {
    const known = this.wanted.find((x) => x.broker === broker && x.instrument === instrument)
    if (known === undefined) {
      const fresh = { rounds: 0, cancelingSince: 0, booksAsked: 0, booksAskedAt: 0, restUntil: 0, session: -1 }
      this.wanted.push({ broker, instrument, reason, ...fresh })
    } else if (reason === 'liquidation') {
      if (known.reason === 'stop') Object.assign(known, { rounds: 0, restUntil: 0 })
      known.reason = reason
    } else if (known.restUntil === -1) {
      // A liquidation that was given up does not stand in the way of a stop that trips after it (I-33).
      Object.assign(known, { reason, rounds: 0, restUntil: 0 })
    }
  }

  /** A holding is flat, or has turned around: the exit of what was held is done. */
  done(broker: number, instrument: number): void {
    this.wanted = this.wanted.filter((x) => x.broker !== broker || x.instrument !== instrument)
  }

  /** Is there anything left to do, now or later? Exits that rest for good are not. */
  get pending(): boolean {
    return this.wanted.some((x) => x.restUntil !== -1)
  }

  /** Forgets exits whose position is flat; says what to cancel and what to send, largest holding first. */
  plan(view: ExitView): ExitStep {
    const { ledger, orders, valuation } = view
    this.wanted = this.wanted.filter((x) => ledger.position(x.broker, x.instrument).qty !== 0)
    const step = { cancel: [] as OrderRow[], books: [] as Exit[], send: [] as Exit[], rested: [] as Exit[] }
    for (const x of this.wanted) {
      const live = orders.live.filter((o) => o.broker === x.broker && o.instrument === x.instrument)
      if (x.restUntil === -1 || live.some((o) => o.origin !== 'agent')) continue
      const inTheWay = [...live, ...couldMeet(view, x)]
      for (const o of inTheWay) if (cancelable(o, view.t)) step.cancel.push(o)
      if (inTheWay.length > 0 && x.cancelingSince === 0) x.cancelingSince = view.t
      if (inTheWay.length > 0 && view.t - x.cancelingSince < CANCEL_WAIT) continue
      this.#round(view, x, inTheWay.length > 0, step)
    }
    const size = (x: Exit): number => Math.abs(valuation.valueOf(x.instrument))
    step.send.sort((a, b) => size(b) - size(a) || a.broker - b.broker || a.instrument - b.instrument)
    return step
  }

  /** `doubted`: something is still in the way, and nobody said what became of it. */
  #round(view: ExitView, x: Exit, doubted: boolean, step: { books: Exit[]; send: Exit[]; rested: Exit[] }): void {
    const { market, t } = view
    if (isShut(market, x.instrument, t, true) || !view.reaches(x.broker)) return
    const session = market.clocks[x.instrument]?.sessionAt(t) ?? -1
    if (session !== x.session || (x.restUntil > 0 && t >= x.restUntil)) {
      x.session = session
      x.rounds = 0
      x.restUntil = 0
    }
    if (x.restUntil !== 0) return
    if (x.rounds >= ROUNDS) {
      x.restUntil = x.reason === 'liquidation' ? -1 : t + REST
      step.rested.push(x)
      return
    }
    if (!this.#compared(view, x, doubted, step.books)) return
    x.booksAsked = 0
    x.cancelingSince = 0
    x.rounds++
    step.send.push(x)
  }

  /** A new round begins with a look at the books; a stop's first one at once, unless an order there is in doubt. */
  #compared(view: ExitView, x: Exit, doubted: boolean, books: Exit[]): boolean {
    const inStep = view.inStep(x.broker)
    if (x.rounds === 0 && (inStep || (x.reason === 'stop' && !doubted))) return true
    if (x.booksAsked === 0) {
      x.booksAskedAt = view.t
      books.push(x)
      return false
    }
    return inStep || view.lookedAt(x.broker, x.booksAsked) || view.t - x.booksAskedAt >= BOOKS_WAIT
  }

  snapshot(): Exit[] {
    return this.wanted.map((x) => ({ ...x }))
  }

  restore(s: unknown): void {
    this.wanted = (s as Exit[]).map((x) => ({ ...x }))
  }
}
