/** The blocks of contract fields that many messages share, and how a field says that it is not set. */
import { fields, type Layout, type Values, textOf } from './layout.ts'
import { isZero } from './numbers.ts'

/** As clients name a contract: twelve fields. */
export const CONTRACT_12: Layout = fields(
  `conId symbol secType lastTradeDateOrContractMonth strike right multiplier exchange primaryExchange currency
   localSymbol tradingClass`,
)

/** As orders, executions and positions name it: eleven, without the primary exchange. */
export const CONTRACT_11: Layout = fields(
  `conId symbol secType lastTradeDateOrContractMonth strike right multiplier exchange currency localSymbol
   tradingClass`,
)

/** A contract as a client asks for it; '' where the client left a field open. */
export interface ContractQuery {
  readonly conId: string
  readonly symbol: string
  readonly secType: string
  readonly exchange: string
  readonly primaryExchange: string
  readonly currency: string
  readonly localSymbol: string
  readonly tradingClass: string
  /** Expiry, strike, right or multiplier: set only for derivatives. */
  readonly derivative: boolean
}

export function contractQuery(values: Values): ContractQuery {
  const text = (name: string): string => textOf(values, name)
  const conId = text('conId')
  const right = text('right')
  return {
    conId: isZero(conId) ? '' : conId,
    symbol: text('symbol'),
    secType: text('secType'),
    exchange: text('exchange'),
    primaryExchange: text('primaryExchange'),
    currency: text('currency'),
    localSymbol: text('localSymbol'),
    tradingClass: text('tradingClass'),
    derivative:
      !isZero(text('lastTradeDateOrContractMonth')) || !isZero(text('strike')) || !['', '?', '0'].includes(right),
  }
}
