/** What the judge knows at an index: its own market, ledger and orders, and the counters of the rules. */
import type { Facts, Limits } from './facts.ts'
import type { StateName } from './layout.ts'
import { Ledger } from './ledger.ts'
import { Markets } from './markets.ts'
import { OrderBook } from './orders.ts'

/** A broker's link as far as I-26 and R-37 need it. */
export interface LinkView {
  up: boolean
  planned: boolean
  /** Books came to an end since it was last connected, in this incarnation. */
  reconciled: boolean
  /** The books agreed at least once. */
  ever: boolean
  losses: number[]
  /** Its books are being compared in this step: what they make of it is known at its end. */
  unsure: boolean
  request: number
  askedSeq: number
  askedAt: number
}

export interface ForeignOrder {
  readonly broker: number
  readonly id: number
  readonly instrument: number
  readonly side: number
  readonly left: bigint
  readonly limit: number
}

export interface World {
  readonly facts: Facts
  readonly markets: Markets
  readonly ledger: Ledger
  readonly orders: OrderBook
  limits: Limits
  t: number
  seq: number
  state: StateName
  /** E_0 is known: before it equity and lines are not kept. */
  armed: boolean
  sentToday: number
  dailyTripped: boolean
  runaway: boolean
  clockOff: boolean
  links: LinkView[]
  foreign: ForeignOrder[]
  /** Until when opening is blocked after a rejection, by 2 · instrument + (buy). */
  readonly blocked: Map<number, number>
  /** Instruments that wait for the operator. */
  readonly waiting: Set<number>
  /** Broker and instrument where the books show fewer shares than ours (F-34). */
  readonly missing: Set<string>
  /** `cash`: what the account held when the broker answered. */
  readonly power: Map<string, { amount: bigint; t: number; cash: bigint }>
  /** A stop tripped and no exit was asked for yet; an exit is not known to be over. */
  exitDue(instrument: number): boolean
  exiting(instrument: number): boolean
}

export function newWorld(facts: Facts): World {
  const markets = new Markets(facts)
  return {
    facts,
    markets,
    ledger: new Ledger(facts, markets),
    orders: new OrderBook(),
    limits: facts.limits,
    t: 0,
    seq: 0,
    state: 'UNARMED',
    armed: false,
    sentToday: 0,
    dailyTripped: false,
    runaway: false,
    clockOff: false,
    links: facts.brokers.map((_, b) => {
      const is = (facts.brokerRules?.[b]?.reconcileEvery ?? 0) === 0
      const never = { losses: [], unsure: false, request: 0, askedSeq: 0, askedAt: 0 }
      return { up: is, planned: false, reconciled: is, ever: is, ...never }
    }),
    foreign: [],
    blocked: new Map(),
    waiting: new Set(),
    missing: new Set(),
    power: new Map(),
    exitDue: () => false,
    exiting: () => false,
  }
}
