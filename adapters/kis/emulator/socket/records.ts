/** Market records of the socket, from a board (reference 8.9 to 8.12, 8.16). */
import type { Micros } from '../../../../src/core/base/time.ts'
import { H0STASP0, H0STCNT0, H0STMKO0, HDFSASP0, HDFSCNT0 } from '../../wire/columns.ts'
import type { Row } from '../../wire/fields.ts'
import { toFields } from '../../wire/frame.ts'
import { percentText, signCode } from '../../wire/numbers.ts'
import type { Board, Print } from '../board.ts'
import { kst, KST, stamp } from '../../../common/emulator/clock.ts'
import type { Layouts } from '../options.ts'
import { amountText, type OverseasBoard, priceText, signedPercent, zdivOf } from '../rest/overseas-quotes.ts'

/** Columns of a book before its levels, and of each level. */
const BOOK_HEAD = 11
const BOOK_LEVEL = 6

/** Kept per print, because a frame with several records must show each as it was. */
export interface PrintView {
  readonly print: Print
  readonly values: Row
}

/** Buying against selling volume in percent; 0 while nothing was sold. */
function strength(board: Board): string {
  return board.sellVolume === 0 ? '0.00' : percentText(board.buyVolume, board.sellVolume)
}

const total = (levels: readonly { readonly size: number }[]): string => String(levels.reduce((s, l) => s + l.size, 0))

/** The values of a domestic trade at this moment; call it right after the board took the print. */
export function domesticTrade(board: Board, print: Print): Row {
  const { prevClose } = board
  const change = print.price - prevClose
  const { upper, lower } = board.limits()
  const against = (price: number): [string, string] => [signCode(print.price - price), String(print.price - price)]
  const [openSign, openDiff] = against(board.open)
  const [highSign, highDiff] = against(board.high)
  const [lowSign, lowDiff] = against(board.low)
  const at = kst(print.t)
  return {
    MKSC_SHRN_ISCD: board.listing.symbol,
    STCK_CNTG_HOUR: at.time,
    STCK_PRPR: String(print.price),
    PRDY_VRSS_SIGN: signCode(change, print.price, upper, lower),
    PRDY_VRSS: String(change),
    PRDY_CTRT: percentText(change, prevClose),
    WGHN_AVRG_STCK_PRC: board.volume === 0 ? '0.00' : (board.amount / board.volume).toFixed(2),
    STCK_OPRC: String(board.open),
    STCK_HGPR: String(board.high),
    STCK_LWPR: String(board.low),
    ASKP1: String(board.ask),
    BIDP1: String(board.bid),
    CNTG_VOL: String(print.size),
    ACML_VOL: String(board.volume),
    ACML_TR_PBMN: String(board.amount),
    SELN_CNTG_CSNU: String(board.sells),
    SHNU_CNTG_CSNU: String(board.buys),
    NTBY_CNTG_CSNU: String(board.buys - board.sells),
    CTTR: strength(board),
    SELN_CNTG_SMTN: String(board.sellVolume),
    SHNU_CNTG_SMTN: String(board.buyVolume),
    CCLD_DVSN: print.buyer ? '1' : '5',
    SHNU_RATE: board.volume === 0 ? '0.00' : (board.buyVolume / board.volume).toFixed(2),
    PRDY_VOL_VRSS_ACML_VOL_RATE: percentText(board.volume, board.prevVolume),
    OPRC_HOUR: kst(board.openAt).time,
    OPRC_VRSS_PRPR_SIGN: openSign,
    OPRC_VRSS_PRPR: openDiff,
    HGPR_HOUR: kst(board.highAt).time,
    HGPR_VRSS_PRPR_SIGN: highSign,
    HGPR_VRSS_PRPR: highDiff,
    LWPR_HOUR: kst(board.lowAt).time,
    LWPR_VRSS_PRPR_SIGN: lowSign,
    LWPR_VRSS_PRPR: lowDiff,
    BSOP_DATE: at.date,
    NEW_MKOP_CLS_CODE: '20',
    TRHT_YN: board.halted ? 'Y' : 'N',
    ASKP_RSQN1: String(board.askSize),
    BIDP_RSQN1: String(board.bidSize),
    TOTAL_ASKP_RSQN: total(board.asks()),
    TOTAL_BIDP_RSQN: total(board.bids()),
    VOL_TNRT: percentText(board.volume, board.listing.shares),
    PRDY_SMNS_HOUR_ACML_VOL: String(board.prevVolume),
    PRDY_SMNS_HOUR_ACML_VOL_RATE: percentText(board.volume, board.prevVolume),
    HOUR_CLS_CODE: '0',
    MRKT_TRTM_CLS_CODE: '',
    VI_STND_PRC: String(board.open),
    MARKET_CLS_CODE: '2',
  }
}

export function domesticTradeFields(values: Row, layouts: Layouts): string[] {
  return toFields(H0STCNT0.slice(0, layouts.trades), values)
}

/** `late`: how far its stamps lie behind. */
export function domesticBook(board: Board, layouts: Layouts, late: Micros): string[] {
  const [asks, bids] = [board.asks(), board.bids()]
  const values: Row = {}
  asks.forEach((level, i) => {
    values[`ASKP${i + 1}`] = String(level.price)
    values[`ASKP_RSQN${i + 1}`] = String(level.size)
  })
  bids.forEach((level, i) => {
    values[`BIDP${i + 1}`] = String(level.price)
    values[`BIDP_RSQN${i + 1}`] = String(level.size)
  })
  // "No expected price" is written as a change of -100 % (8.10).
  Object.assign(values, {
    MKSC_SHRN_ISCD: board.listing.symbol,
    BSOP_HOUR: kst(board.seenAt - late).time,
    HOUR_CLS_CODE: '0',
    TOTAL_ASKP_RSQN: total(asks),
    TOTAL_BIDP_RSQN: total(bids),
    OVTM_TOTAL_ASKP_RSQN: '0',
    OVTM_TOTAL_BIDP_RSQN: '0',
    ANTC_CNPR: '0',
    ANTC_CNQN: '0',
    ANTC_VOL: '0',
    ANTC_CNTG_VRSS: String(-board.prevClose),
    ANTC_CNTG_VRSS_SIGN: '5',
    ANTC_CNTG_PRDY_CTRT: '-100.00',
    ACML_VOL: String(board.volume),
    TOTAL_ASKP_RSQN_ICDC: '0',
    TOTAL_BIDP_RSQN_ICDC: '0',
    OVTM_TOTAL_ASKP_ICDC: '0',
    OVTM_TOTAL_BIDP_ICDC: '0',
    STCK_DEAL_CLS_CODE: '0',
    KMID_PRC: String(Math.floor((board.ask + board.bid) / 2)),
    KMID_TOTAL_RSQN: '0',
    KMID_CLS_CODE: '0',
    MARKET_CLS_CODE: '2',
  })
  return toFields(H0STASP0.slice(0, layouts.book), values)
}

/** `RSYM` is that of whoever listens (`overseasTradeFields`): a listing has a key of its free feed and one of the paid. */
export function overseasTrade(board: OverseasBoard, print: Print): Row {
  const change = print.price - board.prevClose
  const [local, korea] = [stamp(print.t, board.listing.zone), stamp(print.t, KST)]
  return {
    SYMB: board.listing.symbol,
    ZDIV: String(zdivOf(board)),
    TYMD: local.date,
    XYMD: local.date,
    XHMS: local.time,
    KYMD: korea.date,
    KHMS: korea.time,
    OPEN: priceText(board, board.open),
    HIGH: priceText(board, board.high),
    LOW: priceText(board, board.low),
    LAST: priceText(board, print.price),
    SIGN: signCode(change),
    DIFF: priceText(board, Math.abs(change)),
    RATE: signedPercent(change, board.prevClose).trim(),
    PBID: priceText(board, board.bid),
    PASK: priceText(board, board.ask),
    VBID: String(board.bidSize),
    VASK: String(board.askSize),
    EVOL: String(print.size),
    TVOL: String(board.volume),
    TAMT: amountText(board, board.amount),
    BIVL: String(board.sellVolume),
    ASVL: String(board.buyVolume),
    STRN: strength(board),
    MTYP: '1',
  }
}

/** 25 columns, without RSYM, are documented in samples only. */
export function overseasTradeFields(values: Row, key: string, layouts: Layouts): string[] {
  return toFields(layouts.overseasTrades === 25 ? HDFSCNT0.slice(1) : HDFSCNT0, { ...values, RSYM: key })
}

export function overseasBook(board: OverseasBoard, key: string, late: Micros): string[] {
  const [asks, bids] = [board.asks(), board.bids()]
  const seenAt = board.seenAt - late
  const [local, korea] = [stamp(seenAt, board.listing.zone), stamp(seenAt, KST)]
  const values: Row = {
    RSYM: key,
    SYMB: board.listing.symbol,
    ZDIV: String(zdivOf(board)),
    XYMD: local.date,
    XHMS: local.time,
    KYMD: korea.date,
    KHMS: korea.time,
    BVOL: total(bids),
    AVOL: total(asks),
    BDVL: '0',
    ADVL: '0',
  }
  asks.forEach((ask, i) => {
    const bid = bids[i] ?? { price: 0, size: 0 }
    values[`PBID${i + 1}`] = priceText(board, bid.price)
    values[`PASK${i + 1}`] = priceText(board, ask.price)
    values[`VBID${i + 1}`] = String(bid.size)
    values[`VASK${i + 1}`] = String(ask.size)
    values[`DBID${i + 1}`] = '0'
    values[`DASK${i + 1}`] = '0'
  })
  return toFields(HDFSASP0.slice(0, BOOK_HEAD + BOOK_LEVEL * board.listing.exchange.levels), values)
}

/** A halt or its end; 112 open, 164 temporary halt. */
export function marketStatus(board: Board): string[] {
  return toFields(H0STMKO0, {
    MKSC_SHRN_ISCD: board.listing.symbol,
    TRHT_YN: board.halted ? 'Y' : 'N',
    TR_SUSP_REAS_CNTT: board.halted ? '거래정지' : '',
    MKOP_CLS_CODE: board.halted ? '164' : '112',
    ANTC_MKOP_CLS_CODE: '0',
    MRKT_TRTM_CLS_CODE: '0',
    DIVI_APP_CLS_CODE: '',
    ISCD_STAT_CLS_CODE: board.halted ? '58' : '55',
    VI_CLS_CODE: 'N',
    OVTM_VI_CLS_CODE: 'N',
    EXCH_CLS_CODE: '1',
  })
}
