/**
 * Columns of the real-time frames, in wire order with the vendor's names (KIS reference 8.9 to 8.16). Layouts grew over
 * the years; every list names the widest form and a layout is a prefix of it, except the domestic notices, whose old
 * form is a list of its own. Readers must go by the number of fields in a record, not by a fixed list.
 */

const levels = (name: string, n = 10): string[] => Array.from({ length: n }, (_, i) => `${name}${i + 1}`)
const names = (text: string): string[] => text.trim().split(/\s+/)

/** Trades of the KRX: 46, since 2026-09-14 47. */
export const H0STCNT0: readonly string[] = names(`
  MKSC_SHRN_ISCD STCK_CNTG_HOUR STCK_PRPR PRDY_VRSS_SIGN PRDY_VRSS PRDY_CTRT WGHN_AVRG_STCK_PRC STCK_OPRC STCK_HGPR
  STCK_LWPR ASKP1 BIDP1 CNTG_VOL ACML_VOL ACML_TR_PBMN SELN_CNTG_CSNU SHNU_CNTG_CSNU NTBY_CNTG_CSNU CTTR
  SELN_CNTG_SMTN SHNU_CNTG_SMTN CCLD_DVSN SHNU_RATE PRDY_VOL_VRSS_ACML_VOL_RATE OPRC_HOUR OPRC_VRSS_PRPR_SIGN
  OPRC_VRSS_PRPR HGPR_HOUR HGPR_VRSS_PRPR_SIGN HGPR_VRSS_PRPR LWPR_HOUR LWPR_VRSS_PRPR_SIGN LWPR_VRSS_PRPR BSOP_DATE
  NEW_MKOP_CLS_CODE TRHT_YN ASKP_RSQN1 BIDP_RSQN1 TOTAL_ASKP_RSQN TOTAL_BIDP_RSQN VOL_TNRT PRDY_SMNS_HOUR_ACML_VOL
  PRDY_SMNS_HOUR_ACML_VOL_RATE HOUR_CLS_CODE MRKT_TRTM_CLS_CODE VI_STND_PRC MARKET_CLS_CODE`)

/** Order book of the KRX: 59 documented, 62 on the wire, 63 since 2026-09-14. */
export const H0STASP0: readonly string[] = [
  ...names('MKSC_SHRN_ISCD BSOP_HOUR HOUR_CLS_CODE'),
  ...levels('ASKP'),
  ...levels('BIDP'),
  ...levels('ASKP_RSQN'),
  ...levels('BIDP_RSQN'),
  ...names(`
    TOTAL_ASKP_RSQN TOTAL_BIDP_RSQN OVTM_TOTAL_ASKP_RSQN OVTM_TOTAL_BIDP_RSQN ANTC_CNPR ANTC_CNQN ANTC_VOL
    ANTC_CNTG_VRSS ANTC_CNTG_VRSS_SIGN ANTC_CNTG_PRDY_CTRT ACML_VOL TOTAL_ASKP_RSQN_ICDC TOTAL_BIDP_RSQN_ICDC
    OVTM_TOTAL_ASKP_ICDC OVTM_TOTAL_BIDP_ICDC STCK_DEAL_CLS_CODE KMID_PRC KMID_TOTAL_RSQN KMID_CLS_CODE
    MARKET_CLS_CODE`),
]

/** Overseas trades: 26. */
export const HDFSCNT0: readonly string[] = names(`
  RSYM SYMB ZDIV TYMD XYMD XHMS KYMD KHMS OPEN HIGH LOW LAST SIGN DIFF RATE PBID PASK VBID VASK EVOL TVOL TAMT BIVL
  ASVL STRN MTYP`)

/** Overseas order book: 71 for the US, of which other markets have the first 17. */
export const HDFSASP0: readonly string[] = [
  ...names('RSYM SYMB ZDIV XYMD XHMS KYMD KHMS BVOL AVOL BDVL ADVL'),
  ...Array.from({ length: 10 }, (_, i) =>
    ['PBID', 'PASK', 'VBID', 'VASK', 'DBID', 'DASK'].map((n) => `${n}${i + 1}`),
  ).flat(),
]

/** Market status: 11. */
export const H0STMKO0: readonly string[] = names(`
  MKSC_SHRN_ISCD TRHT_YN TR_SUSP_REAS_CNTT MKOP_CLS_CODE ANTC_MKOP_CLS_CODE MRKT_TRTM_CLS_CODE DIVI_APP_CLS_CODE
  ISCD_STAT_CLS_CODE VI_CLS_CODE OVTM_VI_CLS_CODE EXCH_CLS_CODE`)

const NOTICE_HEAD = names(`
  CUST_ID ACNT_NO ODER_NO OODER_NO SELN_BYOV_CLS RCTF_CLS ODER_KIND ODER_COND STCK_SHRN_ISCD CNTG_QTY CNTG_UNPR
  STCK_CNTG_HOUR RFUS_YN CNTG_YN ACPT_YN BRNC_NO ODER_QTY ACNT_NAME`)

/** Domestic execution notice since about 2025-03: 26. */
export const NOTICE_KR: readonly string[] = [
  ...NOTICE_HEAD,
  ...names('ORD_COND_PRC ORD_EXG_GB POPUP_YN FILLER CRDT_CLS CRDT_LOAN_DATE CNTG_ISNM40 ODER_PRC'),
]

/** Domestic execution notice before: 23. Paper was still seen with it, slot 18 then holding exchange and popup ("1Y"). */
export const NOTICE_KR_OLD: readonly string[] = [
  ...NOTICE_HEAD,
  ...names('CNTG_ISNM CRDT_CLS CRDT_LOAN_DATE CNTG_ISNM40 ODER_PRC'),
]

/** Overseas execution notice: 25; the old form ends after DEBT_DATE with 21. */
export const NOTICE_OVERSEAS: readonly string[] = names(`
  CUST_ID ACNT_NO ODER_NO OODER_NO SELN_BYOV_CLS RCTF_CLS ODER_KIND2 STCK_SHRN_ISCD CNTG_QTY CNTG_UNPR STCK_CNTG_HOUR
  RFUS_YN CNTG_YN ACPT_YN BRNC_NO ODER_QTY ACNT_NAME CNTG_ISNM ODER_COND DEBT_GB DEBT_DATE START_TM END_TM TM_DIV_TP
  CNTG_UNPR12`)
export const NOTICE_OVERSEAS_OLD_WIDTH = 21

/** Registrations a session may hold, over all transaction ids. */
export const MAX_REGISTRATIONS = 41

export type NoticeTr = 'H0STCNI0' | 'H0STCNI9' | 'H0GSCNI0' | 'H0GSCNI9'

/** Execution notices by environment. */
export const NOTICE_TRS: Readonly<
  Record<'live' | 'paper', { readonly domestic: NoticeTr; readonly overseas: NoticeTr }>
> = {
  live: { domestic: 'H0STCNI0', overseas: 'H0GSCNI0' },
  paper: { domestic: 'H0STCNI9', overseas: 'H0GSCNI9' },
}

/** The columns of a record of `width` fields; undefined for a transaction or a width that is not known. */
export function columnsOf(tr: string, width: number): readonly string[] | undefined {
  switch (tr) {
    case 'H0STCNT0':
      return atLeast(H0STCNT0, 46, width)
    case 'H0STASP0':
      return atLeast(H0STASP0, 59, width)
    case 'HDFSCNT0':
      // A form without RSYM is documented in samples and was never seen on the wire.
      return width === 25 ? HDFSCNT0.slice(1) : atLeast(HDFSCNT0, 26, width)
    case 'HDFSASP0':
    case 'HDFSASP1':
      return atLeast(HDFSASP0, 17, width)
    case 'H0STMKO0':
      return atLeast(H0STMKO0, 11, width)
    case 'H0STCNI0':
    case 'H0STCNI9':
      return width < NOTICE_KR.length ? atLeast(NOTICE_KR_OLD, 23, width) : NOTICE_KR
    case 'H0GSCNI0':
    case 'H0GSCNI9':
      return atLeast(NOTICE_OVERSEAS, NOTICE_OVERSEAS_OLD_WIDTH, width)
    default:
      return undefined
  }
}

/** Fields beyond the known ones are additions of the vendor and keep no name. */
function atLeast(columns: readonly string[], least: number, width: number): readonly string[] | undefined {
  if (width < least) return undefined
  return width < columns.length ? columns.slice(0, width) : columns
}
