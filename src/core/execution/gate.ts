/**
 * The risk gate: one list of checks in the order of R-20. An intent leaves it as `Approved`, a type that only this
 * file makes, or with every reason that spoke against it. Nothing happens here besides the answer.
 */
import type { Micros } from '../base/time.ts'
import type { Market } from '../data/market.ts'
import type { BrokerRules } from '../domain/broker.ts'
import type { OrderTerms } from '../domain/order.ts'
import { DENIAL_REASONS, type DenialReason } from '../domain/reason.ts'
import { checkCash, checkExposure } from './checks/capital.ts'
import { checkDailyOrders, checkDuplicate, checkMinNotional, checkPositionCount, checkShort } from './checks/count.ts'
import { checkClosed, checkFx, checkHalted, checkStale, checkStructure } from './checks/market.ts'
import { checkCollar } from './checks/collar.ts'
import type { Ledger } from './ledger.ts'
import type { RiskLimits } from './limits.ts'
import type { OrderOrigin, Orders } from './orders.ts'
import type { FeeModel } from '../domain/fees.ts'
import type { Money } from '../domain/units.ts'
import type { Valuation } from './valuation.ts'

/** Auctions in which a run may take part. */
export const AUCTION_CHOICES = ['none', 'open', 'close', 'both'] as const
export type AuctionChoice = (typeof AUCTION_CHOICES)[number]

export const ENGINE_STATES = ['UNARMED', 'RECONCILING', 'LIVE', 'REDUCE_ONLY', 'LIQUIDATING', 'STOPPED'] as const
export type EngineState = (typeof ENGINE_STATES)[number]

/** One decision of one strategy on one instrument (D-09), sized and priced. */
export interface OrderIntent extends OrderTerms {
  readonly intentId: number
  readonly broker: number
  readonly origin: OrderOrigin
}

declare const approvedBrand: unique symbol
/** An intent that passed the gate; the only thing that execution turns into an order. */
export type Approved = OrderIntent & { readonly reducing: boolean; readonly [approvedBrand]: true }

/** What the checks may read. */
export interface GateView {
  readonly t: Micros
  readonly state: EngineState
  readonly market: Market
  readonly ledger: Ledger
  readonly orders: Orders
  readonly valuation: Valuation
  readonly limits: RiskLimits
  readonly fees: FeeModel
  /** For which auctions orders may be sent (`trading.auctions`). */
  readonly auctions: AuctionChoice
  /** NEW and REPLACE messages journaled in this risk day. */
  readonly ordersToday: number
  readonly dailyLossTripped: boolean
  /** Rules by broker index. */
  readonly brokers: readonly BrokerRules[]
  /** the strategy sent or was refused too much in a minute. */
  readonly runaway: boolean
  /** Is the local clock within 1 s of the reference? */
  readonly clockTrusted: boolean
  /** May this broker be asked to open? It is connected, its books agree with ours, no maintenance window (I-26, R-37). */
  mayOpen(broker: number): boolean
  /** Waits an external fill, a mismatch or an unexplained holding for the operator (F-30)? */
  unacknowledged(instrument: number): boolean
  /** Is an exit of this instrument wanted and not done (I-33)? */
  exiting(instrument: number): boolean
  /** The last buying-power answer for a currency. */
  buyingPower(broker: number, currency: number): BuyingPower | undefined
  /** Until when opening is blocked after a rejection, by instrument and side. */
  blockedUntil(instrument: number, side: 1 | -1): Micros
}

export interface BuyingPower {
  readonly amount: Money
  readonly t: Micros
  /** Our cash of the currency when the answer came: what was spent since is off it. */
  readonly cash: Money
}

/** True when the check speaks against the intent. */
export type RiskCheck = (view: GateView, intent: OrderIntent, reducing: boolean) => boolean

/** Opening is for LIVE and a broker in order only; reducing is never blocked by the state but after the end (D-08, R-19, R-25). */
const checkState: RiskCheck = (view, intent, reducing) => {
  if (!reducing && (!view.mayOpen(intent.broker) || !view.clockTrusted)) return true
  if (view.state === 'LIVE') return false
  if (intent.origin === 'liquidation') return !reducing || view.state === 'STOPPED'
  if (!reducing) return true
  return view.state !== 'REDUCE_ONLY'
}

const checkRate: RiskCheck = (view, intent, reducing) => !reducing && intent.origin === 'agent' && view.runaway

const checkLoss: RiskCheck = (view, _intent, reducing) => !reducing && view.dailyLossTripped

const CHECKS: readonly (readonly [DenialReason, RiskCheck])[] = [
  ['state', checkState],
  ['structure', checkStructure],
  ['closed', checkClosed],
  ['halted', checkHalted],
  ['stale', checkStale],
  ['fx', checkFx],
  ['duplicate', checkDuplicate],
  ['short', checkShort],
  ['min_notional', checkMinNotional],
  ['daily_orders', checkDailyOrders],
  ['position_count', checkPositionCount],
  ['exposure', checkExposure],
  ['cash', checkCash],
  ['loss', checkLoss],
  ['collar', checkCollar],
  ['rate', checkRate],
]

/** Reducing iff it opposes the position there and fits into what other live reducing orders leave of it (D-06). */
export function isReducing(view: GateView, intent: OrderIntent): boolean {
  // Of an instrument that nobody knows nothing is held.
  const held = view.ledger.positions[intent.broker]?.[intent.instrument]?.qty ?? 0
  if (held === 0 || held > 0 === intent.side > 0) return false
  return intent.qty <= Math.abs(held) - view.orders.reducingLeaves(intent.broker, intent.instrument, intent.side)
}

export type Verdict =
  | { readonly approved: Approved }
  | { readonly approved: undefined; readonly reasons: readonly DenialReason[] }

/** Judges one intent. All failing reasons are named, the first by R-20 first. */
export function judge(view: GateView, intent: OrderIntent): Verdict {
  const reducing = isReducing(view, intent)
  let reasons: DenialReason[] | undefined
  for (const [reason, check] of CHECKS) {
    if (!check(view, intent, reducing)) continue
    reasons ??= []
    reasons.push(reason)
    // Without structure the numbers of the later checks mean nothing.
    if (reason === 'structure') break
  }
  if (reasons !== undefined) return { approved: undefined, reasons }
  return { approved: { ...intent, reducing } as Approved }
}

/** Bit of a reason in records: its place in R-20's order. */
export function reasonBits(reasons: readonly DenialReason[]): number {
  let bits = 0
  for (const r of reasons) bits += 2 ** DENIAL_REASONS.indexOf(r)
  return bits
}

export function reasonsOf(bits: number): DenialReason[] {
  return DENIAL_REASONS.filter((_, i) => Math.floor(bits / 2 ** i) % 2 === 1)
}
