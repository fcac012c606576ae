/** What an IB emulator may be asked to be. Everything has a default. */
import { Failure } from '../../../src/cli/failure.ts'
import { toScaled } from '../../../src/core/base/decimal.ts'
import { CURRENCIES, type Currency, type Money, moneyDecimals } from '../../../src/core/domain/units.ts'
import { fromIbCurrency } from '../../../src/reference/broker-codes.ts'
import type { FeeTableName } from '../../../src/reference/fee-data.ts'

export interface EmulatorOptions {
  /** TCP ports; 0 takes a free one. */
  readonly port: number
  readonly controlPort: number
  /** Unsigned 32-bit word. */
  readonly seed: number
  readonly speed: number
  /** Tape directory; absent: a generated market that is open at once. */
  readonly tape?: string
  readonly symbols: readonly string[]
  /** Account ids, the first is the one that orders without an account go to when it is the only one. */
  readonly accounts: readonly string[]
  /** What each account begins with. */
  readonly cash: ReadonlyMap<Currency, Money>
  readonly fees: Extract<FeeTableName, 'ib-tiered' | 'ib-fixed'>
  /** The highest server version to announce: 178, or 193 to clients that reach it. */
  readonly maxVersion: number
  /** Client that also hears of every other client's orders; -1 for none. */
  readonly masterClient: number
  /** Orders and order queries are refused with 321. */
  readonly readOnly: boolean
  /** Market data lines of a session. */
  readonly lines: number
  /** Currency pairs of a tape are contracts, too; a generated market has those that are among its symbols. */
  readonly pairs: boolean
}

export const SYMBOLS: readonly string[] = ['NVDA', 'PLTR']
export const ACCOUNTS = { paper: 'DU0000001', live: 'U0000001' } as const
export const CLIENTS_MAX = 32

export function withDefaults(given: Partial<EmulatorOptions>): EmulatorOptions {
  return {
    port: 0,
    controlPort: 0,
    seed: 1,
    speed: 1,
    symbols: SYMBOLS,
    accounts: [ACCOUNTS.paper],
    cash: readCash(['USD=1000000']),
    fees: 'ib-tiered',
    maxVersion: 178,
    masterClient: -1,
    readOnly: false,
    lines: 100,
    pairs: false,
    ...given,
  }
}

const HELD = CURRENCIES.filter((c) => c !== 'USDT')

/** `USD=…`, `JPY=…`; throws Failure (exit 2) naming what is wrong. */
export function readCash(texts: readonly string[]): ReadonlyMap<Currency, Money> {
  const cash = new Map<Currency, Money>()
  for (const text of texts.flatMap((part) => part.split(','))) {
    const [name = '', amount = ''] = text.split('=')
    const currency = HELD.find((c) => c === fromIbCurrency(name))
    if (currency === undefined) {
      throw new Failure(`--cash ${text}: this emulator keeps ${HELD.join(', ')}; write USD=1000000 or JPY=0`, 2)
    }
    const money = toScaled(amount, moneyDecimals(currency))
    if (money === undefined || money < 0) throw new Failure(`--cash ${text}: ${amount} is no amount of ${currency}`, 2)
    cash.set(currency, money)
  }
  return cash
}
