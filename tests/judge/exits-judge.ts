/** Checks of stops, exits and the end: I-07, I-10, I-33, I-34, R-02, R-23, R-25 … R-29. */
import { instrumentOf, SECOND } from './facts.ts'
import type { Wish } from './gate.ts'
import type { Alert, Judge } from './judge.ts'
import { isLive, type Order } from './orders.ts'

/** A stop that tripped, until its holding is flat. */
interface Tripped {
  readonly t: number
  /** An exit was asked for since. */
  sent: boolean
  /** Since when nothing excuses the wait; undefined while something does. */
  due: number | undefined
  /** Since when orders that stand in the way are being canceled. */
  canceling: number
}

const CANCEL_WAIT = 10 * SECOND
const REACTION = SECOND
const BOOKS_WAIT = 10 * SECOND
const ROUNDS = 3
const ROUND_WINDOW = 600 * SECOND

function sideOf(qty: bigint): number {
  return qty > 0n ? 1 : qty < 0n ? -1 : 0
}

export class ExitsJudge {
  readonly #j: Judge
  readonly #tripped = new Map<string, Tripped>()
  /** Holdings that a liquidation began to sell and that were not flat since. */
  readonly #leaving = new Set<string>()
  /** Stops that must trip in this step. */
  #must: [number, number][] = []
  /** When exits were sent, by broker, instrument and origin. */
  readonly #rounds = new Map<string, number[]>()
  readonly #rested = new Map<string, number>()
  /** Holdings of which an exit was tried: the next round may wait for the broker's books. */
  readonly #tried = new Set<string>()
  /** On which side each holding was when it was last looked at. */
  readonly #sides = new Map<string, number>()
  /** What made the end: nothing is increased any more (I-07). */
  killed: string | undefined
  #cancel: 'all' | 'opening' | undefined

  constructor(judge: Judge) {
    this.#j = judge
    const brokers = judge.world.facts.brokers.map((_, b) => b)
    judge.world.exitDue = (i) => brokers.some((b) => this.#tripped.get(`${b} ${i}`)?.sent === false)
    judge.world.exiting = (i) =>
      brokers.some((b) => {
        const key = `${b} ${i}`
        return (
          this.#tripped.has(key) ||
          // Of a holding that went blind an exit may be wanted though no order of it fits a lot.
          (judge.world.facts.limits.onBlind === 'exit' && judge.world.ledger.at(b, i).qty !== 0n) ||
          this.#leaving.has(key) ||
          this.#rounds.has(`${key} stop`) ||
          this.#rounds.has(`${key} liquidation`)
        )
      })
  }

  /** A valid mark was set: which stops must trip on it (R-26, R-29; `contract.md` 3)? */
  marked(instrument: number): void {
    const { world } = this.#j
    if (world.state !== 'LIVE' && world.state !== 'REDUCE_ONLY') return
    if (world.markets.shut(instrument, world.t, true) || world.markets.halted(instrument)) return
    world.facts.brokers.forEach((_, broker) => {
      const h = world.ledger.at(broker, instrument)
      if (h.qty === 0n || this.#tripped.has(`${broker} ${instrument}`)) return
      if (world.markets.at(instrument).markSeq <= h.fillSeq) return
      if (world.ledger.stopAt(broker, instrument, world.limits.stopLoss) === 1) this.#must.push([broker, instrument])
    })
  }

  tripped(alert: Alert): void {
    const { world } = this.#j
    const { broker, instrument } = alert
    if (world.ledger.stopAt(broker, instrument, world.limits.stopLoss) === -1) {
      const { qty, cost } = world.ledger.at(broker, instrument)
      const { mark2 } = world.markets.at(instrument)
      this.#j.fail('R-26', `stop of ${qty} (cost ${cost.n}/${cost.d}) tripped at mark ${mark2}/2`)
    }
    if (world.markets.shut(instrument, world.t, true) || world.markets.halted(instrument)) {
      this.#j.fail('R-29', `stop of instrument ${instrument} tripped while its market stands`)
    }
    this.#tripped.set(`${broker} ${instrument}`, { t: world.t, sent: false, due: undefined, canceling: 0 })
  }

  /** Holdings of an instrument changed: what is flat, or turned around, is armed again. */
  changed(instrument: number): void {
    this.#j.world.facts.brokers.forEach((_, broker) => {
      const side = sideOf(this.#j.world.ledger.at(broker, instrument).qty)
      const key = `${broker} ${instrument}`
      const before = this.#sides.get(key) ?? 0
      this.#sides.set(key, side)
      if (side === before && side !== 0) return
      this.#tripped.delete(key)
      this.#tried.delete(key)
      this.#leaving.delete(key)
      this.#rounds.delete(`${key} stop`)
      this.#rounds.delete(`${key} liquidation`)
      // What a late fill brings in while everything is being sold is to be sold too.
      if (side !== 0 && this.#j.world.state === 'LIQUIDATING') this.#leaving.add(key)
    })
  }

  kill(why: string): void {
    this.killed = why
    this.leaveAll()
  }

  /** Everything held is to be sold. */
  leaveAll(): void {
    this.#j.world.ledger.holdings.forEach((of, broker) => {
      of.forEach((h, i) => {
        if (h.qty !== 0n) this.#leaving.add(`${broker} ${i}`)
      })
    })
  }

  mustCancel(openingOnly: boolean): void {
    if (this.#cancel !== 'all') this.#cancel = openingOnly ? 'opening' : 'all'
  }

  /** An order leaves. */
  sends(wish: Wish, reducing: boolean, id: number): void {
    const { world } = this.#j
    const { broker, instrument, origin } = wish
    if (origin === 'agent') {
      const due = !reducing && world.exitDue(instrument)
      if (due) this.#j.fail('I-33', `order ${id} opens in instrument ${instrument}, whose stop tripped, no exit yet`)
      return
    }
    const other = world.orders.at(broker, instrument).find((o) => o.origin !== 'agent')
    if (other !== undefined) this.#j.fail('I-10', `exit ${id} beside the live exit ${other.id}`)
    const stop = this.#tripped.get(`${broker} ${instrument}`)
    this.#tried.add(`${broker} ${instrument}`)
    if (stop !== undefined) stop.sent = true
    else if (origin === 'stop') {
      const blind = world.facts.limits.onBlind === 'exit'
      if (!blind) this.#j.fail('R-26', `stop exit ${id} of a holding whose stop did not trip`)
    }
    const key = `${broker} ${instrument} ${origin}`
    const times = [...(this.#rounds.get(key) ?? []), world.t].filter((t) => t > world.t - ROUND_WINDOW)
    this.#rounds.set(key, times)
    if (times.length > ROUNDS) this.#j.fail('R-25', `exit ${id} is round ${times.length} within ten minutes`)
  }

  /** An exit was asked for and the gate found something against it: on record, and tried again by the rules. */
  denied(wish: Wish): void {
    const stop = this.#tripped.get(`${wish.broker} ${wish.instrument}`)
    if (wish.origin !== 'agent') this.#tried.add(`${wish.broker} ${wish.instrument}`)
    if (stop !== undefined) stop.sent = true
  }

  rests(alert: Alert): void {
    const stop = this.#tripped.get(`${alert.broker} ${alert.instrument}`)
    if (stop !== undefined) stop.sent = true
    this.#rested.set(`${alert.broker} ${alert.instrument}`, this.#j.world.t)
  }

  /** Told of as what an exit left behind. */
  gaveUp(broker: number, instrument: number): boolean {
    return this.#rested.has(`${broker} ${instrument}`)
  }

  endOfStep(): void {
    const { state } = this.#j.world
    // What ended in the same step leaves as a whole.
    if (state === 'LIQUIDATING' || state === 'STOPPED') this.#must = []
    for (const [broker, instrument] of this.#must.splice(0)) {
      const told = this.#j.alerted('stop_loss', (a) => a.broker === broker && a.instrument === instrument)
      // A fill or an end within the step may have settled it.
      if (told || this.#j.world.ledger.at(broker, instrument).qty === 0n) continue
      const h = this.#j.world.ledger.at(broker, instrument)
      const { mark2 } = this.#j.world.markets.at(instrument)
      this.#j.fail('I-33', `stop of ${h.qty} (cost ${h.cost.n}/${h.cost.d}) at broker ${broker} stands at ${mark2}/2`)
    }
    for (const [key, stop] of this.#tripped) this.#due(key, stop)
    this.#canceled()
  }

  /** I-33: within a second of the moment from which nothing stands in its way, an exit is journaled. */
  #due(key: string, stop: Tripped): void {
    const { world } = this.#j
    if (stop.sent) return
    if (world.state !== 'LIVE' && world.state !== 'REDUCE_ONLY') return
    const [broker, instrument] = key.split(' ').map(Number) as [number, number]
    if (this.#excused(broker, instrument, stop)) {
      stop.due = undefined
      return
    }
    stop.due ??= world.t
    // A liquidation begun meanwhile looks at the books first, and so does a second try, and a first one that did
    // not hear what became of the orders it canceled.
    const doubted = this.#inTheWay(broker, instrument).length > 0
    const looks = doubted || this.#tried.has(key) || this.#leaving.has(key)
    if (world.t - stop.due > REACTION + (looks ? BOOKS_WAIT : 0)) {
      this.#j.fail('I-33', `stop of instrument ${instrument} at broker ${broker} due since ${stop.due}, no exit`)
    }
  }

  /** own orders elsewhere that an exit could trade with are taken back before it. */
  #couldMeet(broker: number, instrument: number): Order[] {
    const { world } = this.#j
    const own = instrumentOf(world.facts, instrument).economicId
    const long = world.ledger.at(broker, instrument).qty > 0n
    return [...world.orders.live].filter((o) => {
      if (o.origin !== 'agent' || (o.broker === broker && o.instrument === instrument)) return false
      return o.side > 0 === long && instrumentOf(world.facts, o.instrument).economicId === own
    })
  }

  #inTheWay(broker: number, instrument: number): Order[] {
    return [...this.#j.world.orders.at(broker, instrument), ...this.#couldMeet(broker, instrument)]
  }

  #excused(broker: number, instrument: number, stop: Tripped): boolean {
    const { world } = this.#j
    const link = world.links[broker]
    if (link?.up !== true) return true
    if (world.markets.shut(instrument, world.t, true) || world.markets.halted(instrument)) return true
    // After three rounds in vain an exit rests for ten minutes, whatever it was for.
    const rested = this.#rested.get(`${broker} ${instrument}`)
    if (rested !== undefined && world.t - rested <= ROUND_WINDOW) return true
    const live = this.#inTheWay(broker, instrument)
    if (live.some((o) => o.origin !== 'agent')) return true
    if (live.length === 0) return false
    if (stop.canceling === 0) stop.canceling = world.t
    const asked = live.every((o) => o.cancelSeq > 0 || o.state === 'unknown')
    return asked && world.t - stop.canceling <= CANCEL_WAIT
  }

  /** I-34: in the step of the trip or the kill. */
  #canceled(): void {
    const what = this.#cancel
    this.#cancel = undefined
    if (what === undefined) return
    for (const o of this.#j.world.orders.live) {
      if (what === 'opening' && o.reducing) continue
      if (isLive(o) && !this.#isCanceling(o)) this.#j.fail('I-34', `order ${o.id} is ${o.state} and not being canceled`)
    }
  }

  #isCanceling(o: Order): boolean {
    const { seq } = this.#j.world
    const asked = o.cancelSeq === seq || (o.cancelSeq > 0 && o.state === 'unknown')
    return o.state === 'pendingCancel' || asked || o.sentSeq === seq || o.origin === 'liquidation'
  }
}
