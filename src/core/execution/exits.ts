/**
 * Exits of the risk rules: a procedure, not a retry. Per broker and instrument: cancel what
 * is live there, wait for the confirmation, then one market order for what is held; held back while the market is
 * closed. At most one exit order is live at a time.
 */
import type { Market } from '../data/market.ts'
import type { Micros } from '../base/time.ts'
import { isHalted, isShut } from './checks/market.ts'
import type { Ledger } from './ledger.ts'
import type { Orders, OrderRow } from './orders.ts'
import type { Valuation } from './valuation.ts'

export type ExitReason = 'stop' | 'liquidation'

/** One exit under way; plain data. */
export interface Exit {
  readonly broker: number
  readonly instrument: number
  reason: ExitReason
}

/** What an exit needs now. */
export interface ExitStep {
  readonly cancel: readonly OrderRow[]
  readonly send: readonly Exit[]
}

export class Exits {
  /** In the order in which they were wanted. */
  wanted: Exit[] = []

  want(broker: number, instrument: number, reason: ExitReason): void {
    const known = this.wanted.find((x) => x.broker === broker && x.instrument === instrument)
    if (known === undefined) this.wanted.push({ broker, instrument, reason })
    else if (reason === 'liquidation') known.reason = reason
  }

  isExiting(instrument: number): boolean {
    return this.wanted.some((x) => x.instrument === instrument)
  }

  /** Forgets exits whose position is flat; says what to cancel and what to send, largest holding first. */
  plan(t: Micros, ledger: Ledger, orders: Orders, market: Market, valuation: Valuation): ExitStep {
    this.wanted = this.wanted.filter((x) => ledger.position(x.broker, x.instrument).qty !== 0)
    const cancel: OrderRow[] = []
    const send: Exit[] = []
    for (const x of this.wanted) {
      const live = orders.live.filter((o) => o.broker === x.broker && o.instrument === x.instrument)
      if (live.some((o) => o.origin !== 'agent')) continue
      for (const o of live) if (o.state !== 'pendingCancel') cancel.push(o)
      if (live.length > 0) continue
      if (!isShut(market, x.instrument, t, true) && !isHalted(market, x.instrument)) send.push(x)
    }
    const size = (x: Exit): number => Math.abs(valuation.valueOf(x.instrument))
    send.sort((a, b) => size(b) - size(a) || a.broker - b.broker || a.instrument - b.instrument)
    return { cancel, send }
  }
}
