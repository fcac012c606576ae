/**
 * Market frames of the socket to events, live and out of a recording alike. What cannot be used is counted by reason and
 * gives nothing (F-19). The only memory is each listing's standing, because the vendor repeats it and only a change is an
 * event.
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { StatusReason, TradingStatus } from '../../src/core/domain/phase.ts'
import type { MarketInbound } from '../../src/runtime/ports.ts'
import { domesticBook, domesticTrade, overseasBook, overseasTrade, readRecords, venueOf } from './decode.ts'
import type { KisListing, Listings } from './instruments.ts'
import type { Fields } from './rest.ts'
import type { DataFrame } from './wire/frame.ts'

interface Standing {
  readonly status: TradingStatus
  readonly reason: StatusReason
}

const NORMAL: Standing = { status: 'trading', reason: 'none' }
/** A volatility interruption lasts two minutes. */
const INTERRUPTION: Micros = 120 * SECOND

export class FrameDecoder {
  readonly #listings: Listings
  readonly #standing = new Map<number, Standing>()
  readonly #unused = new Map<string, number>()

  constructor(listings: Listings) {
    this.#listings = listings
  }

  /** How many frames or records were not used, by reason. */
  get unused(): ReadonlyMap<string, number> {
    return this.#unused
  }

  count(why: string): void {
    this.#unused.set(why, (this.#unused.get(why) ?? 0) + 1)
  }

  /** `now`: when it arrived; stamps without a date get theirs from it. */
  decode(frame: DataFrame, now: Micros): MarketInbound[] {
    const records = readRecords(frame)
    if (records === undefined) {
      this.count('a frame whose fields do not divide by its count')
      return []
    }
    return records.flatMap((r) => this.#record(frame.tr, r, now))
  }

  #record(tr: string, r: Fields, now: Micros): MarketInbound[] {
    const listing = this.#listings.byKey((r.RSYM ?? r.MKSC_SHRN_ISCD ?? '').trim(), venueOf(tr))
    if (listing === undefined) {
      this.count('a record of a symbol that was not asked for')
      return []
    }
    const event = this.#event(tr, listing, r, now)
    if (event === undefined) this.count('a record with a value that cannot be')
    return event === undefined || event === 'nothing' ? [] : [event]
  }

  #event(tr: string, listing: KisListing, r: Fields, now: Micros): MarketInbound | 'nothing' | undefined {
    switch (tr) {
      case 'H0STCNT0':
      case 'H0NXCNT0':
        return domesticTrade(listing, r, now)
      case 'H0STASP0':
      case 'H0NXASP0':
        return domesticBook(listing, r, now)
      case 'HDFSCNT0':
        return overseasTrade(listing, r)
      case 'HDFSASP0':
      case 'HDFSASP1':
        return overseasBook(listing, r)
      case 'H0STMKO0':
        return this.#status(listing, r, now)
      default:
        return undefined
    }
  }

  #status({ instrument }: KisListing, r: Fields, now: Micros): MarketInbound | 'nothing' {
    const next = standingOf(r)
    const before = this.#standing.get(instrument.id) ?? NORMAL
    if (next.status === before.status && next.reason === before.reason) return 'nothing'
    this.#standing.set(instrument.id, next)
    // The frame carries no time.
    const until = next.reason === 'vi' ? now + INTERRUPTION : 0
    return { type: 'status', venueT: now, instrument: instrument.id, ...next, until }
  }
}

/** H0STMKO0 (reference 8.16). Codes of index breakers: 174 and 184 begin one. */
function standingOf(r: Fields): Standing {
  if (r.MKOP_CLS_CODE === '174' || r.MKOP_CLS_CODE === '184') return { status: 'halted', reason: 'breaker' }
  if (r.TRHT_YN === 'Y' || r.MKOP_CLS_CODE === '164') return { status: 'halted', reason: 'regulatory' }
  const vi = (r.VI_CLS_CODE ?? '').trim()
  if (vi !== '' && vi !== 'N' && vi !== '0') return { status: 'auction', reason: 'vi' }
  return NORMAL
}
