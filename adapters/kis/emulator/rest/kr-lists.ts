/** Domestic order lists (reference 6.8, 6.11): open orders, and the orders of some days with their fills. */
import { KR_OPEN, KR_ORDER, KR_ORDERS_TOTAL } from '../../wire/domestic-fields.ts'
import { type Row, row } from '../../wire/fields.ts'
import { padded, readWhole } from '../../wire/numbers.ts'
import { dayText, kst } from '../../../common/emulator/clock.ts'
import { isOpen, type KisOrder, leavesOf } from '../order.ts'
import type { World } from '../world.ts'
import { type Answer, type Call, ownsAccount, parameterError, refuseWith, succeed } from './call.ts'
import { readDate } from './kr-charts.ts'
import { pageOf } from './pages.ts'

/** Division names of the lists. */
const DIVISION_NAMES: Readonly<Record<string, string>> = {
  '00': '지정가',
  '01': '시장가',
  '02': '조건부지정가',
  '03': '최유리지정가',
  '04': '최우선지정가',
  '11': 'IOC지정가',
  '12': 'FOK지정가',
  '13': 'IOC시장가',
  '14': 'FOK시장가',
  '22': '스톱지정가',
}

export function isEmptied(call: Call): boolean {
  return call.world.faults.take('empty-list', call.now, { path: call.tr.path, trId: call.trId }) !== undefined
}

export function open(call: Call): Answer {
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  const side = call.param('INQR_DVSN_2')
  const all = isEmptied(call) ? [] : call.world.desk.orders.filter((o) => isDomestic(o) && isOpen(o) && ofSide(o, side))
  const page = pageOf(call, all)
  const output = page.rows.map((o) => openRow(call.world, o))
  return succeed(
    call,
    page.trCont === 'M' ? 'more' : all.length === 0 ? 'empty' : 'inquiry',
    { ...page.cursors, output },
    page.trCont,
  )
}

function isDomestic(o: KisOrder): boolean {
  return o.listing.exchange === undefined
}

/** `1` sell, `2` buy, anything else all. */
function ofSide(o: KisOrder, code: string): boolean {
  return code === '1' ? o.side < 0 : code === '2' ? o.side > 0 : true
}

export function sideCode(o: KisOrder): '01' | '02' {
  return o.side > 0 ? '02' : '01'
}

function openRow(world: World, o: KisOrder): Row {
  return row(KR_OPEN, {
    ord_gno_brno: world.desk.branch,
    odno: padded(o.number, 10),
    orgn_odno: o.original === 0 ? '' : padded(o.original, 10),
    ord_dvsn_name: DIVISION_NAMES[o.division] ?? '',
    pdno: o.listing.symbol,
    prdt_name: o.listing.name,
    rvse_cncl_dvsn_name: o.action === 'modify' ? '정정' : '',
    ord_qty: String(o.qty),
    ord_unpr: String(o.price),
    ord_tmd: kst(o.at).time,
    tot_ccld_qty: String(o.filled),
    tot_ccld_amt: String(o.amount),
    psbl_qty: String(leavesOf(o)),
    sll_buy_dvsn_cd: sideCode(o),
    ord_dvsn_cd: o.division,
    excg_dvsn_cd: '02',
    excg_id_dvsn_cd: 'KRX',
    excg_id_dvsn_name: 'KRX',
  })
}

/** That a new id without the exchange field may get "data changed" (reference 5.5) is a fault: clients do leave it out. */
export function dayOrders(call: Call): Answer {
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  if (call.world.faults.take('data-changed', call.now, { path: call.tr.path, trId: call.trId }) !== undefined) {
    return refuseWith('APBK1680', '조회이후에 자료가 변경되었습니다.(다시 조회하세요)', '7')
  }
  const { orders } = call.world.desk
  const matching = orders.filter((o) => isDomestic(o) && isWanted(call, o))
  const all = call.param('INQR_DVSN') === '01' ? matching : matching.reverse()
  const page = pageOf(call, isEmptied(call) ? [] : all)
  const output1 = page.rows.map((o) => orderRow(call.world, o))
  const success = page.trCont === 'M' ? 'more' : output1.length === 0 ? 'empty' : 'inquiry'
  return succeed(call, success, { ...page.cursors, output1, output2: ordersTotal(all) }, page.trCont)
}

function isWanted(call: Call, o: KisOrder): boolean {
  const from = readDate(call.param('INQR_STRT_DT')) ?? -Infinity
  const to = readDate(call.param('INQR_END_DT')) ?? Infinity
  const side = call.param('SLL_BUY_DVSN_CD')
  const state = call.param('CCLD_DVSN')
  const number = readWhole(call.param('ODNO'))
  const symbol = call.param('PDNO')
  return (
    o.day >= from &&
    o.day <= to &&
    (side !== '01' || o.side < 0) &&
    (side !== '02' || o.side > 0) &&
    (state !== '01' || o.filled > 0) &&
    (state !== '02' || leavesOf(o) > 0) &&
    (number === undefined || number === 0 || number === o.number) &&
    (symbol === '' || symbol === o.listing.symbol)
  )
}

function orderRow(world: World, o: KisOrder): Row {
  const name = o.side > 0 ? '현금매수' : '현금매도'
  const state = o.rejected > 0 ? '거부' : o.action === 'modify' ? '정정' : o.action === 'cancel' ? '취소' : ''
  const canceled = String(o.canceled)
  return row(KR_ORDER, {
    ord_dt: dayText(o.day),
    ord_gno_brno: world.desk.branch,
    odno: padded(o.number, 10),
    orgn_odno: o.original === 0 ? '' : padded(o.original, 10),
    ord_dvsn_name: DIVISION_NAMES[o.division] ?? '',
    sll_buy_dvsn_cd: sideCode(o),
    sll_buy_dvsn_cd_name: `${name}${state}`,
    pdno: o.listing.symbol,
    prdt_name: o.listing.name,
    ord_qty: String(o.qty),
    ord_unpr: String(o.price),
    ord_tmd: kst(o.at).time,
    tot_ccld_qty: String(o.filled),
    avg_prvs: o.filled === 0 ? '0' : String(Math.round(o.amount / o.filled)),
    tot_ccld_amt: String(o.amount),
    cncl_yn: o.canceled > 0 && leavesOf(o) === 0 ? 'Y' : 'N',
    ccld_yn: o.filled > 0 && leavesOf(o) === 0 ? 'Y' : 'N',
    cnc_cfrm_qty: canceled,
    cncl_cfrm_qty: canceled,
    rmn_qty: String(leavesOf(o)),
    rjct_qty: String(o.rejected),
    ccld_cndt_name: o.timeInForce === 'IOC' || o.timeInForce === 'FOK' ? o.timeInForce : '없음',
    ord_dvsn_cd: o.division,
    inqr_ip_addr: '127.0.0.1',
    prdt_type_cd: '300',
    excg_dvsn_cd: '02',
    excg_id_dvsn_Cd: 'KRX',
    excg_id_dvsn_cd: 'KRX',
    ord_orgno: world.desk.branch,
  })
}

function ordersTotal(orders: readonly KisOrder[]): Row {
  const qty = orders.reduce((sum, o) => sum + o.qty, 0)
  const filled = orders.reduce((sum, o) => sum + o.filled, 0)
  const amount = orders.reduce((sum, o) => sum + o.amount, 0)
  return row(KR_ORDERS_TOTAL, {
    tot_ord_qty: String(qty),
    tot_ccld_qty: String(filled),
    tot_ccld_amt: String(amount),
    pchs_avg_pric: filled === 0 ? '0.0000' : (amount / filled).toFixed(4),
  })
}
