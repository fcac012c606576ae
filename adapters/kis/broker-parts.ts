/** What the KIS broker is put together from; each is made once, by `createKis`. */
import type { Observable } from 'rxjs'
import type { BrokerRules } from '../../src/core/domain/broker.ts'
import type { FeeModel } from '../../src/core/domain/fees.ts'
import type { AdapterContext, RawFrame } from '../../src/runtime/ports.ts'
import type { AccountInquiries } from './accounts.ts'
import type { DayPrices } from './day-prices.ts'
import type { ForeignAccounts } from './foreign.ts'
import type { Listings } from './instruments.ts'
import type { OwnOrders } from './own-orders.ts'
import type { Session } from './rest-session.ts'
import type { TradingRest } from './rest.ts'
import type { KisSettings } from './settings.ts'
import type { Environment } from './wire/transactions.ts'

export interface BrokerParts<E extends Environment> {
  readonly context: AdapterContext
  readonly settings: KisSettings
  readonly rest: TradingRest<E>
  readonly session: Session
  readonly listings: Listings
  readonly orders: OwnOrders
  readonly accounts: AccountInquiries<E>
  readonly foreign: ForeignAccounts<E>
  readonly prices: DayPrices
  readonly fees: FeeModel
  readonly rules: BrokerRules
  readonly raw$: Observable<RawFrame>
  /** What waits for its turn at the broker's door does not leave any more. */
  readonly endRequests: () => void
  /** Ends what the parts share: connections and timers outside this broker. */
  readonly release: () => Promise<void>
}
