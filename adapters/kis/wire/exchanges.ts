/**
 * The exchanges of overseas stocks, one row each (KIS reference 7.1, 7.2, 8.11, 8.14). One exchange has one code in orders
 * and accounts, another in quotes and on the socket, a third in US daytime quotes; its orders have transaction ids of
 * their own. What a market differs in stands here and nowhere else.
 */

/** Markets of the overseas services, as the configuration names them in capitals. */
export type OverseasMarket = 'us' | 'jp' | 'hk' | 'cn' | 'vn'

/** Which transaction ids place, modify and cancel (`us.buy`, `sh.change`); Shanghai and Shenzhen have each their own. */
export type OrderFamily = 'us' | 'jp' | 'hk' | 'sh' | 'sz'

export interface ExchangeCodes {
  readonly market: OverseasMarket
  /** Our name of the venue; undefined where we know no such venue. */
  readonly venue: string | undefined
  readonly orders: OrderFamily | undefined
  /** `OVRS_EXCG_CD` of orders and accounts. */
  readonly order: string
  /** `EXCD` of quotes, and the middle of a socket key. */
  readonly quote: string
  /** `EXCD` of US daytime quotes; blank elsewhere. */
  readonly daytime: string
  readonly productType: string
  readonly currency: string
  readonly nation: string
  readonly nationName: string
  readonly nationAbbreviation: string
  readonly name: string
  /** Digits behind the implied point of a notice's price. */
  readonly noticeDecimals: number
  /** `ODER_COND` of a notice; blank where the reference names none (Shenzhen A shares). */
  readonly noticeMarket: string
  /** Decimals that a price is written with at least, and that the currency has on a statement. */
  readonly decimals: number
  /** Zone of local dates and times in quotes. */
  readonly zone: string
  /** False where orders can only be canceled. */
  readonly canModify: boolean
  /** How late the free feed (prefix `D`) is, minutes. */
  readonly lateMinutes: number
  /** Levels of the order book. */
  readonly levels: number
  /** Is an odd rest sold like anything else? */
  readonly sellsOddLots: boolean
  /** `ORD_DVSN` of the sale of less than a lot, live alone; blank where there is none. */
  readonly oddLotSale: string
}

const US = {
  market: 'us',
  venue: 'US',
  orders: 'us',
  currency: 'USD',
  nation: '840',
  nationName: '미국',
  nationAbbreviation: 'US',
  noticeDecimals: 4,
  decimals: 2,
  zone: 'America/New_York',
  canModify: true,
  lateMinutes: 0,
  levels: 10,
  sellsOddLots: true,
  oddLotSale: '',
} as const

/** Asia: a free feed a quarter of an hour late, one level of the book. */
const ASIA = { daytime: '', lateMinutes: 15, levels: 1, oddLotSale: '' } as const

const CN = {
  ...ASIA,
  market: 'cn',
  currency: 'CNY',
  nation: '156',
  nationName: '중국',
  nationAbbreviation: 'CN',
  noticeDecimals: 3,
  decimals: 2,
  zone: 'Asia/Shanghai',
  canModify: false,
  sellsOddLots: true,
} as const

const VN = {
  ...ASIA,
  market: 'vn',
  venue: undefined,
  orders: undefined,
  currency: 'VND',
  nation: '704',
  nationName: '베트남',
  nationAbbreviation: 'VN',
  noticeDecimals: 0,
  decimals: 0,
  zone: 'Asia/Ho_Chi_Minh',
  canModify: false,
  sellsOddLots: false,
} as const

const HK: ExchangeCodes = {
  ...ASIA,
  market: 'hk',
  venue: 'HK',
  orders: 'hk',
  order: 'SEHK',
  quote: 'HKS',
  productType: '501',
  name: '홍콩',
  noticeMarket: '4',
  currency: 'HKD',
  nation: '344',
  nationName: '홍콩',
  nationAbbreviation: 'HK',
  noticeDecimals: 3,
  decimals: 2,
  zone: 'Asia/Hong_Kong',
  canModify: true,
  sellsOddLots: false,
  oddLotSale: '50',
}

const JP: ExchangeCodes = {
  ...ASIA,
  market: 'jp',
  venue: 'TSE',
  orders: 'jp',
  order: 'TKSE',
  quote: 'TSE',
  productType: '515',
  name: '일본',
  noticeMarket: 'D',
  currency: 'JPY',
  nation: '392',
  nationName: '일본',
  nationAbbreviation: 'JP',
  noticeDecimals: 1,
  decimals: 0,
  zone: 'Asia/Tokyo',
  canModify: true,
  sellsOddLots: false,
}

export const EXCHANGES: readonly ExchangeCodes[] = [
  { ...US, order: 'NASD', quote: 'NAS', daytime: 'BAQ', productType: '512', name: '나스닥', noticeMarket: '6' },
  { ...US, order: 'NYSE', quote: 'NYS', daytime: 'BAY', productType: '513', name: '뉴욕거래소', noticeMarket: '7' },
  { ...US, order: 'AMEX', quote: 'AMS', daytime: 'BAA', productType: '529', name: '아멕스', noticeMarket: '8' },
  HK,
  { ...CN, venue: 'SSE', orders: 'sh', order: 'SHAA', quote: 'SHS', ...named('551', '중국상해', 'A') },
  { ...CN, venue: 'SZSE', orders: 'sz', order: 'SZAA', quote: 'SZS', ...named('552', '중국심천', '') },
  JP,
  { ...VN, order: 'HASE', quote: 'HNX', ...named('507', '하노이', 'E') },
  { ...VN, order: 'VNSE', quote: 'HSX', ...named('508', '호치민', 'F') },
]

function named(productType: string, name: string, noticeMarket: string) {
  return { productType, name, noticeMarket }
}

export function byOrderCode(code: string): ExchangeCodes | undefined {
  return EXCHANGES.find((e) => e.order === code)
}

/** Quote code or US daytime code. */
export function byQuoteCode(code: string): ExchangeCodes | undefined {
  return code === '' ? undefined : EXCHANGES.find((e) => e.quote === code || e.daytime === code)
}

/** What a socket key is for. */
export interface SocketKey {
  readonly exchange: ExchangeCodes
  readonly symbol: string
  /** `D`: free; `R`: applied for, real time in Asia, and the daytime session in the US. */
  readonly prefix: 'D' | 'R'
}

/** `DNASAAPL`, `RBAQAAPL`, `RTSE7203` → exchange and symbol; undefined when it is no such key. */
export function readSocketKey(key: string): SocketKey | undefined {
  const m = /^([DR])([A-Z]{3})(\S{1,12})$/.exec(key)
  const exchange = m === null ? undefined : byQuoteCode(m[2] as string)
  if (m === null || exchange === undefined) return undefined
  return { exchange, symbol: m[3] as string, prefix: m[1] as 'D' | 'R' }
}

export function socketKey(exchange: ExchangeCodes, symbol: string, prefix: 'D' | 'R' = 'D'): string {
  return `${prefix}${exchange.quote}${symbol}`
}

/** Hong Kong's numbers have five digits here, whatever zeros stand before them elsewhere. */
export function codeAt(exchange: ExchangeCodes | undefined, symbol: string): string {
  return exchange?.market === 'hk' && /^\d{1,5}$/.test(symbol) ? symbol.padStart(5, '0') : symbol
}
