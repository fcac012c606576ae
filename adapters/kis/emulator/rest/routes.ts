/** Which handler answers which transaction; names are those of `wire/transactions.ts`. */
import type { Handler } from './call.ts'
import * as krAccount from './kr-account.ts'
import * as krCharts from './kr-charts.ts'
import * as krLists from './kr-lists.ts'
import * as krOrders from './kr-orders.ts'
import * as krQuotes from './kr-quotes.ts'
import * as reference from './reference.ts'
import * as usAccount from './us-account.ts'
import * as usCharts from './us-charts.ts'
import * as usLists from './us-lists.ts'
import * as usOrders from './us-orders.ts'
import * as usQuotes from './us-quotes.ts'

export const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['kr.price', krQuotes.price],
  ['kr.book', krQuotes.book],
  ['kr.daily', krCharts.recentDays],
  ['kr.minutes', krCharts.minutes],
  ['kr.minutes-past', krCharts.pastMinutes],
  ['kr.chart', krCharts.chart],
  ['kr.holidays', reference.holidays],
  ['kr.info', reference.productInfo],
  ['kr.buy', (call) => krOrders.order(call, 1)],
  ['kr.sell', (call) => krOrders.order(call, -1)],
  ['kr.change', krOrders.change],
  ['kr.open', krLists.open],
  ['kr.balance', krAccount.balance],
  ['kr.power', krAccount.power],
  ['kr.sellable', krAccount.sellable],
  ['kr.orders', krLists.dayOrders],
  ['kr.orders-old', krLists.dayOrders],
  ['us.price', usQuotes.price],
  ['us.detail', usQuotes.detail],
  ['us.book', usQuotes.book],
  ['us.daily', usCharts.daily],
  ['us.minutes', usCharts.minutes],
  ['us.info', reference.productInfo],
  ['us.holidays', reference.countriesHoliday],
  ['us.buy', (call) => usOrders.order(call, 1)],
  ['us.sell', (call) => usOrders.order(call, -1)],
  ['us.change', usOrders.change],
  ['us.day-buy', usOrders.daytime],
  ['us.day-sell', usOrders.daytime],
  ['us.day-change', usOrders.daytime],
  ['us.balance', usAccount.balance],
  ['us.present', usAccount.present],
  ['us.open', usLists.open],
  ['us.orders', usLists.executions],
  ['us.power', usAccount.power],
  ['us.dayornight', usOrders.dayOrNight],
])
