/**
 * What KIS itself lists under a code (`search-info`, KIS reference 5.5, 6.1, 7.2): name, ISIN, exchange. The live host alone
 * has this service; it is asked one product type after the other, because a code alone does not name its exchange.
 */
import type { Clock } from '../../src/runtime/ports.ts'
import { TokenDesk } from './auth.ts'
import { QUOTE } from './codes.ts'
import { troubleText } from './errors.ts'
import { Http } from './http.ts'
import { RequestRate } from './rate.ts'
import { Redactor } from './redact.ts'
import { QuoteRest, rowsOf } from './rest.ts'
import { type KisSettings, RATES } from './settings.ts'
import { EXCHANGES } from './wire/exchanges.ts'

export interface Product {
  readonly symbol: string
  readonly venue: string
  /** NASDAQ, NYSE, AMEX by the order code; undefined outside the US. */
  readonly exchange: string | undefined
  readonly name: string
  readonly englishName: string
  readonly isin: string
}

export type Search = { readonly found: readonly Product[] } | { readonly failure: string }

/** Product types by the form of a code: six figures are Korea's and China's, five Hong Kong's, four Tokyo's. */
const FORMS: readonly (readonly [form: RegExp, nations: readonly string[]])[] = [
  [/^\d{6}$/, ['410', '156']],
  [/^[0-9][0-9A-Z]{5}$/, ['410']],
  [/^\d{5}$/, ['344']],
  [/^[0-9][0-9A-Z]{3}$/, ['392']],
]
/** All else is taken for a US ticker. */
const US = ['840']
const KOREA = { nation: '410', productType: '300' } as const
const NO_DATA = '7'

export async function searchKis(settings: KisSettings, code: string, clock: Clock): Promise<Search> {
  const door = settings.quotes ?? (settings.env === 'live' ? settings : undefined)
  if (door === undefined) {
    return { failure: 'KIS answers this at its live address alone: set KIS_QUOTE_APP_KEY and KIS_QUOTE_APP_SECRET' }
  }
  const { hosts, keys } = door
  const redactor = new Redactor()
  const http = new Http(hosts.rest)
  const place = { keys, dir: settings.stateDir, refreshAt: settings.tokenRefreshAt, http, redactor }
  const raw = (): void => undefined
  const env = settings.quotes === undefined ? 'live' : 'quotes'
  const tokens = new TokenDesk({ ...place, env, wall: () => Date.now() * 1000, raw })
  const rest = new QuoteRest({ http, keys, tokens, rate: new RequestRate(RATES.live, clock), clock, redactor, raw })
  try {
    return await search(rest, code.trim().toUpperCase())
  } finally {
    http.close()
  }
}

async function search(rest: QuoteRest, code: string): Promise<Search> {
  const nations = FORMS.find(([form]) => form.test(code))?.[1] ?? US
  const types = [KOREA, ...EXCHANGES].filter((e) => nations.includes(e.nation)).map((e) => e.productType)
  const found: Product[] = []
  for (const type of types) {
    const name = type === KOREA.productType ? 'kr.info' : 'overseas.info'
    const answer = await rest.quote(QUOTE[name], { PDNO: code, PRDT_TYPE_CD: type }, 'query')
    if (answer.ok) found.push(...rowsOf(answer.envelope.body.output).map((row) => productOf(code, type, row)))
    else if (answer.trouble.rtCd !== NO_DATA) return { failure: troubleText(answer.trouble) }
  }
  return { found }
}

function productOf(symbol: string, type: string, row: Readonly<Record<string, string>>): Product {
  const text = (name: string): string => (row[name] ?? '').trim()
  const exchange = EXCHANGES.find((e) => e.productType === type)
  return {
    symbol,
    venue: exchange?.venue ?? 'KRX',
    exchange: { NASD: 'NASDAQ', NYSE: 'NYSE', AMEX: 'AMEX' }[exchange?.order ?? ''],
    name: text('prdt_abrv_name') || text('prdt_name'),
    englishName: text('prdt_eng_abrv_name') || text('prdt_eng_name'),
    isin: text('std_pdno'),
  }
}
