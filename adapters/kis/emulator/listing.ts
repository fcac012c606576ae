/** What can be traded here: an instrument with the names and codes by which KIS knows it. */
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { byOrderCode, codeAt, type ExchangeCodes, EXCHANGES } from '../wire/exchanges.ts'
import { KST } from '../../common/emulator/clock.ts'
import { FOREIGN, type Held } from './won-rates.ts'

export interface Listing {
  readonly instrument: Instrument
  /** As KIS writes it. */
  readonly symbol: string
  readonly name: string
  readonly englishName: string
  /** Undefined for a listing of the KRX. */
  readonly exchange: ExchangeCodes | undefined
  readonly currency: Held
  readonly zone: string
  /** Shares outstanding, for market value figures; a round number of this emulator. */
  readonly shares: number
}

/** Names of well-known symbols, and the exchanges of American ones; every other of those is listed on NASDAQ. */
const KNOWN: Readonly<Record<string, readonly [name: string, english: string, exchange: string]>> = {
  '005930': ['삼성전자', 'SamsungElec', ''],
  '000660': ['SK하이닉스', 'SK hynix', ''],
  '035420': ['NAVER', 'NAVER', ''],
  '373220': ['LG에너지솔루션', 'LG Energy Solution', ''],
  AAPL: ['애플', 'APPLE INC', 'NASD'],
  MSFT: ['마이크로소프트', 'MICROSOFT CORP', 'NASD'],
  TSLA: ['테슬라', 'TESLA INC', 'NASD'],
  NVDA: ['엔비디아', 'NVIDIA CORP', 'NASD'],
  PLTR: ['팔란티어 테크', 'PALANTIR TECHNOLOGIES INC', 'NASD'],
  IBM: ['IBM', 'INTERNATIONAL BUSINESS MACHINES', 'NYSE'],
  SPY: ['SPDR S&P 500', 'SPDR S&P 500 ETF', 'AMEX'],
  '7203': ['도요타자동차', 'TOYOTA MOTOR CORP', ''],
  '00700': ['텐센트 홀딩스', 'TENCENT HOLDINGS LTD', ''],
  '600519': ['귀주모태주', 'KWEICHOW MOUTAI CO LTD', ''],
  '000001': ['평안은행', 'PING AN BANK CO LTD', ''],
}

/** Venues whose stocks are served here. */
export const VENUES: readonly string[] = ['KRX', ...new Set(EXCHANGES.flatMap((e) => e.venue ?? []))]

export function makeListing(instrument: Instrument): Listing {
  const exchange = exchangeOf(instrument)
  const symbol = codeAt(exchange, instrument.symbol)
  const known = KNOWN[symbol]
  return {
    instrument,
    symbol,
    name: known?.[0] ?? symbol,
    englishName: known?.[1] ?? symbol,
    exchange,
    currency: FOREIGN.find((c) => c === exchange?.currency) ?? 'KRW',
    zone: exchange?.zone ?? KST,
    shares: 1_000_000_000,
  }
}

function exchangeOf({ venue, symbol, currency }: Instrument): ExchangeCodes | undefined {
  if (currency === 'KRW') return undefined
  if (venue === 'US') return byOrderCode(KNOWN[symbol]?.[2] ?? 'NASD')
  return EXCHANGES.find((e) => e.venue === venue)
}
