/** What can be traded here: an instrument with the names and codes by which KIS knows it. */
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { byOrderCode, type ExchangeCodes } from '../wire/exchanges.ts'
import { KST } from '../../common/emulator/clock.ts'

export interface Listing {
  readonly instrument: Instrument
  readonly symbol: string
  readonly name: string
  readonly englishName: string
  /** Undefined for a listing of the KRX. */
  readonly exchange: ExchangeCodes | undefined
  readonly currency: 'KRW' | 'USD'
  readonly zone: string
  /** Shares outstanding, for market value figures; a round number of this emulator. */
  readonly shares: number
}

/** Names and listing exchanges of well-known symbols; every other is listed on NASDAQ under its own symbol. */
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
}

export function makeListing(instrument: Instrument): Listing {
  const { symbol, currency } = instrument
  const domestic = currency === 'KRW'
  const known = KNOWN[symbol]
  return {
    instrument,
    symbol,
    name: known?.[0] ?? symbol,
    englishName: known?.[1] ?? symbol,
    exchange: domestic ? undefined : byOrderCode(known?.[2] ?? 'NASD'),
    currency: domestic ? 'KRW' : 'USD',
    zone: domestic ? KST : 'America/New_York',
    shares: 1_000_000_000,
  }
}
