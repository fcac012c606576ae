/** Which handler answers which transaction; names are those of `wire/transactions.ts`. */
import type { Handler } from './call.ts'
import * as krAccount from './kr-account.ts'
import * as krCharts from './kr-charts.ts'
import * as krLists from './kr-lists.ts'
import * as krOrders from './kr-orders.ts'
import * as krQuotes from './kr-quotes.ts'
import * as reference from './reference.ts'
import * as overseasAccount from './overseas-account.ts'
import * as overseasCharts from './overseas-charts.ts'
import * as overseasLists from './overseas-lists.ts'
import * as overseasOrders from './overseas-orders.ts'
import * as overseasQuotes from './overseas-quotes.ts'

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
  ['overseas.price', overseasQuotes.price],
  ['overseas.detail', overseasQuotes.detail],
  ['overseas.book', overseasQuotes.book],
  ['overseas.daily', overseasCharts.daily],
  ['overseas.minutes', overseasCharts.minutes],
  ['overseas.info', reference.productInfo],
  ['overseas.holidays', reference.countriesHoliday],
  ...['us', 'jp', 'hk', 'sh', 'sz'].flatMap((family): [string, Handler][] => [
    [`${family}.buy`, (call) => overseasOrders.order(call, 1)],
    [`${family}.sell`, (call) => overseasOrders.order(call, -1)],
    [`${family}.change`, overseasOrders.change],
  ]),
  ['us.day-buy', overseasOrders.daytime],
  ['us.day-sell', overseasOrders.daytime],
  ['us.day-change', overseasOrders.daytime],
  ['overseas.balance', overseasAccount.balance],
  ['overseas.present', overseasAccount.present],
  ['overseas.open', overseasLists.open],
  ['overseas.orders', overseasLists.executions],
  ['overseas.power', overseasAccount.power],
  ['overseas.dayornight', overseasOrders.dayOrNight],
])
