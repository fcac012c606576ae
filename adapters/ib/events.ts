/** What of the client's events this adapter listens to, with the arguments that the client really gives. */
import type { Contract, ContractDetails, Execution, Order, OrderState } from '@stoqey/ib'

export interface PriceStep {
  readonly lowEdge?: number
  readonly increment?: number
}

export interface CommissionFacts {
  readonly execId?: string
  readonly commission?: number
  readonly currency?: string
}

/** Numbers may be NaN or missing: whoever listens checks them (F-38). */
export interface IbEvents {
  readonly nextValidId: (orderId: number) => void
  readonly managedAccounts: (list: string) => void
  readonly currentTime: (seconds: number) => void
  readonly openOrder: (orderId: number, contract: Contract, order: Order, state: OrderState) => void
  readonly openOrderEnd: () => void
  readonly orderStatus: (
    orderId: number,
    status: string,
    filled: number,
    remaining: number,
    avgFillPrice: number,
    permId?: number,
    parentId?: number,
    lastFillPrice?: number,
    clientId?: number,
    whyHeld?: string,
  ) => void
  readonly completedOrder: (contract: Contract, order: Order, state: OrderState) => void
  readonly completedOrdersEnd: () => void
  readonly execDetails: (reqId: number, contract: Contract, execution: Execution) => void
  readonly execDetailsEnd: (reqId: number) => void
  readonly commissionReport: (report: CommissionFacts) => void
  readonly position: (account: string, contract: Contract, qty: number, avgCost?: number) => void
  readonly positionEnd: () => void
  readonly updateAccountValue: (key: string, value: string, currency: string, account: string) => void
  readonly accountDownloadEnd: (account: string) => void
  readonly contractDetails: (reqId: number, details: ContractDetails) => void
  readonly contractDetailsEnd: (reqId: number) => void
  readonly marketRule: (ruleId: number, steps: readonly PriceStep[]) => void
  readonly symbolSamples: (reqId: number, samples: readonly { readonly contract?: Contract }[]) => void
  readonly marketDataType: (reqId: number, type: number) => void
  readonly tickPrice: (reqId: number, type: number, value: number) => void
  readonly tickSize: (reqId: number, type: number, value?: number) => void
  readonly tickString: (reqId: number, type: number, value: string) => void
  readonly tickGeneric: (reqId: number, type: number, value: number) => void
  readonly tickByTickAllLast: (reqId: number, kind: number, time: string, price: number, size: number) => void
  readonly tickByTickBidAsk: (
    reqId: number,
    time: string,
    bid: number,
    ask: number,
    bidSize: number,
    askSize: number,
  ) => void
  readonly realtimeBar: (
    reqId: number,
    time: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
  ) => void
  readonly historicalData: (
    reqId: number,
    time: string,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
  ) => void
}

export type IbEventName = keyof IbEvents
