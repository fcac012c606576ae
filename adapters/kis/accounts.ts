/**
 * The account in Korea by the broker's word: holdings, won, what may be spent (KIS reference 6.9, 6.10). Won are
 * `prvs_rcdl_excc_amt`, the deposit after all settlements, which moves with today's fills. Abroad: `foreign.ts`.
 */
import type { BookedCash, BookedPosition } from '../../src/core/domain/control.ts'
import { type Money, moneyDecimals, type Qty } from '../../src/core/domain/units.ts'
import { accountFields } from './encode.ts'
import type { KisListing, Listings } from './instruments.ts'
import { type Fields, rowsOf, type TradingRest } from './rest.ts'
import type { Account } from './settings.ts'
import { readScaled } from './wire/numbers.ts'
import type { Environment } from './wire/transactions.ts'

export interface Holding {
  readonly listing: KisListing
  readonly qty: Qty
  /** What may be sold now, open sales taken off. */
  readonly free: Qty
  readonly avgPrice: number
  /** What the shares held cost, in price × quantity units; 0 where it is not said. */
  readonly cost: number
  readonly boughtToday: Qty
  readonly soldToday: Qty
}

/** What orders tie up: by the broker's figures, and by what we know of our own. */
export interface Ties {
  /** Won that the account holds and cannot spend. */
  readonly wonTied: Money
  /** Our open domestic purchases. */
  readonly wonBids: Money
  /** Shares of our open sales of an instrument. */
  readonly sales: (instrument: number) => Qty
}

export interface Domestic {
  readonly holdings: readonly Holding[]
  readonly won: Money | undefined
}

export class AccountInquiries<E extends Environment> {
  readonly #rest: TradingRest<E>
  readonly #account: Account
  readonly #listings: Listings

  constructor(rest: TradingRest<E>, listings: Listings, account: Account) {
    this.#rest = rest
    this.#account = account
    this.#listings = listings
  }

  async domestic(): Promise<Domestic | undefined> {
    const answer = await this.#rest.list(
      this.#rest.codes.account['kr.balance'],
      {
        ...accountFields(this.#account),
        AFHR_FLPR_YN: 'N',
        OFL_YN: '',
        INQR_DVSN: '02',
        UNPR_DVSN: '01',
        FUND_STTL_ICLD_YN: 'N',
        FNCG_AMT_AUTO_RDPT_YN: 'N',
        PRCS_DVSN: '00',
      },
      'output1',
    )
    if (!answer.ok) return undefined
    const total = rowsOf(answer.body.output2)[0]
    if (answer.rows.length === 0 && isWorth(total?.scts_evlu_amt)) return undefined
    const holdings = answer.rows.flatMap((row) => this.#domesticHolding(row) ?? [])
    return { holdings, won: readScaled(total?.prvs_rcdl_excc_amt ?? '', moneyDecimals('KRW')) }
  }

  #domesticHolding(row: Fields): Holding | undefined {
    const listing = this.#listings.find('kr', row.pdno ?? '')
    if (listing === undefined) return undefined
    const made = holdingOf(
      listing,
      row.hldg_qty,
      row.ord_psbl_qty,
      row.pchs_avg_pric,
      row.thdt_buyqty,
      row.thdt_sll_qty,
    )
    const { priceDecimals, qtyDecimals } = listing.instrument
    const cost = (readScaled(row.pchs_amt ?? '', priceDecimals) ?? 0) * 10 ** qtyDecimals
    return made === undefined ? undefined : { ...made, cost }
  }

  /** Won that may be spent now. */
  async spendableWon(): Promise<Money | undefined> {
    const answer = await this.#rest.inquire(this.#rest.codes.account['kr.power'], {
      ...accountFields(this.#account),
      PDNO: '',
      ORD_UNPR: '',
      ORD_DVSN: '00',
      CMA_EVLU_AMT_ICLD_YN: 'N',
      OVRS_ICLD_YN: 'N',
    })
    if (!answer.ok) return undefined
    return readScaled(rowsOf(answer.envelope.body.output)[0]?.ord_psbl_cash ?? '', moneyDecimals('KRW'))
  }
}

/** Shares without rows: the list was not delivered (F-35). */
export function isWorth(text: string | undefined): boolean {
  return /[1-9]/.test(text ?? '')
}

export function holdingOf(
  listing: KisListing,
  qtyText: string | undefined,
  freeText: string | undefined,
  average: string | undefined,
  bought = '0',
  sold = '0',
): Holding | undefined {
  const { qtyDecimals, priceDecimals } = listing.instrument
  const [qty, free] = [readScaled(qtyText ?? '', qtyDecimals), readScaled(freeText ?? '', qtyDecimals)]
  if (qty === undefined || free === undefined) return undefined
  const avgPrice = Math.round(Number((average ?? '').trim() || '0') * 10 ** priceDecimals)
  const [boughtToday, soldToday] = [readScaled(bought, qtyDecimals) ?? 0, readScaled(sold, qtyDecimals) ?? 0]
  return {
    listing,
    qty,
    free,
    avgPrice: Number.isSafeInteger(avgPrice) ? avgPrice : 0,
    cost: 0,
    boughtToday,
    soldToday,
  }
}

/** `sellable` of the port does not have our own live sales taken off, the broker's figure has. */
export function positionsOf(holdings: readonly Holding[], ownSales: (instrument: number) => Qty): BookedPosition[] {
  return holdings
    .filter((h) => h.qty !== 0)
    .map((h) => {
      const { id } = h.listing.instrument
      return { instrument: id, qty: h.qty, sellable: Math.min(h.qty, h.free + ownSales(id)), avgPrice: h.avgPrice }
    })
}

export function cashOf(
  currencies: readonly string[],
  amounts: Readonly<Record<string, Money | undefined>>,
): BookedCash[] {
  return currencies.flatMap((name, currency) => {
    const amount = amounts[name]
    return amount === undefined ? [] : [{ currency, amount }]
  })
}
