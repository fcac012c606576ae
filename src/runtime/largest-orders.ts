/**
 * Before a run: per symbol the largest opening order that the limits allow, at its first price on the tapes and with the
 * initial cash. A symbol of which not one lot fits is named, for it will never trade.
 */
import { fromScaled } from '../core/base/decimal.ts'
import { mulDiv } from '../core/base/fixed.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import { notionalScale } from '../core/domain/instrument.ts'
import { moneyDecimals } from '../core/domain/units.ts'
import type { Tape, TapeChunk } from '../tape/read.ts'
import type { RunSetup } from './run-setup.ts'

export interface LargestOrder {
  readonly symbol: string
  /** Decimal texts; undefined where the tapes have no price, or no exchange rate. */
  readonly price: string | undefined
  readonly qty: string | undefined
}

/** Columns that hold a price, by kind of stream; the first positive value of the first of them is taken. */
const PRICE_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  bars: ['open', 'close', 'askOpen'],
  trades: ['price'],
  quotes: ['ask', 'bid'],
  fx: ['rate'],
}

async function firstPrice(tapes: readonly Tape[], i: Instrument): Promise<number> {
  let first: { t: string; price: number } | undefined
  for (const tape of tapes) {
    for (const [index, info] of tape.manifest.streams.entries()) {
      if (info.symbol !== i.symbol || info.venue !== i.venue || info.rows === 0) continue
      if (first !== undefined && info.first >= first.t) continue
      for await (const chunk of tape.stream(index).chunks(i)) {
        const price = priceIn(chunk, PRICE_COLUMNS[info.kind] ?? [])
        if (price > 0) first = { t: info.first, price }
        break
      }
    }
  }
  return first?.price ?? 0
}

function priceIn(chunk: TapeChunk, names: readonly string[]): number {
  for (let row = 0; row < chunk.rows; row++) {
    for (const name of names) {
      const x = chunk.columns[name]?.[row] ?? 0
      if (x > 0) return x
    }
  }
  return 0
}

/** By symbol; instruments that are not traded (currency pairs) are left out. */
export async function largestOrders(tapes: readonly Tape[], setup: RunSetup): Promise<LargestOrder[]> {
  const { engine, instruments } = setup
  const prices = await Promise.all(instruments.map((i) => firstPrice(tapes, i)))
  /** Money of a currency in base money, down; 0 without a rate. */
  const inBase = (currency: number, amount: number): number => {
    const route = engine.routes[currency]
    if (route === undefined) return amount
    const pair = instruments[route.instrument] as Instrument
    const rate = prices[route.instrument] as number
    if (rate === 0) return 0
    const [one, shift] = [10 ** pair.priceDecimals, moneyDecimals(engine.base) - moneyDecimals(route.currency)]
    const scaled = amount * 10 ** shift
    return Math.floor(route.inverse ? (scaled * one) / rate : (scaled * rate) / one)
  }
  const cash = engine.cash[0] as readonly number[]
  const equity = cash.reduce((sum, amount, c) => sum + inBase(c, amount), 0)
  const base = engine.limits.allotted === 0 ? equity : Math.min(equity, engine.limits.allotted)
  const most = mulDiv(base, engine.limits.positionSize.num, engine.limits.positionSize.den, 'down')
  return instruments
    .filter((i) => i.venue !== 'FX')
    .map((i): LargestOrder => {
      const price = prices[i.id] as number
      const currency = engine.currencies.indexOf(i.currency)
      const { mul, div } = notionalScale(i)
      // One lot at the price with the 2 % of a market order, in money of the currency and of base.
      const lot = (i.lot * price * mul * 102) / (div * 100)
      const lotInBase = inBase(currency, Math.ceil(lot))
      const text = price > 0 ? fromScaled(price, i.priceDecimals) : undefined
      if (price === 0 || lotInBase === 0) return { symbol: i.symbol, price: text, qty: undefined }
      const lots = Math.max(0, Math.floor(Math.min(most / lotInBase, (cash[currency] as number) / lot)))
      return { symbol: i.symbol, price: text, qty: fromScaled(lots * i.lot, i.qtyDecimals) }
    })
}

/** The table as lines for a person. */
export function largestOrderLines(orders: readonly LargestOrder[]): string[] {
  const wide = Math.max(0, ...orders.map((o) => o.symbol.length))
  return orders.map((o) => {
    const what = o.symbol.padEnd(wide)
    if (o.qty === undefined) return `${what}  no price or exchange rate yet; the limits allow nothing without one`
    if (Number(o.qty) === 0)
      return `${what}  not one lot fits at ${o.price}: more cash, or a higher risk.position_size_limit`
    return `${what}  at most ${o.qty} at ${o.price}`
  })
}
