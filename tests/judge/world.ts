/**
 * A world: the real engine between scripted brokers and a scripted market, an agent, an operator, and the judge after
 * every event. A scenario is plain data, so a failing one is kept and replayed for ever; whatever its operations are,
 * the world stays possible: brokers do not contradict themselves, time does not fall.
 */
import { type Command } from '../../src/core/domain/command.ts'
import type { LinkState, OperatorAction } from '../../src/core/domain/control.ts'
import type { EngineEvent } from '../../src/core/domain/event.ts'
import { Engine } from '../../src/core/engine/engine.ts'
import type { EngineSetup } from '../../src/core/engine/setup.ts'
import { recordedEvents } from '../../src/runtime/record-events.ts'
import { agentOf, type Wish } from './agents.ts'
import { type Message, ScriptedBroker } from './broker.ts'
import { DAY, MINUTE, SECOND, type Violation } from './facts.ts'
import { Judge } from './judge.ts'
import { K, type Row, rowOf } from './layout.ts'
import type { Op } from './ops.ts'
import { FX, PRICES, type Scene, sceneSetup, START } from './scene.ts'

export interface Scenario {
  readonly scene: Scene
  readonly wishes: readonly Wish[]
  readonly ops: readonly Op[]
}

export interface Verdict {
  readonly violation: Violation | undefined
  readonly seen: ReadonlyMap<string, number>
  readonly steps: number
}

type Timeless<E> = E extends unknown ? Omit<E, 't'> : never

export class World {
  readonly scene: Scene
  readonly setup: EngineSetup
  readonly brokers: ScriptedBroker[]
  readonly judge: Judge
  engine: Engine
  t = START
  steps = 0
  readonly prices = [...PRICES]
  /** FNV over all records: equal worlds have equal ones. */
  hash = 0x811c9dc5
  /** Sees every event with its rows before they are judged. */
  watch: ((event: EngineEvent, rows: readonly Row[]) => void) | undefined
  /** Every record so far, over all incarnations: what a restart is made of. */
  readonly journal: Row[] = []
  #rows: Row[] = []

  /** `tellsAll`: brokers that list orders which ended, and of whom an empty answer proves something. */
  constructor(
    scene: Scene,
    wishes: readonly Wish[],
    setup = sceneSetup(scene, agentOf(scene.agent, wishes)),
    tellsAll: readonly boolean[] = [true, false],
  ) {
    this.scene = scene
    this.setup = setup
    const { currencies, instruments } = this.setup
    this.brokers = this.setup.brokers.map(
      (_, index) =>
        new ScriptedBroker({
          index,
          instruments,
          currencies,
          cash: this.setup.cash[index] as number[],
          tellsAll: tellsAll[index] === true,
          feeBps: scene.fees ? 20 : 0,
        }),
    )
    this.judge = new Judge(this.setup)
    this.engine = this.#make()
    this.engine.begin('{}')
  }

  #make(): Engine {
    return new Engine(this.setup, {
      block: (bytes, lengths, count) => {
        const words = new Float64Array(bytes.slice().buffer)
        let at = 0
        for (let i = 0; i < count; i++) {
          const n = (lengths[i] as number) / 8
          this.#rows.push(rowOf(words.subarray(at, at + n)))
          at += n
        }
      },
    })
  }

  #taken(): Row[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  broker(b: number): ScriptedBroker {
    return this.brokers[b % this.brokers.length] as ScriptedBroker
  }

  /** One event into the engine, its commands out, the judge over what was recorded. */
  step(event: Timeless<EngineEvent>, dt = 0): void {
    this.t += dt
    this.steps++
    const { engine } = this
    const timed = { ...event, t: this.t } as EngineEvent
    engine.step(timed)
    const commands = engine.takeCommands()
    engine.records.flush()
    const rows = this.#taken()
    this.journal.push(...rows)
    for (const row of rows) for (const x of row.w) this.hash = Math.imul(this.hash ^ (x | 0), 0x01000193) >>> 0
    this.watch?.(timed, rows)
    this.judge.step(rows)
    this.#recorded(commands, rows)
    this.#kept()
    for (const c of commands) this.#deliver(c)
  }

  /** I-02: what is handed over is what was recorded, in its order. */
  #recorded(commands: readonly Command[], rows: readonly Row[]): void {
    const written = rows.filter((r) => r.kind === K.command || r.kind === K.request || r.kind === K.setTimer)
    const same =
      written.length === commands.length &&
      commands.every((c, i) => {
        const w = written[i]?.w as Float64Array
        if (c.type === 'setTimer') return w[3] === c.timerId
        return w[4] === c.broker && (!('orderId' in c) || w[5] === c.orderId)
      })
    if (!same) this.judge.fail('I-02', `${commands.length} commands handed over, ${written.length} recorded`)
  }

  /** I-13, I-16, I-17: the engine's books are the judge's. */
  #kept(): void {
    const { desk } = this.engine
    const { ledger, orders } = this.judge.world
    this.setup.brokers.forEach((_, b) => {
      this.setup.currencies.forEach((code, c) => {
        const [kept, own] = [BigInt(desk.ledger.cashOf(b, c)), ledger.cash[b]?.[c]]
        if (kept !== own) this.judge.fail('I-16', `${code} at broker ${b}: ${kept} kept, ${own} by the facts`)
      })
      for (const { id } of this.setup.instruments) {
        const p = desk.ledger.position(b, id)
        const h = ledger.at(b, id)
        if (BigInt(p.qty) !== h.qty || BigInt(p.external) !== h.external) {
          const what = `instrument ${id} at broker ${b}: ${p.qty} + ${p.external} kept, ${h.qty} + ${h.external}`
          this.judge.fail('I-13', `${what} by the facts`)
        }
      }
    })
    const live = desk.orders.live.map((o) => o.orderId).join()
    const own = [...orders.live]
      .map((o) => o.id)
      .sort((a, b) => a - b)
      .join()
    if (live !== own) this.judge.fail('I-18', `live orders ${live}, by the evidence ${own}`)
  }

  #deliver(c: Command): void {
    if (c.type === 'setTimer' || c.type === 'connect') return
    const broker = this.broker(c.broker)
    if (c.type === 'query') {
      if (broker.up) broker.queries.push(c.orderId)
    } else if (c.type === 'reconcile') broker.ask(c.requestId)
    else broker.receive(c)
  }

  /** A message of a broker arrives. */
  arrives(b: number, m: Message | undefined): void {
    if (m === undefined) return
    const broker = this.broker(b)
    if ('orderId' in m && m.type !== 'corrected' && m.type !== 'commission') broker.said.push(m)
    if (broker.said.length > 50) broker.said.shift()
    this.step(m, 1000)
  }

  link(b: number, link: LinkState): void {
    const broker = this.broker(b)
    const index = b % this.brokers.length
    if (link === 'lost' || link === 'failed') {
      if (link === 'lost' && !broker.up) return
      broker.lose()
    }
    this.step({ type: 'link', broker: index, link }, 1000)
    // The engine asks at once: the link stands when its question leaves.
    if (link === 'up' && !broker.up) {
      broker.up = true
      const asked = this.judge.world.links[index]
      if (asked !== undefined && asked.askedAt !== 0) broker.ask(asked.request)
    }
  }

  operator(action: OperatorAction, broker = -1, instrument = -1, value = 0, price = 0): void {
    this.step({ type: 'operator', action, broker, instrument, value, price }, 1000)
  }

  quote(i: number, dt: number, late = 0, spread = 1): void {
    const mid = this.prices[i] as number
    const tick = i === 3 || i === 4 ? 100 : 1
    const bid = Math.max(tick, Math.round(mid / tick) * tick)
    const ask = bid + spread * tick
    this.t += dt
    const venueT = this.t - late
    this.step({ type: 'quote', instrument: i, bid, ask, bidSize: 100, askSize: 100, flags: 0, venueT })
  }

  trade(i: number, dt: number, price: number, late = 0): void {
    this.t += dt
    this.step({ type: 'trade', instrument: i, price, size: 10, flags: 0, venueT: this.t - late })
  }

  bar(i: number, dt: number, close: number): void {
    this.t = Math.ceil((this.t + Math.max(dt, 1)) / MINUTE) * MINUTE
    const open = this.prices[i] as number
    this.prices[i] = close
    const [high, low] = [Math.max(open, close), Math.min(open, close)]
    const none = { bidOpen: 0, askOpen: 0, bidClose: 0, askClose: 0 }
    this.step({ type: 'bar', instrument: i, start: this.t - MINUTE, open, high, low, close, volume: 1000, ...none })
  }

  fx(dt: number): void {
    this.t += dt
    this.step({ type: 'fx', instrument: FX, venueT: this.t, rate: this.prices[FX] as number })
  }

  /** Every instrument gets a price at which nothing moves. */
  prices0(): void {
    for (const i of [0, 2, 3, 4]) this.quote(i, 1000)
    this.bar(1, 1, this.prices[1] as number)
  }

  /** Connected, reconciled, quoted and armed: where most scenarios begin. */
  open(): void {
    if (this.scene.fx) this.fx(1000)
    this.prices0()
    this.brokers.forEach((_, b) => this.link(b, 'up'))
    for (let i = 0; i < 4; i++) this.settle()
    this.operator('arm')
  }

  /** Everything under way is accepted, answered and delivered. */
  settle(): void {
    this.brokers.forEach((broker, b) => {
      for (let round = 0; round < 20; round++) {
        while (broker.inbox.length > 0) broker.handle(0, 'accept')
        for (const id of broker.queries.splice(0)) broker.answer(id)
        broker.asked.splice(0).forEach(({ id }) => broker.say(broker.books(id)))
        const m = broker.outbox.shift()
        if (m === undefined) break
        this.arrives(b, m)
      }
    })
  }

  /**
   * A new incarnation, as the runtime makes one: the journal's inputs through a fresh engine, then what the brokers
   * hold. The journal re-runs to itself (I-22) and, where `thorough`, to the state that a snapshot brings back (I-30).
   */
  restart(away: number, thorough = true): void {
    const saved = thorough ? this.#saved() : undefined
    this.engine = this.#rerun()
    if (saved !== undefined) this.#survives(saved, this.engine, 're-run')
    for (const broker of this.brokers) broker.lose()
    // An earlier arming is valid only where there was one.
    const valid = this.engine.desk.losses.initial === 0 ? 0 : this.scene.paper ? 2 : 1
    this.step({ type: 'system', fact: 'restarted', value: valid }, away)
  }

  #saved(): string {
    const saved = JSON.stringify(this.engine.snapshot())
    if (saved.length > 2_000_000) this.judge.fail('I-40', `a state of ${saved.length} characters`)
    const restored = this.#make()
    restored.restore(JSON.parse(saved))
    this.#survives(saved, restored, 'restored')
    return saved
  }

  #survives(saved: string, engine: Engine, how: string): void {
    const again = JSON.stringify(engine.snapshot())
    if (again !== saved) this.judge.fail('I-30', `a ${how} state differs: ${difference(saved, again)}`)
  }

  #rerun(): Engine {
    const engine = this.#make()
    engine.begin('{}')
    for (const event of recordedEvents(this.journal.map((r) => ({ ...r, words: r.w as Float64Array })))) {
      engine.step(event)
      engine.takeCommands()
    }
    engine.records.flush()
    const rows = this.#taken()
    const differs = rows.findIndex((row, i) => !sameRow(row, this.journal[i]))
    if (differs >= 0 || rows.length !== this.journal.length) {
      const of = `${rows.length} for ${this.journal.length}`
      this.judge.fail('I-22', `the journal re-runs to other records: ${of}, the first that differs ${differs}`)
    }
    return engine
  }

  moment(dt: number): void {
    this.step({ type: 'system', fact: 'moment', value: 0 }, dt)
  }
}

function sameRow(a: Row, b: Row | undefined): boolean {
  return b !== undefined && a.w.length === b.w.length && a.w.every((x, i) => Object.is(x, b.w[i]))
}

function difference(a: string, b: string): string {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return `…${a.slice(Math.max(0, at - 60), at + 40)}… and …${b.slice(Math.max(0, at - 60), at + 40)}…`
}

export const LAST_T = START + 8 * DAY
export const TICK = SECOND
