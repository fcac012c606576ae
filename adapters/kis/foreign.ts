/**
 * The account abroad by the broker's word: shares, cash of each currency, what may be spent, the rate in won (KIS
 * reference 7.6, 7.7, 7.10). One service answers for every market; exchange, currency and country are its parameters.
 *
 * Cash is the present balance, which the broker does not keep up to date while New York trades (reference 7.7; of the
 * Asian markets it says nothing, so the same is assumed): it is compared only outside a market's hours and while it shows
 * no trade of today. A first figure is needed at any hour; then what may be spent stands in for it. Under integrated
 * margin foreign cash is not compared at all. A currency that is left out of the answer is not compared, and holds
 * nothing up.
 */
import { DAY, type Micros } from '../../src/core/base/time.ts'
import { type Currency, type Money, moneyDecimals } from '../../src/core/domain/units.ts'
import { sessionTimes } from '../../src/reference/calendars.ts'
import { type Holding, holdingOf, isWorth } from './accounts.ts'
import { accountFields, priceText } from './encode.ts'
import { isOverseas, type Listings, type Market, type OverseasListing } from './instruments.ts'
import { localTime } from './kst.ts'
import type { Urgency } from './rate.ts'
import { type Fields, rowsOf, type TradingRest } from './rest.ts'
import type { KisSettings } from './settings.ts'
import type { ExchangeCodes } from './wire/exchanges.ts'
import { readScaled } from './wire/numbers.ts'
import type { Environment } from './wire/transactions.ts'

/** Trades of a session settle into the present balance some time after its close (reference 7.7, of New York). */
const SETTLING: Micros = 45 * 60_000_000
/** Decimals of a rate as it is kept here. */
export const RATE_DECIMALS = 8
/** A yen was never worth so much: such a rate is that of a hundred. Which of the two it is, the reference does not say. */
const HUNDRED_YEN = 100

/** The dollar is valued in also where nothing of New York is traded: by Apple then. */
const STAND_INS: Readonly<Record<string, Fields>> = {
  USD: { OVRS_EXCG_CD: 'NASD', OVRS_ORD_UNPR: '1.00', ITEM_CD: 'AAPL' },
}

/** What may be spent of a currency: of itself, and with the won that the broker would turn into it. */
export interface Power {
  readonly own: Money
  readonly withWon: Money
}

/** Is an exchange trading, its lunch break included, or just done? */
export function isTrading({ venue, zone }: Pick<ExchangeCodes, 'venue' | 'zone'>, t: Micros): boolean {
  if (venue === undefined) return false
  const day = Math.floor(localTime(t, zone) / DAY)
  return [day - 1, day].some((d) => {
    const session = sessionTimes(venue, d)
    return session !== undefined && t >= session.open && t < session.close + SETTLING && session.open > t - DAY
  })
}

export class ForeignAccounts<E extends Environment> {
  readonly #rest: TradingRest<E>
  readonly #listings: Listings
  readonly #settings: KisSettings
  readonly #isTrading: (exchange: ExchangeCodes, t: Micros) => boolean
  /** Currencies of which the engine knows a figure. */
  readonly #known: Set<string>

  /** `resumed`: the engine knows its cash already, so no stand-in is given for it. */
  constructor(
    rest: TradingRest<E>,
    listings: Listings,
    settings: KisSettings,
    resumed: boolean,
    trading: (exchange: ExchangeCodes, t: Micros) => boolean = isTrading,
  ) {
    this.#rest = rest
    this.#listings = listings
    this.#settings = settings
    this.#isTrading = trading
    this.#known = new Set(resumed ? this.currencies : [])
  }

  /** Of the listings that are traded. */
  get currencies(): Currency[] {
    return [...new Set(this.#overseas().map((l) => l.instrument.currency))]
  }

  #overseas(): OverseasListing[] {
    return this.#listings.all.filter(isOverseas)
  }

  /** Shares at every exchange. In live NASD means all of the US, in paper NASDAQ alone. */
  async holdings(markets: readonly Market[] = this.#listings.abroadMarkets): Promise<readonly Holding[] | undefined> {
    const all: Holding[] = []
    for (const market of markets) {
      const exchanges = this.#listings.exchanges(market)
      const wide = market === 'us' && this.#rest.codes.env === 'live'
      for (const exchange of wide ? exchanges.slice(0, 1) : exchanges) {
        const held = await this.#heldAt(market, wide ? 'NASD' : exchange.order, exchange.currency)
        if (held === undefined) return undefined
        all.push(...held)
      }
    }
    return all
  }

  async #heldAt(market: Market, exchange: string, currency: string): Promise<Holding[] | undefined> {
    const fields = { ...accountFields(this.#settings.account), OVRS_EXCG_CD: exchange, TR_CRCY_CD: currency }
    const answer = await this.#rest.list(this.#rest.codes.account['overseas.balance'], fields, 'output1')
    if (!answer.ok) return undefined
    if (answer.rows.length === 0 && isWorth(rowsOf(answer.body.output2)[0]?.frcr_pchs_amt1)) return undefined
    return answer.rows.flatMap((row) => {
      const listing = this.#listings.find(market, row.ovrs_pdno ?? '')
      if (listing === undefined) return []
      return holdingOf(listing, row.ovrs_cblc_qty, row.ord_psbl_qty, row.pchs_avg_pric) ?? []
    })
  }

  /** Cash by currency, where it can be compared now. */
  async cash(now: Micros): Promise<Readonly<Record<string, Money>>> {
    if (this.#settings.usFunding === 'integrated') return {}
    const out: Record<string, Money> = {}
    for (const listing of this.#onePerMarket()) {
      const amount = await this.#cashOf(listing, now)
      if (amount !== undefined) out[listing.instrument.currency] = amount
    }
    return out
  }

  #onePerMarket(): OverseasListing[] {
    return this.#listings.abroadMarkets.flatMap((m) => this.#overseas().find((l) => l.market === m) ?? [])
  }

  async #cashOf(listing: OverseasListing, now: Micros): Promise<Money | undefined> {
    const { currency } = listing.instrument
    const present = this.#isTrading(listing.exchange, now) ? undefined : await this.#presentCash(listing)
    if (present === undefined && this.#known.has(currency)) return undefined
    const amount = present ?? (await this.#powerOf(listing))?.own
    if (amount !== undefined) this.#known.add(currency)
    return amount
  }

  /** Undefined where the answer lacks the currency (paper gives totals alone) or shows trades that are not settled. */
  async #presentCash({ exchange, instrument }: OverseasListing): Promise<Money | undefined> {
    const fields = { WCRC_FRCR_DVSN_CD: '02', NATN_CD: exchange.nation, TR_MKET_CD: '00', INQR_DVSN_CD: '00' }
    const answer = await this.#rest.inquire(this.#rest.codes.account['overseas.present'], {
      ...accountFields(this.#settings.account),
      ...fields,
    })
    if (!answer.ok) return undefined
    const { currency } = instrument
    const row = rowsOf(answer.envelope.body.output2).find((r) => r.crcy_cd === currency)
    if (row === undefined) return undefined
    const traded = [row.frcr_buy_amt_smtl, row.frcr_sll_amt_smtl].some((x) => moneyOf(x, currency) !== 0)
    return traded ? undefined : moneyOf(row.frcr_dncl_amt_2, currency)
  }

  /** What may be spent in a market. */
  async power(market: Market): Promise<Power | undefined> {
    const listing = this.#overseas().find((l) => l.market === market)
    return listing === undefined ? undefined : this.#powerOf(listing)
  }

  /** The same of every currency that is traded. */
  async powers(): Promise<{ readonly currency: Currency; readonly power: Power }[]> {
    const out: { readonly currency: Currency; readonly power: Power }[] = []
    for (const listing of this.#onePerMarket()) {
      const power = await this.#powerOf(listing)
      if (power !== undefined) out.push({ currency: listing.instrument.currency, power })
    }
    return out
  }

  async #powerOf(listing: OverseasListing): Promise<Power | undefined> {
    const row = await this.#powerRow(shareOf(listing))
    const { currency } = listing.instrument
    const [own, withWon] = [moneyOf(row?.ord_psbl_frcr_amt, currency), moneyOf(row?.frcr_ord_psbl_amt1, currency)]
    return own === undefined || withWon === undefined ? undefined : { own, withWon }
  }

  /** Won a unit of the currency by the broker, in 10^-8; undefined when it does not say. */
  async wonRate(currency: string): Promise<number | undefined> {
    const listing = this.#overseas().find((l) => l.instrument.currency === currency)
    const share = listing === undefined ? STAND_INS[currency] : shareOf(listing)
    if (share === undefined) return undefined
    const text = (await this.#powerRow(share, 'background'))?.exrt
    const rate = readScaled(cut(text, RATE_DECIMALS), RATE_DECIMALS)
    if (rate === undefined || rate <= 0) return undefined
    const isOfHundred = currency === 'JPY' && rate >= HUNDRED_YEN * 10 ** RATE_DECIMALS
    return isOfHundred ? Math.floor(rate / 100) : rate
  }

  async #powerRow(share: Fields, urgency: Urgency = 'query'): Promise<Fields | undefined> {
    const fields = { ...accountFields(this.#settings.account), ...share }
    const answer = await this.#rest.inquire(this.#rest.codes.account['overseas.power'], fields, urgency)
    return answer.ok ? rowsOf(answer.envelope.body.output)[0] : undefined
  }
}

/** The share by which a market's money is asked about, at a price of one unit. */
function shareOf(listing: OverseasListing): Fields {
  const one = priceText(listing, 10 ** listing.instrument.priceDecimals)
  return { OVRS_EXCG_CD: listing.exchange.order, OVRS_ORD_UNPR: one, ITEM_CD: listing.code }
}

/** Cut at the money unit: the wire may carry more decimals. */
function moneyOf(text: string | undefined, currency: Currency): Money | undefined {
  const decimals = moneyDecimals(currency)
  return readScaled(cut(text, decimals), decimals)
}

function cut(text: string | undefined, decimals: number): string {
  const [whole = '', part = ''] = (text ?? '').trim().split('.')
  return part === '' ? whole : `${whole}.${part.slice(0, decimals)}`
}
