/** PLACE_ORDER with all its conditional groups, in encoding order (reference 4.6), and the two cancels. */
import { CONTRACT_12 } from './contract-fields.ts'
import { fields, type Layout, list, textOf, type Values, when } from './layout.ts'
import { isUnset, isZero } from './numbers.ts'

const is =
  (name: string, ...texts: readonly string[]) =>
  (v: Values): boolean =>
    texts.includes(textOf(v, name))

const isSet =
  (name: string) =>
  (v: Values): boolean =>
    textOf(v, name) !== ''

export const isScaled = (v: Values): boolean => {
  const text = textOf(v, 'scalePriceIncrement')
  return !isUnset(text) && !isZero(text) && !text.startsWith('-')
}

const TAG_VALUE = fields('tag value')

export const COMBO_LEG = fields('conId ratio action exchange openClose shortSaleSlot designatedLocation exemptCode')

/** Bodies by condition type: price, time, margin, execution, volume, percent change. */
const CONDITION: Layout = [
  ...fields('type conjunction'),
  ...when(is('type', '1'), fields('isMore price conId exchange triggerMethod')),
  ...when(is('type', '3'), fields('isMore time')),
  ...when(is('type', '4'), fields('isMore percent')),
  ...when(is('type', '5'), fields('secType exchange symbol')),
  ...when(is('type', '6'), fields('isMore volume conId exchange')),
  ...when(is('type', '7'), fields('isMore percent conId exchange')),
]

export const CONDITIONS: Layout = [
  ...list('conditions', CONDITION),
  ...when((v) => (v.conditions ?? []).length > 0, fields('conditionsIgnoreRth conditionsCancelOrder')),
]

export const PEG_BENCH = when(
  is('orderType', 'PEG BENCH', 'PEGBENCH'),
  fields(
    `referenceContractId isPeggedChangeAmountDecrease peggedChangeAmount referenceChangeAmount
     referenceExchangeId`,
  ),
)

export const SCALE_GROUP = when(
  isScaled,
  fields(
    `scalePriceAdjustValue scalePriceAdjustInterval scaleProfitOffset scaleAutoReset scaleInitPosition
     scaleInitFillQty scaleRandomPercent`,
  ),
)

export const HEDGE: Layout = [...fields('hedgeType'), ...when(isSet('hedgeType'), fields('hedgeParam'))]

export const DELTA_NEUTRAL_CONTRACT: Layout = [
  ...fields('deltaNeutralContract'),
  ...when(is('deltaNeutralContract', '1'), fields('dncConId dncDelta dncPrice')),
]

export const ALGO: Layout = [...fields('algoStrategy'), ...when(isSet('algoStrategy'), list('algoParams', TAG_VALUE))]

const isInfinite = (v: Values): boolean => /^inf/i.test(textOf(v, 'competeAgainstBestOffset'))
const OFFSETS = fields('midOffsetAtWhole midOffsetAtHalf')
const ATS_AND_PEGS: Layout = [
  ...when(is('exchange', 'IBKRATS'), fields('minTradeQty')),
  ...when(is('orderType', 'PEG BEST', 'PEGBEST'), [
    ...fields('minCompeteSize competeAgainstBestOffset'),
    ...when(isInfinite, OFFSETS),
  ]),
  ...when(is('orderType', 'PEG MID', 'PEGMID'), OFFSETS),
]

export const PLACE_ORDER: Layout = [
  ...fields('orderId'),
  ...CONTRACT_12,
  ...fields(
    `secIdType secId action totalQuantity orderType lmtPrice auxPrice tif ocaGroup account openClose origin orderRef
     transmit parentId blockOrder sweepToFill displaySize triggerMethod outsideRth hidden`,
  ),
  ...when(is('secType', 'BAG'), [
    ...list('comboLegs', COMBO_LEG),
    ...list('orderComboLegs', fields('price')),
    ...list('smartComboRoutingParams', TAG_VALUE),
  ]),
  ...fields(
    `sharesAllocation discretionaryAmt goodAfterTime goodTillDate faGroup faMethod faPercentage faProfile<177
     modelCode shortSaleSlot designatedLocation exemptCode ocaType rule80A settlingFirm allOrNone minQty percentOffset
     eTradeOnly firmQuoteOnly nbboPriceCap auctionStrategy startingPrice stockRefPrice delta stockRangeLower
     stockRangeUpper overridePercentageConstraints volatility volatilityType deltaNeutralOrderType
     deltaNeutralAuxPrice`,
  ),
  ...when(
    isSet('deltaNeutralOrderType'),
    fields(
      `deltaNeutralConId deltaNeutralSettlingFirm deltaNeutralClearingAccount deltaNeutralClearingIntent
       deltaNeutralOpenClose deltaNeutralShortSale deltaNeutralShortSaleSlot deltaNeutralDesignatedLocation`,
    ),
  ),
  ...fields(
    `continuousUpdate referencePriceType trailStopPrice trailingPercent scaleInitLevelSize scaleSubsLevelSize
     scalePriceIncrement`,
  ),
  ...SCALE_GROUP,
  ...fields('scaleTable activeStartTime activeStopTime'),
  ...HEDGE,
  ...fields('optOutSmartRouting clearingAccount clearingIntent notHeld'),
  ...DELTA_NEUTRAL_CONTRACT,
  ...ALGO,
  ...fields('algoId whatIf orderMiscOptions solicited randomizeSize randomizePrice'),
  ...PEG_BENCH,
  ...CONDITIONS,
  ...fields(
    `adjustedOrderType triggerPrice lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice adjustedTrailingAmount
     adjustableTrailingUnit extOperator softDollarTierName softDollarTierValue cashQty mifid2DecisionMaker
     mifid2DecisionAlgo mifid2ExecutionTrader mifid2ExecutionAlgo dontUseAutoPriceForHedge isOmsContainer
     discretionaryUpToLimitPrice usePriceMgmtAlgo duration>=158 postToAts>=160 autoCancelParent>=162
     advancedErrorOverride>=166 manualOrderTime>=169`,
  ),
  ...when((_, version) => version >= 170, ATS_AND_PEGS),
  ...fields('customerAccount>=183 professionalCustomer>=184 includeOvernight>=189 manualOrderIndicator>=192'),
]

/** Below 192 the order id is the second field, from 192 on the first. */
export const CANCEL_ORDER: Layout = fields(
  '=1<192 orderId manualOrderCancelTime>=169 extOperator>=192 manualOrderIndicator>=192',
)

export const GLOBAL_CANCEL: Layout = fields('=1<192 extOperator>=192 manualOrderIndicator>=192')
