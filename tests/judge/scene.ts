/** The places of a world: instruments, sessions, brokers and limits. Made up for tests; no real venue's rules are meant. */
import type { FeedShape } from '../../src/core/data/feed-shape.ts'
import type { AgentDefinition } from '../../src/core/decision/agent.ts'
import type { BrokerRules } from '../../src/core/domain/broker.ts'
import type { Calendar } from '../../src/core/domain/calendar.ts'
import type { Phase } from '../../src/core/domain/phase.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { EngineSetup } from '../../src/core/engine/setup.ts'
import { LIMITS } from '../support/memory-run.ts'
import { DAY, HOUR, MINUTE, SECOND } from './facts.ts'

/** Thursday 2025-10-16, two hours after the sessions of the venue DAYS opened. */
export const START = 20_377 * DAY + 2 * HOUR
const SESSIONS = 6

const always: Calendar = {
  id: 'ALWAYS',
  always: true,
  firstDay: 0,
  lastDay: 40_000,
  days: [],
  opens: [],
  closes: [],
  phaseFrom: [],
  phases: [],
  offsetFrom: [Number.MIN_SAFE_INTEGER],
  offsets: [0],
}

/** Sessions of 6.5 hours from midnight UTC, the last ten minutes of them an auction. */
const days: Calendar = (() => {
  const first = START / DAY - 2 / 24
  const list = Array.from({ length: SESSIONS }, (_, i) => first + i)
  const phases: Phase[] = ['continuous', 'auction', 'closed']
  return {
    id: 'DAYS',
    always: false,
    firstDay: first,
    lastDay: first + SESSIONS - 1,
    days: list,
    opens: list.map((d) => d * DAY),
    closes: list.map((d) => d * DAY + 6.5 * HOUR),
    phaseFrom: list.flatMap((d) => [d * DAY, d * DAY + 6 * HOUR + 20 * MINUTE, d * DAY + 6.5 * HOUR]),
    phases: list.flatMap(() => phases),
    offsetFrom: [Number.MIN_SAFE_INTEGER],
    offsets: [9 * HOUR],
  }
})()

const usd = { venue: 'GEN', currency: 'USD', priceDecimals: 2, qtyDecimals: 0, lot: 1, allowShort: false } as const
const krw = { currency: 'KRW', priceDecimals: 0, qtyDecimals: 0, lot: 1, allowShort: false } as const
const cent = [{ from: 0, tick: 1 }]
const won = [
  { from: 0, tick: 10 },
  { from: 50_000, tick: 100 },
]

export const INSTRUMENTS: readonly Instrument[] = [
  { ...usd, id: 0, symbol: 'AAA', ticks: cent, economicId: 'A' },
  { ...usd, id: 1, symbol: 'BBB', ticks: cent, economicId: 'B', lot: 10 },
  { ...usd, id: 2, symbol: 'CCC', ticks: cent, economicId: 'C', allowShort: true },
  { ...krw, id: 3, symbol: 'KRA', venue: 'DAYS', ticks: won, economicId: 'K' },
  { ...krw, id: 4, symbol: 'KRN', venue: 'GEN', ticks: won, economicId: 'K' },
  { ...krw, id: 5, symbol: 'USDKRW', venue: 'FX', ticks: cent, priceDecimals: 2, economicId: 'FX' },
]
export const FX = 5
/** Prices at the start. */
export const PRICES = [10_000, 5_000, 2_500, 70_000, 70_000, 138_500]

const ticks: FeedShape = {
  quotes: true,
  trades: true,
  bars: false,
  sessionBars: false,
  oneSided: false,
  barMicros: 0,
}
const bars: FeedShape = { ...ticks, quotes: false, trades: false, bars: true, barMicros: MINUTE }
/** A live feed: a datum or heartbeat every ten seconds. */
const live: FeedShape = { ...ticks, heartbeat: 10 * SECOND }

export interface Scene {
  readonly brokers: 1 | 2
  readonly agent: string
  readonly maxDailyOrders: number
  readonly maxPositions: number
  /** Does the FX rate come with the start, or only when an operation brings it? */
  readonly fx: boolean
  readonly live: boolean
  readonly fees: boolean
  readonly flatten: boolean
  readonly allotted: boolean
  readonly peak: boolean
  readonly blindExit: boolean
  /** A restart re-arms in full (paper), or protects what is held until the operator arms. */
  readonly paper: boolean
}

export const PLAIN: Scene = {
  brokers: 1,
  agent: 'wishes',
  maxDailyOrders: 100,
  maxPositions: 10,
  fx: true,
  live: false,
  fees: true,
  flatten: false,
  allotted: false,
  peak: false,
  blindExit: false,
  paper: true,
}

const RULES: readonly BrokerRules[] = [
  { clientOrderId: true, reconcileEvery: 30 * SECOND, funding: 'cash', commissionBps: { num: 5, den: 1 } },
  { clientOrderId: false, reconcileEvery: 30 * SECOND, funding: 'integrated', commissionBps: { num: 10, den: 1 } },
]

export function sceneSetup(scene: Scene, agent: AgentDefinition): EngineSetup {
  const brokers = ['first', 'second'].slice(0, scene.brokers)
  return {
    instruments: INSTRUMENTS,
    calendars: INSTRUMENTS.map((i) => (i.venue === 'DAYS' ? days : always)),
    shapes: INSTRUMENTS.map((i) => (i.symbol === 'BBB' ? bars : scene.live && i.symbol === 'AAA' ? live : ticks)),
    currencies: ['KRW', 'USD'],
    base: 'USD',
    routes: [{ currency: 'KRW', instrument: FX, inverse: true }, undefined],
    brokers,
    brokerRules: RULES.slice(0, scene.brokers),
    arming: 'operator',
    // 40 million won and 60,000 dollars; the second broker has dollars alone.
    cash: [
      [400_000_000_000, 60_000_000_000],
      [0, 40_000_000_000],
    ].slice(0, scene.brokers),
    limits: {
      ...LIMITS,
      maxDailyOrders: scene.maxDailyOrders,
      maxPositions: scene.maxPositions,
      onDailyLoss: scene.flatten ? 'flatten' : 'reduce',
      allotted: scene.allotted ? 50_000_000_000 : 0,
      totalLossBase: scene.peak ? 'peak' : 'initial',
      onBlind: scene.blindExit ? 'exit' : 'hold',
    },
    fees: scene.fees ? { kind: 'bps', bps: { num: 25, den: 1 } } : { kind: 'none' },
    agent,
    agentParams: new Map(),
  }
}
