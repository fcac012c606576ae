/**
 * OPEN_ORDER and COMPLETED_ORDER, complete (reference 5.2, 5.3), with the values that a real server sends for what
 * nobody set: the text None and eight more fields for delta-neutral, sentinels for margins.
 */
import { CONTRACT_11 } from './contract-fields.ts'
import { fields, type Layout, list, textOf, type Values, when } from './layout.ts'
import { UNSET_DOUBLE, UNSET_INT } from './numbers.ts'
import { ALGO, COMBO_LEG, CONDITIONS, DELTA_NEUTRAL_CONTRACT, HEDGE, PEG_BENCH, SCALE_GROUP } from './place-order.ts'

const hasDeltaNeutral = (v: Values): boolean => textOf(v, 'deltaNeutralOrderType') !== ''

const LEGS: Layout = [
  ...fields('comboLegsDescrip'),
  ...list('comboLegs', COMBO_LEG),
  ...list('orderComboLegs', fields('price')),
  ...list('smartComboRoutingParams', fields('tag value')),
  ...fields('scaleInitLevelSize scaleSubsLevelSize scalePriceIncrement'),
  ...SCALE_GROUP,
  ...HEDGE,
]

const COMPETE = fields(
  'minTradeQty>=170 minCompeteSize>=170 competeAgainstBestOffset>=170 midOffsetAtWhole>=170 midOffsetAtHalf>=170',
)

export const OPEN_ORDER: Layout = [
  ...fields('orderId'),
  ...CONTRACT_11,
  ...fields(
    `action totalQuantity orderType lmtPrice auxPrice tif ocaGroup account openClose origin orderRef clientId permId
     outsideRth hidden discretionaryAmt goodAfterTime sharesAllocation faGroup faMethod faPercentage faProfile<177
     modelCode goodTillDate rule80A percentOffset settlingFirm shortSaleSlot designatedLocation exemptCode
     auctionStrategy startingPrice stockRefPrice delta stockRangeLower stockRangeUpper displaySize blockOrder
     sweepToFill allOrNone minQty ocaType eTradeOnly firmQuoteOnly nbboPriceCap parentId triggerMethod volatility
     volatilityType deltaNeutralOrderType deltaNeutralAuxPrice`,
  ),
  ...when(
    hasDeltaNeutral,
    fields(
      `deltaNeutralConId deltaNeutralSettlingFirm deltaNeutralClearingAccount deltaNeutralClearingIntent
       deltaNeutralOpenClose deltaNeutralShortSale deltaNeutralShortSaleSlot deltaNeutralDesignatedLocation`,
    ),
  ),
  ...fields('continuousUpdate referencePriceType trailStopPrice trailingPercent basisPoints basisPointsType'),
  ...LEGS,
  ...fields('optOutSmartRouting clearingAccount clearingIntent notHeld'),
  ...DELTA_NEUTRAL_CONTRACT,
  ...ALGO,
  ...fields(
    `solicited whatIf status initMarginBefore maintMarginBefore equityWithLoanBefore initMarginChange
     maintMarginChange equityWithLoanChange initMarginAfter maintMarginAfter equityWithLoanAfter commission
     minCommission maxCommission commissionCurrency warningText randomizeSize randomizePrice`,
  ),
  ...PEG_BENCH,
  ...CONDITIONS,
  ...fields(
    `adjustedOrderType triggerPrice trailStopPrice lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice
     adjustedTrailingAmount adjustableTrailingUnit softDollarTierName softDollarTierValue softDollarTierDisplayName
     cashQty dontUseAutoPriceForHedge isOmsContainer discretionaryUpToLimitPrice usePriceMgmtAlgo duration>=158
     postToAts>=160 autoCancelParent>=162`,
  ),
  ...COMPETE,
  ...fields(
    `customerAccount>=183 professionalCustomer>=184 bondAccruedInterest>=185 includeOvernight>=189 extOperator>=193
     manualOrderIndicator>=193`,
  ),
]

export const COMPLETED_ORDER: Layout = [
  ...CONTRACT_11,
  ...fields(
    `action totalQuantity orderType lmtPrice auxPrice tif ocaGroup account openClose origin orderRef permId outsideRth
     hidden discretionaryAmt goodAfterTime faGroup faMethod faPercentage faProfile<177 modelCode goodTillDate rule80A
     percentOffset settlingFirm shortSaleSlot designatedLocation exemptCode startingPrice stockRefPrice delta
     stockRangeLower stockRangeUpper displaySize sweepToFill allOrNone minQty ocaType triggerMethod volatility
     volatilityType deltaNeutralOrderType deltaNeutralAuxPrice`,
  ),
  ...when(
    hasDeltaNeutral,
    fields('deltaNeutralConId deltaNeutralShortSale deltaNeutralShortSaleSlot deltaNeutralDesignatedLocation'),
  ),
  ...fields('continuousUpdate referencePriceType trailStopPrice trailingPercent'),
  ...LEGS,
  ...fields('clearingAccount clearingIntent notHeld'),
  ...DELTA_NEUTRAL_CONTRACT,
  ...ALGO,
  ...fields('solicited status randomizeSize randomizePrice'),
  ...PEG_BENCH,
  ...CONDITIONS,
  ...fields(
    `trailStopPrice lmtPriceOffset cashQty dontUseAutoPriceForHedge isOmsContainer autoCancelDate filledQuantity
     refFuturesConId autoCancelParent shareholder imbalanceOnly routeMarketableToBbo parentPermId completedTime
     completedStatus`,
  ),
  ...COMPETE,
  ...fields('customerAccount>=183 professionalCustomer>=184'),
]

const blank = (names: string, value: string): Values =>
  Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, value]),
  )

/** What a real server writes where an order says nothing. */
export const ORDER_FILLERS: Values = {
  ...blank(
    `lastTradeDateOrContractMonth multiplier ocaGroup orderRef goodAfterTime sharesAllocation faGroup faMethod
     faPercentage faProfile modelCode goodTillDate rule80A settlingFirm designatedLocation startingPrice stockRefPrice
     delta stockRangeLower stockRangeUpper nbboPriceCap deltaNeutralAuxPrice deltaNeutralSettlingFirm
     deltaNeutralClearingAccount deltaNeutralClearingIntent deltaNeutralDesignatedLocation trailStopPrice
     trailingPercent basisPoints basisPointsType comboLegsDescrip scalePriceIncrement hedgeType clearingAccount
     algoStrategy warningText softDollarTierName softDollarTierValue softDollarTierDisplayName duration postToAts
     minTradeQty minCompeteSize competeAgainstBestOffset midOffsetAtWhole midOffsetAtHalf customerAccount
     bondAccruedInterest extOperator usePriceMgmtAlgo autoCancelDate completedTime completedStatus commission
     commissionCurrency`,
    '',
  ),
  ...blank(
    `strike outsideRth hidden discretionaryAmt origin shortSaleSlot auctionStrategy blockOrder sweepToFill allOrNone
     eTradeOnly firmQuoteOnly parentId triggerMethod volatilityType deltaNeutralConId deltaNeutralShortSale
     deltaNeutralShortSaleSlot continuousUpdate referencePriceType optOutSmartRouting notHeld deltaNeutralContract
     solicited whatIf randomizeSize randomizePrice cashQty isOmsContainer discretionaryUpToLimitPrice
     autoCancelParent professionalCustomer includeOvernight filledQuantity refFuturesConId imbalanceOnly
     routeMarketableToBbo`,
    '0',
  ),
  ...blank('displaySize minQty scaleInitLevelSize scaleSubsLevelSize manualOrderIndicator', UNSET_INT),
  ...blank(
    `percentOffset volatility initMarginBefore maintMarginBefore equityWithLoanBefore initMarginChange
     maintMarginChange equityWithLoanChange initMarginAfter maintMarginAfter equityWithLoanAfter minCommission
     maxCommission triggerPrice lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice adjustedTrailingAmount`,
    UNSET_DOUBLE,
  ),
  lmtPrice: '0.0',
  auxPrice: '0.0',
  right: '?',
  tif: 'DAY',
  openClose: '',
  exemptCode: '-1',
  ocaType: '3',
  deltaNeutralOrderType: 'None',
  clearingIntent: 'IB',
  adjustedOrderType: 'None',
  adjustableTrailingUnit: '0',
  dontUseAutoPriceForHedge: '1',
  shareholder: 'Not an insider or substantial shareholder',
  parentPermId: '9223372036854775807',
  deltaNeutralOpenClose: '?',
}
