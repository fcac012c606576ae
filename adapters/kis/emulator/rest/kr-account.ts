/** Domestic account inquiries (reference 6.9, 6.10, 6.12): balance, buying power, sellable quantity. */
import { pow10 } from '../../../../src/core/base/fixed.ts'
import type { Money } from '../../../../src/core/domain/units.ts'
import { KR_BALANCE, KR_HOLDING, KR_POWER, KR_SELLABLE } from '../../wire/domestic-fields.ts'
import { type Row, row } from '../../wire/fields.ts'
import { fixedText, percentText, readWhole } from '../../wire/numbers.ts'
import type { Holding } from '../account.ts'
import type { Board } from '../board.ts'
import { marginPrice } from '../power.ts'
import { FOREIGN } from '../won-rates.ts'
import type { World } from '../world.ts'
import { type Answer, type Call, ownsAccount, parameterError, succeed } from './call.ts'
import { isEmptied } from './kr-lists.ts'
import { domesticBoard } from './kr-quotes.ts'
import { pageOf } from './pages.ts'

const WON = pow10(4)

export function won(money: Money): string {
  return String(Math.trunc(money / WON))
}

function holdingsOf(world: World): Holding[] {
  return [...world.account.holdings.values()].filter((h) => h.listing.exchange === undefined)
}

export function averagePrice(h: Holding): number {
  return h.qty === 0 ? 0 : h.cost / h.qty
}

function holdingRow(world: World, h: Holding): Row {
  const board = world.boards.get(h.listing.symbol) as Board
  const value = board.last * h.qty
  const cost = Math.round(h.cost / WON)
  return row(KR_HOLDING, {
    pdno: h.listing.symbol,
    prdt_name: h.listing.name,
    trad_dvsn_name: '현금',
    bfdy_buy_qty: String(h.boughtYesterday),
    bfdy_sll_qty: String(h.soldYesterday),
    thdt_buyqty: String(h.boughtToday),
    thdt_sll_qty: String(h.soldToday),
    hldg_qty: String(h.qty),
    ord_psbl_qty: String(world.power.sellable(h.listing.symbol)),
    pchs_avg_pric: fixedText(Math.round(averagePrice(h)), 4, 4),
    pchs_amt: String(cost),
    prpr: String(board.last),
    evlu_amt: String(value),
    evlu_pfls_amt: String(value - cost),
    evlu_pfls_rt: percentText(value - cost, cost),
    evlu_erng_rt: '0.00000000',
    fltt_rt: percentText(board.last - board.prevClose, board.prevClose, 8),
    bfdy_cprs_icdc: String(board.last - board.prevClose),
  })
}

export function balance(call: Call): Answer {
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  const { world } = call
  const all = isEmptied(call) ? [] : holdingsOf(world)
  const page = pageOf(call, all)
  const output1 = page.rows.map((h) => holdingRow(world, h))
  const parts = { ...page.cursors, output1, output2: [balanceTotal(world)] }
  return succeed(call, page.trCont === 'M' ? 'more' : 'inquiry', parts, page.trCont)
}

function balanceTotal(world: World): Row {
  const { account } = world
  const holdings = holdingsOf(world)
  const value = holdings.reduce((sum, h) => sum + (world.boards.get(h.listing.symbol) as Board).last * h.qty, 0)
  const cost = holdings.reduce((sum, h) => sum + Math.round(h.cost / WON), 0)
  const settled = Number(won(account.depositAfter('KRW', 2)))
  const { today, yesterday } = account
  return row(KR_BALANCE, {
    dnca_tot_amt: won(account.deposit('KRW')),
    nxdy_excc_amt: won(account.depositAfter('KRW', 1)),
    prvs_rcdl_excc_amt: String(settled),
    bfdy_buy_amt: won(yesterday.KRW.buy),
    thdt_buy_amt: won(today.KRW.buy),
    bfdy_sll_amt: won(yesterday.KRW.sell),
    thdt_sll_amt: won(today.KRW.sell),
    bfdy_tlex_amt: won(yesterday.KRW.costs),
    thdt_tlex_amt: won(today.KRW.costs),
    scts_evlu_amt: String(value),
    tot_evlu_amt: String(value + settled),
    nass_amt: String(value + settled),
    fncg_gld_auto_rdpt_yn: 'N',
    pchs_amt_smtl_amt: String(cost),
    evlu_amt_smtl_amt: String(value),
    evlu_pfls_smtl_amt: String(value - cost),
    bfdy_tot_asst_evlu_amt: String(value + settled),
    asst_icdc_erng_rt: '0.00000000',
  })
}

export function power(call: Call): Answer {
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  const { world } = call
  const free = world.power.free('KRW')
  const board = domesticBoard(call, call.param('PDNO'))
  const sent = readWhole(call.param('ORD_UNPR')) ?? 0
  // Market orders are margined at the upper limit; without a symbol only amounts are answered.
  const price = board === undefined ? 0 : marginPrice(board, call.param('ORD_DVSN') === '01' ? 0 : sent)
  const qty = board === undefined ? 0 : world.power.shares(board.listing, free, price)
  const output = row(KR_POWER, {
    ord_psbl_cash: won(free),
    ruse_psbl_amt: won(world.account.today.KRW.sell),
    psbl_qty_calc_unpr: String(price),
    nrcvb_buy_amt: won(free),
    nrcvb_buy_qty: String(qty),
    max_buy_amt: won(free),
    max_buy_qty: String(qty),
    ord_psbl_frcr_amt_wcrc: won(foreignInWon(world)),
  })
  return succeed(call, 'inquiry', { output }, 'D')
}

/** Foreign money that may be spent, in won. */
function foreignInWon({ account, power, rates }: World): Money {
  const held = FOREIGN.filter((c) => account.currencies.includes(c))
  return held.reduce((sum, c) => sum + rates.wonFor(c, power.free(c), 'down'), 0)
}

export function sellable(call: Call): Answer {
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  const { world } = call
  const holding = world.account.holding(call.param('PDNO'))
  if (holding === undefined) return succeed(call, 'empty', { output1: row(KR_SELLABLE, {}) }, 'D')
  const h = holdingRow(world, holding)
  const output1 = row(KR_SELLABLE, {
    pdno: holding.listing.symbol,
    prdt_name: holding.listing.name,
    buy_qty: String(holding.boughtToday),
    sll_qty: String(holding.soldToday),
    cblc_qty: String(holding.qty),
    ord_psbl_qty: h.ord_psbl_qty as string,
    pchs_avg_pric: h.pchs_avg_pric as string,
    pchs_amt: h.pchs_amt as string,
    now_pric: h.prpr as string,
    evlu_amt: h.evlu_amt as string,
    evlu_pfls_amt: h.evlu_pfls_amt as string,
    evlu_pfls_rt: h.evlu_pfls_rt as string,
  })
  return succeed(call, 'inquiry', { output1 }, 'D')
}
