/** What an emulator may be asked to be. Everything has a default; layouts and quirks follow the environment. */
import { Failure } from '../../../src/cli/failure.ts'
import { toScaled } from '../../../src/core/base/decimal.ts'
import { type Currency, type Money, moneyDecimals } from '../../../src/core/domain/units.ts'
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
  /** Won per dollar where no tape says better. */
  readonly usdKrw: string
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
    cash: readCash(['KRW=100000000', 'USD=100000']),
    layouts: LAYOUTS[env],
    requestsPerSecond: RATE[env],
    noticeAckEncrypt: 'N',
    pingSeconds: 10,
    pongSeconds: 100,
    usdKrw: '1400',
    ...given,
  }
}

/** `KRW=…`, `USD=…`; throws Failure (exit 2) naming what is wrong. */
export function readCash(texts: readonly string[]): ReadonlyMap<Currency, Money> {
  const cash = new Map<Currency, Money>()
  for (const text of texts.flatMap((part) => part.split(','))) {
    const [currency = '', amount = ''] = text.split('=')
    if (currency !== 'KRW' && currency !== 'USD') {
      throw new Failure(`--cash ${text}: this emulator keeps KRW and USD; write KRW=100000000 or USD=100000`, 2)
    }
    const money = toScaled(amount, moneyDecimals(currency))
    if (money === undefined || money < 0) throw new Failure(`--cash ${text}: ${amount} is no amount of ${currency}`, 2)
    cash.set(currency, money)
  }
  return cash
}
