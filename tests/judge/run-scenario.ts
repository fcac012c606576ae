/** Plays a scenario from its opening to the healed end and says what the judge found. */
import { Violation } from './facts.ts'
import { isLive } from './orders.ts'
import { play } from './ops.ts'
import { type Scenario, type Verdict, World } from './world.ts'
import { SECOND } from './facts.ts'

export interface Played extends Verdict {
  readonly world: World
}

/** Every fault heals: links stand, markets trade, everything is answered; then 180 s pass (I-43, I-44). */
export function heal(w: World): void {
  for (const i of [0, 1, 2, 3, 4]) {
    w.step({ type: 'status', venueT: w.t, instrument: i, status: 'trading', reason: 'none', until: 0 }, 1000)
  }
  w.step({ type: 'system', fact: 'clockOffset', value: 0 }, 1000)
  w.fx(1000)
  w.fx(1000)
  w.brokers.forEach((broker, b) => {
    w.link(b, 'plannedEnd')
    if (!broker.up) w.link(b, 'up')
  })
  for (let i = 0; i < 40; i++) {
    w.settle()
    for (const broker of w.brokers) {
      for (const o of broker.working) {
        const market = o.limit === 0 && o.stop === 0 && (o.instrument !== 3 || i > 30)
        if (market) broker.fill(o, o.qty, w.prices[o.instrument] as number)
      }
    }
    w.settle()
    for (const instrument of [0, 2, 3, 4]) w.quote(instrument, SECOND)
    if (i % 12 === 11) w.bar(1, 1, w.prices[1] as number)
    w.moment(SECOND)
  }
  w.settle()
  healed(w)
}

/** I-43, I-44 at the end: nothing is unknown, every live order works at its broker, nobody waits for books. */
export function healed(w: World): void {
  const { world } = w.judge
  if (world.state === 'RECONCILING' && world.missing.size === 0) w.judge.fail('I-43', 'still RECONCILING')
  for (const o of world.orders.live) {
    if (!isLive(o)) continue
    const there = w.broker(o.broker).orders.get(o.id)
    if (o.state === 'unknown')
      w.judge.fail('I-44', `order ${o.id} is unknown, the broker says ${there?.state ?? 'nothing'}`)
    if (there?.state !== 'working') {
      w.judge.fail('I-44', `order ${o.id} is ${o.state}, at its broker it is ${there?.state ?? 'not known'}`)
    }
  }
  for (const broker of w.brokers) {
    for (const there of broker.working) {
      const o = world.orders.all.get(there.id)
      if (o === undefined || !isLive(o)) {
        w.judge.fail('I-25', `order ${there.id} works at its broker, here it is ${o?.state ?? 'not known'}`)
      }
    }
  }
  if (world.state === 'LIQUIDATING') residual(w)
}

/** A liquidation that goes on waits for a market that is shut; what it gave up elsewhere it has told of. */
function residual(w: World): void {
  const { world, exits } = w.judge
  let waits = false
  world.ledger.holdings.forEach((of, broker) => {
    of.forEach((h, i) => {
      if (h.qty === 0n) return
      if (world.markets.shut(i, world.t, true)) waits = true
      else if (!exits.gaveUp(broker, i)) {
        w.judge.fail('I-43', `LIQUIDATING 80 s after everything healed, holds ${h.qty} of instrument ${i}`)
      }
    })
  })
  if (!waits) w.judge.fail('I-43', 'LIQUIDATING 80 s after everything healed, with nothing left to try')
}

export function run(s: Scenario, heals = true, watch?: World['watch']): Played {
  const w = new World(s.scene, s.wishes)
  w.watch = watch
  let violation: Violation | undefined
  try {
    w.open()
    for (const o of s.ops) {
      w.judge.count(`op ${o.op}`)
      play(w, o)
    }
    if (heals) heal(w)
  } catch (error) {
    if (error instanceof Violation) violation = error
    else
      violation = new Violation(
        'I-41',
        w.judge.world.seq,
        `the engine threw: ${(error as Error).stack ?? String(error)}`,
      )
  }
  return { violation, seen: w.judge.seen, steps: w.steps, world: w }
}
