/** Overseas account inquiries (reference 7.6, 7.7, 7.10): balance, present balance, buying power. */
import { pow10 } from '../../../../src/core/base/fixed.ts'
import { type Currency, type Money, moneyDecimals } from '../../../../src/core/domain/units.ts'
import { byOrderCode, EXCHANGES } from '../../wire/exchanges.ts'
import { type Row, row } from '../../wire/fields.ts'
import { fixedText, percentText, readScaled } from '../../wire/numbers.ts'
import {
  PRESENT_CURRENCY,
  PRESENT_HOLDING,
  PRESENT_TOTAL,
  OVERSEAS_BALANCE,
  OVERSEAS_HOLDING,
  OVERSEAS_POWER,
} from '../../wire/overseas-fields.ts'
import type { Holding } from '../account.ts'
import { currencyAt, FOREIGN, type Foreign } from '../won-rates.ts'
import type { World } from '../world.ts'
import { type Answer, type Call, ownsAccount, parameterError, refuseWith, succeed } from './call.ts'
import { averagePrice, won } from './kr-account.ts'
import { isEmptied } from './kr-lists.ts'
import { pageOf } from './pages.ts'
import { overseasBoard, type OverseasBoard } from './overseas-quotes.ts'

function money(currency: Currency, x: Money, decimals: number): string {
  return fixedText(Math.round(x), moneyDecimals(currency), decimals)
}

function boardOf(world: World, symbol: string): OverseasBoard {
  return world.boards.get(symbol) as OverseasBoard
}

/** Value of shares at the last price, in money units. */
function valueOf(world: World, h: Holding): Money {
  const board = boardOf(world, h.listing.symbol)
  const { currency, instrument } = h.listing
  return board.last * h.qty * pow10(moneyDecimals(currency) - instrument.priceDecimals)
}

function holdingsOf(world: World): Holding[] {
  return [...world.account.holdings.values()].filter((h) => h.listing.exchange !== undefined)
}

/**
 * NASD means the whole US in live balances and in both order lists; a blank code means everything. NAS is NASDAQ alone.
 */
export function atExchange(call: Call, symbolExchange: string, wide: boolean): boolean {
  const code = call.param('OVRS_EXCG_CD')
  if (code === '' || code === '%') return true
  if (code === 'NASD') return wide ? ['NASD', 'NYSE', 'AMEX'].includes(symbolExchange) : symbolExchange === 'NASD'
  return code === 'NAS' ? symbolExchange === 'NASD' : symbolExchange === code
}

function holdingRow(world: World, h: Holding): Row {
  const board = boardOf(world, h.listing.symbol)
  const { exchange, currency } = board.listing
  const value = valueOf(world, h)
  return row(OVERSEAS_HOLDING, {
    cano: world.account.cano,
    acnt_prdt_cd: world.account.product,
    prdt_type_cd: exchange.productType,
    ovrs_pdno: h.listing.symbol,
    ovrs_item_name: h.listing.name,
    frcr_evlu_pfls_amt: money(currency, value - h.cost, 6),
    evlu_pfls_rt: percentText(value - h.cost, h.cost),
    pchs_avg_pric: money(currency, averagePrice(h), 4),
    ovrs_cblc_qty: String(h.qty),
    ord_psbl_qty: String(world.power.sellable(h.listing.symbol)),
    frcr_pchs_amt1: money(currency, h.cost, 5),
    ovrs_stck_evlu_amt: money(currency, value, 8),
    now_pric2: fixedText(board.last, h.listing.instrument.priceDecimals, 6),
    tr_crcy_cd: exchange.currency,
    ovrs_excg_cd: exchange.order,
    loan_type_cd: '10',
  })
}

export function balance(call: Call): Answer {
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  const { world } = call
  const wide = call.door.env === 'live'
  const asked = call.param('TR_CRCY_CD')
  const held = holdingsOf(world).filter((h) => asked === '' || h.listing.currency === asked)
  const all = isEmptied(call)
    ? []
    : held.filter((h) => h.qty > 0 && atExchange(call, h.listing.exchange?.order ?? '', wide))
  const page = pageOf(call, all)
  const output2 = balanceTotal(world, all, held)
  const output1 = page.rows.map((h) => holdingRow(world, h))
  return succeed(call, page.trCont === 'M' ? 'more' : 'inquiry', { ...page.cursors, output1, output2 }, page.trCont)
}

/** Sums of one currency: the one that was asked for, else that of the first row. */
function balanceTotal(world: World, all: readonly Holding[], held: readonly Holding[]): Row {
  const currency = (all[0] ?? held[0])?.listing.currency ?? 'USD'
  const alike = (h: Holding): boolean => h.listing.currency === currency
  const cost = all.filter(alike).reduce((sum, h) => sum + h.cost, 0)
  const gain = all.filter(alike).reduce((sum, h) => sum + valueOf(world, h) - h.cost, 0)
  const realized = held.filter(alike).reduce((sum, h) => sum + h.realizedToday, 0)
  return row(OVERSEAS_BALANCE, {
    frcr_pchs_amt1: money(currency, cost, 5),
    ovrs_rlzt_pfls_amt: money(currency, realized, 5),
    ovrs_tot_pfls: money(currency, gain + realized, 5),
    rlzt_erng_rt: percentText(realized, cost, 8),
    tot_evlu_pfls_amt: money(currency, gain, 8),
    tot_pftrt: percentText(gain, cost, 8),
    frcr_buy_amt_smtl1: money(currency, cost, 6),
    ovrs_rlzt_pfls_amt2: money(currency, realized, 5),
    frcr_buy_amt_smtl2: money(currency, cost, 6),
  })
}

/** Whole in both environments; that real paper has the totals only (reference 10) is the fault `empty-list`. */
export function present(call: Call): Answer {
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  const { world } = call
  const asked = call.param('NATN_CD')
  const isAsked = (nation: string | undefined): boolean => asked === '' || asked === '000' || asked === nation
  const holdings = holdingsOf(world).filter((h) => isAsked(h.listing.exchange?.nation))
  const full = !isEmptied(call)
  const output1 = full ? holdings.map((h) => presentHolding(world, h)) : []
  const money = EXCHANGES.filter((e) => isAsked(e.nation)).map(currencyAt)
  const currencies = FOREIGN.filter((c) => money.includes(c) && world.account.currencies.includes(c))
  const output2 = full ? currencies.map((c) => presentCurrency(world, c)) : []
  return succeed(call, 'inquiry', { output1, output2, output3: presentTotal(world, holdings) }, 'D')
}

function presentHolding(world: World, h: Holding): Row {
  const board = boardOf(world, h.listing.symbol)
  const { exchange } = board.listing
  const currency = currencyAt(exchange)
  const value = valueOf(world, h)
  return row(PRESENT_HOLDING, {
    prdt_name: h.listing.name,
    cblc_qty13: fixedText(h.qty - h.boughtToday + h.soldToday, 0, 8),
    thdt_buy_ccld_qty1: fixedText(h.boughtToday, 0, 8),
    thdt_sll_ccld_qty1: fixedText(h.soldToday, 0, 8),
    ccld_qty_smtl1: fixedText(h.qty, 0, 8),
    ord_psbl_qty1: fixedText(world.power.sellable(h.listing.symbol), 0, 8),
    frcr_pchs_amt: money(currency, h.cost, 5),
    frcr_evlu_amt2: money(currency, value, 6),
    evlu_pfls_amt2: money(currency, value - h.cost, 5),
    evlu_pfls_rt1: percentText(value - h.cost, h.cost, 8),
    pdno: h.listing.symbol,
    bass_exrt: fixedText(world.rates.of(currency), 4, 8),
    buy_crcy_cd: exchange.currency,
    ovrs_now_pric1: fixedText(board.last, h.listing.instrument.priceDecimals, 8),
    avg_unpr3: money(currency, averagePrice(h), 4),
    tr_mket_name: exchange.name,
    natn_kor_name: exchange.nationName,
    pchs_rmnd_wcrc_amt: won(world.rates.wonFor(currency, h.cost, 'down')),
    thdt_buy_ccld_frcr_amt: money(currency, h.buyAmountToday, 5),
    thdt_sll_ccld_frcr_amt: money(currency, h.sellAmountToday, 5),
    unit_amt: '1',
    std_pdno: `${exchange.nationAbbreviation}${h.listing.symbol}`,
    prdt_type_cd: exchange.productType,
    scts_dvsn_name: '주식',
    ovrs_excg_cd: exchange.order,
  })
}

const CURRENCY_NAMES: Readonly<Record<Foreign, string>> = {
  USD: '미국 달러',
  JPY: '일본 엔',
  HKD: '홍콩 달러',
  CNY: '중국 위안',
}

function presentCurrency(world: World, currency: Foreign): Row {
  const { account } = world
  const cash = account.deposit(currency)
  const free = world.power.free(currency)
  return row(PRESENT_CURRENCY, {
    crcy_cd: currency,
    crcy_cd_name: CURRENCY_NAMES[currency],
    frcr_buy_amt_smtl: money(currency, account.today[currency].buy, 6),
    frcr_sll_amt_smtl: money(currency, account.today[currency].sell, 6),
    frcr_dncl_amt_2: money(currency, cash, 6),
    frst_bltn_exrt: fixedText(world.rates.of(currency), 4, 8),
    frcr_buy_mgn_amt: money(currency, cash - free, 6),
    frcr_drwg_psbl_amt_1: money(currency, free, 6),
    acpl_cstd_crcy_yn: 'Y',
    nxdy_frcr_drwg_psbl_amt: money(currency, free, 6),
  })
}

function presentTotal(world: World, holdings: readonly Holding[]): Row {
  const { account, power } = world
  const inWon = (c: Foreign, x: Money): number => Number(won(world.rates.wonFor(c, Math.round(x), 'down')))
  const sum = (of: (c: Foreign) => Money): number => FOREIGN.reduce((all, c) => all + inWon(c, of(c)), 0)
  const sumHeld = (of: (h: Holding) => Money): number =>
    sum((c) => holdings.filter((h) => h.listing.currency === c).reduce((all, h) => all + of(h), 0))
  const cost = sumHeld((h) => h.cost)
  const value = sumHeld((h) => valueOf(world, h))
  const foreign = sum((c) => account.deposit(c))
  const cash = Number(won(account.depositAfter('KRW', 2)))
  return row(PRESENT_TOTAL, {
    pchs_amt_smtl: String(cost),
    evlu_amt_smtl: String(value),
    evlu_pfls_amt_smtl: String(value - cost),
    dncl_amt: String(cash),
    tot_dncl_amt: String(cash + foreign),
    wdrw_psbl_tot_amt: String(cash),
    frcr_evlu_tota: String(foreign),
    evlu_erng_rt1: percentText(value - cost, cost, 10),
    pchs_amt_smtl_amt: String(cost),
    evlu_amt_smtl_amt: String(value),
    tot_evlu_pfls_amt: String(value - cost),
    tot_asst_amt: String(cash + foreign + value),
    frcr_use_psbl_amt: String(sum((c) => power.free(c))),
    tot_frcr_cblc_smtl: String(foreign),
  })
}

export function power(call: Call): Answer {
  if (!ownsAccount(call)) return parameterError('OPSQ2000')
  const { world } = call
  const board = overseasBoard(call, byOrderCode(call.param('OVRS_EXCG_CD')), call.param('ITEM_CD'))
  if (board === undefined) return refuseWith('APBK0656', '해당종목정보가 없습니다.', '7')
  const price = readScaled(call.param('OVRS_ORD_UNPR'), board.listing.instrument.priceDecimals) ?? 0
  const at = price > 0 ? price : Math.max(board.ask, board.last)
  const currency = currencyAt(board.listing.exchange)
  const free = world.power.free(currency)
  const wide = world.power.freeAbroad(currency)
  const qty = world.power.shares(board.listing, free, at)
  const output = row(OVERSEAS_POWER, {
    tr_crcy_cd: currency,
    ord_psbl_frcr_amt: money(currency, free, 2),
    sll_ruse_psbl_amt: money(currency, world.account.today[currency].sell, 2),
    ovrs_ord_psbl_amt: money(currency, free, 2),
    max_ord_psbl_qty: String(qty),
    ord_psbl_qty: String(qty),
    exrt: fixedText(world.rates.of(currency), 4, 2),
    frcr_ord_psbl_amt1: money(currency, wide, 6),
    ovrs_max_ord_psbl_qty: String(world.power.shares(board.listing, wide, at)),
  })
  return succeed(call, 'inquiry', { output }, 'D')
}
