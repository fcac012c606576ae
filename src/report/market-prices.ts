/**
 * First and last price of every instrument of a run, for buy and hold beside it. Bars where there are any, else trades
 * whose conditions let them count, else the middle of quotes that are no wider than 2 %.
 */
import { tradeUse } from '../core/data/conditions.ts'
import { ACTION_KINDS } from '../core/domain/event.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import { pow10 } from '../core/base/fixed.ts'
import type { Currency } from '../core/domain/units.ts'
import { KIND } from '../core/engine/records.ts'
import type { RecordView } from '../runtime/record-fields.ts'

interface Span {
  first: number
  last: number
}

interface Seen {
  bars: Span | undefined
  trades: Span | undefined
  quotes: Span | undefined
  /** Units that one unit of the start has become, and cash that it was paid, in the currency. */
  units: number
  paid: number
}

const WIDEST = 0.02
const SPLIT = ACTION_KINDS.indexOf('split')
const DIVIDEND = ACTION_KINDS.indexOf('dividend')
const PAID_SCALE = 1e8

export class MarketPrices {
  readonly #instruments: readonly Instrument[]
  readonly #seen: Seen[]
  rows = 0

  constructor(instruments: readonly Instrument[]) {
    this.#instruments = instruments
    this.#seen = instruments.map(() => ({ bars: undefined, trades: undefined, quotes: undefined, units: 1, paid: 0 }))
  }

  record({ kind, instrument, words: w }: RecordView): void {
    const seen = this.#seen[instrument]
    if (seen === undefined) return
    if (kind === KIND.bar || kind === KIND.barQuotes) seen.bars = follow(seen.bars, w[3] as number, w[6] as number)
    else if (kind === KIND.trade) {
      if (tradeUse(w[5] as number) === 'all') seen.trades = follow(seen.trades, w[3] as number, w[3] as number)
    } else if (kind === KIND.quote || kind === KIND.quoteFlags) {
      const [bid, ask] = [w[3] as number, w[4] as number]
      const mid = (bid + ask) / 2
      if (bid > 0 && ask >= bid && ask - bid <= WIDEST * mid) seen.quotes = follow(seen.quotes, mid, mid)
    } else if (kind === KIND.fx) seen.trades = follow(seen.trades, w[3] as number, w[3] as number)
    else if (kind === KIND.action) this.#action(seen, w)
    else return
    this.rows++
  }

  #action(seen: Seen, w: Float64Array): void {
    if (w[3] === SPLIT) seen.units *= (w[4] as number) / (w[5] as number)
    else if (w[3] === DIVIDEND) seen.paid += (seen.units * (w[6] as number)) / PAID_SCALE
  }

  #spanOf(id: number): Span | undefined {
    const seen = this.#seen[id]
    const span = seen?.bars ?? seen?.trades ?? seen?.quotes
    return span !== undefined && span.first > 0 ? span : undefined
  }

  /**
   * Return of equal parts of the money in every traded instrument, bought at its first price and held to its last,
   * without costs, in the base currency; dividends are kept as cash. Undefined where a price or a rate is not known.
   */
  buyAndHold(base: Currency): number | undefined {
    const traded = this.#instruments.filter((i) => i.venue !== 'FX')
    let sum = 0
    for (const i of traded) {
      const span = this.#spanOf(i.id)
      const rate = this.#rateChange(i.currency, base)
      if (span === undefined || rate === undefined) return undefined
      const seen = this.#seen[i.id] as Seen
      const first = span.first / pow10(i.priceDecimals)
      sum += (((span.last / pow10(i.priceDecimals)) * seen.units + seen.paid) / first) * rate - 1
    }
    return traded.length === 0 ? undefined : sum / traded.length
  }

  /** What one unit of a currency became worth in base, as a factor. */
  #rateChange(currency: Currency, base: Currency): number | undefined {
    if (currency === base) return 1
    for (const i of this.#instruments) {
      if (i.venue !== 'FX') continue
      const span = this.#spanOf(i.id)
      if (span === undefined) continue
      if (i.symbol === `${currency}/${base}`) return span.last / span.first
      if (i.symbol === `${base}/${currency}`) return span.first / span.last
    }
    return undefined
  }

  /** Units of base for one unit of a currency at the newest rate; undefined while none is known. */
  rate(currency: Currency, base: Currency): number | undefined {
    if (currency === base) return 1
    for (const i of this.#instruments) {
      if (i.venue !== 'FX') continue
      const span = this.#spanOf(i.id)
      if (span === undefined) continue
      if (i.symbol === `${currency}/${base}`) return span.last / pow10(i.priceDecimals)
      if (i.symbol === `${base}/${currency}`) return pow10(i.priceDecimals) / span.last
    }
    return undefined
  }
}

function follow(span: Span | undefined, first: number, last: number): Span {
  if (span === undefined) return { first, last }
  span.last = last
  return span
}
