/** Server → client messages: id and fields, with the reference's names (section 5). Numbers behind `=` are constants. */
import { CONTRACT_11 } from './contract-fields.ts'
import { fields, type Layout, list, textOf, when } from './layout.ts'
import { COMPLETED_ORDER, OPEN_ORDER } from './order-fields.ts'

export interface AnswerLayout {
  readonly id: number
  readonly layout: Layout
}

const answer = (id: number, ...parts: readonly (string | Layout)[]): AnswerLayout => ({
  id,
  layout: parts.flatMap((part) => (typeof part === 'string' ? fields(part) : part)),
})

const CONTRACT_DATA: Layout = [
  ...fields(
    `=8<164 reqId symbol secType lastTradeDateOrContractMonth lastTradeDate>=182 strike right exchange currency
     localSymbol marketName tradingClass conId minTick mdSizeMultiplier<164 multiplier orderTypes validExchanges
     priceMagnifier underConId longName primaryExchange contractMonth industry category subcategory timeZoneId
     tradingHours liquidHours evRule evMultiplier`,
  ),
  ...list('secIds', fields('tag value')),
  ...fields(
    `aggGroup underSymbol underSecType marketRuleIds realExpirationDate stockType minSize>=164 sizeIncrement>=164
     suggestedSizeIncrement>=163`,
  ),
  ...list('ineligibilityReasons', fields('id description'), 186),
]

export const ANSWERS = {
  TICK_PRICE: answer(1, '=6 reqId tickType price size attrMask'),
  TICK_SIZE: answer(2, '=6 reqId tickType size'),
  ORDER_STATUS: answer(
    3,
    'orderId status filled remaining avgFillPrice permId parentId lastFillPrice clientId whyHeld mktCapPrice',
  ),
  ERR_MSG: answer(4, '=2<194 id code message advancedOrderRejectJson>=166'),
  OPEN_ORDER: answer(5, OPEN_ORDER),
  ACCT_VALUE: answer(6, '=2 key value currency account'),
  PORTFOLIO_VALUE: answer(
    7,
    `=8 conId symbol secType lastTradeDateOrContractMonth strike right multiplier primaryExchange currency localSymbol
     tradingClass position marketPrice marketValue averageCost unrealizedPNL realizedPNL account`,
  ),
  ACCT_UPDATE_TIME: answer(8, '=1 time'),
  NEXT_VALID_ID: answer(9, '=1 orderId'),
  CONTRACT_DATA: answer(10, CONTRACT_DATA),
  EXECUTION_DATA: answer(
    11,
    'reqId orderId',
    CONTRACT_11,
    `execId time account execExchange side shares price permId clientId liquidation cumQty avgPrice orderRef evRule
     evMultiplier modelCode lastLiquidity pendingPriceRevision>=178`,
  ),
  MARKET_DEPTH: answer(12, '=1 reqId position operation side price size'),
  MARKET_DEPTH_L2: answer(13, '=1 reqId position marketMaker operation side price size isSmartDepth'),
  MANAGED_ACCTS: answer(15, '=1 accounts'),
  HISTORICAL_DATA: answer(17, 'reqId start end', list('bars', fields('date open high low close volume wap barCount'))),
  TICK_GENERIC: answer(45, '=6 reqId tickType value'),
  TICK_STRING: answer(46, '=6 reqId tickType value'),
  CURRENT_TIME: answer(49, '=1 time'),
  REAL_TIME_BARS: answer(50, '=3 reqId time open high low close volume wap count'),
  CONTRACT_DATA_END: answer(52, '=1 reqId'),
  OPEN_ORDER_END: answer(53, '=1'),
  ACCT_DOWNLOAD_END: answer(54, '=1 account'),
  EXECUTION_DATA_END: answer(55, '=1 reqId'),
  TICK_SNAPSHOT_END: answer(57, '=1 reqId'),
  MARKET_DATA_TYPE: answer(58, '=1 reqId marketDataType'),
  COMMISSION_REPORT: answer(59, '=1 execId commission currency realizedPNL yield yieldRedemptionDate'),
  POSITION: answer(61, '=3 account', CONTRACT_11, 'position avgCost'),
  POSITION_END: answer(62, '=1'),
  ACCOUNT_SUMMARY: answer(63, '=1 reqId account tag value currency'),
  ACCOUNT_SUMMARY_END: answer(64, '=1 reqId'),
  POSITION_MULTI: answer(71, '=3 reqId account', CONTRACT_11, 'position avgCost modelCode'),
  POSITION_MULTI_END: answer(72, '=1 reqId'),
  ACCOUNT_UPDATE_MULTI: answer(73, '=1 reqId account modelCode key value currency'),
  ACCOUNT_UPDATE_MULTI_END: answer(74, '=1 reqId'),
  SECURITY_DEFINITION_OPTION_PARAMETER_END: answer(76, 'reqId'),
  SOFT_DOLLAR_TIERS: answer(77, 'reqId', list('tiers', fields('name value displayName'))),
  FAMILY_CODES: answer(78, list('familyCodes', fields('accountId familyCode'))),
  SYMBOL_SAMPLES: answer(
    79,
    'reqId',
    list('samples', [
      ...fields('conId symbol secType primaryExchange currency'),
      ...list('derivativeSecTypes', fields('derivative')),
      ...fields('description>=176 issuerId>=176'),
    ]),
  ),
  MKT_DEPTH_EXCHANGES: answer(80, list('exchanges', fields('exchange secType listingExch serviceDataType aggGroup'))),
  TICK_REQ_PARAMS: answer(81, 'reqId minTick bboExchange snapshotPermissions'),
  SMART_COMPONENTS: answer(82, 'reqId', list('components', fields('bitNumber exchange exchangeLetter'))),
  HEAD_TIMESTAMP: answer(88, 'reqId headTimestamp'),
  HISTOGRAM_DATA: answer(89, 'reqId', list('items', fields('price size'))),
  HISTORICAL_DATA_UPDATE: answer(90, 'reqId barCount date open close high low wap volume'),
  MARKET_RULE: answer(93, 'marketRuleId', list('increments', fields('lowEdge increment'))),
  PNL: answer(94, 'reqId dailyPnL unrealizedPnL realizedPnL'),
  PNL_SINGLE: answer(95, 'reqId position dailyPnL unrealizedPnL realizedPnL value'),
  HISTORICAL_TICKS: answer(96, 'reqId', list('ticks', fields('time skipped price size')), 'done'),
  HISTORICAL_TICKS_BID_ASK: answer(
    97,
    'reqId',
    list('ticks', fields('time mask priceBid priceAsk sizeBid sizeAsk')),
    'done',
  ),
  HISTORICAL_TICKS_LAST: answer(
    98,
    'reqId',
    list('ticks', fields('time mask price size exchange specialConditions')),
    'done',
  ),
  TICK_BY_TICK: answer(
    99,
    'reqId tickType time',
    when((v) => ['1', '2'].includes(textOf(v, 'tickType')), fields('price size mask exchange specialConditions')),
    when((v) => textOf(v, 'tickType') === '3', fields('bidPrice askPrice bidSize askSize mask')),
    when((v) => textOf(v, 'tickType') === '4', fields('midPoint')),
  ),
  ORDER_BOUND: answer(100, 'permId clientId orderId'),
  COMPLETED_ORDER: answer(101, COMPLETED_ORDER),
  COMPLETED_ORDERS_END: answer(102),
  HISTORICAL_SCHEDULE: answer(
    106,
    'reqId startDateTime endDateTime timeZone',
    list('sessions', fields('startDateTime endDateTime refDate')),
  ),
  USER_INFO: answer(107, 'reqId whiteBrandingId'),
} as const satisfies Readonly<Record<string, AnswerLayout>>

export type AnswerName = keyof typeof ANSWERS
