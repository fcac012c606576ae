/**
 * One order between engine and broker, moved by letters. Each letter means something at every moment: where what it
 * names cannot happen, the broker repeats what it said; while the link is down it happens at the broker unseen. What is
 * on its way to a broker when the link falls may still arrive there until the link stands again.
 */
import type { OrderCommand } from '../../src/core/domain/command.ts'
import type { Message, ScriptedBroker, VenueOrder } from '../judge/broker.ts'
import { SECOND } from '../judge/facts.ts'
import { isLive } from '../judge/orders.ts'
import { healed } from '../judge/run-scenario.ts'
import { PLAIN } from '../judge/scene.ts'
import { World } from '../judge/world.ts'
import { type Case, setupOf, TELL } from './case.ts'

export const LETTERS = [
  'ack',
  'partial',
  'fill',
  'cancel-ack',
  'cancel-reject',
  'disconnect',
  'reconnect',
  'restart',
] as const
export type Letter = (typeof LETTERS)[number]

const PART = 10

export class OrderWorld {
  readonly w: World
  readonly #pace: number
  readonly #thorough: boolean
  readonly #lateBooks: boolean

  /** `thorough`: restarts are held against a snapshot too, which costs more than all the rest. */
  constructor(c: Case, thorough = true) {
    this.#thorough = thorough
    this.#lateBooks = c.lateBooks
    const scene = { ...PLAIN, fx: false, paper: c.paper }
    this.w = new World(scene, [], setupOf(c), [c.clientOrderId])
    this.#pace = c.pace * SECOND
    this.#open()
    if (c.plan === 'sell' || c.plan === 'stop') this.#hold()
    if (c.plan === 'stop') this.w.prices[0] = 9700
    this.#tell(c.plan === 'stop' ? 'nothing' : c.plan)
    if (c.plan === 'stop') this.#tell('nothing')
    if (this.#broker.inbox.length === 0) throw new Error(`${c.plan}: no order was sent`)
  }

  get #broker(): ScriptedBroker {
    return this.w.broker(0)
  }

  #open(): void {
    this.#tell('nothing')
    this.w.link(0, 'up')
    this.#answer()
    this.w.operator('arm')
  }

  #hold(): void {
    this.#tell('buy')
    this.w.settle()
    for (const o of this.#broker.working) this.#broker.fill(o, o.qty, this.w.prices[0] as number)
    this.w.settle()
  }

  #tell(what: keyof typeof TELL): void {
    const bid = this.w.prices[0] as number
    const { t } = this.w
    const quote = { type: 'quote', instrument: 0, bid, ask: bid + 1, bidSize: TELL[what], askSize: 100 } as const
    this.w.step({ ...quote, flags: 0, venueT: t + 1000 }, 1000)
  }

  /** The order the letters are about: the last one sent. */
  get #id(): number {
    return this.w.judge.world.orders.last
  }

  get #there(): VenueOrder | undefined {
    return this.#broker.orders.get(this.#id)
  }

  play(letter: Letter): void {
    this.w.t += this.#pace
    const late = this.#lateBooks ? this.#broker.asked.splice(0) : []
    switch (letter) {
      case 'ack':
        this.#ack()
        break
      case 'partial':
        this.#fill(PART)
        break
      case 'fill':
        this.#fill(Infinity)
        break
      case 'cancel-ack':
      case 'cancel-reject':
        this.#cancel(letter)
        break
      case 'disconnect':
        this.#keepingWay(() => this.w.link(0, this.#broker.up ? 'lost' : 'failed'))
        break
      case 'reconnect':
        this.#connect()
        break
      case 'restart':
        this.#restart()
    }
    // What was asked over a link that fell since is never answered.
    if (letter !== 'disconnect' && letter !== 'restart') for (const { then } of late) this.#says(then)
    this.#answer(!this.#lateBooks)
  }

  /** Messages of ours under way are neither here nor there while the link is down. */
  #keepingWay(breaks: () => void): void {
    const way = this.#broker.inbox
    breaks()
    this.#broker.inbox = way
  }

  #connect(): void {
    if (!this.#broker.up) this.#broker.inbox = []
    this.w.link(0, 'up')
  }

  #restart(): void {
    const { up } = this.#broker
    this.#keepingWay(() => this.w.restart(1000, this.#thorough))
    if (up) this.#connect()
  }

  /** The broker takes from the way everything up to the message wanted; what it says to that stays under way. */
  #takes(wanted: (c: OrderCommand) => boolean): boolean {
    const at = this.#broker.inbox.findIndex(wanted)
    for (let i = 0; i <= at; i++) this.#broker.handle(0, 'accept')
    return at >= 0
  }

  #isSubmit = (c: OrderCommand): boolean => c.type === 'submit' && c.orderId === this.#id

  /** Delivers the last message of a type about the order that is under way. */
  #delivers(type: Message['type']): boolean {
    const { outbox } = this.#broker
    const at = outbox.findLastIndex((m) => m.type === type && 'orderId' in m && m.orderId === this.#id)
    if (at < 0) return false
    this.w.arrives(0, outbox.splice(at, 1)[0])
    return true
  }

  #says(m: Message): void {
    if (this.#broker.up) this.w.arrives(0, m)
  }

  get #head(): { broker: number; orderId: number } {
    return { broker: 0, orderId: this.#id }
  }

  #ack(): void {
    this.#takes(this.#isSubmit)
    if (this.#delivers('accepted') || this.#there === undefined) return
    this.#says({ ...this.#head, type: 'accepted' })
  }

  /** A fill may overtake the acknowledgement, and be told of after the cancel that it preceded (F-10, F-23). */
  #fill(most: number): void {
    this.#takes(this.#isSubmit)
    const o = this.#there
    if (o === undefined) return
    const left = o.qty - o.cum
    if (left > 0 && o.state !== 'filled') {
      const ended = o.state
      o.state = 'working'
      this.#broker.fill(o, Math.min(left, most), this.w.prices[0] as number)
      if (o.cum < o.qty) o.state = ended
      this.#delivers('filled')
      return
    }
    const f = o.fills.at(-1)
    if (f !== undefined) this.#says({ ...f, broker: 0, type: 'filled', cumQty: o.cum })
  }

  #cancel(letter: 'cancel-ack' | 'cancel-reject'): void {
    const broker = this.#broker
    const cancels = (c: OrderCommand): boolean => c.type === 'cancel' && c.orderId === this.#id
    const own = this.w.judge.world.orders.all.get(this.#id)
    if (own !== undefined && isLive(own) && !broker.inbox.some(cancels)) this.#tell('cancel')
    const at = broker.inbox.findIndex(cancels)
    if (at >= 0) {
      for (let i = 0; i < at; i++) broker.handle(0, 'accept')
      broker.handle(0, letter === 'cancel-ack' ? 'accept' : 'reject')
      if (!this.#delivers('canceled')) this.#delivers('cancelRejected')
      return
    }
    const o = this.#there
    if (o?.state === 'working' && letter === 'cancel-ack') {
      broker.end(o, 'canceled', true)
      this.#delivers('canceled')
    } else if (o?.state === 'canceled' && letter === 'cancel-ack') this.#says({ ...this.#head, type: 'canceled' })
    else this.#says({ ...this.#head, type: 'cancelRejected', reason: o === undefined ? 'unknown_order' : 'too_late' })
  }

  /** Questions are answered at once, but not before an order that left ahead of them has arrived. */
  #answer(books = true): void {
    const broker = this.#broker
    for (let round = 0; round < 20 && broker.up; round++) {
      if (broker.inbox.some((c) => c.type === 'submit')) return
      const before = broker.outbox.length
      for (const id of broker.queries.splice(0)) broker.answer(id)
      for (const { id } of books ? broker.asked.splice(0) : []) broker.say(broker.books(id))
      const said = broker.outbox.splice(before)
      if (said.length === 0) return
      for (const m of said) this.w.arrives(0, m)
    }
  }

  /** The link stands, everything is answered, orders at market fill; then nothing may be left open (I-43, I-44). */
  heal(): void {
    const { w } = this
    if (!this.#broker.up) this.#connect()
    for (const wait of [0, 6, 31, 6, 31]) {
      if (wait > 0) w.moment(wait * SECOND)
      w.settle()
      for (const o of this.#broker.working) {
        if (o.limit === 0) this.#broker.fill(o, o.qty, w.prices[0] as number)
      }
      w.settle()
    }
    healed(w)
  }
}
