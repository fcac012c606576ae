/**
 * Frames and rows of KIS as facts of ours. Every reader answers undefined for what it cannot read whole; nothing throws
 * (I-42). Prices and quantities become integers of the instrument's scales here; a value finer than the scale is none.
 */
import type { Micros } from '../../src/core/base/time.ts'
import type { Price, Qty, Side } from '../../src/core/domain/units.ts'
import type { MarketInbound } from '../../src/runtime/ports.ts'
import type { KisListing, Listings, Market } from './instruments.ts'
import { nearestStamp, stampOf } from './kst.ts'
import type { Fields } from './rest.ts'
import { columnsOf } from './wire/columns.ts'
import { type DataFrame, fromFields, splitRecords } from './wire/frame.ts'
import { readScaled, readWhole } from './wire/numbers.ts'

type QuoteInbound = Extract<MarketInbound, { type: 'quote' }>
type TradeInbound = Extract<MarketInbound, { type: 'trade' }>

/** Prints of the US before and after hours, which update neither bars nor last (form T of the tape). */
const OUT_OF_HOURS = 0x400

export type Records = readonly Readonly<Record<string, string>>[]

/** Named records of a plain frame; undefined when the fields do not divide by the count or the width is unknown. */
export function readRecords(frame: DataFrame): Records | undefined {
  const records = splitRecords(frame.payload, frame.count)
  const columns = records === undefined ? undefined : columnsOf(frameTr(frame.tr), records[0]?.length ?? 0)
  if (records === undefined || columns === undefined) return undefined
  return records.map((fields) => fromFields(columns, fields))
}

/** NXT frames have the columns of the KRX ones (reference 8.1). */
function frameTr(tr: string): string {
  return tr === 'H0NXCNT0' ? 'H0STCNT0' : tr === 'H0NXASP0' ? 'H0STASP0' : tr
}

export function venueOf(tr: string): 'KRX' | 'NXT' {
  return tr.startsWith('H0NX') ? 'NXT' : 'KRX'
}

function price(listing: KisListing, text: string | undefined): Price | undefined {
  const x = readScaled(text ?? '', listing.instrument.priceDecimals)
  return x !== undefined && x >= 0 ? x : undefined
}

function qty(listing: KisListing, text: string | undefined): Qty | undefined {
  const x = readScaled(text ?? '', listing.instrument.qtyDecimals)
  return x !== undefined && x >= 0 ? x : undefined
}

/** From won, or from the implied decimals of an overseas notice, to the instrument's. */
export function wirePrice({ instrument, exchange }: KisListing, wire: number): Price {
  const shift = instrument.priceDecimals - (exchange?.noticeDecimals ?? 0)
  return shift >= 0 ? wire * 10 ** shift : Math.round(wire / 10 ** -shift)
}

export function domesticTrade(listing: KisListing, r: Fields, now: Micros): TradeInbound | undefined {
  const date = (r.BSOP_DATE ?? '').trim()
  const time = r.STCK_CNTG_HOUR ?? ''
  const venueT = date === '' ? nearestStamp(time, now) : stampOf(date, time)
  return trade(listing, r.STCK_PRPR, r.CNTG_VOL, venueT, 0)
}

export function overseasTrade(listing: KisListing, r: Fields): TradeInbound | undefined {
  const venueT = stampOf((r.KYMD ?? '').trim(), r.KHMS ?? '')
  return trade(listing, r.LAST, r.EVOL, venueT, r.MTYP === '1' || r.MTYP === undefined ? 0 : OUT_OF_HOURS)
}

function trade(
  listing: KisListing,
  priceText: string | undefined,
  sizeText: string | undefined,
  venueT: Micros | undefined,
  flags: number,
): TradeInbound | undefined {
  const [at, size] = [price(listing, priceText), qty(listing, sizeText)]
  if (at === undefined || at === 0 || size === undefined || size === 0 || venueT === undefined) return undefined
  return { type: 'trade', venueT, instrument: listing.instrument.id, price: at, size, flags }
}

export function domesticBook(listing: KisListing, r: Fields, now: Micros): QuoteInbound | undefined {
  const venueT = nearestStamp(r.BSOP_HOUR ?? '', now)
  return quote(listing, [r.BIDP1, r.ASKP1, r.BIDP_RSQN1, r.ASKP_RSQN1], venueT)
}

export function overseasBook(listing: KisListing, r: Fields): QuoteInbound | undefined {
  const venueT = stampOf((r.KYMD ?? '').trim(), r.KHMS ?? '')
  return quote(listing, [r.PBID1, r.PASK1, r.VBID1, r.VASK1], venueT)
}

function quote(
  listing: KisListing,
  texts: readonly (string | undefined)[],
  venueT: Micros | undefined,
): QuoteInbound | undefined {
  const [bid, ask] = [price(listing, texts[0]), price(listing, texts[1])]
  const [bidSize, askSize] = [qty(listing, texts[2]), qty(listing, texts[3])]
  if (bid === undefined || ask === undefined || bidSize === undefined || askSize === undefined) return undefined
  if (venueT === undefined || (bid === 0 && ask === 0)) return undefined
  return { type: 'quote', venueT, instrument: listing.instrument.id, bid, ask, bidSize, askSize, flags: 0 }
}

/** An order as one of the lists shows it; numbers of shares in quantity units, `amount` in price × quantity units. */
export interface ListedOrder {
  readonly market: Market
  readonly listing: KisListing
  /** Korean date of entry, YYYYMMDD, and the end of the second in which it was entered. */
  readonly date: string
  readonly at: Micros
  readonly number: number
  readonly original: number
  readonly org: string
  readonly action: 'new' | 'modify' | 'cancel'
  readonly side: Side
  readonly qty: Qty
  readonly limit: Price
  readonly cum: Qty
  readonly amount: number
  readonly leaves: Qty
  readonly rejected: Qty
}

function sideOf(code: string | undefined): Side | undefined {
  return code === '02' ? 1 : code === '01' ? -1 : undefined
}

export function domesticOrder(listings: Listings, r: Fields): ListedOrder | undefined {
  const listing = listings.find('kr', r.pdno ?? '')
  if (listing === undefined) return undefined
  const name = r.sll_buy_dvsn_cd_name ?? ''
  const action = name.includes('취소') ? 'cancel' : name.includes('정정') ? 'modify' : 'new'
  const amount = readScaled(r.tot_ccld_amt ?? '', listing.instrument.priceDecimals)
  return listed(listing, {
    date: r.ord_dt,
    time: r.ord_tmd,
    number: r.odno,
    original: r.orgn_odno,
    org: r.ord_gno_brno,
    action,
    side: r.sll_buy_dvsn_cd,
    qty: r.ord_qty,
    limit: r.ord_unpr,
    cum: r.tot_ccld_qty,
    amount,
    leaves: r.rmn_qty,
    rejected: r.rjct_qty,
  })
}

export function overseasOrder(listings: Listings, r: Fields): ListedOrder | undefined {
  const listing = listings.abroad(r.pdno ?? '')
  if (listing === undefined) return undefined
  const code = r.rvse_cncl_dvsn ?? ''
  // Five decimals on the wire; the sum of prices × shares has no more than the instrument.
  const amount = readScaled(trimmed(r.ft_ccld_amt3), listing.instrument.priceDecimals)
  const refused = r.prcs_stat_name === '거부' || (r.rjct_rson ?? '').trim() !== ''
  return listed(listing, {
    date: r.dmst_ord_dt,
    time: r.thco_ord_tmd,
    number: r.odno,
    original: r.orgn_odno,
    org: r.ord_gno_brno,
    action: code === '02' ? 'cancel' : code === '01' ? 'modify' : 'new',
    side: r.sll_buy_dvsn_cd,
    qty: r.ft_ord_qty,
    limit: trimmed(r.ft_ord_unpr3),
    cum: r.ft_ccld_qty,
    amount,
    leaves: r.nccs_qty,
    rejected: refused ? r.ft_ord_qty : '0',
  })
}

/** "195.12000000" → "195.12": zeros beyond the instrument's decimals are no finer price. */
function trimmed(text: string | undefined): string {
  return (text ?? '')
    .trim()
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
}

interface ListedTexts {
  readonly date: string | undefined
  readonly time: string | undefined
  readonly number: string | undefined
  readonly original: string | undefined
  readonly org: string | undefined
  readonly action: ListedOrder['action']
  readonly side: string | undefined
  readonly qty: string | undefined
  readonly limit: string | undefined
  readonly cum: string | undefined
  readonly amount: number | undefined
  readonly leaves: string | undefined
  readonly rejected: string | undefined
}

function listed(listing: KisListing, t: ListedTexts): ListedOrder | undefined {
  const date = (t.date ?? '').trim()
  const at = stampOf(date, t.time ?? '')
  const [number, original] = [readWhole(t.number ?? ''), readWhole(t.original ?? '') ?? 0]
  const [side, limit] = [sideOf(t.side), price(listing, t.limit) ?? 0]
  const [ordered, cum, leaves] = [qty(listing, t.qty), qty(listing, t.cum), qty(listing, t.leaves)]
  if (at === undefined || number === undefined || number === 0 || side === undefined) return undefined
  if (ordered === undefined || cum === undefined || leaves === undefined || t.amount === undefined) return undefined
  const amount = t.amount * 10 ** listing.instrument.qtyDecimals
  const rejected = qty(listing, t.rejected) ?? 0
  const { market } = listing
  const org = (t.org ?? '').trim()
  return {
    market,
    listing,
    date,
    at,
    number,
    original,
    org,
    action: t.action,
    side,
    qty: ordered,
    limit,
    cum,
    amount,
    leaves,
    rejected,
  }
}
