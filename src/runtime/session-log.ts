/**
 * What a session tells its log: states, links, feeds, alerts, orders, fills. The log is for people and may lose lines;
 * the record of all of this is the journal. Times are the session's own (`at`), beside the wall time of the line.
 */
import type { Micros } from '../core/base/time.ts'
import { formatMicros } from '../core/base/time.ts'
import type { LiveRun } from './live-run.ts'
import type { Log } from './log.ts'
import type { Broker, MarketSource } from './ports.ts'

const at = (t: Micros): string => formatMicros(t)

/** Output streams of the engine; those of later parts are the same. */
export function logOutputs(log: Log, { graph }: LiveRun): void {
  graph.states$.subscribe((rows) => {
    for (const { t, from, to } of rows) log.info(`${from} → ${to}`, { at: at(t) })
  })
  graph.systems$.subscribe((rows) => {
    for (const { t, fact, value } of rows) if (fact !== 'moment') log.info(`system ${fact}`, { at: at(t), value })
  })
  graph.alerts$.subscribe((rows) => {
    for (const { t, code, critical, broker, symbol } of rows) {
      const fields = { at: at(t), ...(broker && { broker }), ...(symbol && { symbol }) }
      if (critical) log.warn(`alert ${code}`, fields)
      else log.info(`alert ${code}`, fields)
    }
  })
  graph.orders$.subscribe((rows) => {
    for (const { t, orderId, symbol, side, type, qty, cumQty, state } of rows) {
      log.info(`order ${state}: ${side} ${symbol}`, { at: at(t), order_id: orderId, type, qty, cum_qty: cumQty })
    }
  })
  graph.fills$.subscribe((rows) => {
    for (const { t, orderId, symbol, side, qty, price, currency } of rows) {
      log.info(`fill: ${side} ${symbol}`, { at: at(t), order_id: orderId, qty, price, currency })
    }
  })
}

/** The engine's alerts name neither a failed attempt nor a planned absence. */
export function logBrokers(log: Log, brokers: readonly Broker[]): void {
  for (const broker of brokers) {
    const said = log.child(broker.id)
    broker.events$.subscribe({
      next: (events) => {
        for (const e of events) {
          if (e.type === 'link') said.info(`link ${e.link}`)
        }
      },
      // The session itself ends with it, and says so.
      error: (error: unknown) => said.error('adapter failed', { error }),
    })
  }
}

export function logFeeds(log: Log, sources: readonly MarketSource[], symbols: readonly string[]): void {
  const said = new Map<number, string>()
  for (const source of sources) {
    const feed = log.child(source.id)
    source.feeds$.subscribe((rows) => {
      for (const { instrument, delay, note } of rows) {
        const what = note === '' ? delay : `${delay}, ${note}`
        if (said.get(instrument) === what) continue
        said.set(instrument, what)
        feed.info(`feed ${symbols[instrument] ?? ''}: ${what}`)
      }
    })
  }
}
