/** What is traded: one listing with its number scales, tick table, lot and session calendar. */
import { assert } from '../base/assert.ts'
import { pow10 } from '../base/fixed.ts'
import { type Currency, moneyDecimals, type Price } from './units.ts'

/** One row of a tick table: prices at or above `from` move in steps of `tick` (both in units of the instrument's price). */
export interface TickBand {
  readonly from: Price
  readonly tick: Price
}

export const PRODUCTS = ['stock', 'etf', 'etn', 'reit', 'adr'] as const
export type Product = (typeof PRODUCTS)[number]

export interface Instrument {
  /** Position in the list of a run's instruments, which is sorted by symbol (code points), then venue. */
  readonly id: number
  readonly symbol: string
  /** Listing venue or market: US, KRX, NXT, FX, CRYPTO, GEN, … Names the session calendar too. */
  readonly venue: string
  readonly currency: Currency
  readonly priceDecimals: number
  readonly qtyDecimals: number
  /** Ascending by `from`; the first row starts at 0. */
  readonly ticks: readonly TickBand[]
  /** Smallest tradable quantity and its step, in quantity units. */
  readonly lot: number
  /** The same economic instrument at every broker and venue shares this id. */
  readonly economicId: string
  readonly allowShort: boolean
  /** Kind of listing where tick tables, fees or taxes differ by it; absent means a common stock. */
  readonly product?: Product
  /** Market segment where rules differ by it: KOSPI, KOSDAQ, NASDAQ, NYSE, ARCA, …; absent where none does. */
  readonly segment?: string
}

/** The step between legal prices at `price`. */
export function tickAt(instrument: Instrument, price: Price): Price {
  const bands = instrument.ticks
  let tick = (bands[0] as TickBand).tick
  for (let i = 1; i < bands.length; i++) {
    const band = bands[i] as TickBand
    if (price < band.from) break
    tick = band.tick
  }
  return tick
}

/**
 * The factor and divisor that turn price × quantity into money units. One of the two is 1: with few decimals the
 * product is exact, with many (crypto) the notional is rounded once per fill, against us.
 */
export function notionalScale(instrument: Instrument): { readonly mul: number; readonly div: number } {
  const spare = moneyDecimals(instrument.currency) - instrument.priceDecimals - instrument.qtyDecimals
  return spare >= 0 ? { mul: pow10(spare), div: 1 } : { mul: 1, div: pow10(-spare) }
}

export function assertInstrument(i: Instrument): void {
  assert(i.priceDecimals >= 0 && i.priceDecimals <= 8, `${i.symbol}: price_decimals ${i.priceDecimals}`)
  assert(i.qtyDecimals >= 0 && i.qtyDecimals <= 8, `${i.symbol}: qty_decimals ${i.qtyDecimals}`)
  assert(i.lot > 0 && Number.isSafeInteger(i.lot), `${i.symbol}: lot ${i.lot}`)
  assert(i.ticks.length > 0 && i.ticks[0]?.from === 0, `${i.symbol}: the tick table must start at 0`)
}
