/**
 * Client → server messages but for orders: id and fields, with the reference's names (section 4). `reqId` is what an
 * answer or an error refers to.
 */
import { CONTRACT_12 } from './contract-fields.ts'
import { fields, type Layout, list, textOf, when } from './layout.ts'
import { CANCEL_ORDER, GLOBAL_CANCEL, PLACE_ORDER } from './place-order.ts'

export interface RequestLayout {
  readonly id: number
  readonly layout: Layout
}

const LEGS = when((v) => textOf(v, 'secType') === 'BAG', list('comboLegs', fields('conId ratio action exchange')))

const request = (id: number, ...parts: readonly (string | Layout)[]): RequestLayout => ({
  id,
  layout: parts.flatMap((part) => (typeof part === 'string' ? fields(part) : part)),
})

export const REQUESTS = {
  REQ_MKT_DATA: request(
    1,
    '=11 reqId',
    CONTRACT_12,
    LEGS,
    'deltaNeutral',
    when((v) => textOf(v, 'deltaNeutral') === '1', fields('dnConId dnDelta dnPrice')),
    'genericTickList snapshot regulatorySnapshot mktDataOptions',
  ),
  CANCEL_MKT_DATA: request(2, '=2 reqId'),
  PLACE_ORDER: request(3, PLACE_ORDER),
  CANCEL_ORDER: request(4, CANCEL_ORDER),
  REQ_OPEN_ORDERS: request(5, '=1'),
  REQ_ACCOUNT_DATA: request(6, '=2 subscribe acctCode'),
  REQ_EXECUTIONS: request(7, '=3 reqId clientId acctCode time symbol secType exchange side'),
  REQ_IDS: request(8, '=1 numIds'),
  REQ_CONTRACT_DATA: request(9, '=8 reqId', CONTRACT_12, 'includeExpired secIdType secId issuerId>=176'),
  REQ_MKT_DEPTH: request(10, '=5 reqId', CONTRACT_12, 'numRows isSmartDepth mktDepthOptions'),
  CANCEL_MKT_DEPTH: request(11, '=1 reqId isSmartDepth'),
  SET_SERVER_LOGLEVEL: request(14, '=1 level'),
  REQ_AUTO_OPEN_ORDERS: request(15, '=1 autoBind'),
  REQ_ALL_OPEN_ORDERS: request(16, '=1'),
  REQ_MANAGED_ACCTS: request(17, '=1'),
  REQ_HISTORICAL_DATA: request(
    20,
    'reqId',
    CONTRACT_12,
    'includeExpired endDateTime barSize duration useRTH whatToShow formatDate',
    LEGS,
    'keepUpToDate chartOptions',
  ),
  CANCEL_HISTORICAL_DATA: request(25, '=1 reqId'),
  REQ_CURRENT_TIME: request(49, '=1'),
  REQ_REAL_TIME_BARS: request(50, '=3 reqId', CONTRACT_12, 'barSize whatToShow useRTH realTimeBarsOptions'),
  CANCEL_REAL_TIME_BARS: request(51, '=1 reqId'),
  REQ_GLOBAL_CANCEL: request(58, GLOBAL_CANCEL),
  REQ_MARKET_DATA_TYPE: request(59, '=1 marketDataType'),
  REQ_POSITIONS: request(61, '=1'),
  REQ_ACCOUNT_SUMMARY: request(62, '=1 reqId group tags'),
  CANCEL_ACCOUNT_SUMMARY: request(63, '=1 reqId'),
  CANCEL_POSITIONS: request(64, '=1'),
  START_API: request(71, '=2 clientId optionalCapabilities'),
  REQ_POSITIONS_MULTI: request(74, '=1 reqId account modelCode'),
  CANCEL_POSITIONS_MULTI: request(75, '=1 reqId'),
  REQ_ACCOUNT_UPDATES_MULTI: request(76, '=2 reqId account modelCode ledgerAndNLV'),
  CANCEL_ACCOUNT_UPDATES_MULTI: request(77, '=2 reqId'),
  REQ_SEC_DEF_OPT_PARAMS: request(78, 'reqId underlyingSymbol futFopExchange underlyingSecType underlyingConId'),
  REQ_SOFT_DOLLAR_TIERS: request(79, 'reqId'),
  REQ_FAMILY_CODES: request(80),
  REQ_MATCHING_SYMBOLS: request(81, 'reqId pattern'),
  REQ_MKT_DEPTH_EXCHANGES: request(82),
  REQ_SMART_COMPONENTS: request(83, 'reqId bboExchange'),
  REQ_HEAD_TIMESTAMP: request(87, 'reqId', CONTRACT_12, 'includeExpired useRTH whatToShow formatDate'),
  REQ_HISTOGRAM_DATA: request(88, 'reqId', CONTRACT_12, 'includeExpired useRTH period'),
  CANCEL_HISTOGRAM_DATA: request(89, 'reqId'),
  CANCEL_HEAD_TIMESTAMP: request(90, 'reqId'),
  REQ_MARKET_RULE: request(91, 'marketRuleId'),
  REQ_PNL: request(92, 'reqId account modelCode'),
  CANCEL_PNL: request(93, 'reqId'),
  REQ_PNL_SINGLE: request(94, 'reqId account modelCode conId'),
  CANCEL_PNL_SINGLE: request(95, 'reqId'),
  REQ_HISTORICAL_TICKS: request(
    96,
    'reqId',
    CONTRACT_12,
    'includeExpired startDateTime endDateTime numberOfTicks whatToShow useRTH ignoreSize miscOptions',
  ),
  REQ_TICK_BY_TICK_DATA: request(97, 'reqId', CONTRACT_12, 'tickType numberOfTicks ignoreSize'),
  CANCEL_TICK_BY_TICK_DATA: request(98, 'reqId'),
  REQ_COMPLETED_ORDERS: request(99, 'apiOnly'),
  REQ_USER_INFO: request(104, 'reqId'),
} as const satisfies Readonly<Record<string, RequestLayout>>

export type RequestName = keyof typeof REQUESTS

const byId = new Map<string, RequestName>(
  Object.entries(REQUESTS).map(([name, { id }]) => [String(id), name as RequestName]),
)

/** The message of an id as it came; undefined for one that the text protocol up to 193 does not have here. */
export function requestOf(id: string): RequestName | undefined {
  return byId.get(id)
}
