/**
 * Which broker gets an intent: the one that holds the position for what reduces it, else the first in order of
 * commission, then of the configuration, among those that trade the instrument's venue, are in order, and can pay for
 * it. One broker for the whole intent; nothing is split, and nothing that was sent is ever routed again.
 */
import { compareProducts } from '../base/fixed.ts'
import { type BrokerRules, servesVenue } from '../domain/broker.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { OrderTerms } from '../domain/order.ts'
import { cashNeed, freeCash } from './checks/capital.ts'
import type { GateView } from './gate.ts'

/** Index of the broker; where none fits the first that trades the venue at all, so that the gate says why not. */
export function route(view: GateView, terms: OrderTerms): number {
  if (view.brokers.length === 1) return 0
  const holder = holderOf(view, terms)
  if (holder >= 0) return holder
  const instrument = view.market.instruments[terms.instrument] as Instrument
  const serving = view.brokers.flatMap((rules, broker) => (servesVenue(rules, instrument.venue) ? [broker] : []))
  serving.sort((a, b) => cheaper(view.brokers[a] as BrokerRules, view.brokers[b] as BrokerRules) || a - b)
  const open = serving.filter((broker) => view.mayOpen(broker))
  const able = open.find((broker) => affords(view, broker, terms))
  return able ?? open[0] ?? serving[0] ?? 0
}

/** The broker with the largest holding that this order would reduce; -1 when none holds any. */
function holderOf(view: GateView, terms: OrderTerms): number {
  let best = -1
  let most = 0
  view.ledger.positions.forEach((of, broker) => {
    const qty = of[terms.instrument]?.qty ?? 0
    if (qty !== 0 && qty > 0 !== terms.side > 0 && Math.abs(qty) > most) {
      best = broker
      most = Math.abs(qty)
    }
  })
  return best
}

function affords(view: GateView, broker: number, terms: OrderTerms): boolean {
  if (terms.side < 0 || !(terms.qty > 0)) return true
  if (![terms.qty, terms.limit, terms.stop].every(Number.isSafeInteger)) return true
  const need = cashNeed(view, terms, terms.instrument, terms.qty)
  return need <= freeCash(view, broker, view.ledger.currencyOf(terms.instrument))
}

function cheaper(a: BrokerRules, b: BrokerRules): number {
  return compareProducts(a.commissionBps.num, b.commissionBps.den, b.commissionBps.num, a.commissionBps.den)
}
