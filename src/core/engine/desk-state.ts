/** A desk as plain JSON and back: with it a run goes on at any event as if it had never stopped (R-08, I-30). */
import { assert } from '../base/assert.ts'
import type { Micros } from '../base/time.ts'
import type { DenialReason } from '../domain/reason.ts'
import type { BuyingPower, EngineState } from '../execution/gate.ts'
import type { RiskLimits } from '../execution/limits.ts'
import type { Stop } from '../execution/stops.ts'
import type { Desk } from './desk.ts'

/** Fields that are numbers, texts or flags and are carried as they are. */
const PLAIN = [
  't',
  'seq',
  'state',
  'armed',
  'sodPending',
  'resume',
  'shutdownSince',
  'clockTrusted',
  'ordersToday',
  'nextIntentId',
  'nextTimerId',
  'commandCount',
  'fillCount',
] as const

interface Saved extends Pick<Desk, (typeof PLAIN)[number]> {
  market: unknown
  ledger: unknown
  orders: unknown
  losses: unknown
  exits: unknown
  holds: ReturnType<Desk['holds']['snapshot']>
  links: ReturnType<Desk['links']['snapshot']>
  books: unknown
  runaway: ReturnType<Desk['runawayWatch']['snapshot']>
  limits: SavedLimits
  allotted: number
  stops: Stop[][]
  /** null for "never": JSON has no infinity. */
  deadline: Micros | null
  nextUpkeep: Micros | null
  stopped: { rule: string; t: Micros } | null
  denied: [DenialReason, number][]
  blocked: [number, Micros][]
  blind: [number, Micros][]
  over: number[]
  waiting: number[]
  mismatched: number[]
  power: [number, BuyingPower][]
  audit: unknown
  records: unknown
}

/** Maps as lists; the rest of the limits is plain. */
type SavedLimits = Omit<RiskLimits, 'minOrder' | 'minOrderDefault'> & {
  minOrder: [string, number][]
  minOrderDefault: [string, number][]
}

export function saveDesk(desk: Desk): unknown {
  assert(desk.commands.length === 0, 'a snapshot is taken between events')
  const { limits } = desk
  const saved: Saved = {
    ...(Object.fromEntries(PLAIN.map((name) => [name, desk[name]])) as Pick<Desk, (typeof PLAIN)[number]>),
    market: desk.market.snapshot(),
    ledger: desk.ledger.snapshot(),
    orders: desk.orders.snapshot(),
    losses: desk.losses.snapshot(),
    exits: desk.exits.snapshot(),
    holds: desk.holds.snapshot(),
    links: desk.links.snapshot(),
    books: desk.books.snapshot(),
    runaway: desk.runawayWatch.snapshot(),
    limits: { ...limits, minOrder: [...limits.minOrder], minOrderDefault: [...limits.minOrderDefault] },
    allotted: desk.valuation.allotted,
    stops: desk.stops,
    deadline: desk.deadline === Infinity ? null : desk.deadline,
    nextUpkeep: desk.nextUpkeep === -Infinity ? null : desk.nextUpkeep,
    stopped: desk.stopped ?? null,
    denied: [...desk.denied],
    blocked: [...desk.blocked],
    blind: [...desk.blind],
    over: [...desk.over],
    waiting: [...desk.waiting],
    mismatched: [...desk.mismatched],
    power: [...desk.power],
    audit: desk.audit.snapshot(),
    records: desk.records.snapshot(),
  }
  return saved
}

export function loadDesk(desk: Desk, s: unknown): void {
  const from = s as Saved
  const { limits } = from
  desk.limits = { ...limits, minOrder: new Map(limits.minOrder), minOrderDefault: new Map(limits.minOrderDefault) }
  desk.valuation.allotted = from.allotted
  for (const name of PLAIN) Object.assign(desk, { [name]: from[name] satisfies EngineState | number | boolean })
  desk.market.restore(from.market)
  desk.ledger.restore(from.ledger)
  desk.orders.restore(from.orders)
  desk.exits.restore(from.exits)
  desk.holds.restore(from.holds)
  desk.links.restore(from.links)
  desk.books.restore(from.books)
  desk.runawayWatch.restore(from.runaway)
  desk.stops = from.stops
  desk.deadline = from.deadline ?? Infinity
  desk.nextUpkeep = from.nextUpkeep ?? -Infinity
  desk.stopped = from.stopped ?? undefined
  desk.denied = new Map(from.denied)
  desk.blocked = new Map(from.blocked)
  desk.blind = new Map(from.blind)
  desk.over = new Set(from.over)
  desk.waiting = new Set(from.waiting)
  desk.mismatched = new Set(from.mismatched)
  desk.power = new Map(from.power)
  desk.losses.restore(from.losses, desk.limits)
  desk.audit.restore(from.audit)
  desk.records.restore(from.records)
  if (desk.valuation.computable()) desk.valuation.restored()
}
