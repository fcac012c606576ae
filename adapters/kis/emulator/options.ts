/** What an emulator may be asked to be. Everything has a default; layouts and quirks follow the environment. */
import { Failure } from '../../../src/cli/failure.ts'
import { toScaled } from '../../../src/core/base/decimal.ts'
import { type Currency, type Money, moneyDecimals } from '../../../src/core/domain/units.ts'
import { FOREIGN, type Foreign, ROUND_RATES } from './won-rates.ts'
import type { NoticeLayout } from '../wire/notice.ts'
import type { Environment } from '../wire/transactions.ts'

/** Which of the historic column sets the socket speaks. */
export interface Layouts {
  readonly trades: 46 | 47
  readonly book: 59 | 62 | 63
  readonly overseasTrades: 25 | 26
  readonly notices: NoticeLayout
  readonly overseasNotices: NoticeLayout
}

export interface EmulatorOptions {
  readonly env: Environment
  /** TCP ports; 0 takes a free one. */
  readonly port: number
  readonly wsPort: number
  readonly controlPort: number
  /** Unsigned 32-bit word. */
  readonly seed: number
  readonly speed: number
  /** Tape directory; absent: a generated market that is open at once. */
  readonly tape?: string
  readonly symbols: readonly string[]
  /** A currency that is not named is not held. */
  readonly cash: ReadonlyMap<Currency, Money>
  readonly layouts: Layouts
  /** REST requests a second and appkey. */
  readonly requestsPerSecond: number
  /** What the acknowledgement of a notice registration says (reference 8.4). */
  readonly noticeAckEncrypt: 'Y' | 'N'
  readonly pingSeconds: number
  readonly pongSeconds: number
  /** Won a unit of each currency where no tape says better. */
  readonly wonRates: Readonly<Record<Foreign, string>>
}

export const SYMBOLS: readonly string[] = ['005930', '000660', 'NVDA', 'PLTR']

const LAYOUTS: Readonly<Record<Environment, Layouts>> = {
  live: { trades: 47, book: 63, overseasTrades: 26, notices: 'new', overseasNotices: 'new' },
  paper: { trades: 46, book: 59, overseasTrades: 26, notices: 'old', overseasNotices: 'old' },
}

/** The column sets that clients written before 2025 expect, whatever the environment. */
export const OLD_LAYOUTS: Layouts = LAYOUTS.paper
export const NEW_LAYOUTS: Layouts = LAYOUTS.live

const RATE: Readonly<Record<Environment, number>> = { live: 20, paper: 2 }

export function layoutsOf(env: Environment): Layouts {
  return LAYOUTS[env]
}

export function withDefaults(given: Partial<EmulatorOptions>): EmulatorOptions {
  const env = given.env ?? 'paper'
  return {
    env,
    port: 0,
    wsPort: 0,
    controlPort: 0,
    seed: 1,
    speed: 1,
    symbols: SYMBOLS,
    cash: defaultCash([]),
    layouts: LAYOUTS[env],
    requestsPerSecond: RATE[env],
    noticeAckEncrypt: 'N',
    pingSeconds: 10,
    pongSeconds: 100,
    wonRates: ROUND_RATES,
    ...given,
  }
}

/** What an account has beside won and dollars where shares of that currency are listed and nobody says otherwise. */
const ASIAN_CASH: Readonly<Partial<Record<string, string>>> = {
  JPY: 'JPY=15000000',
  HKD: 'HKD=800000',
  CNY: 'CNY=700000',
}

export function defaultCash(currencies: readonly string[]): ReadonlyMap<Currency, Money> {
  const more = [...new Set(currencies)].flatMap((c) => ASIAN_CASH[c] ?? [])
  return readCash(['KRW=100000000', 'USD=100000', ...more])
}

/** `KRW=…`, `JPY=…`; throws Failure (exit 2) naming what is wrong. */
export function readCash(texts: readonly string[]): ReadonlyMap<Currency, Money> {
  const cash = new Map<Currency, Money>()
  for (const text of texts.flatMap((part) => part.split(','))) {
    const [currency = '', amount = ''] = text.split('=')
    const known = currency === 'KRW' ? currency : FOREIGN.find((c) => c === currency)
    if (known === undefined) {
      const all = ['KRW', ...FOREIGN].join(', ')
      throw new Failure(`--cash ${text}: this emulator keeps ${all}; write KRW=100000000 or USD=100000`, 2)
    }
    const money = toScaled(amount, moneyDecimals(known))
    if (money === undefined || money < 0) throw new Failure(`--cash ${text}: ${amount} is no amount of ${currency}`, 2)
    cash.set(known, money)
  }
  return cash
}
