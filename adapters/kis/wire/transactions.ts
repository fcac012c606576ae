/**
 * Transactions of the REST API: path, transaction ids of both environments, page sizes (KIS reference 6.1, 7.2, 10).
 * The first id of a list is the current one; the later ones predate March 2025, are still accepted, and do not know the
 * exchange field. An empty paper list means that the paper host refuses the service (EGW02006).
 */
import type { OrderFamily } from './exchanges.ts'

export interface Transaction {
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly live: readonly string[]
  readonly paper: readonly string[]
  /** Goes to the order and balance ledger, which has a limiter of its own. */
  readonly ledger: boolean
  /** Rows a page, where the answer is paged by `tr_cont`. */
  readonly page?: { readonly live: number; readonly paper: number; readonly cursor: 20 | 100 | 200 }
}

const KR = '/uapi/domestic-stock/v1'
const OVERSEAS = '/uapi/overseas-stock/v1'
const OVERSEAS_PRICE = '/uapi/overseas-price/v1'

type Ids = string

/** `live ids / paper ids`, blank-separated; `=` for paper means the same. */
function ids(text: Ids): { readonly live: readonly string[]; readonly paper: readonly string[] } {
  const [live = '', paper = ''] = text.split('/').map((part) => part.trim())
  const list = (part: string): string[] => part.split(' ').filter((id) => id !== '')
  return { live: list(live), paper: paper === '=' ? list(live) : list(paper) }
}

function quote(name: string, path: string, text: Ids): Transaction {
  return { name, method: 'GET', path, ...ids(text), ledger: false }
}

function order(name: string, path: string, text: Ids): Transaction {
  return { name, method: 'POST', path, ...ids(text), ledger: true }
}

function inquiry(name: string, path: string, text: Ids, page?: Transaction['page']): Transaction {
  return { name, method: 'GET', path, ...ids(text), ledger: true, ...(page === undefined ? {} : { page }) }
}

/** Ids of orders differ by market (reference 7.2), their paths do not. */
function overseasOrders(family: OrderFamily, buy: Ids, sell: Ids, change: Ids): Transaction[] {
  return [
    order(`${family}.buy`, `${OVERSEAS}/trading/order`, buy),
    order(`${family}.sell`, `${OVERSEAS}/trading/order`, sell),
    order(`${family}.change`, `${OVERSEAS}/trading/order-rvsecncl`, change),
  ]
}

export const TRANSACTIONS: readonly Transaction[] = [
  quote('kr.price', `${KR}/quotations/inquire-price`, 'FHKST01010100 / ='),
  quote('kr.book', `${KR}/quotations/inquire-asking-price-exp-ccn`, 'FHKST01010200 / ='),
  quote('kr.daily', `${KR}/quotations/inquire-daily-price`, 'FHKST01010400 / ='),
  quote('kr.minutes', `${KR}/quotations/inquire-time-itemchartprice`, 'FHKST03010200 / ='),
  quote('kr.minutes-past', `${KR}/quotations/inquire-time-dailychartprice`, 'FHKST03010230 / ='),
  quote('kr.chart', `${KR}/quotations/inquire-daily-itemchartprice`, 'FHKST03010100 / ='),
  quote('kr.holidays', `${KR}/quotations/chk-holiday`, 'CTCA0903R /'),
  quote('kr.info', `${KR}/quotations/search-info`, 'CTPF1604R /'),
  order('kr.buy', `${KR}/trading/order-cash`, 'TTTC0012U TTTC0802U / VTTC0012U VTTC0802U'),
  order('kr.sell', `${KR}/trading/order-cash`, 'TTTC0011U TTTC0801U / VTTC0011U VTTC0801U'),
  order('kr.change', `${KR}/trading/order-rvsecncl`, 'TTTC0013U TTTC0803U / VTTC0013U VTTC0803U'),
  inquiry('kr.open', `${KR}/trading/inquire-psbl-rvsecncl`, 'TTTC0084R TTTC8036R /', {
    live: 50,
    paper: 50,
    cursor: 100,
  }),
  inquiry('kr.balance', `${KR}/trading/inquire-balance`, 'TTTC8434R / VTTC8434R', { live: 50, paper: 20, cursor: 100 }),
  inquiry('kr.power', `${KR}/trading/inquire-psbl-order`, 'TTTC8908R / VTTC8908R'),
  inquiry('kr.sellable', `${KR}/trading/inquire-psbl-sell`, 'TTTC8408R /'),
  inquiry('kr.orders', `${KR}/trading/inquire-daily-ccld`, 'TTTC0081R TTTC8001R / VTTC0081R VTTC8001R', {
    live: 100,
    paper: 15,
    cursor: 100,
  }),
  inquiry('kr.orders-old', `${KR}/trading/inquire-daily-ccld`, 'CTSC9215R CTSC9115R / VTSC9215R VTSC9115R', {
    live: 100,
    paper: 15,
    cursor: 100,
  }),
  quote('overseas.price', `${OVERSEAS_PRICE}/quotations/price`, 'HHDFS00000300 / ='),
  quote('overseas.detail', `${OVERSEAS_PRICE}/quotations/price-detail`, 'HHDFS76200200 /'),
  quote('overseas.book', `${OVERSEAS_PRICE}/quotations/inquire-asking-price`, 'HHDFS76200100 /'),
  quote('overseas.daily', `${OVERSEAS_PRICE}/quotations/dailyprice`, 'HHDFS76240000 / ='),
  quote('overseas.minutes', `${OVERSEAS_PRICE}/quotations/inquire-time-itemchartprice`, 'HHDFS76950200 / ='),
  quote('overseas.info', `${OVERSEAS_PRICE}/quotations/search-info`, 'CTPF1702R /'),
  quote('overseas.holidays', `${OVERSEAS}/quotations/countries-holiday`, 'CTOS5011R /'),
  ...overseasOrders('us', 'TTTT1002U / VTTT1002U', 'TTTT1006U / VTTT1001U VTTT1006U', 'TTTT1004U / VTTT1004U'),
  ...overseasOrders('jp', 'TTTS0308U / VTTS0308U', 'TTTS0307U / VTTS0307U', 'TTTS0309U / VTTS0309U'),
  ...overseasOrders('hk', 'TTTS1002U / VTTS1002U', 'TTTS1001U / VTTS1001U', 'TTTS1003U / VTTS1003U'),
  ...overseasOrders('sh', 'TTTS0202U / VTTS0202U', 'TTTS1005U / VTTS1005U', 'TTTS0302U / VTTS0302U'),
  ...overseasOrders('sz', 'TTTS0305U / VTTS0305U', 'TTTS0304U / VTTS0304U', 'TTTS0306U / VTTS0306U'),
  order('us.day-buy', `${OVERSEAS}/trading/daytime-order`, 'TTTS6036U /'),
  order('us.day-sell', `${OVERSEAS}/trading/daytime-order`, 'TTTS6037U /'),
  order('us.day-change', `${OVERSEAS}/trading/daytime-order-rvsecncl`, 'TTTS6038U /'),
  inquiry('overseas.balance', `${OVERSEAS}/trading/inquire-balance`, 'TTTS3012R / VTTS3012R', {
    live: 100,
    paper: 100,
    cursor: 200,
  }),
  inquiry('overseas.present', `${OVERSEAS}/trading/inquire-present-balance`, 'CTRP6504R / VTRP6504R'),
  inquiry('overseas.open', `${OVERSEAS}/trading/inquire-nccs`, 'TTTS3018R / VTTS3018R', {
    live: 40,
    paper: 40,
    cursor: 200,
  }),
  inquiry('overseas.orders', `${OVERSEAS}/trading/inquire-ccnl`, 'TTTS3035R / VTTS3035R', {
    live: 20,
    paper: 15,
    cursor: 200,
  }),
  inquiry('overseas.power', `${OVERSEAS}/trading/inquire-psamount`, 'TTTS3007R / VTTS3007R'),
  inquiry('overseas.dayornight', `${OVERSEAS}/trading/dayornight`, 'JTTT3010R /'),
]

export type Environment = 'live' | 'paper'

export function transaction(name: string): Transaction {
  const found = TRANSACTIONS.find((t) => t.name === name)
  if (found === undefined) throw new Error(`no KIS transaction ${name}`)
  return found
}

/** The current id of a transaction in an environment; undefined where the environment has none. */
export function transactionId(name: string, env: Environment): string | undefined {
  return transaction(name)[env][0]
}

/** Did this id exist before the exchange field (March 2025)? */
export function isOldId(t: Transaction, id: string): boolean {
  return t.live.indexOf(id) > 0 || (t.name !== 'us.sell' && t.paper.indexOf(id) > 0)
}
