/**
 * Which listing of ours is which of theirs: code, exchange codes, socket key (KIS reference 7.1). A US listing whose
 * segment is not known cannot be traded here: its orders would need an exchange code that we would have to guess.
 */
import type { Instrument } from '../../src/core/domain/instrument.ts'
import { instrumentTable } from '../../src/reference/instrument-load.ts'
import { type KisCodes, kisCodes } from '../../src/reference/broker-codes.ts'
import { byOrderCode, type ExchangeCodes, type OrderFamily, type OverseasMarket, socketKey } from './wire/exchanges.ts'

/** Markets that are traded here; each has an order list and numbers of its own. */
export const MARKETS = ['kr', 'us', 'jp', 'hk', 'cn'] as const
export type Market = (typeof MARKETS)[number]

export interface KisListing {
  readonly instrument: Instrument
  readonly market: Market
  /** PDNO. */
  readonly code: string
  /** Undefined in Korea. */
  readonly exchange: ExchangeCodes | undefined
  /** Whose transaction ids its orders have. */
  readonly orders: 'kr' | OrderFamily
  /** tr_key of market data. */
  readonly key: string
  /** The feed behind that key is late by the vendor's word: a free one of Asia. */
  readonly late: boolean
  /** EXCG_ID_DVSN_CD of domestic orders. */
  readonly venue: 'KRX' | 'NXT'
}

export class Listings {
  readonly all: readonly KisListing[]
  /** Those of `all` that are traded, in the order of `MARKETS`. */
  readonly markets: readonly Market[]
  readonly #byId = new Map<number, KisListing>()
  readonly #byCode = new Map<string, KisListing>()
  readonly #byKey = new Map<string, KisListing>()

  /** `realtime`: venues whose real-time quotes were applied for (free ones of Asia are late). */
  constructor(instruments: readonly Instrument[], markets: readonly string[], realtime: readonly string[] = []) {
    const traded = instruments.filter((i) => markets.includes(i.venue))
    this.all = traded.flatMap((i) => listingOf(i, realtime.includes(i.venue)) ?? [])
    this.markets = MARKETS.filter((m) => this.has(m))
    for (const listing of this.all) {
      this.#byId.set(listing.instrument.id, listing)
      const name = `${listing.market} ${listing.code}`
      // One code at two venues is one holding: the first of the list, which is KRX, stands for it.
      if (!this.#byCode.has(name)) this.#byCode.set(name, listing)
      for (const key of keysOf(listing)) this.#byKey.set(`${listing.venue} ${key}`, listing)
    }
  }

  of(instrument: number): KisListing | undefined {
    return this.#byId.get(instrument)
  }

  find(market: Market, code: string): KisListing | undefined {
    return this.#byCode.get(`${market} ${code.trim()}`)
  }

  /** Rows and notices of overseas services name a code alone: tickers, and numbers of four to six digits, differ. */
  abroad(code: string): KisListing | undefined {
    for (const market of this.markets) {
      const found = market === 'kr' ? undefined : this.find(market, code)
      if (found !== undefined) return found
    }
    return undefined
  }

  byKey(key: string, venue: 'KRX' | 'NXT' = 'KRX'): KisListing | undefined {
    return this.#byKey.get(`${venue} ${key}`)
  }

  has(market: Market): boolean {
    return this.all.some((l) => l.market === market)
  }

  /** Overseas markets that are traded. */
  get abroadMarkets(): readonly Market[] {
    return this.markets.filter((m) => m !== 'kr')
  }

  /** Exchanges of a market at which something is traded. */
  exchanges(market: Market): ExchangeCodes[] {
    return [...new Set(this.all.flatMap((l) => (l.market === market && isOverseas(l) ? [l.exchange] : [])))]
  }
}

/** A listing of an overseas market, which alone has an exchange code. */
export type OverseasListing = KisListing & { readonly exchange: ExchangeCodes }

export function isOverseas(listing: KisListing): listing is OverseasListing {
  return listing.exchange !== undefined
}

/** Frames of either feed are those of the listing, whichever was asked for: recordings may hold both. */
function keysOf({ exchange, code, key }: KisListing): string[] {
  return exchange === undefined ? [key] : [socketKey(exchange, code, 'D'), socketKey(exchange, code, 'R')]
}

function listingOf(instrument: Instrument, isApplied: boolean): KisListing | undefined {
  const codes = codesOf(instrument)
  if (codes === undefined) return undefined
  const { code } = codes
  const venue = instrument.venue === 'NXT' ? 'NXT' : 'KRX'
  const exchange = codes.orderExchange === undefined ? undefined : byOrderCode(codes.orderExchange)
  if (exchange === undefined) {
    return { instrument, market: 'kr', code, exchange, orders: 'kr', key: codes.realtimeKey, late: false, venue }
  }
  const { orders, lateMinutes } = exchange
  const market = marketOf(exchange.market)
  if (orders === undefined || market === undefined) return undefined
  const late = lateMinutes > 0 && !isApplied
  const key = socketKey(exchange, code, lateMinutes > 0 && isApplied ? 'R' : 'D')
  return { instrument, market, code, exchange, orders, key, late, venue }
}

function marketOf(market: OverseasMarket): Market | undefined {
  return MARKETS.find((m) => m === market)
}

/** From the reference table, the newest listing first; else by the segment that the instrument carries. */
function codesOf({ symbol, venue, segment }: Instrument): KisCodes | undefined {
  const known = instrumentTable().listings(symbol, venue)
  const newest = [...known].sort((a, b) => b.to - a.to).find((l) => l.kis !== undefined)
  if (newest?.kis !== undefined) return newest.kis
  const none = { kisCode: undefined, from: -Infinity, to: Infinity, lot: undefined, tick: undefined }
  const plain = { feeClass: undefined, taxClass: undefined, ibSymbol: undefined, conId: undefined, place: '' }
  return kisCodes({ symbol, venue, segment, ...none, ...plain })
}
