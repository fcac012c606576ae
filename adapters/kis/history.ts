/**
 * Past bars for warm-up (KIS reference 6.4, 6.5, 7.11): daily bars of every market, minute bars of today in Korea and of
 * about a month abroad. Bars are given oldest first; a bar that is not over yet is left out. Prices of daily bars are
 * raw, not adjusted. Unconfirmed: whether stamps of overseas minute bars mark the start; they are taken as such.
 */
import { DAY, type EpochDay, MINUTE, type Micros } from '../../src/core/base/time.ts'
import { sessionTimes } from '../../src/reference/calendars.ts'
import type { BarInbound, Clock } from '../../src/runtime/ports.ts'
import { QUOTE } from './codes.ts'
import { type Trouble, troubleText } from './errors.ts'
import type { KisListing, Listings } from './instruments.ts'
import { barStart, dateDay, dateText, kstDate, localTime } from './kst.ts'
import { type Fields, type QuoteRest, type RestAnswer, rowsOf } from './rest.ts'
import { readScaled } from './wire/numbers.ts'

export type Bars = { readonly bars: readonly BarInbound[] } | { readonly failure: string }

const PAGES_MAX = 40

export class History {
  readonly #rest: QuoteRest
  readonly #listings: Listings
  readonly #clock: Clock

  constructor(rest: QuoteRest, listings: Listings, clock: Clock) {
    this.#rest = rest
    this.#listings = listings
    this.#clock = clock
  }

  /** Sessions from `from` to today, local days of the venue. */
  async daily(instrument: number, from: EpochDay): Promise<Bars> {
    const listing = this.#listings.of(instrument)
    if (listing === undefined) return { failure: 'KIS does not trade it here' }
    const rows = new Map<EpochDay, BarInbound>()
    let to = Math.floor((this.#clock.now() + 14 * 60 * MINUTE) / DAY)
    for (let page = 0; page < PAGES_MAX && to >= from; page++) {
      const answer = await this.#dailyPage(listing, from, to)
      if (!answer.ok) return failed(answer.trouble)
      const days: EpochDay[] = []
      for (const row of rowsOf(answer.envelope.body.output2)) {
        const day = dateDay((row.stck_bsop_date ?? row.xymd ?? '').trim())
        if (day === undefined) continue
        days.push(day)
        const bar = day < from ? undefined : this.#dailyBar(listing, day, row)
        if (bar !== undefined) rows.set(day, bar)
      }
      const oldest = Math.min(...days)
      if (days.length === 0 || oldest > to || oldest <= from) break
      to = oldest - 1
    }
    return { bars: sorted(rows.values()) }
  }

  #dailyPage(listing: KisListing, from: EpochDay, to: EpochDay): Promise<RestAnswer> {
    const { exchange, code } = listing
    if (exchange !== undefined) {
      const fields = { AUTH: '', EXCD: exchange.quote, SYMB: code, GUBN: '0', BYMD: dateText(to), MODP: '0', KEYB: '' }
      return this.#rest.quote(QUOTE['overseas.daily'], fields)
    }
    return this.#rest.quote(QUOTE['kr.chart'], {
      FID_COND_MRKT_DIV_CODE: listing.venue === 'NXT' ? 'NX' : 'J',
      FID_INPUT_ISCD: code,
      FID_INPUT_DATE_1: dateText(from),
      FID_INPUT_DATE_2: dateText(to),
      FID_PERIOD_DIV_CODE: 'D',
      FID_ORG_ADJ_PRC: '1',
    })
  }

  #dailyBar(listing: KisListing, day: EpochDay, row: Fields): BarInbound | undefined {
    const session = sessionTimes(listing.instrument.venue, day)
    if (session === undefined || session.close > this.#clock.now()) return undefined
    const texts =
      listing.market === 'kr'
        ? [row.stck_oprc, row.stck_hgpr, row.stck_lwpr, row.stck_clpr, row.acml_vol]
        : [row.open, row.high, row.low, row.clos, row.tvol]
    return bar(listing, session.open, session.close, texts)
  }

  /** Minutes from `from` to now; in Korea of today alone. */
  async minutes(instrument: number, from: Micros): Promise<Bars> {
    const listing = this.#listings.of(instrument)
    if (listing === undefined) return { failure: 'KIS does not trade it here' }
    const found = new Map<Micros, BarInbound>()
    let before = this.#clock.now()
    for (let page = 0; page < PAGES_MAX && before > from; page++) {
      const answer = await this.#minutePage(listing, before, page)
      if (!answer.ok) return failed(answer.trouble)
      const starts: Micros[] = []
      for (const row of rowsOf(answer.envelope.body.output2)) {
        const made = this.#minuteBar(listing, row)
        if (made === undefined) continue
        starts.push(made.start)
        if (made.start >= from && made.t <= this.#clock.now()) found.set(made.start, made)
      }
      const oldest = Math.min(...starts)
      if (starts.length === 0 || oldest >= before) break
      before = oldest - MINUTE
      if (listing.market === 'kr' && kstDate(before) !== kstDate(this.#clock.now())) break
    }
    return { bars: sorted(found.values()) }
  }

  #minutePage(listing: KisListing, before: Micros, page: number): Promise<RestAnswer> {
    const { exchange, code } = listing
    if (exchange === undefined) {
      return this.#rest.quote(QUOTE['kr.minutes'], {
        FID_COND_MRKT_DIV_CODE: listing.venue === 'NXT' ? 'NX' : 'J',
        FID_INPUT_ISCD: code,
        FID_INPUT_HOUR_1: clockText(before + 9 * 60 * MINUTE),
        FID_PW_DATA_INCU_YN: 'N',
        FID_ETC_CLS_CODE: '',
      })
    }
    const keyed = page > 0
    return this.#rest.quote(QUOTE['overseas.minutes'], {
      AUTH: '',
      EXCD: exchange.quote,
      SYMB: code,
      NMIN: '1',
      PINC: '1',
      NEXT: keyed ? '1' : '',
      NREC: '120',
      FILL: '',
      KEYB: keyed ? localKey(before, exchange.zone) : '',
    })
  }

  #minuteBar(listing: KisListing, row: Fields): BarInbound | undefined {
    const kr = listing.market === 'kr'
    const start = kr
      ? barStart(row.stck_bsop_date ?? '', row.stck_cntg_hour ?? '')
      : barStart(row.kymd ?? '', row.khms ?? '')
    if (start === undefined) return undefined
    const texts = kr
      ? [row.stck_oprc, row.stck_hgpr, row.stck_lwpr, row.stck_prpr, row.cntg_vol]
      : [row.open, row.high, row.low, row.last, row.evol]
    return bar(listing, start, start + MINUTE, texts)
  }
}

function failed(trouble: Trouble): Bars {
  return { failure: troubleText(trouble) }
}

function sorted(bars: Iterable<BarInbound>): BarInbound[] {
  return [...bars].sort((a, b) => a.start - b.start)
}

function bar(
  listing: KisListing,
  start: Micros,
  end: Micros,
  texts: readonly (string | undefined)[],
): BarInbound | undefined {
  const { id, priceDecimals, qtyDecimals } = listing.instrument
  const plain = (text: string | undefined): string =>
    (text ?? '')
      .trim()
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '')
  const [open, high, low, close] = texts.slice(0, 4).map((text) => readScaled(plain(text), priceDecimals))
  const volume = readScaled(plain(texts[4]), qtyDecimals)
  if (open === undefined || high === undefined || low === undefined || close === undefined || volume === undefined) {
    return undefined
  }
  if (low <= 0 || high < low || open < low || open > high || close < low || close > high || volume < 0) return undefined
  const none = { bidOpen: 0, askOpen: 0, bidClose: 0, askClose: 0 }
  return { type: 'bar', t: end, start, instrument: id, open, high, low, close, volume, ...none }
}

/** HHMMSS of a local time. */
function clockText(local: Micros): string {
  const s = Math.floor((local % DAY) / 1_000_000)
  return [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60].map((n) => String(n).padStart(2, '0')).join('')
}

/** Cursor of overseas minutes: date and time at the exchange. */
function localKey(t: Micros, zone: string): string {
  const local = localTime(t, zone)
  return dateText(Math.floor(local / DAY)) + clockText(local)
}
