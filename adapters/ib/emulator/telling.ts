/**
 * What clients hear of orders and fills, and in which order (reference 6.2): open order, status, execution, open order
 * with its commission, commission report. Faults make the same story come twice, late, in part, or not at all.
 */
import type { AnswerName } from '../wire/answers.ts'
import { messageOf } from '../wire/codes.ts'
import type { Values } from '../wire/layout.ts'
import type { AccountFeed } from './account-feed.ts'
import type { Fault } from './faults.ts'
import type { FaultKind } from './fault-kinds.ts'
import { commissionValues, executionValues, openOrderValues, statusValues } from './order-frames.ts'
import type { Execution, IbOrder, OrderEvent } from './order.ts'
import { audience, type World } from './world.ts'

export class Teller {
  readonly #world: World
  readonly #accounts: AccountFeed
  /** Orders of which nothing is said up to and at a moment. */
  readonly #mutedThrough = new Map<IbOrder, number>()
  readonly #acknowledged = new Set<IbOrder>()

  constructor(world: World, accounts: AccountFeed) {
    this.#world = world
    this.#accounts = accounts
  }

  take(event: OrderEvent): void {
    const { order } = event
    if (event.type === 'filled') this.#accounts.traded(order.account, order.listing)
    if (this.#world.connectivity.outage !== undefined) return
    if (event.type === 'state') this.#state(order)
    else if (event.type === 'filled') this.#filled(order, event.execution)
    else if (event.type === 'cancelled') this.#cancelled(order, event.reason)
    else this.#rejected(order, event.reason)
  }

  /** A correction of a fill: the same id with another last group. */
  corrected(execution: Execution): void {
    const { order } = execution
    this.#accounts.traded(order.account, order.listing)
    if (this.#world.connectivity.outage !== undefined) return
    this.#send(order, 'EXECUTION_DATA', executionValues(execution, -1))
    this.#status(order)
    this.#send(order, 'COMMISSION_REPORT', commissionValues(execution))
  }

  #fault(kind: FaultKind, order: IbOrder): Fault | undefined {
    return this.#world.faults.take(kind, this.#world.now(), { client: order.clientId })
  }

  #send(order: IbOrder, name: AnswerName, values: Values): void {
    for (const session of audience(this.#world, order)) session.send(name, values)
  }

  #later(ms: unknown, act: () => void): void {
    this.#world.scheduler.at(this.#world.now() + Number(ms) * 1000, act)
  }

  /**
   * Is nothing said of the order for now? A late acknowledgement says what is true when it comes; a lost one, or one that a
   * fill overtakes, is of the order's first moment only: what is asked of it later is answered.
   */
  #muted(order: IbOrder): boolean {
    const now = this.#world.now()
    if (!this.#acknowledged.has(order)) {
      this.#acknowledged.add(order)
      const late = this.#fault('ack-late', order)
      if (late !== undefined) {
        this.#mutedThrough.set(order, now + Number(late.params.ms) * 1000 - 1)
        this.#later(late.params.ms, () => this.#state(order))
      } else if (this.#fault('ack-lost', order) !== undefined || this.#fault('execution-first', order) !== undefined) {
        this.#mutedThrough.set(order, now)
      }
    }
    return now <= (this.#mutedThrough.get(order) ?? -Infinity)
  }

  #state(order: IbOrder): void {
    if (this.#muted(order)) return
    const times = Math.min(20, Number(this.#fault('status-duplicate', order)?.params.times ?? 1))
    for (let i = 0; i < times; i++) this.#pair(order)
  }

  #pair(order: IbOrder): void {
    const open = (): void => this.#send(order, 'OPEN_ORDER', openOrderValues(order, order.filled > 0))
    if (this.#fault('status-first', order) !== undefined) {
      this.#status(order)
      open()
      return
    }
    open()
    this.#status(order)
  }

  #status(order: IbOrder): void {
    if (this.#fault('status-lost', order) !== undefined) return
    this.#send(order, 'ORDER_STATUS', statusValues(order))
  }

  #filled(order: IbOrder, execution: Execution): void {
    if (this.#fault('execution-lost', order) !== undefined) return
    const frames = this.#fillFrames(order, execution)
    const late = this.#fault('execution-late', order)
    if (late === undefined) frames()
    else this.#later(late.params.ms, frames)
  }

  #fillFrames(order: IbOrder, execution: Execution): () => void {
    const fill = executionValues(execution, -1)
    const [plain, priced] = [openOrderValues(order, false), openOrderValues(order, true)]
    const status = statusValues(order)
    const commission = commissionValues(execution)
    const mute = this.#muted(order)
    return () => {
      const twice = this.#fault('execution-duplicate', order) !== undefined
      for (let i = 0; i < (twice ? 2 : 1); i++) this.#send(order, 'EXECUTION_DATA', fill)
      if (!mute) {
        this.#send(order, 'OPEN_ORDER', plain)
        if (this.#fault('status-lost', order) === undefined) this.#send(order, 'ORDER_STATUS', status)
        this.#send(order, 'OPEN_ORDER', priced)
      }
      this.#commission(order, commission)
    }
  }

  #commission(order: IbOrder, values: Values): void {
    if (this.#fault('commission-lost', order) !== undefined) return
    const late = this.#fault('commission-late', order)
    if (late === undefined) this.#send(order, 'COMMISSION_REPORT', values)
    else this.#later(late.params.ms, () => this.#send(order, 'COMMISSION_REPORT', values))
  }

  #cancelled(order: IbOrder, reason: string): void {
    if (this.#muted(order)) return
    const spurious = this.#fault('cancel-not-found', order) !== undefined
    if (!spurious) this.#status(order)
    const [code, text] = spurious
      ? [10147, messageOf(10147, String(order.orderId))]
      : [202, messageOf(202, reason === '' ? '' : ` ${reason}`)]
    this.#note(order, code, text)
  }

  #rejected(order: IbOrder, reason: string): void {
    this.#note(order, 201, messageOf(201, reason))
    this.#pair(order)
  }

  #note(order: IbOrder, code: number, text: string): void {
    for (const session of audience(this.#world, order)) session.message(order.orderId, code, text)
  }
}
