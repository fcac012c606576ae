/**
 * The doctor abroad: may the account spend there, do quotes come, and how late. One row a market; what a market does not
 * offer in this environment is said, with what to do.
 */
import type { AbroadCheck, AbroadMarket, Check } from './doctor-check.ts'
import { registers, socketMend } from './doctor-socket.ts'
import { accountFields } from './encode.ts'
import { QUOTE } from './codes.ts'
import { type Trouble, troubleText } from './errors.ts'
import { type Door, QuoteRest, rowsOf, type TradingRest } from './rest.ts'
import type { KisSettings } from './settings.ts'
import { byOrderCode, type ExchangeCodes, socketKey } from './wire/exchanges.ts'
import type { Environment } from './wire/transactions.ts'

interface Known {
  readonly market: AbroadMarket
  readonly exchange: string
  /** Listed at any time: Apple, Toyota, Tencent, Kweichow Moutai. */
  readonly symbol: string
  readonly price: string
}

const KNOWN: readonly Known[] = [
  { market: 'us', exchange: 'NASD', symbol: 'AAPL', price: '100.00' },
  { market: 'jp', exchange: 'TKSE', symbol: '7203', price: '1000' },
  { market: 'hk', exchange: 'SEHK', symbol: '00700', price: '100.00' },
  { market: 'cn', exchange: 'SHAA', symbol: '600519', price: '100.00' },
]

/** 해당종목정보가 없습니다: no information on this share. */
const UNKNOWN_SHARE = 'APBK0656'

function exchangeOf({ exchange }: Known): ExchangeCodes {
  return byOrderCode(exchange) as ExchangeCodes
}

/** Those of the settings' markets, New York first. */
function knownOf({ markets }: KisSettings): Known[] {
  const venuesOf: Readonly<Record<AbroadMarket, readonly string[]>> = {
    us: ['US'],
    jp: ['TSE'],
    hk: ['HK'],
    cn: ['SSE', 'SZSE'],
  }
  return KNOWN.filter((k) => venuesOf[k.market].some((venue) => markets.includes(venue)))
}

/** What could be spent on a share there: refused where overseas trading was not applied for. */
export async function* checkAccounts<E extends Environment>(
  rest: TradingRest<E>,
  settings: KisSettings,
): AsyncGenerator<Check> {
  for (const known of knownOf(settings)) yield await accountCheck(rest, settings, known)
}

async function accountCheck<E extends Environment>(
  rest: TradingRest<E>,
  settings: KisSettings,
  known: Known,
): Promise<Check> {
  const { market, symbol, price } = known
  const exchange = exchangeOf(known)
  const name = `${market}-account` as const
  const order = { OVRS_EXCG_CD: exchange.order, OVRS_ORD_UNPR: price, ITEM_CD: symbol }
  const fields = { ...accountFields(settings.account), ...order }
  const answer = await rest.inquire(rest.codes.account['overseas.power'], fields)
  if (!answer.ok) return refused(name, market, answer.trouble)
  const row = rowsOf(answer.envelope.body.output)[0]
  const [own, all] = [row?.ord_psbl_frcr_amt, row?.frcr_ord_psbl_amt1].map((x) =>
    (x ?? '?').trim().replace(/(\.\d\d)\d*$/, '$1'),
  )
  return { name, passed: true, found: `${own} ${exchange.currency} to spend, ${all} with won`, mend: '' }
}

function refused(name: AbroadCheck, market: AbroadMarket, trouble: Trouble): Check {
  const open = (found: string): Check => ({ name, passed: true, found, mend: '' })
  // Some paper hosts do not answer this inquiry (reference 7.2); then only an order will tell.
  if (trouble.code === 'EGW02006') return open('not told by this host')
  // An emulator may have other shares; the account was not what it minded.
  if (trouble.code === UNKNOWN_SHARE) return open('open; this host has other shares')
  const mend = `apply for overseas stock trading of this account (SETUP.md, step 5), or take ${market.toUpperCase()} out of markets`
  return { name, passed: false, found: troubleText(trouble), mend }
}

/** On the door that serves quotes; `with` the markets of which that door was not checked otherwise. */
export async function* checkQuotes(door: Door, url: string, settings: KisSettings, us: boolean): AsyncGenerator<Check> {
  const rest = new QuoteRest(door)
  const wanted = knownOf(settings).filter((k) => us || k.market !== 'us')
  // The quote keys are for New York before anything else, also where it is not traded.
  const [newYork] = KNOWN
  const all = us && newYork !== undefined && !wanted.includes(newYork) ? [newYork, ...wanted] : wanted
  for (const known of all) {
    const check = await quoteCheck(door, rest, url, settings, known)
    yield check
    if (!check.passed) return
  }
}

async function quoteCheck(
  door: Door,
  rest: QuoteRest,
  url: string,
  settings: KisSettings,
  known: Known,
): Promise<Check> {
  const { market, symbol } = known
  const exchange = exchangeOf(known)
  const name = `${market}-quotes` as const
  const answer = await rest.quote(QUOTE['overseas.price'], { AUTH: '', EXCD: exchange.quote, SYMB: symbol }, 'query')
  if (!answer.ok) {
    const mend =
      answer.trouble.code === 'EGW02004'
        ? 'KIS_QUOTE_APP_KEY is a paper key: quotes need a live one'
        : 'try again; if it stays, ask KIS with this code'
    return { name, passed: false, found: troubleText(answer.trouble), mend }
  }
  const isLate = exchange.lateMinutes > 0 && !settings.realtime.includes(exchange.venue ?? '')
  const prefix = exchange.lateMinutes > 0 && !isLate ? 'R' : 'D'
  const outcome = await registers(door, url, { tr: 'HDFSCNT0', key: socketKey(exchange, symbol, prefix) })
  if (outcome !== 'both') return { name, passed: false, found: outcome, mend: socketMend(outcome) }
  const late = `; ${exchange.lateMinutes} minutes late, so recorded and not traded (SETUP.md, step 4)`
  return { name, passed: true, found: `HDFSCNT0 registered${isLate ? late : ''}`, mend: '' }
}

/** Paper has no overseas quotes of its own (reference 8.1): orders there would be blind. */
export function* missingQuotes(settings: KisSettings): Generator<Check> {
  for (const { market } of knownOf(settings)) {
    if (market === 'us') continue
    yield {
      name: `${market}-quotes`,
      passed: false,
      found: 'the paper environment has no overseas quotes',
      mend: 'set KIS_QUOTE_APP_KEY and KIS_QUOTE_APP_SECRET (SETUP.md, step 4)',
    }
  }
}
