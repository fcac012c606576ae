/**
 * Which listing of ours is which of theirs: code, exchange codes, socket key (KIS reference 7.1). A US listing whose
 * segment is not known cannot be traded here: its orders would need an exchange code that we would have to guess.
 */
import type { Instrument } from '../../src/core/domain/instrument.ts'
import { instrumentTable } from '../../src/reference/instrument-load.ts'
import { type KisCodes, kisCodes } from '../../src/reference/broker-codes.ts'
import { byOrderCode, type ExchangeCodes } from './wire/exchanges.ts'

export type Market = 'kr' | 'us'

export interface KisListing {
  readonly instrument: Instrument
  readonly market: Market
  /** PDNO. */
  readonly code: string
  /** Undefined in Korea. */
  readonly exchange: ExchangeCodes | undefined
  /** tr_key of market data. */
  readonly key: string
  /** EXCG_ID_DVSN_CD of domestic orders. */
  readonly venue: 'KRX' | 'NXT'
}

export class Listings {
  readonly all: readonly KisListing[]
  readonly #byId = new Map<number, KisListing>()
  readonly #byCode = new Map<string, KisListing>()
  readonly #byKey = new Map<string, KisListing>()

  constructor(instruments: readonly Instrument[], markets: readonly string[]) {
    this.all = instruments.filter((i) => markets.includes(i.venue)).flatMap((i) => listingOf(i) ?? [])
    for (const listing of this.all) {
      this.#byId.set(listing.instrument.id, listing)
      const name = `${listing.market} ${listing.code}`
      // One code at two venues is one holding: the first of the list, which is KRX, stands for it.
      if (!this.#byCode.has(name)) this.#byCode.set(name, listing)
      this.#byKey.set(`${listing.venue} ${listing.key}`, listing)
    }
  }

  of(instrument: number): KisListing | undefined {
    return this.#byId.get(instrument)
  }

  find(market: Market, code: string): KisListing | undefined {
    return this.#byCode.get(`${market} ${code.trim()}`)
  }

  byKey(key: string, venue: 'KRX' | 'NXT' = 'KRX'): KisListing | undefined {
    return this.#byKey.get(`${venue} ${key}`)
  }

  has(market: Market): boolean {
    return this.all.some((l) => l.market === market)
  }
}

function listingOf(instrument: Instrument): KisListing | undefined {
  const codes = codesOf(instrument)
  if (codes === undefined) return undefined
  const exchange = codes.orderExchange === undefined ? undefined : byOrderCode(codes.orderExchange)
  return {
    instrument,
    market: exchange === undefined ? 'kr' : 'us',
    code: codes.code,
    exchange,
    key: codes.realtimeKey,
    venue: instrument.venue === 'NXT' ? 'NXT' : 'KRX',
  }
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
