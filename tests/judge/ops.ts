/** The operations of a scenario: plain data, each possible at any moment, and how they are played and drawn. */
import fc from 'fast-check'
import { CASH_KINDS } from '../../src/core/domain/event.ts'
import type { LimitChange, LinkState } from '../../src/core/domain/control.ts'
import type { Wish } from './agents.ts'
import { HOUR, MINUTE, SECOND } from './facts.ts'
import type { Scene } from './scene.ts'
import { PRICES } from './scene.ts'
import type { Scenario, World } from './world.ts'

/** `b` a broker, `k` the place in a list of what is there, both taken modulo how many there are; `i` an instrument. */
export type Op =
  | { readonly op: 'quote'; readonly i: number; readonly move: number; readonly dt: number }
  | { readonly op: 'print'; readonly i: number; readonly move: number; readonly dt: number }
  | { readonly op: 'wide' | 'crossed'; readonly i: number }
  | { readonly op: 'late'; readonly i: number; readonly age: number }
  | { readonly op: 'bar'; readonly move: number; readonly dt: number }
  | { readonly op: 'fx'; readonly move: number; readonly dt: number }
  | { readonly op: 'crash'; readonly move: number }
  | { readonly op: 'status'; readonly i: number; readonly status: 'trading' | 'auction' | 'halted' }
  | { readonly op: 'split'; readonly i: number; readonly num: number; readonly den: number }
  | { readonly op: 'wait'; readonly dt: number }
  | {
      readonly op: 'serve'
      readonly b: number
      readonly k: number
      readonly how: 'accept' | 'reject' | 'lose' | 'silent'
    }
  | { readonly op: 'fill'; readonly b: number; readonly k: number; readonly part: number; readonly tell: boolean }
  | { readonly op: 'over'; readonly b: number; readonly k: number }
  | {
      readonly op: 'end'
      readonly b: number
      readonly k: number
      readonly as: 'expired' | 'canceled' | 'rejected'
      readonly tell: boolean
    }
  | { readonly op: 'deliver' | 'drop' | 'twice' | 'ask'; readonly b: number; readonly k: number }
  | { readonly op: 'late-fill'; readonly b: number; readonly k: number }
  | { readonly op: 'bust' | 'cost'; readonly b: number; readonly k: number }
  | { readonly op: 'correct'; readonly b: number; readonly k: number; readonly qty: number; readonly move: number }
  | {
      readonly op: 'hand'
      readonly b: number
      readonly i: number
      readonly side: 1 | -1
      readonly qty: number
      readonly told: boolean
    }
  | { readonly op: 'hand-order'; readonly b: number; readonly i: number; readonly side: 1 | -1; readonly qty: number }
  | {
      readonly op: 'cash'
      readonly b: number
      readonly c: number
      readonly amount: number
      readonly kind: number
      readonly told: boolean
    }
  | { readonly op: 'books'; readonly b: number; readonly how: 'now' | 'then' | 'part' | 'never' }
  | { readonly op: 'link'; readonly b: number; readonly link: LinkState }
  | { readonly op: 'power'; readonly b: number; readonly amount: number }
  | { readonly op: 'settle' | 'fill-all' | 'enable' | 'arm' | 'kill' | 'stop' | 'clear' | 'fail' }
  | { readonly op: 'acknowledge' | 'adopt'; readonly b: number; readonly i: number; readonly priced: boolean }
  | { readonly op: 'explain'; readonly b: number; readonly kind: number }
  | { readonly op: 'allot'; readonly amount: number }
  | { readonly op: 'restart'; readonly away: number }
  | { readonly op: 'clock'; readonly offset: number }
  | { readonly op: 'limits'; readonly changes: readonly LimitChange[] }

const QUOTED = [0, 2, 3, 4]

function moved(w: World, i: number, move: number): number {
  const next = Math.round(((w.prices[i] as number) * (1000 + move)) / 1000)
  return Math.max(1, Math.min(next, (PRICES[i] as number) * 20))
}

const at = <T>(list: readonly T[], k: number): T | undefined => list[k % Math.max(1, list.length)]

/** Plays one operation. */
export function play(w: World, o: Op): void {
  switch (o.op) {
    case 'quote':
      w.prices[o.i] = moved(w, o.i, o.move)
      return w.quote(o.i, o.dt)
    case 'print':
      return w.trade(o.i, o.dt, moved(w, o.i, o.move))
    case 'wide':
      return w.quote(o.i, SECOND, 0, 2000)
    case 'crossed':
      return w.quote(o.i, SECOND, 0, -2)
    case 'late':
      return w.quote(o.i, SECOND, o.age)
    case 'bar':
      return w.bar(1, o.dt, moved(w, 1, o.move))
    case 'fx':
      w.prices[5] = moved(w, 5, o.move)
      return w.fx(o.dt)
    case 'crash':
      for (const i of QUOTED) {
        w.prices[i] = moved(w, i, o.move)
        w.quote(i, 1000)
        w.quote(i, 1000)
      }
      return w.bar(1, 1, moved(w, 1, o.move))
    case 'status':
      return w.step({ type: 'status', venueT: w.t, instrument: o.i, status: o.status, reason: 'none', until: 0 }, 1000)
    case 'split':
      return split(w, o.i, o.num, o.den)
    case 'wait':
      return w.moment(o.dt)
    case 'clock':
      return w.step({ type: 'system', fact: 'clockOffset', value: o.offset }, 1000)
    case 'fail':
      return w.step({ type: 'system', fact: 'failed', value: 0 }, 1000)
    case 'limits':
      return w.step({ type: 'limits', changes: o.changes }, 1000)
    case 'restart':
      return w.restart(o.away)
    case 'settle':
      return w.settle()
    default:
      return playBroker(w, o)
  }
}

/** Between sessions, with nothing under way: a fill of old shares told of after it would be one of new shares. */
function split(w: World, i: number, num: number, den: number): void {
  if (w.brokers.some((broker) => !broker.up)) return
  w.settle()
  w.prices[i] = Math.max(1, Math.round(((w.prices[i] as number) * den) / num))
  for (const broker of w.brokers) broker.split(i, num, den)
  w.step({ type: 'action', instrument: i, kind: 'split', num, den, amount: 0, withheld: 0 }, 1000)
  if (i !== 1) w.quote(i, 1000)
}

function playBroker(w: World, o: Op): void {
  switch (o.op) {
    case 'serve': {
      const broker = w.broker(o.b)
      if (broker.inbox.length > 0) broker.handle(o.k % broker.inbox.length, o.how)
      return
    }
    case 'fill':
    case 'over':
    case 'late-fill':
      return fill(w, o)
    case 'fill-all':
      w.settle()
      for (const broker of w.brokers) {
        for (const x of broker.working) broker.fill(x, x.qty, w.prices[x.instrument] as number)
      }
      return w.settle()
    case 'end': {
      const x = at(w.broker(o.b).working, o.k)
      if (x !== undefined) w.broker(o.b).end(x, o.as, o.tell)
      return
    }
    case 'deliver': {
      const { outbox } = w.broker(o.b)
      return w.arrives(o.b, outbox.splice(o.k % Math.max(1, outbox.length), 1)[0])
    }
    case 'drop': {
      const { outbox } = w.broker(o.b)
      outbox.splice(o.k % Math.max(1, outbox.length), 1)
      return
    }
    case 'twice': {
      const m = at(w.broker(o.b).said, o.k)
      return m === undefined ? undefined : w.step(m, 1000)
    }
    case 'ask': {
      const broker = w.broker(o.b)
      const [id] = broker.queries.splice(o.k % Math.max(1, broker.queries.length), 1)
      return id === undefined ? undefined : broker.answer(id)
    }
    case 'bust':
    case 'correct':
    case 'cost':
      return revise(w, o)
    case 'hand': {
      const price = w.prices[o.i] as number
      return w.broker(o.b).byHand(o.i, o.side, o.qty, price, o.told)
    }
    case 'hand-order':
      return w.broker(o.b).orderByHand(o.i, o.side, o.qty, w.prices[o.i] as number)
    case 'cash':
      return w.broker(o.b).move(o.c, o.amount, CASH_KINDS[o.kind % CASH_KINDS.length] ?? 'fee', o.told)
    case 'books':
      return books(w, o.b, o.how)
    case 'link':
      return w.link(o.b, o.link)
    case 'power': {
      const index = o.b % w.brokers.length
      return w.step({ type: 'buyingPower', broker: index, currency: 0, amount: o.amount }, 1000)
    }
    default:
      return playOperator(w, o)
  }
}

function fill(w: World, o: Extract<Op, { op: 'fill' | 'over' | 'late-fill' }>): void {
  const broker = w.broker(o.b)
  if (o.op === 'late-fill') {
    // The fill happened before the cancel took effect and is told of after it (F-23).
    const x = at(
      [...broker.orders.values()].filter((y) => y.state === 'canceled' && y.cum < y.qty),
      o.k,
    )
    if (x === undefined) return
    x.state = 'working'
    broker.fill(x, x.qty, w.prices[x.instrument] as number)
    return
  }
  const x = at(broker.working, o.k)
  if (x === undefined) return
  const price = w.prices[x.instrument] as number
  if (o.op === 'over') broker.fill(x, x.qty + 10, price, true)
  else broker.fill(x, Math.max(1, Math.ceil(((x.qty - x.cum) * o.part) / 8)), price, false, o.tell)
}

function revise(w: World, o: Extract<Op, { op: 'bust' | 'cost' | 'correct' }>): void {
  const broker = w.broker(o.b)
  const x = at(
    [...broker.orders.values()].filter((y) => y.fills.length > 0),
    o.k,
  )
  const f = x === undefined ? undefined : at(x.fills, o.k)
  if (x === undefined || f === undefined) return
  if (o.op === 'cost') broker.recost(x, f.fillNo, Math.floor(f.fee / 2))
  else if (o.op === 'bust') broker.revise(x, f.fillNo, undefined)
  else if (o.op === 'correct') {
    const price = Math.max(1, Math.round((f.price * (1000 + o.move)) / 1000))
    broker.revise(x, f.fillNo, { qty: Math.max(1, Math.min(o.qty, f.qty)), price })
  }
}

function books(w: World, b: number, how: 'now' | 'then' | 'part' | 'never'): void {
  const broker = w.broker(b)
  const asked = broker.asked.shift()
  if (asked === undefined || how === 'never') return
  if (how === 'then') broker.say(asked.then)
  else if (how === 'now') broker.say(broker.books(asked.id))
  else broker.say({ ...broker.books(asked.id), positions: null } as never)
}

function playOperator(w: World, o: Op): void {
  switch (o.op) {
    case 'enable':
      return w.operator('enable')
    case 'arm':
      return w.operator('arm')
    case 'kill':
      return w.operator('kill')
    case 'stop':
      return w.operator('stop')
    case 'clear':
      return w.operator('clearEmergency')
    case 'allot':
      return w.operator('allot', -1, -1, o.amount)
    case 'explain':
      return w.operator('explainCash', o.b % w.brokers.length, -1, o.kind % CASH_KINDS.length)
    case 'acknowledge':
      return acknowledge(w, o.b % w.brokers.length, o.i)
    case 'adopt': {
      const b = o.b % w.brokers.length
      const { external } = w.engine.desk.ledger.position(b, o.i)
      if (external <= 0) return
      return w.operator('adopt', b, o.i, external, o.priced ? (w.prices[o.i] as number) : 0)
    }
    default:
      return
  }
}

/** The operator takes the broker's figure. */
function acknowledge(w: World, b: number, i: number): void {
  const p = w.engine.desk.ledger.position(b, i)
  const missing = p.qty + p.external - (w.broker(b).positions[i] as number)
  const busy = w.engine.desk.orders.live.some((x) => x.broker === b && x.instrument === i)
  w.operator('acknowledge', b, i, busy ? 0 : Math.max(0, Math.min(missing, p.qty)))
}

const b = fc.nat(1)
const k = fc.nat(7)
const quoted = fc.constantFrom(...QUOTED)
const any = fc.nat(4)
const small = fc.integer({ min: -9, max: 9 })
const dt = fc.constantFrom(1000, 100_000, SECOND, SECOND, 2 * SECOND, 5 * SECOND, 31 * SECOND)
const long = fc.constantFrom(
  SECOND,
  5 * SECOND,
  11 * SECOND,
  31 * SECOND,
  61 * SECOND,
  10 * MINUTE,
  5 * HOUR,
  20 * HOUR,
)
const side = fc.constantFrom<1 | -1>(1, -1)

const limitChange = fc.constantFrom<LimitChange>(
  { limit: 'positionSize', num: 2, den: 10 },
  { limit: 'dailyLoss', num: 3, den: 100 },
  { limit: 'dailyLoss', num: 9, den: 100 },
  { limit: 'stopLoss', num: 1, den: 100 },
  { limit: 'emergencyLoss', num: 8, den: 100 },
  { limit: 'maxDailyOrders', num: 20, den: 1 },
  { limit: 'maxDailyOrders', num: 200, den: 1 },
  { limit: 'maxPositions', num: 2, den: 1 },
)

const o = <T extends Op['op'], S>(op: T, shape: S) => ({ op: fc.constant(op), ...shape })

/** How often each kind is drawn: the ordinary often, faults often enough that each occurs in one scenario of a few. */
const WEIGHTED: readonly fc.WeightedArbitrary<Op>[] = (
  [
    [14, o('quote', { i: quoted, move: small, dt })],
    [3, o('quote', { i: quoted, move: fc.constantFrom(-30, -22, 25, -99, 110, -150), dt })],
    [3, o('print', { i: quoted, move: fc.constantFrom(0, 3, -500, 900, 150, 155), dt })],
    [1, o('wide', { i: quoted })],
    [1, o('crossed', { i: quoted })],
    [
      2,
      o('late', { i: quoted, age: fc.constantFrom(5 * SECOND, 5 * SECOND + 1, SECOND, -2 * SECOND, -2 * SECOND - 1) }),
    ],
    [6, o('bar', { move: fc.constantFrom(0, 5, -5, -15, -25, -120, 130), dt })],
    [3, o('fx', { move: fc.constantFrom(0, 2, -3, 40, -60, 70), dt })],
    [1, o('crash', { move: fc.constantFrom(-30, -60, -90, -99) })],
    [2, o('status', { i: any, status: fc.constantFrom('trading', 'trading', 'auction', 'halted') })],
    [1, o('split', { i: any, num: fc.constantFrom(2, 3, 1), den: fc.constantFrom(1, 2, 10) })],
    [5, o('wait', { dt: long })],
    [8, o('serve', { b, k, how: fc.constantFrom('accept', 'accept', 'accept', 'reject', 'lose', 'silent') })],
    [8, o('fill', { b, k, part: fc.integer({ min: 1, max: 8 }), tell: fc.constantFrom(true, true, true, false) })],
    [1, o('over', { b, k })],
    [2, o('end', { b, k, as: fc.constantFrom('expired', 'canceled', 'rejected'), tell: fc.boolean() })],
    [10, o('deliver', { b, k: fc.constantFrom(0, 0, 0, 1, 2) })],
    [1, o('drop', { b, k })],
    [2, o('twice', { b, k })],
    [2, o('ask', { b, k })],
    [1, o('bust', { b, k })],
    [1, o('correct', { b, k, qty: fc.integer({ min: 1, max: 300 }), move: small })],
    [1, o('cost', { b, k })],
    [1, o('late-fill', { b, k })],
    [1, o('hand', { b, i: any, side, qty: fc.integer({ min: 1, max: 60 }), told: fc.boolean() })],
    [1, o('hand-order', { b, i: any, side, qty: fc.integer({ min: 1, max: 60 }) })],
    [
      2,
      o('cash', {
        b,
        c: fc.nat(1),
        amount: fc.constantFrom(500_000, 900_000_000, -700_000_000, -1),
        kind: fc.integer({ min: 1, max: 9 }),
        told: fc.boolean(),
      }),
    ],
    [4, o('books', { b, how: fc.constantFrom('now', 'now', 'then', 'part', 'never') })],
    [
      3,
      o('link', { b, link: fc.constantFrom<LinkState>('up', 'up', 'up', 'lost', 'failed', 'planned', 'plannedEnd') }),
    ],
    [2, o('power', { b, amount: fc.constantFrom(0, 300_000_000_000, 50_000_000_000) })],
    [12, o('settle', {})],
    [8, o('fill-all', {})],
    [6, o('enable', {})],
    [4, o('arm', {})],
    [0.3, o('kill', {})],
    [0.2, o('stop', {})],
    [2, o('clear', {})],
    [0.2, o('fail', {})],
    [2, o('acknowledge', { b, i: any, priced: fc.boolean() })],
    [1, o('adopt', { b, i: any, priced: fc.boolean() })],
    [1, o('explain', { b, kind: fc.integer({ min: 1, max: 9 }) })],
    [1, o('allot', { amount: fc.constantFrom(0, 30_000_000_000, 200_000_000_000) })],
    [2, o('restart', { away: fc.constantFrom(1000, 40 * SECOND, 20 * HOUR) })],
    [1, o('clock', { offset: fc.constantFrom(0, SECOND, SECOND + 1, -2 * SECOND) })],
    [1, o('limits', { changes: fc.array(limitChange, { minLength: 1, maxLength: 2 }) })],
  ] as const
).map(([weight, shape]) => ({
  weight: Math.round(weight * 10),
  arbitrary: fc.record(shape as never) as unknown as fc.Arbitrary<Op>,
}))

export const operation: fc.Arbitrary<Op> = fc.oneof(...WEIGHTED)

export const wish: fc.Arbitrary<Wish> = fc.record({
  what: fc.constantFrom('none', 'none', 'none', 'buy', 'buy', 'buy', 'sell', 'sell', 'cancel', 'replace', 'odd'),
  symbol: fc.nat(4),
  tenths: fc.constantFrom(1, 3, 5, 9, 10, 11, 0),
  type: fc.constantFrom('market', 'market', 'limit', 'limit', 'stop', 'stopLimit'),
  away: fc.constantFrom(-60, -50, -20, -5, 0, 5, 20, 50, 60),
  timeInForce: fc.constantFrom('DAY', 'GTC', 'IOC'),
})

export const scene: fc.Arbitrary<Scene> = fc.record({
  brokers: fc.constantFrom<1 | 2>(1, 2),
  agent: fc.constantFrom('wishes', 'wishes', 'wishes', 'hard'),
  maxDailyOrders: fc.constantFrom(100, 100, 6),
  maxPositions: fc.constantFrom(10, 2),
  fx: fc.constantFrom(true, true, true, false),
  live: fc.boolean(),
  fees: fc.boolean(),
  flatten: fc.boolean(),
  allotted: fc.constantFrom(false, false, true),
  peak: fc.boolean(),
  blindExit: fc.boolean(),
  paper: fc.boolean(),
})

export function scenario(most: number): fc.Arbitrary<Scenario> {
  return fc.record({
    scene,
    wishes: fc.array(wish, { minLength: 1, maxLength: 12 }),
    ops: fc.array(operation, { minLength: 1, maxLength: most, size: 'max' }),
  })
}
