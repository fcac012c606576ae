/**
 * Orders on their way out: new ones, cancellations, replacements. An order is sent at most once (I-01). While the link
 * does not serve, it is refused here and never reaches the client, which would keep it and send it hours later
 * (reference 9.3, D1); what waits for its turn when the link ends is refused too, because it is certain that it was not
 * sent.
 */
import type { ReplaceOrder, SubmitOrder } from '../../src/core/domain/command.ts'
import type { OrderTerms } from '../../src/core/domain/order.ts'
import type { AdapterContext, BrokerInbound } from '../../src/runtime/ports.ts'
import type { IbAccount } from './account.ts'
import type { Contracts } from './contracts.ts'
import { encodeOrder } from './encode.ts'
import type { IbLink } from './link.ts'
import type { OrderLists } from './lists.ts'
import type { OrderDesk } from './order-desk.ts'
import type { Urgency } from './pacer.ts'
import type { OwnOrder, OwnOrders } from './own-orders.ts'
import type { IbSettings } from './settings.ts'

export interface OutParts {
  readonly context: AdapterContext
  readonly settings: IbSettings
  readonly link: IbLink
  readonly contracts: Contracts
  readonly orders: OwnOrders
  readonly desk: OrderDesk
  readonly lists: OrderLists
  readonly account: IbAccount
  readonly tell: (events: readonly BrokerInbound[]) => void
  /** Work that the end of the broker waits for. */
  readonly run: (work: Promise<void>) => void
}

const CANCELS_MAX = 3

export class OrdersOut {
  readonly #p: OutParts

  constructor(parts: OutParts) {
    this.#p = parts
  }

  submit(command: SubmitOrder): void {
    const { contracts, orders, context, link } = this.#p
    const { orderId, instrument, side, orderType, qty, limit, stop, timeInForce } = command
    // The same command again is no second order.
    if (orders.get(orderId) !== undefined) return
    const listing = contracts.of(instrument)
    const refuse = (reason: 'unsupported' | 'not_received'): void => {
      this.#p.tell([{ type: 'rejected', broker: context.broker, orderId, reason }])
    }
    if (listing === undefined) return refuse('unsupported')
    if (!link.serves) return refuse('not_received')
    const terms = { instrument, side, orderType, qty, limit, stop, timeInForce }
    const order = orders.sent(orderId, orders.nextWireId(link.nextOrderId), listing, terms, context.clock.now())
    if (listing.resolved !== undefined) return this.#place(order, terms)
    this.#p.run(
      contracts.resolve(listing).then((resolved) => {
        if (order.canceling) return this.#p.desk.end(order)
        if (resolved === undefined)
          this.#p.desk.refuse(order, listing.trouble.startsWith('0') ? 'not_received' : 'unsupported')
        else this.#place(order, terms)
      }),
    )
  }

  #place(order: OwnOrder, terms: OrderTerms): void {
    const { settings, orders, desk, link } = this.#p
    const { account, outsideHours } = settings
    const made = encodeOrder({ listing: order.listing, terms, account, ref: orders.refOf(order), outsideHours })
    if (!made.ok) return desk.refuse(order, made.reason)
    const unsent = (): void => desk.refuse(order, 'not_received')
    const sent = link.send(
      this.#urgency(order),
      (api) => api.placeOrder(order.wireId, made.contract, made.order),
      unsent,
    )
    if (!sent) unsent()
  }

  /** What brings a holding down goes before what adds to one. */
  #urgency({ listing, terms }: OwnOrder): Urgency {
    return this.#p.account.held(listing) * terms.side < 0 ? 'exit' : 'order'
  }

  cancel(orderId: number): void {
    const { orders, desk } = this.#p
    const order = orders.get(orderId)
    if (order === undefined) return
    if (!order.isOpen && order.liveLegs.length === 0) return desk.refuseCancel(order, 'too_late')
    order.canceling = true
    order.cancels = 0
    // Not placed yet: its contract is being looked up.
    if (order.listing.resolved === undefined) return
    this.cancelAgain(order)
  }

  /** Repeating a cancellation is harmless (reference 11); without a session there is nobody to say it to. */
  cancelAgain(order: OwnOrder): void {
    const { link, desk } = this.#p
    if (order.cancels++ >= CANCELS_MAX + order.legs.size) return
    const unsent = (): void => desk.refuseCancel(order, 'not_received')
    const sent = link.send('exit', (api) => api.cancelOrder(order.wireId, ''), unsent)
    if (!sent && order.canceling) unsent()
  }

  /** F-24: mostly it was filled; sometimes IB did not know it yet, and then it is asked again (reference 6.4). */
  cancelDoubted(order: OwnOrder): void {
    const { lists, desk } = this.#p
    this.#p.run(
      lists.fresh().then(() => {
        if (!order.canceling) return
        const over = !order.isOpen
        if (over && order.ending !== 'filled') return
        if (over || order.cancels >= CANCELS_MAX) desk.refuseCancel(order, 'too_late')
        else this.cancelAgain(order)
      }),
    )
  }

  replace({ orderId, qty, limit, stop }: ReplaceOrder): void {
    const { orders, desk, link, context, settings } = this.#p
    const order = orders.get(orderId)
    if (order === undefined) return
    if (!order.isOpen || qty <= order.cum) return desk.refuseReplacement(order, 'too_late')
    if (!link.serves || order.phase === 'sending') return desk.refuseReplacement(order, 'not_received')
    const terms = { ...order.terms, qty, limit, stop }
    const { account, outsideHours } = settings
    const made = encodeOrder({ listing: order.listing, terms, account, ref: orders.refOf(order), outsideHours })
    if (!made.ok) return desk.refuseReplacement(order, made.reason)
    order.replacing = { qty, limit, stop, sentAt: context.clock.now() }
    const unsent = (): void => desk.refuseReplacement(order, 'not_received')
    const sent = link.send(
      this.#urgency(order),
      (api) => api.placeOrder(order.wireId, made.contract, made.order),
      unsent,
    )
    if (!sent) unsent()
  }
}
