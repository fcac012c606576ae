/**
 * The order lists of the markets (KIS reference 6.11, 7.9), asked for whole and in one form. A caller gets a list that
 * was asked for after its call, so that it holds what was known then; callers that come together share one.
 */
import { DAY, type Micros } from '../../src/core/base/time.ts'
import type { Clock } from '../../src/runtime/ports.ts'
import { domesticOrder, type ListedOrder, overseasOrder } from './decode.ts'
import { accountFields } from './encode.ts'
import type { Trouble } from './errors.ts'
import type { Listings, Market } from './instruments.ts'
import { kstDate, localDate } from './kst.ts'
import type { Fields, ListAnswer, TradingRest } from './rest.ts'
import type { Account } from './settings.ts'
import type { ExchangeCodes } from './wire/exchanges.ts'
import type { Environment } from './wire/transactions.ts'

export type OrderList =
  | { readonly ok: true; readonly rows: readonly ListedOrder[]; readonly askedAt: Micros }
  | { readonly ok: false; readonly trouble: Trouble }

export interface ListPlace<E extends Environment> {
  readonly rest: TradingRest<E>
  readonly account: Account
  readonly listings: Listings
  readonly clock: Clock
  /** The oldest order that is still of interest. */
  readonly since: (market: Market) => Micros
  /** Takes the list in, before anybody who asked for it goes on. */
  readonly absorb: (market: Market, rows: readonly ListedOrder[], askedAt: Micros) => void
}

export class OrderLists<E extends Environment> {
  readonly #place: ListPlace<E>
  readonly #running = new Map<Market, Promise<OrderList>>()
  readonly #next = new Map<Market, Promise<OrderList>>()

  constructor(place: ListPlace<E>) {
    this.#place = place
  }

  fresh(market: Market): Promise<OrderList> {
    const running = this.#running.get(market)
    if (running === undefined) return this.#start(market)
    const queued = this.#next.get(market)
    if (queued !== undefined) return queued
    const next = running.then(() => {
      this.#next.delete(market)
      return this.#start(market)
    })
    this.#next.set(market, next)
    return next
  }

  #start(market: Market): Promise<OrderList> {
    const run = this.#fetch(market).finally(() => this.#running.delete(market))
    this.#running.set(market, run)
    return run
  }

  async #fetch(market: Market): Promise<OrderList> {
    const askedAt = this.#place.clock.now()
    const answer = market === 'kr' ? await this.#domestic(askedAt) : await this.#overseas(market, askedAt)
    if (!answer.ok) return answer
    const read = market === 'kr' ? domesticOrder : overseasOrder
    const known = answer.rows.flatMap((row) => read(this.#place.listings, row) ?? [])
    // Paper may not heed the exchange that was asked for.
    const rows = known.filter((row) => row.market === market)
    // One report tells of the same row coming again and again (reference 5.5).
    const unique = new Map(rows.map((row) => [`${row.date} ${row.number}`, row]))
    const list = [...unique.values()]
    this.#place.absorb(market, list, askedAt)
    return { ok: true, rows: list, askedAt }
  }

  #domestic(now: Micros): Promise<ListAnswer> {
    const { rest, account, since } = this.#place
    return rest.list(
      rest.codes.account['kr.orders'],
      {
        ...accountFields(account),
        INQR_STRT_DT: kstDate(Math.min(now, since('kr'))),
        INQR_END_DT: kstDate(now),
        SLL_BUY_DVSN_CD: '00',
        PDNO: '',
        ORD_GNO_BRNO: '',
        ODNO: '',
        CCLD_DVSN: '00',
        INQR_DVSN: '00',
        INQR_DVSN_1: '',
        INQR_DVSN_3: '00',
        EXCG_ID_DVSN_CD: rest.codes.env === 'live' ? 'ALL' : 'KRX',
      },
      'output1',
    )
  }

  /** Every exchange of the market; of the US one code means them all. */
  async #overseas(market: Market, now: Micros): Promise<ListAnswer> {
    const all = this.#place.listings.exchanges(market)
    const rows: Fields[] = []
    let body: Readonly<Record<string, unknown>> = {}
    for (const exchange of market === 'us' ? all.slice(0, 1) : all) {
      const code = market === 'us' ? 'NASD' : exchange.order
      const answer = await this.#atExchange({ ...exchange, order: code }, this.#place.since(market), now)
      if (!answer.ok) return answer
      rows.push(...answer.rows)
      body = answer.body
    }
    return { ok: true, rows, body }
  }

  /** Dates are those of the exchange; paper takes no filter. */
  #atExchange({ order, zone }: ExchangeCodes, since: Micros, now: Micros): Promise<ListAnswer> {
    const { rest, account } = this.#place
    const live = rest.codes.env === 'live'
    return rest.list(
      rest.codes.account['overseas.orders'],
      {
        ...accountFields(account),
        PDNO: live ? '%' : '',
        ORD_STRT_DT: localDate(Math.min(now, since) - DAY, zone),
        ORD_END_DT: localDate(now + DAY, zone),
        SLL_BUY_DVSN: '00',
        CCLD_NCCS_DVSN: '00',
        OVRS_EXCG_CD: order,
        SORT_SQN: 'DS',
        ORD_DT: '',
        ORD_GNO_BRNO: '',
        ODNO: '',
      },
      'output',
    )
  }
}
