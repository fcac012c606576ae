/** Overseas order lists (reference 7.8, 7.9): open orders, and orders with their executions. */
import { type FieldTable, type Row, row } from '../../wire/fields.ts'
import { fixedText, padded } from '../../wire/numbers.ts'
import { OVERSEAS_OPEN, OVERSEAS_ORDER } from '../../wire/overseas-fields.ts'
import { kst, stamp } from '../../../common/emulator/clock.ts'
import { isOpen, type KisOrder, leavesOf } from '../order.ts'
import type { World } from '../world.ts'
import { type Answer, type Call, ownsAccount, parameterError, succeed } from './call.ts'
import { isEmptied, sideCode } from './kr-lists.ts'
import { pageOf } from './pages.ts'
import { atExchange } from './overseas-account.ts'

function priceOf(o: KisOrder, price: number): string {
  return fixedText(price, o.listing.instrument.priceDecimals, 8)
}

function average(o: KisOrder): number {
  return o.filled === 0 ? 0 : Math.round(o.amount / o.filled)
}

const ACTIONS = { new: ['00', ''], modify: ['01', '정정'], cancel: ['02', '취소'] } as const

/** What both order lists say alike, for the names that `table` has. */
function common(world: World, o: KisOrder, table: FieldTable): Row {
  const { exchange, name, symbol, zone } = o.listing
  if (exchange === undefined) return {}
  const [code, action] = ACTIONS[o.action]
  const at = kst(o.at)
  const values: Row = {
    // The exchange's own date in the execution list, the Korean one in the list of open orders.
    ord_dt: table === OVERSEAS_ORDER ? stamp(o.at, zone).date : at.date,
    ord_gno_brno: world.desk.branch,
    odno: padded(o.number, 10),
    orgn_odno: o.original === 0 ? '' : padded(o.original, 10),
    pdno: symbol,
    prdt_name: name,
    sll_buy_dvsn_cd: sideCode(o),
    sll_buy_dvsn_cd_name: `${o.side > 0 ? '매수' : '매도'}${action}`,
    rvse_cncl_dvsn: code,
    rvse_cncl_dvsn_name: action,
    rvse_cncl_dvsn_cd: code,
    rvse_cncl_dvsn_cd_name: action,
    rjct_rson: o.rejected > 0 ? '1' : '',
    rjct_rson_name: o.rejectText,
    ord_tmd: at.time,
    tr_mket_name: exchange.name,
    tr_crcy_cd: exchange.currency,
    natn_cd: exchange.nation,
    natn_kor_name: exchange.nationName,
    tr_natn: exchange.nation,
    tr_natn_name: exchange.nationName,
    ft_ord_qty: String(o.qty),
    ft_ccld_qty: String(o.filled),
    nccs_qty: String(leavesOf(o)),
    ft_ord_unpr3: priceOf(o, o.price),
    ft_ccld_unpr3: priceOf(o, average(o)),
    ft_ccld_amt3: fixedText(o.amount, o.listing.instrument.priceDecimals, 5),
    ovrs_excg_cd: exchange.order,
    prcs_stat_name: o.rejected > 0 ? '거부' : leavesOf(o) > 0 ? '전송' : '완료',
    dmst_ord_dt: at.date,
    thco_ord_tmd: at.time,
    loan_type_cd: '10',
    mdia_dvsn_name: o.medium === 'api' ? 'OpenAPI' : 'HTS',
    usa_amk_exts_rqst_yn: 'N',
  }
  return Object.fromEntries(Object.entries(values).filter(([field]) => table.has(field)))
}

export function open(call: Call): Answer {
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  const all = ordersAbroad(call).filter(isOpen)
  const page = pageOf(call, isEmptied(call) ? [] : all)
  const output = page.rows.map((o) => row(OVERSEAS_OPEN, common(call.world, o, OVERSEAS_OPEN)))
  return succeed(
    call,
    page.trCont === 'M' ? 'more' : output.length === 0 ? 'empty' : 'inquiry',
    { ...page.cursors, output },
    page.trCont,
  )
}

/** Newest first. */
function ordersAbroad(call: Call): KisOrder[] {
  return call.world.desk.orders
    .filter((o) => o.listing.exchange !== undefined && atExchange(call, o.listing.exchange.order, true))
    .reverse()
}

/** Dates are local to the exchange; the paper host ignores every other filter. */
export function executions(call: Call): Answer {
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  const [from, to] = [call.param('ORD_STRT_DT'), call.param('ORD_END_DT')]
  const live = call.door.env === 'live'
  const symbol = call.param('PDNO')
  const [side, state] = [call.param('SLL_BUY_DVSN'), call.param('CCLD_NCCS_DVSN')]
  const all = ordersAbroad(call).filter((o) => {
    const date = stamp(o.at, o.listing.zone).date
    if ((from !== '' && date < from) || (to !== '' && date > to)) return false
    if (!live) return true
    return (
      (symbol === '' || symbol === '%' || symbol === o.listing.symbol) &&
      (side !== '01' || o.side < 0) &&
      (side !== '02' || o.side > 0) &&
      (state !== '01' || o.filled > 0) &&
      (state !== '02' || leavesOf(o) > 0)
    )
  })
  const page = pageOf(call, isEmptied(call) ? [] : all)
  const output = page.rows.map((o) => row(OVERSEAS_ORDER, common(call.world, o, OVERSEAS_ORDER)))
  return succeed(
    call,
    page.trCont === 'M' ? 'more' : output.length === 0 ? 'empty' : 'inquiry',
    { ...page.cursors, output },
    page.trCont,
  )
}
