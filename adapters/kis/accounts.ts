/**
 * The account by the broker's word: holdings, cash, what may be spent (KIS reference 6.9, 6.10, 7.6, 7.7, 7.10).
 *
 * Won: `prvs_rcdl_excc_amt`, the deposit after all settlements, which moves with today's fills. Dollars: the present
 * balance, which the broker does not keep up to date while New York trades (reference 7.7): it is compared only outside
 * those hours and while it shows no trade of today. A first figure is needed at any hour; then the orderable dollars
 * stand in for it. Under integrated margin dollars are not compared at all. A currency that is left out of the answer
 * is not compared, and holds nothing up.
 */
import { DAY, type Micros } from '../../src/core/base/time.ts'
import type { BookedCash, BookedPosition } from '../../src/core/domain/control.ts'
import { type Money, moneyDecimals, type Qty } from '../../src/core/domain/units.ts'
import { sessionTimes } from '../../src/reference/calendars.ts'
import { accountFields, priceText } from './encode.ts'
import type { KisListing, Listings } from './instruments.ts'
import { newYorkDay } from './kst.ts'
import { type Fields, rowsOf, type TradingRest } from './rest.ts'
import type { Account, KisSettings } from './settings.ts'
import type { Urgency } from './rate.ts'
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

/** Trades of the New York session settle into the present balance some time after its close. */
const US_SETTLING: Micros = 45 * 60_000_000

/** Is New York trading, or just done? */
export function isUsTrading(t: Micros): boolean {
  const day = newYorkDay(t)
  return [day - 1, day].some((d) => {
    const session = sessionTimes('US', d)
    return session !== undefined && t >= session.open && t < session.close + US_SETTLING && session.open > t - DAY
  })
}

export class AccountInquiries<E extends Environment> {
  readonly #rest: TradingRest<E>
  readonly #account: Account
  readonly #listings: Listings
  readonly #settings: KisSettings
  readonly #isUsTrading: (t: Micros) => boolean
  #dollarsKnown: boolean

  /** `resumed`: the engine knows its dollars already, so no stand-in is given for them. */
  constructor(
    rest: TradingRest<E>,
    listings: Listings,
    settings: KisSettings,
    resumed: boolean,
    isTrading: (t: Micros) => boolean = isUsTrading,
  ) {
    this.#rest = rest
    this.#account = settings.account
    this.#listings = listings
    this.#settings = settings
    this.#dollarsKnown = resumed
    this.#isUsTrading = isTrading
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
    const made = holding(listing, row.hldg_qty, row.ord_psbl_qty, row.pchs_avg_pric, row.thdt_buyqty, row.thdt_sll_qty)
    const { priceDecimals, qtyDecimals } = listing.instrument
    const cost = (readScaled(row.pchs_amt ?? '', priceDecimals) ?? 0) * 10 ** qtyDecimals
    return made === undefined ? undefined : { ...made, cost }
  }

  /** In live NASD means all of the US, in paper NASDAQ alone. */
  async overseas(): Promise<readonly Holding[] | undefined> {
    const traded = new Set(this.#listings.all.flatMap((l) => l.exchange?.order ?? []))
    const exchanges = this.#rest.codes.env === 'live' ? ['NASD'] : [...traded]
    const all: Holding[] = []
    for (const exchange of exchanges) {
      const fields = { ...accountFields(this.#account), OVRS_EXCG_CD: exchange, TR_CRCY_CD: 'USD' }
      const answer = await this.#rest.list(this.#rest.codes.account['us.balance'], fields, 'output1')
      if (!answer.ok) return undefined
      if (answer.rows.length === 0 && isWorth(rowsOf(answer.body.output2)[0]?.frcr_pchs_amt1)) return undefined
      for (const row of answer.rows) {
        const listing = this.#listings.find('us', row.ovrs_pdno ?? '')
        const held =
          listing === undefined ? undefined : holding(listing, row.ovrs_cblc_qty, row.ord_psbl_qty, row.pchs_avg_pric)
        if (held !== undefined) all.push(held)
      }
    }
    return all
  }

  /** Dollars, where they can be compared now. */
  async dollars(now: Micros): Promise<Money | undefined> {
    if (this.#settings.usFunding === 'integrated') return undefined
    const first = !this.#dollarsKnown
    const present = this.#isUsTrading(now) ? undefined : await this.#presentDollars()
    if (present !== undefined) {
      this.#dollarsKnown = true
      return present
    }
    if (!first) return undefined
    const power = await this.power()
    if (power === undefined) return undefined
    this.#dollarsKnown = true
    return power.dollars
  }

  /** Undefined where the answer lacks the currency (paper gives totals alone) or shows trades that are not settled. */
  async #presentDollars(): Promise<Money | undefined> {
    const fields = { WCRC_FRCR_DVSN_CD: '02', NATN_CD: '840', TR_MKET_CD: '00', INQR_DVSN_CD: '00' }
    const answer = await this.#rest.inquire(this.#rest.codes.account['us.present'], {
      ...accountFields(this.#account),
      ...fields,
    })
    if (!answer.ok) return undefined
    const row = rowsOf(answer.envelope.body.output2).find((r) => r.crcy_cd === 'USD')
    if (row === undefined) return undefined
    const traded = [row.frcr_buy_amt_smtl, row.frcr_sll_amt_smtl].some((x) => dollarsOf(x) !== 0)
    return traded ? undefined : dollarsOf(row.frcr_dncl_amt_2)
  }

  /** What may be spent in dollars: of dollars alone, and with the won that the broker would turn into them. */
  async power(): Promise<{ readonly dollars: Money; readonly withWon: Money } | undefined> {
    const row = await this.#powerRow()
    const [dollars, withWon] = [dollarsOf(row?.ord_psbl_frcr_amt), dollarsOf(row?.frcr_ord_psbl_amt1)]
    return dollars === undefined || withWon === undefined ? undefined : { dollars, withWon }
  }

  /** Won a dollar by the broker, in 10^-decimals; undefined when it does not say. */
  async dollarRate(decimals: number): Promise<number | undefined> {
    const [whole = '', part = ''] = ((await this.#powerRow('background'))?.exrt ?? '').trim().split('.')
    const rate = readScaled(part === '' ? whole : `${whole}.${part.slice(0, decimals)}`, decimals)
    return rate !== undefined && rate > 0 ? rate : undefined
  }

  async #powerRow(urgency: Urgency = 'query'): Promise<Fields | undefined> {
    const listing = this.#listings.all.find((l) => l.market === 'us')
    if (listing?.exchange === undefined) return undefined
    const one = 10 ** listing.instrument.priceDecimals
    const fields = {
      ...accountFields(this.#account),
      OVRS_EXCG_CD: listing.exchange.order,
      OVRS_ORD_UNPR: priceText(listing, one),
      ITEM_CD: listing.code,
    }
    const answer = await this.#rest.inquire(this.#rest.codes.account['us.power'], fields, urgency)
    return answer.ok ? rowsOf(answer.envelope.body.output)[0] : undefined
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
function isWorth(text: string | undefined): boolean {
  return /[1-9]/.test(text ?? '')
}

/** Cut at the money unit: the wire may carry more decimals. */
function dollarsOf(text: string | undefined): Money | undefined {
  const decimals = moneyDecimals('USD')
  const [whole = '', part = ''] = (text ?? '').trim().split('.')
  return readScaled(part === '' ? whole : `${whole}.${part.slice(0, decimals)}`, decimals)
}

function holding(
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
