/** Domestic quotations (reference 6.2, 6.3): current price and order book. */
import { KR_BOOK, KR_BOOK_EXPECTED, KR_PRICE } from '../../wire/domestic-fields.ts'
import { type Row, row } from '../../wire/fields.ts'
import { percentText, signCode } from '../../wire/numbers.ts'
import type { Board, Level } from '../board.ts'
import { dayText, kst } from '../../../common/emulator/clock.ts'
import { type Answer, type Call, parameterError, succeed } from './call.ts'

const MARKETS = new Set(['J', 'NX', 'UN'])

/** The board of a domestic symbol; undefined when nobody lists it here. */
export function domesticBoard(call: Call, symbol: string): Board | undefined {
  const board = call.world.boards.get(symbol)
  return board?.listing.exchange === undefined ? board : undefined
}

export function badMarket(call: Call): Answer | undefined {
  return MARKETS.has(call.param('FID_COND_MRKT_DIV_CODE'))
    ? undefined
    : parameterError('OPSQ2001', 'FID_COND_MRKT_DIV_CODE')
}

export interface Change {
  readonly prdy_vrss: string
  readonly prdy_vrss_sign: string
  readonly prdy_ctrt: string
}

export function changeOf(board: Board): Change {
  const change = board.last === 0 ? 0 : board.last - board.prevClose
  const { upper, lower } = board.limits()
  return {
    prdy_vrss: String(change),
    prdy_vrss_sign: signCode(change, board.last, upper, lower),
    prdy_ctrt: percentText(change, board.prevClose),
  }
}

export function price(call: Call): Answer {
  const fault = badMarket(call)
  if (fault !== undefined) return fault
  const symbol = call.param('FID_INPUT_ISCD')
  const board = domesticBoard(call, symbol)
  const output = board === undefined ? row(KR_PRICE, unknown(symbol)) : row(KR_PRICE, priceRow(board))
  return succeed(call, 'quote', { output })
}

/** What an unknown symbol gets: success, and a price of "0". */
function unknown(symbol: string): Row {
  return {
    stck_shrn_iscd: symbol,
    temp_stop_yn: 'N',
    short_over_yn: 'N',
    mrkt_warn_cls_code: '00',
    prdy_vrss_sign: '3',
  }
}

function priceRow(board: Board): Row {
  const { listing, prevClose } = board
  const { upper, lower } = board.limits()
  const days = board.daily()
  const year = days.slice(0, 250)
  const highest = year.reduce((a, b) => (b.high > a.high ? b : a), year[0] ?? emptyDay(board))
  const lowest = year.reduce((a, b) => (b.low < a.low ? b : a), year[0] ?? emptyDay(board))
  const value = String(Math.floor((listing.shares * board.last) / 100_000_000))
  const dates = { high: dayText(highest.at), low: dayText(lowest.at) }
  return {
    ...changeOf(board),
    iscd_stat_cls_code: board.halted ? '58' : '55',
    marg_rate: '20.00',
    rprs_mrkt_kor_name: 'KOSPI200',
    bstp_kor_isnm: '전기·전자',
    temp_stop_yn: board.halted ? 'Y' : 'N',
    oprc_rang_cont_yn: 'N',
    clpr_rang_cont_yn: 'N',
    crdt_able_yn: 'Y',
    elw_pblc_yn: 'N',
    stck_shrn_iscd: listing.symbol,
    stck_prpr: String(board.last),
    acml_tr_pbmn: String(board.amount),
    acml_vol: String(board.volume),
    prdy_vrss_vol_rate: percentText(board.volume - board.prevVolume, board.prevVolume),
    stck_oprc: String(board.open),
    stck_hgpr: String(board.high),
    stck_lwpr: String(board.low),
    stck_mxpr: String(upper),
    stck_llam: String(lower),
    stck_sdpr: String(prevClose),
    wghn_avrg_stck_prc: board.volume === 0 ? '0' : (board.amount / board.volume).toFixed(2),
    cpfn: '778',
    rstc_wdth_prc: String(upper - prevClose),
    stck_fcam: '100',
    stck_sspr: String(Math.floor(prevClose * 0.8)),
    aspr_unit: String(board.tick),
    hts_deal_qty_unit_val: '1',
    lstn_stcn: String(listing.shares),
    hts_avls: value,
    per: '12.00',
    pbr: '1.20',
    eps: (board.last / 12).toFixed(2),
    bps: (board.last / 1.2).toFixed(2),
    stac_month: '12',
    vol_tnrt: percentText(board.volume, listing.shares),
    w52_hgpr: String(highest.high),
    w52_hgpr_date: dates.high,
    w52_lwpr: String(lowest.low),
    w52_lwpr_date: dates.low,
    w52_hgpr_vrss_prpr_ctrt: percentText(board.last - highest.high, highest.high),
    w52_lwpr_vrss_prpr_ctrt: percentText(board.last - lowest.low, lowest.low),
    d250_hgpr: String(highest.high),
    d250_hgpr_date: dates.high,
    d250_lwpr: String(lowest.low),
    d250_lwpr_date: dates.low,
    d250_hgpr_vrss_prpr_rate: percentText(board.last - highest.high, highest.high),
    d250_lwpr_vrss_prpr_rate: percentText(board.last - lowest.low, lowest.low),
    stck_dryy_hgpr: String(highest.high),
    dryy_hgpr_date: dates.high,
    stck_dryy_hgpr_date: dates.high,
    stck_dryy_lwpr: String(lowest.low),
    dryy_lwpr_date: dates.low,
    stck_dryy_lwpr_date: dates.low,
    dryy_hgpr_vrss_prpr_rate: percentText(board.last - highest.high, highest.high),
    dryy_lwpr_vrss_prpr_rate: percentText(board.last - lowest.low, lowest.low),
    vi_cls_code: 'N',
    ovtm_vi_cls_code: 'N',
    last_ssts_cntg_yn: 'N',
    invt_caful_yn: 'N',
    mrkt_warn_cls_code: '00',
    short_over_yn: 'N',
    sltr_yn: 'N',
    mang_issu_cls_code: 'N',
  }
}

function emptyDay(board: Board): { at: number; high: number; low: number } {
  return { at: Number.isNaN(board.day) ? 0 : board.day, high: board.last, low: board.last }
}

export function levelRow(prefix: 'ask' | 'bid', levels: readonly Level[]): Row {
  const out: Row = {}
  levels.forEach((level, i) => {
    out[`${prefix}p${i + 1}`] = String(level.price)
    out[`${prefix}p_rsqn${i + 1}`] = String(level.size)
  })
  return out
}

export function totalSize(levels: readonly Level[]): number {
  return levels.reduce((sum, level) => sum + level.size, 0)
}

export function book(call: Call): Answer {
  const fault = badMarket(call)
  if (fault !== undefined) return fault
  const symbol = call.param('FID_INPUT_ISCD')
  const board = domesticBoard(call, symbol)
  // An unknown symbol has a book without prices; clients test for the missing "askp1".
  if (board === undefined) return succeed(call, 'quote', { output1: {}, output2: {} })
  const [asks, bids] = [board.asks(), board.bids()]
  const [askTotal, bidTotal] = [totalSize(asks), totalSize(bids)]
  const change = changeOf(board)
  return succeed(call, 'quote', {
    output1: row(KR_BOOK, {
      aspr_acpt_hour: kst(board.seenAt).time,
      ...levelRow('ask', asks),
      ...levelRow('bid', bids),
      total_askp_rsqn: String(askTotal),
      total_bidp_rsqn: String(bidTotal),
      ntby_aspr_rsqn: String(bidTotal - askTotal),
      new_mkop_cls_code: '20',
    }),
    output2: row(KR_BOOK_EXPECTED, {
      antc_mkop_cls_code: '112',
      stck_prpr: String(board.last),
      stck_oprc: String(board.open),
      stck_hgpr: String(board.high),
      stck_lwpr: String(board.low),
      stck_sdpr: String(board.prevClose),
      antc_cnpr: String(board.last),
      antc_cntg_vrss_sign: change.prdy_vrss_sign,
      antc_cntg_vrss: change.prdy_vrss,
      antc_cntg_prdy_ctrt: change.prdy_ctrt,
      stck_shrn_iscd: symbol,
      vi_cls_code: 'N',
    }),
  })
}
