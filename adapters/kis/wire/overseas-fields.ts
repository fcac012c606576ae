/** Answers of the overseas-stock services (KIS reference 7). */
import { fieldTable, numbered } from './fields.ts'

export const OVERSEAS_PRICE = fieldTable({ texts: 'rsym zdiv base pvol last sign diff rate tvol tamt ordy' })

export const OVERSEAS_DETAIL = fieldTable({
  texts: 'rsym h52d l52d curr zdiv e_ordyn e_icod etyp_nm last',
  numbers: `pvol open high low base tomv pamt uplp dnlp h52p l52p perx pbrx epsx bpsx shar mcap vnit t_xprc t_xdif t_xrat
    p_xprc p_xdif p_xrat t_rate p_rate t_xsgn p_xsng p_xsgn e_hogau e_parp tvol tamt`,
})

export const OVERSEAS_BOOK_HEAD = fieldTable({
  texts: 'rsym zdiv curr dymd dhms code',
  numbers: 'base open high low last bvol avol bdvl advl ropen rhigh rlow rclose',
})

export const OVERSEAS_BOOK = fieldTable({ numbers: numbered('pbid', 'pask', 'vbid', 'vask', 'dbid', 'dask') })

export const OVERSEAS_DAILY_HEAD = fieldTable({ texts: 'rsym zdiv nrec' })

export const OVERSEAS_DAILY_BAR = fieldTable({
  texts: 'xymd sign',
  numbers: 'clos diff rate open high low tvol tamt pbid vbid pask vask',
})

export const OVERSEAS_MINUTES_HEAD = fieldTable({ texts: 'rsym zdiv stim etim sktm ektm next more nrec' })

export const OVERSEAS_MINUTE = fieldTable({
  texts: 'tymd xymd xhms kymd khms',
  numbers: 'open high low last evol eamt',
})

export const OVERSEAS_HOLDING = fieldTable({
  texts: 'cano acnt_prdt_cd prdt_type_cd ovrs_pdno ovrs_item_name tr_crcy_cd ovrs_excg_cd loan_type_cd loan_dt expd_dt',
  numbers: `frcr_evlu_pfls_amt evlu_pfls_rt pchs_avg_pric ovrs_cblc_qty ord_psbl_qty frcr_pchs_amt1 ovrs_stck_evlu_amt
    now_pric2`,
})

export const OVERSEAS_BALANCE = fieldTable({
  numbers: `frcr_pchs_amt1 ovrs_rlzt_pfls_amt ovrs_tot_pfls rlzt_erng_rt tot_evlu_pfls_amt tot_pftrt frcr_buy_amt_smtl1
    ovrs_rlzt_pfls_amt2 frcr_buy_amt_smtl2`,
})

export const PRESENT_HOLDING = fieldTable({
  texts: `prdt_name pdno buy_crcy_cd tr_mket_name natn_kor_name std_pdno prdt_type_cd scts_dvsn_name loan_dt
    loan_expd_dt ovrs_excg_cd item_lnkg_excg_cd`,
  numbers: `cblc_qty13 thdt_buy_ccld_qty1 thdt_sll_ccld_qty1 ccld_qty_smtl1 ord_psbl_qty1 frcr_pchs_amt frcr_evlu_amt2
    evlu_pfls_amt2 evlu_pfls_rt1 bass_exrt ovrs_now_pric1 avg_unpr3 pchs_rmnd_wcrc_amt thdt_buy_ccld_frcr_amt
    thdt_sll_ccld_frcr_amt unit_amt loan_rmnd`,
})

export const PRESENT_CURRENCY = fieldTable({
  texts: 'crcy_cd crcy_cd_name acpl_cstd_crcy_yn',
  numbers: `frcr_buy_amt_smtl frcr_sll_amt_smtl frcr_dncl_amt_2 frst_bltn_exrt frcr_buy_mgn_amt frcr_etc_mgna
    frcr_drwg_psbl_amt_1 frcr_evlu_amt2 nxdy_frcr_drwg_psbl_amt`,
})

export const PRESENT_TOTAL = fieldTable({
  numbers: `pchs_amt_smtl evlu_amt_smtl evlu_pfls_amt_smtl dncl_amt cma_evlu_amt tot_dncl_amt etc_mgna wdrw_psbl_tot_amt
    frcr_evlu_tota evlu_erng_rt1 pchs_amt_smtl_amt evlu_amt_smtl_amt tot_evlu_pfls_amt tot_asst_amt buy_mgn_amt mgna_tota
    frcr_use_psbl_amt ustl_sll_amt_smtl ustl_buy_amt_smtl tot_frcr_cblc_smtl tot_loan_amt`,
})

export const OVERSEAS_OPEN = fieldTable({
  texts: `ord_dt ord_gno_brno odno orgn_odno pdno prdt_name sll_buy_dvsn_cd sll_buy_dvsn_cd_name rvse_cncl_dvsn_cd
    rvse_cncl_dvsn_cd_name rjct_rson rjct_rson_name ord_tmd tr_mket_name tr_crcy_cd natn_cd natn_kor_name ovrs_excg_cd
    prcs_stat_name loan_type_cd loan_dt usa_amk_exts_rqst_yn splt_buy_attr_name`,
  numbers: 'ft_ord_qty ft_ccld_qty nccs_qty ft_ord_unpr3 ft_ccld_unpr3 ft_ccld_amt3',
})

export const OVERSEAS_ORDER = fieldTable({
  texts: `ord_dt ord_gno_brno odno orgn_odno sll_buy_dvsn_cd sll_buy_dvsn_cd_name rvse_cncl_dvsn rvse_cncl_dvsn_name pdno
    prdt_name prcs_stat_name rjct_rson rjct_rson_name ord_tmd tr_mket_name tr_natn tr_natn_name ovrs_excg_cd tr_crcy_cd
    dmst_ord_dt thco_ord_tmd loan_type_cd loan_dt mdia_dvsn_name usa_amk_exts_rqst_yn splt_buy_attr_name`,
  numbers: 'ft_ord_qty ft_ord_unpr3 ft_ccld_qty ft_ccld_unpr3 ft_ccld_amt3 nccs_qty',
})

export const OVERSEAS_POWER = fieldTable({
  texts: 'tr_crcy_cd',
  numbers: `ord_psbl_frcr_amt sll_ruse_psbl_amt ovrs_ord_psbl_amt max_ord_psbl_qty echm_af_ord_psbl_amt
    echm_af_ord_psbl_qty ord_psbl_qty exrt frcr_ord_psbl_amt1 ovrs_max_ord_psbl_qty`,
})

export const OVERSEAS_HOLIDAY = fieldTable({
  texts: 'prdt_type_cd tr_natn_cd tr_natn_name natn_eng_abrv_cd tr_mket_cd tr_mket_name acpl_sttl_dt dmst_sttl_dt',
})
