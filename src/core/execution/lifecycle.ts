/**
 * The life of an order as one table, total over states × events: what a report (or our own sending) makes of an order
 * in a given state. A pair that must not happen is still written down: it is ignored or flagged, never dropped
 * silently and never a throw, because venues do send fills after cancels and acknowledgements after fills (I-18).
 */
import type { OrderState } from '../domain/order.ts'

export const LIFECYCLE_EVENTS = [
  'accepted',
  'rejected',
  'partialFill',
  'fill',
  'canceled',
  'expired',
  'cancelSent',
  'replaceSent',
  'replaced',
  'cancelRejected',
  'replaceRejected',
  'timeout',
  'missing', // the broker's books, which show every order, do not show it
  'revived', // the broker's books show it working although it was reported ended (F-32)
] as const
export type LifecycleEvent = (typeof LIFECYCLE_EVENTS)[number]

/**
 * A state: the order moves there. 'working': back to `new` or `partiallyFilled`, whichever the filled quantity says.
 * 'same': applied, the state stays. 'late': the order is finished; a fill is still booked, and flagged (I-18).
 * 'ignore': no effect (a duplicate or an overtaken report).
 */
export type Transition = OrderState | 'working' | 'same' | 'late' | 'ignore'

type Row = Readonly<Record<LifecycleEvent, Transition>>

/** A finished order: fills still count, everything else is old news. */
const FINISHED: Row = {
  accepted: 'ignore',
  rejected: 'ignore',
  partialFill: 'late',
  fill: 'late',
  canceled: 'ignore',
  expired: 'ignore',
  cancelSent: 'ignore',
  replaceSent: 'ignore',
  replaced: 'ignore',
  cancelRejected: 'ignore',
  replaceRejected: 'ignore',
  timeout: 'ignore',
  missing: 'ignore',
  revived: 'working',
}

export const LIFECYCLE: Readonly<Record<OrderState, Row>> = {
  pendingNew: {
    accepted: 'new',
    rejected: 'rejected',
    partialFill: 'partiallyFilled', // a fill may overtake its acknowledgement (F-10)
    fill: 'filled',
    canceled: 'canceled',
    expired: 'expired',
    cancelSent: 'pendingCancel',
    replaceSent: 'pendingReplace',
    replaced: 'working',
    cancelRejected: 'same',
    replaceRejected: 'same',
    timeout: 'unknown', // silence is never a rejection
    missing: 'same',
    revived: 'working',
  },
  new: {
    accepted: 'ignore',
    rejected: 'rejected', // a venue may reject after it accepted (F-31)
    partialFill: 'partiallyFilled',
    fill: 'filled',
    canceled: 'canceled',
    expired: 'expired',
    cancelSent: 'pendingCancel',
    replaceSent: 'pendingReplace',
    replaced: 'working',
    cancelRejected: 'same',
    replaceRejected: 'same',
    timeout: 'ignore',
    missing: 'unknown',
    revived: 'same',
  },
  partiallyFilled: {
    accepted: 'ignore',
    rejected: 'rejected',
    partialFill: 'partiallyFilled',
    fill: 'filled',
    canceled: 'canceled',
    expired: 'expired',
    cancelSent: 'pendingCancel',
    replaceSent: 'pendingReplace',
    replaced: 'working',
    cancelRejected: 'same',
    replaceRejected: 'same',
    timeout: 'ignore',
    missing: 'unknown',
    revived: 'same',
  },
  pendingCancel: {
    accepted: 'same',
    rejected: 'rejected',
    partialFill: 'same', // filled on the way: the cancel is still out
    fill: 'filled',
    canceled: 'canceled',
    expired: 'expired',
    cancelSent: 'same',
    replaceSent: 'same',
    replaced: 'same',
    cancelRejected: 'working', // too late or unknown there: the order works on until evidence says otherwise
    replaceRejected: 'same',
    timeout: 'unknown',
    missing: 'unknown',
    revived: 'same',
  },
  pendingReplace: {
    accepted: 'same',
    rejected: 'rejected',
    partialFill: 'same',
    fill: 'filled',
    canceled: 'canceled',
    expired: 'expired',
    cancelSent: 'pendingCancel',
    replaceSent: 'same',
    replaced: 'working',
    cancelRejected: 'same',
    replaceRejected: 'working',
    timeout: 'unknown',
    missing: 'unknown',
    revived: 'same',
  },
  unknown: {
    accepted: 'working', // evidence arrived (I-12)
    rejected: 'rejected',
    partialFill: 'partiallyFilled',
    fill: 'filled',
    canceled: 'canceled',
    expired: 'expired',
    cancelSent: 'same',
    replaceSent: 'same',
    replaced: 'working',
    cancelRejected: 'same',
    replaceRejected: 'same',
    timeout: 'same',
    missing: 'same',
    revived: 'working',
  },
  filled: { ...FINISHED, revived: 'ignore' },
  canceled: FINISHED,
  expired: FINISHED,
  rejected: FINISHED,
}

const TERMINAL: ReadonlySet<OrderState> = new Set(['filled', 'canceled', 'expired', 'rejected'])

/** Orders that can still fill: they count as exposure (D-07). */
export function isLive(state: OrderState): boolean {
  return !TERMINAL.has(state)
}

/**
 * The state after an event. `anyFilled`: some quantity was filled before it. `known`: the broker has shown that it knows
 * the order; where a cancel is refused for an order never acknowledged, the order itself still waits for its answer.
 */
export function nextState(
  state: OrderState,
  event: LifecycleEvent,
  anyFilled: boolean,
  known = true,
): { readonly state: OrderState; readonly transition: Transition } {
  const transition = LIFECYCLE[state][event]
  if (transition === 'same' || transition === 'ignore' || transition === 'late') return { state, transition }
  if (transition === 'working')
    return { state: anyFilled ? 'partiallyFilled' : known ? 'new' : 'pendingNew', transition }
  return { state: transition, transition }
}
