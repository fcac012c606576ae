/**
 * IB plugged together: one session with TWS or Gateway, shared by broker and market source. Nothing here sends anything
 * before the engine asks for a connection.
 */
import { Subject } from 'rxjs'
import { type BrokerRules, servesVenue } from '../../src/core/domain/broker.ts'
import type { FeeTableName } from '../../src/reference/fee-data.ts'
import { feeModelWhereKnown, type FeeSettings } from '../../src/reference/fees.ts'
import type { AdapterContext, BrokerInbound, RawFrame } from '../../src/runtime/ports.ts'
import { IbAccount } from './account.ts'
import { Adoption } from './adopt.ts'
import { Asks } from './asks.ts'
import { IbBroker } from './broker.ts'
import { Contracts } from './contracts.ts'
import { Fills } from './fills.ts'
import { History } from './history.ts'
import { IbLink } from './link.ts'
import { OrderLists } from './lists.ts'
import { IbMarketSource } from './market-data.ts'
import { OrderDesk } from './order-desk.ts'
import { OwnOrders } from './own-orders.ts'
import { Redactor } from './redact.ts'
import { assertMatches, type IbSettings } from './settings.ts'
import { keepWindows } from './windows.ts'

export interface IbOptions {
  /** Keeps the numbers of this run's orders, so that a restart knows them; one file a run. */
  readonly ordersFile?: string
  /** Name of the run in order references, 4 to 12 of [0-9a-z]; else the file's own. */
  readonly lineage?: string
  readonly fees?: FeeSettings
  /** Whose table estimates costs until IB says them. */
  readonly feeTable?: Extract<FeeTableName, 'ib-tiered' | 'ib-fixed'>
  /** False: only market data are wanted; then the source connects. */
  readonly trades?: boolean
}

export interface Ib {
  readonly broker: IbBroker
  readonly source: IbMarketSource
  readonly contracts: Contracts
  readonly redactor: Redactor
}

export function createIb(settings: IbSettings, context: AdapterContext, options: IbOptions = {}): Ib {
  assertMatches(settings)
  const redactor = new Redactor()
  redactor.hide(settings.account)
  const raw$ = new Subject<RawFrame>()
  const { clock, broker } = context
  const link = new IbLink({
    settings,
    clock,
    redactor,
    raw: (frame) => raw$.next(frame),
    isRecorded: () => raw$.observed,
  })
  const asks = new Asks(link)
  const rules = rulesOf(settings)
  const contracts = new Contracts(context.instruments, (venue) => servesVenue(rules, venue), link, asks)
  const orders = new OwnOrders(contracts, options.ordersFile, options.lineage)
  const { account, clientId } = settings
  const accounts = new IbAccount(link, context, contracts, account)

  // Desk, fills and lists speak to the broker, which is made after them.
  const ends: { broker?: IbBroker } = {}
  const tell = (events: readonly BrokerInbound[]): void => {
    for (const e of events) {
      if (e.type !== 'filled' && e.type !== 'externalFill' && e.type !== 'corrected' && e.type !== 'busted') continue
      accounts.moved(currencyOf(e))
    }
    ends.broker?.tell(events)
  }
  const currencyOf = (e: { readonly instrument?: number; readonly orderId?: number }): string => {
    const instrument = e.instrument ?? orders.get(e.orderId ?? 0)?.terms.instrument ?? -1
    return context.instruments[instrument]?.currency ?? ''
  }
  const check = (): void => ends.broker?.check()
  const adoption = new Adoption(orders, contracts, () => clock.now())
  const place = { broker, account, clientId, clock, orders, adoption, tell, check }
  const desk = new OrderDesk({
    ...place,
    cancelDoubted: (order) => ends.broker?.cancelDoubted(order),
    cancelAgain: (order) => ends.broker?.cancelAgain(order),
  })
  const fills = new Fills({
    ...place,
    contracts,
    // Estimates until IB says, for what its table knows; nothing for the rest.
    fees: feeModelWhereKnown(options.feeTable ?? 'ib-tiered', context.instruments, options.fees),
    known: (order, permId) => {
      desk.known(order, permId)
      desk.accept(order)
    },
    complete: (order) => desk.end(order, 'filled'),
  })
  const lists = new OrderLists({ link, asks, clock, account, clientId, contracts, orders, adoption, desk, fills })
  const windows = keepWindows({
    settings,
    clock,
    tell: (state) => ends.broker?.link(state),
    isUp: () => link.state === 'up',
  })
  link.watch({
    note: (code, text) => {
      if (code !== 321 || !/read-only/i.test(text)) return
      ends.broker?.link('readOnly')
    },
  })
  const release = (): Promise<void> => {
    windows.stop()
    return link.close()
  }
  const shared = { context, settings, link, contracts, raw$ }
  ends.broker = new IbBroker({ ...shared, orders, desk, lists, account: accounts, rules, release })
  const source = new IbMarketSource({
    ...shared,
    connects: options.trades === false,
    history: new History(link, asks, contracts, clock, settings.outsideHours),
    release: options.trades === false ? release : () => Promise.resolve(),
  })
  return { broker: ends.broker, source, contracts, redactor }
}

export function rulesOf(settings: IbSettings): BrokerRules {
  return {
    markets: settings.markets,
    clientOrderId: true,
    reconcileEvery: settings.reconcileEvery,
    funding: 'cash',
    // IBKR Pro, tiered: a fraction of a basis point on liquid shares; what the router compares.
    commissionBps: { num: 1, den: 1 },
  }
}
