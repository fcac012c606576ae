/**
 * What the broker is asked about us: one order, the whole books, or a list because something is to be
 * decided by it. Answers go out as events; what cannot be had is null or no event at all, never read as flat or absent.
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { Reconcile } from '../../src/core/domain/command.ts'
import { notional } from '../../src/core/domain/fees.ts'
import type { Money } from '../../src/core/domain/units.ts'
import type { BrokerInbound } from '../../src/runtime/ports.ts'
import { AbsenceWatch } from './absence.ts'
import { cashOf, type Domestic, positionsOf, type Ties } from './accounts.ts'
import { bookedFills, bookedOrders, type Listed } from './books.ts'
import type { BrokerParts } from './broker-parts.ts'
import { BALANCES_APART, provesAbsence } from './evidence.ts'
import type { Market } from './instruments.ts'
import type { OrderLists } from './lists.ts'
import type { OrderDesk } from './order-desk.ts'
import type { OwnOrder } from './own-orders.ts'
import type { Environment } from './wire/transactions.ts'

const CHECK_AGAIN: Micros = 2 * SECOND
const CHECKS = 5

/** The broker's own upkeep, shared with it. */
export interface Upkeep {
  readonly tell: (events: readonly BrokerInbound[]) => void
  readonly later: (span: Micros, then: () => void) => void
  readonly run: (work: Promise<void>) => void
  readonly isStopped: () => boolean
}

export class Inquirer<E extends Environment> {
  readonly #p: BrokerParts<E>
  readonly #desk: OrderDesk
  readonly #lists: OrderLists<E>
  readonly #upkeep: Upkeep
  readonly #absence: AbsenceWatch<E>
  #reconciling = false

  constructor(parts: BrokerParts<E>, desk: OrderDesk, lists: OrderLists<E>, upkeep: Upkeep) {
    this.#p = parts
    this.#desk = desk
    this.#lists = lists
    this.#upkeep = upkeep
    this.#absence = new AbsenceWatch(parts.accounts, parts.foreign)
  }

  /** R-36, F-14. Without a number and without a proof there is nothing to say. */
  async query(order: OwnOrder): Promise<void> {
    const { context, settings } = this.#p
    const { market } = order.listing
    const list = await this.#lists.fresh(market)
    if (!list.ok) return
    if (order.phase !== 'doubt') return this.#desk.report(order)
    const now = context.clock.now()
    const proves = provesAbsence(market, settings.env, now) || ((await this.#looksAbsent(order)) ?? false)
    if (order.phase !== 'doubt') return
    this.#upkeep.tell([{ type: 'absent', broker: context.broker, orderId: order.orderId, proves }])
    this.#conclude(order, proves, now)
  }

  /**
   * Two proofs, far enough apart: it never arrived, and the books need not wait for it any more. Should it turn up all
   * the same, it is found as one that nobody expected (F-30).
   */
  #conclude(order: OwnOrder, proves: boolean, now: Micros): void {
    if (!proves) order.provenAt = 0
    else if (order.provenAt === 0) order.provenAt = now
    else if (now - order.provenAt >= BALANCES_APART) this.#p.orders.end(order, 'rejected')
  }

  #looksAbsent(order: OwnOrder): Promise<boolean | undefined> {
    const { id } = order.listing.instrument
    const noticed = this.#desk.noticedAt(id)
    return this.#absence.look(order, this.#p.context.clock.now(), noticed, {
      sales: this.#ownSales(id),
      wonBids: this.#wonBids(),
    })
  }

  #wonBids(): Money {
    return this.#p.orders
      .open('kr')
      .filter((o) => o.terms.side > 0 && o.phase === 'working')
      .reduce((sum, o) => sum + notional(o.listing.instrument, 1, o.leaves, o.wireLimit), 0)
  }

  #ownSales(instrument: number): number {
    return this.#p.orders
      .open()
      .filter((o) => o.listing.instrument.id === instrument && o.terms.side < 0 && o.phase === 'working')
      .reduce((sum, o) => sum + o.leaves, 0)
  }

  async reconcile({ requestId }: Reconcile): Promise<void> {
    // The engine asks again when an answer stays away.
    if (this.#reconciling) return
    this.#reconciling = true
    try {
      await this.#giveBooks(requestId)
    } finally {
      this.#reconciling = false
    }
  }

  /** Notices of what a balance shows may still be under way: a shortage is looked at again before it counts. */
  async #giveBooks(requestId: number, isSecondLook = false): Promise<void> {
    const { context, accounts, foreign, listings, orders, settings } = this.#p
    const { broker, clock } = context
    const { markets } = listings
    const askedAt = clock.now()
    const [domestic, overseas, cash, ...lists] = await Promise.all([
      accounts.domestic(),
      foreign.holdings(),
      foreign.cash(clock.now()),
      ...markets.map((market) => this.#lists.fresh(market)),
    ])
    const listed = markets.map((market, i) => ({ market, list: lists[i] }) as Listed)
    if (!isSecondLook && domestic !== undefined && this.#isShort(domestic)) {
      await this.#p.rest.door.rate.rest(BALANCES_APART)
      return this.#giveBooks(requestId, true)
    }
    if (domestic !== undefined) await this.#decideByDay(domestic, askedAt, isSecondLook)
    await this.#sayPower()
    const known = domestic !== undefined && overseas !== undefined
    const holdings = known ? [...domestic.holdings, ...overseas] : undefined
    this.#upkeep.tell([
      {
        type: 'books',
        broker,
        requestId,
        orders: bookedOrders(settings.env, clock.now(), listed, orders),
        fills: bookedFills(listed, orders),
        positions: holdings === undefined ? null : positionsOf(holdings, (i) => this.#ownSales(i)),
        cash: domestic?.won === undefined ? null : cashOf(context.currencies, { ...cash, KRW: domestic.won }),
      },
    ])
  }

  /** foreign money that the broker would pay out of won. */
  async #sayPower(): Promise<void> {
    const { foreign, context, rules } = this.#p
    if (rules.funding !== 'integrated') return
    for (const { currency: name, power } of await foreign.powers()) {
      const currency = context.currencies.indexOf(name)
      if (currency < 0) continue
      this.#upkeep.tell([{ type: 'buyingPower', broker: context.broker, currency, amount: power.withWon }])
    }
  }

  /** Something is to be decided by a list; tried a few times, then the next reconciliation does it. */
  check(market: Market, tries = 1): void {
    if (this.#upkeep.isStopped()) return
    const work = this.#lists.fresh(market).then(async (list) => {
      if (list.ok) await this.#decide(market)
      else if (tries < CHECKS) this.#upkeep.later(CHECK_AGAIN, () => this.check(market, tries + 1))
    })
    this.#upkeep.run(work)
  }

  async #decide(market: Market): Promise<void> {
    const { orders, settings, accounts, context } = this.#p
    const isHeld = [...orders.all].some((o) => o.listing.market === market && o.held.length > 0)
    if (!isHeld || market !== 'kr' || settings.env !== 'paper') return
    const askedAt = context.clock.now()
    const domestic = await accounts.domestic()
    if (domestic !== undefined) await this.#decideByDay(domestic, askedAt, false)
  }

  #isShort({ holdings }: Domestic): boolean {
    return this.#p.settings.env === 'paper' && holdings.some((h) => this.#desk.isShort(h))
  }

  /** What a list of paper left open: notices that may be copies; fills that nobody told of, where that is sure. */
  async #decideByDay(domestic: Domestic, askedAt: Micros, isSure: boolean): Promise<void> {
    const { orders, settings } = this.#p
    if (settings.env !== 'paper') return
    const isHeld = [...orders.all].filter((o) => o.listing.market === 'kr' && o.held.length > 0)
    const short = isSure ? domestic.holdings.filter((h) => this.#desk.isShort(h)) : []
    const listings = new Set([...isHeld.map((o) => o.listing), ...short.map((h) => h.listing)])
    if (listings.size === 0) return
    const ties = short.length === 0 ? undefined : await this.#ties(domestic)
    for (const listing of listings) {
      this.#desk.decideByDay(
        listing,
        domestic.holdings.find((h) => h.listing === listing),
        ties,
        askedAt,
      )
    }
  }

  async #ties({ won }: Domestic): Promise<Ties | undefined> {
    const spendable = won === undefined ? undefined : await this.#p.accounts.spendableWon()
    if (won === undefined || spendable === undefined) return undefined
    return { wonTied: won - spendable, wonBids: this.#wonBids(), sales: (i) => this.#ownSales(i) }
  }
}
