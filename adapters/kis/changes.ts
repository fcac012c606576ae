/**
 * Cancellation and replacement (KIS reference 6.7, 7.4). Both act on the latest number of an order, and both get a
 * number of their own. A cancellation is confirmed by its notice, or by the list where that stays away; a refusal is
 * told after the list was asked, because it mostly means that the order was filled (F-24).
 *
 * KIS can move all that is left of an order to another price, and in Korea take shares off; it cannot add shares nor do
 * both at once, and in China it can only cancel. Those replacements are refused here.
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { ReplaceOrder } from '../../src/core/domain/command.ts'
import type { RejectReason } from '../../src/core/domain/reason.ts'
import type { BrokerParts } from './broker-parts.ts'
import { type Change, makeChange } from './encode.ts'
import type { Market } from './instruments.ts'
import type { OrderList } from './lists.ts'
import { readLeg } from './order-answer.ts'
import type { OrderDesk } from './order-desk.ts'
import type { Leg, OwnOrder } from './own-orders.ts'
import type { RestAnswer } from './rest.ts'
import type { Environment } from './wire/transactions.ts'

/** How long a confirmation may take before the list is asked, and before paper's silence is taken for one. */
const CONFIRMED_WITHIN: Micros = 2 * SECOND
const LOOKS = 3

export class Changes<E extends Environment> {
  readonly #p: BrokerParts<E>
  readonly #desk: OrderDesk
  readonly #fresh: (market: Market) => Promise<OrderList>

  constructor(parts: BrokerParts<E>, desk: OrderDesk, fresh: (market: Market) => Promise<OrderList>) {
    this.#p = parts
    this.#desk = desk
    this.#fresh = fresh
  }

  async cancel(order: OwnOrder): Promise<void> {
    // Without a number there is nothing to cancel; perhaps the list has it.
    if (order.phase === 'doubt') await this.#fresh(order.listing.market)
    const { leg } = order
    if (order.phase === 'doubt') return
    if (leg === undefined || !order.isOpen) return this.#refuse(order, 'cancelRejected', 'too_late')
    order.canceling = true
    const answer = await this.#request(order, leg, 'cancel', 0, 0)
    if (answer === undefined) return this.#refuse(order, 'cancelRejected', 'unsupported')
    if (answer.ok) {
      void this.#confirm(order, 1)
      return
    }
    if (answer.trouble.class === 'unknown') return
    await this.#fresh(order.listing.market)
    // The list may have shown it canceled, by this request or another.
    if (order.phase === 'ended' && order.ending !== 'filled') return
    order.canceling = false
    this.#refuse(order, 'cancelRejected', answer.trouble.reason)
  }

  /**
   * In paper a list without the order says nothing: the accepted request then counts, for the original is replaced at
   * once (reference 6.7). A fill that comes all the same is booked (I-18).
   */
  async #confirm(order: OwnOrder, look: number): Promise<void> {
    await new Promise<void>((resolve) => void this.#p.context.clock.after(CONFIRMED_WITHIN, resolve))
    if (!order.isOpen) return
    const list = await this.#fresh(order.listing.market)
    if (!order.isOpen) return
    const shown = list.ok && list.rows.some((row) => row.number === order.leg?.number && row.date === order.leg.date)
    if (look < LOOKS) return this.#confirm(order, look + 1)
    if (list.ok && !shown && this.#p.settings.env === 'paper') this.#desk.canceled(order)
  }

  async replace(order: OwnOrder, command: ReplaceOrder): Promise<void> {
    if (order.phase === 'doubt') await this.#fresh(order.listing.market)
    const { leg } = order
    if (order.phase === 'doubt') return
    if (leg === undefined || !order.isOpen) return this.#refuse(order, 'replaceRejected', 'too_late')
    const how = this.#how(order, command)
    if (how === undefined) return this.#refuse(order, 'replaceRejected', 'unsupported')
    const { qty, limit, stop } = command
    order.replacing = { qty, limit, stop }
    const answer = await this.#request(order, leg, how.action, how.qty, how.limit)
    if (answer === undefined) return this.#endReplacing(order, 'bad_price')
    if (!answer.ok) {
      if (answer.trouble.class === 'unknown') return
      await this.#fresh(order.listing.market)
      if (order.replacing !== undefined) this.#endReplacing(order, answer.trouble.reason)
      return
    }
    // Its notice may have come first.
    if (order.replacing === undefined) return
    const made = readLeg(answer, this.#p.context.clock.now(), limit)
    if (how.action === 'cancel') this.#desk.replaced(order, leg, order.replacing)
    else if (made !== undefined) this.#desk.replaced(order, made, order.replacing)
  }

  /** Which request brings the order to these terms; undefined where none does. */
  #how(order: OwnOrder, { qty, limit, stop }: ReplaceOrder): Pick<Change, 'action' | 'qty' | 'limit'> | undefined {
    if (stop !== order.stop || qty > order.qty || qty <= order.cum) return undefined
    if (order.listing.exchange?.canModify === false) return undefined
    if (qty === order.qty) {
      if (order.terms.orderType !== 'limit' && order.terms.orderType !== 'stopLimit') return undefined
      return { action: 'modify', qty: order.listing.market === 'kr' ? 0 : order.leaves, limit }
    }
    if (limit !== order.limit || order.listing.market !== 'kr') return undefined
    return { action: 'cancel', qty: order.qty - qty, limit: 0 }
  }

  async #request(
    order: OwnOrder,
    leg: Leg,
    action: Change['action'],
    qty: number,
    limit: number,
  ): Promise<RestAnswer | undefined> {
    const { settings, rest, prices } = this.#p
    const { listing, division } = order
    const range = limit > 0 ? await prices.range(listing) : undefined
    const target = { listing, number: leg.number, org: leg.org, division }
    const fields = makeChange({ account: settings.account, target, action, qty, limit, range })
    if (isRefusal(fields)) return undefined
    return rest.order(rest.codes.order[`${listing.orders}.change`], fields)
  }

  #endReplacing(order: OwnOrder, reason: RejectReason): void {
    order.replacing = undefined
    this.#refuse(order, 'replaceRejected', reason)
  }

  #refuse(order: OwnOrder, type: 'cancelRejected' | 'replaceRejected', reason: RejectReason): void {
    this.#desk.refuseChange(order, type, reason)
  }
}

function isRefusal(made: ReturnType<typeof makeChange>): made is { readonly reason: RejectReason } {
  return 'reason' in made
}
