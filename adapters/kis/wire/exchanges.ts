/**
 * The exchange-code families of overseas stocks (KIS reference 7.1). One market has one code in orders and accounts,
 * another in quotes and on the socket, a third in US daytime quotes.
 */

export interface ExchangeCodes {
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
  readonly name: string
  /** Digits behind the implied point of a notice's price. */
  readonly noticeDecimals: number
  /** `ODER_COND` of a notice. */
  readonly noticeMarket: string
  /** Zone of local dates and times in quotes. */
  readonly zone: string
  /** False where orders can only be canceled. */
  readonly canModify: boolean
}

const US = {
  currency: 'USD',
  nation: '840',
  nationName: '미국',
  noticeDecimals: 4,
  zone: 'America/New_York',
  canModify: true,
}
const CN = {
  currency: 'CNY',
  nation: '156',
  nationName: '중국',
  noticeDecimals: 3,
  zone: 'Asia/Shanghai',
  canModify: false,
}
const VN = {
  currency: 'VND',
  nation: '704',
  nationName: '베트남',
  noticeDecimals: 0,
  zone: 'Asia/Ho_Chi_Minh',
  canModify: false,
}

export const EXCHANGES: readonly ExchangeCodes[] = [
  { ...US, order: 'NASD', quote: 'NAS', daytime: 'BAQ', productType: '512', name: '나스닥', noticeMarket: '6' },
  { ...US, order: 'NYSE', quote: 'NYS', daytime: 'BAY', productType: '513', name: '뉴욕거래소', noticeMarket: '7' },
  { ...US, order: 'AMEX', quote: 'AMS', daytime: 'BAA', productType: '529', name: '아멕스', noticeMarket: '8' },
  {
    order: 'SEHK',
    quote: 'HKS',
    daytime: '',
    productType: '501',
    name: '홍콩',
    noticeMarket: '4',
    currency: 'HKD',
    nation: '344',
    nationName: '홍콩',
    noticeDecimals: 3,
    zone: 'Asia/Hong_Kong',
    canModify: true,
  },
  { ...CN, order: 'SHAA', quote: 'SHS', daytime: '', productType: '551', name: '중국상해', noticeMarket: 'A' },
  { ...CN, order: 'SZAA', quote: 'SZS', daytime: '', productType: '552', name: '중국심천', noticeMarket: '6' },
  {
    order: 'TKSE',
    quote: 'TSE',
    daytime: '',
    productType: '515',
    name: '일본',
    noticeMarket: 'D',
    currency: 'JPY',
    nation: '392',
    nationName: '일본',
    noticeDecimals: 1,
    zone: 'Asia/Tokyo',
    canModify: true,
  },
  { ...VN, order: 'HASE', quote: 'HNX', daytime: '', productType: '507', name: '하노이', noticeMarket: 'E' },
  { ...VN, order: 'VNSE', quote: 'HSX', daytime: '', productType: '508', name: '호치민', noticeMarket: 'F' },
]

export function byOrderCode(code: string): ExchangeCodes | undefined {
  return EXCHANGES.find((e) => e.order === code)
}

/** Quote code or US daytime code. */
export function byQuoteCode(code: string): ExchangeCodes | undefined {
  return code === '' ? undefined : EXCHANGES.find((e) => e.quote === code || e.daytime === code)
}

/** `DNASAAPL`, `RBAQAAPL` → exchange and symbol; undefined when it is no such key. */
export function readSocketKey(key: string): { readonly exchange: ExchangeCodes; readonly symbol: string } | undefined {
  const m = /^[DR]([A-Z]{3})(\S{1,12})$/.exec(key)
  const exchange = m === null ? undefined : byQuoteCode(m[1] as string)
  return exchange === undefined ? undefined : { exchange, symbol: m?.[2] as string }
}

export function socketKey(exchange: ExchangeCodes, symbol: string): string {
  return `D${exchange.quote}${symbol}`
}
