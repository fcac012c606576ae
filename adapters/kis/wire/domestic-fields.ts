/** Answers of the domestic-stock services (KIS reference 6), lower case but for the answer to an order. */
import { fieldTable, numbered } from './fields.ts'

export const KR_PRICE = fieldTable({
  texts: `iscd_stat_cls_code rprs_mrkt_kor_name new_hgpr_lwpr_cls_code bstp_kor_isnm temp_stop_yn
    oprc_rang_cont_yn clpr_rang_cont_yn crdt_able_yn elw_pblc_yn stck_shrn_iscd w52_hgpr_date w52_lwpr_date d250_hgpr_date
    d250_lwpr_date dryy_hgpr_date dryy_lwpr_date stck_dryy_hgpr_date stck_dryy_lwpr_date vi_cls_code ovtm_vi_cls_code
    last_ssts_cntg_yn invt_caful_yn mrkt_warn_cls_code short_over_yn sltr_yn mang_issu_cls_code prdy_vrss_sign
    fcam_cnnm cpfn_cnnm apprch_rate frgn_hldn_rlim stac_month`,
  numbers: `marg_rate stck_prpr prdy_vrss prdy_ctrt acml_tr_pbmn acml_vol prdy_vrss_vol_rate stck_oprc stck_hgpr stck_lwpr
    stck_mxpr stck_llam stck_sdpr wghn_avrg_stck_prc hts_frgn_ehrt frgn_ntby_qty pgtr_ntby_qty pvt_scnd_dmrs_prc
    pvt_frst_dmrs_prc pvt_pont_val pvt_frst_dmsp_prc pvt_scnd_dmsp_prc dmrs_val dmsp_val cpfn rstc_wdth_prc stck_fcam
    stck_sspr aspr_unit hts_deal_qty_unit_val lstn_stcn hts_avls per pbr eps bps vol_tnrt d250_hgpr
    d250_hgpr_vrss_prpr_rate d250_lwpr d250_lwpr_vrss_prpr_rate stck_dryy_hgpr dryy_hgpr_vrss_prpr_rate stck_dryy_lwpr
    dryy_lwpr_vrss_prpr_rate w52_hgpr w52_hgpr_vrss_prpr_ctrt w52_lwpr w52_lwpr_vrss_prpr_ctrt whol_loan_rmnd_rate
    ssts_yn_qty frgn_hldn_qty`,
})

export const KR_BOOK = fieldTable({
  texts: 'aspr_acpt_hour new_mkop_cls_code',
  numbers: `${numbered('askp', 'bidp', 'askp_rsqn', 'bidp_rsqn', 'askp_rsqn_icdc', 'bidp_rsqn_icdc')}
    total_askp_rsqn total_bidp_rsqn total_askp_rsqn_icdc total_bidp_rsqn_icdc ovtm_total_askp_icdc ovtm_total_bidp_icdc
    ovtm_total_askp_rsqn ovtm_total_bidp_rsqn ntby_aspr_rsqn`,
})

export const KR_BOOK_EXPECTED = fieldTable({
  texts: 'antc_mkop_cls_code stck_shrn_iscd vi_cls_code',
  numbers: `stck_prpr stck_oprc stck_hgpr stck_lwpr stck_sdpr antc_cnpr antc_cntg_vrss_sign antc_cntg_vrss
    antc_cntg_prdy_ctrt antc_vol`,
})

export const KR_MINUTES_HEAD = fieldTable({
  texts: 'hts_kor_isnm prdy_vrss_sign',
  numbers: 'prdy_vrss prdy_ctrt stck_prdy_clpr acml_vol acml_tr_pbmn stck_prpr',
})

export const KR_MINUTE = fieldTable({
  texts: 'stck_bsop_date stck_cntg_hour',
  numbers: 'stck_prpr stck_oprc stck_hgpr stck_lwpr cntg_vol acml_tr_pbmn',
})

export const KR_CHART_HEAD = fieldTable({
  texts: 'prdy_vrss_sign hts_kor_isnm stck_shrn_iscd',
  numbers: `prdy_vrss prdy_ctrt stck_prdy_clpr acml_vol acml_tr_pbmn stck_prpr prdy_vol stck_mxpr stck_llam stck_oprc
    stck_hgpr stck_lwpr stck_prdy_oprc stck_prdy_hgpr stck_prdy_lwpr askp bidp prdy_vrss_vol vol_tnrt stck_fcam lstn_stcn
    cpfn hts_avls per eps pbr itewhol_loan_rmnd_ratem`,
})

export const KR_CHART_BAR = fieldTable({
  texts: 'stck_bsop_date flng_cls_code mod_yn prdy_vrss_sign revl_issu_reas',
  numbers: 'stck_clpr stck_oprc stck_hgpr stck_lwpr acml_vol acml_tr_pbmn prtt_rate prdy_vrss',
})

export const KR_DAILY = fieldTable({
  texts: 'stck_bsop_date prdy_vrss_sign flng_cls_code',
  numbers: `stck_oprc stck_hgpr stck_lwpr stck_clpr acml_vol prdy_vrss_vol_rate prdy_vrss prdy_ctrt hts_frgn_ehrt
    frgn_ntby_qty acml_prtt_rate`,
})

export const KR_HOLIDAY = fieldTable({ texts: 'bass_dt wday_dvsn_cd bzdy_yn tr_day_yn opnd_yn sttl_day_yn' })

export const PRODUCT_INFO = fieldTable({
  texts: `pdno prdt_type_cd prdt_name prdt_name120 prdt_abrv_name prdt_eng_name prdt_eng_name120 prdt_eng_abrv_name
    std_pdno shtn_pdno prdt_sale_stat_cd prdt_risk_grad_cd prdt_clsf_cd prdt_clsf_name sale_strt_dt sale_end_dt
    wrap_asst_type_cd ivst_prdt_type_cd ivst_prdt_type_cd_name frst_erlm_dt`,
})

/** Both markets answer an order alike. */
export const ORDER_ANSWER = fieldTable({ texts: 'KRX_FWDG_ORD_ORGNO ODNO ORD_TMD' })

export const KR_OPEN = fieldTable({
  texts: `ord_gno_brno odno orgn_odno ord_dvsn_name pdno prdt_name rvse_cncl_dvsn_name ord_tmd sll_buy_dvsn_cd ord_dvsn_cd
    mgco_aptm_odno excg_dvsn_cd excg_id_dvsn_cd excg_id_dvsn_name stpm_efct_occr_yn`,
  numbers: 'ord_qty ord_unpr tot_ccld_qty tot_ccld_amt psbl_qty stpm_cndt_pric',
})

export const KR_HOLDING = fieldTable({
  texts: 'pdno prdt_name trad_dvsn_name loan_dt expd_dt item_mgna_rt_name grta_rt_name',
  numbers: `bfdy_buy_qty bfdy_sll_qty thdt_buyqty thdt_sll_qty hldg_qty ord_psbl_qty pchs_avg_pric pchs_amt prpr evlu_amt
    evlu_pfls_amt evlu_pfls_rt evlu_erng_rt loan_amt stln_slng_chgs fltt_rt bfdy_cprs_icdc sbst_pric stck_loan_unpr`,
})

export const KR_BALANCE = fieldTable({
  texts: 'fncg_gld_auto_rdpt_yn',
  numbers: `dnca_tot_amt nxdy_excc_amt prvs_rcdl_excc_amt cma_evlu_amt bfdy_buy_amt thdt_buy_amt nxdy_auto_rdpt_amt
    bfdy_sll_amt thdt_sll_amt d2_auto_rdpt_amt bfdy_tlex_amt thdt_tlex_amt tot_loan_amt scts_evlu_amt tot_evlu_amt
    nass_amt pchs_amt_smtl_amt evlu_amt_smtl_amt evlu_pfls_smtl_amt tot_stln_slng_chgs bfdy_tot_asst_evlu_amt
    asst_icdc_amt asst_icdc_erng_rt`,
})

export const KR_POWER = fieldTable({
  numbers: `ord_psbl_cash ord_psbl_sbst ruse_psbl_amt fund_rpch_chgs psbl_qty_calc_unpr nrcvb_buy_amt nrcvb_buy_qty
    max_buy_amt max_buy_qty cma_evlu_amt ovrs_re_use_amt_wcrc ord_psbl_frcr_amt_wcrc`,
})

export const KR_SELLABLE = fieldTable({
  texts: 'pdno prdt_name',
  numbers: `buy_qty sll_qty cblc_qty nsvg_qty ord_psbl_qty pchs_avg_pric pchs_amt now_pric evlu_amt evlu_pfls_amt
    evlu_pfls_rt`,
})

/** One column is spelt with a capital C in the specification and without it by clients: both are sent. */
export const KR_ORDER = fieldTable({
  texts: `ord_dt ord_gno_brno odno orgn_odno ord_dvsn_name sll_buy_dvsn_cd sll_buy_dvsn_cd_name pdno prdt_name ord_tmd
    cncl_yn ccld_yn loan_dt ordr_empno ord_dvsn_cd ccld_cndt_name inqr_ip_addr cpbc_ordp_ord_rcit_dvsn_cd
    cpbc_ordp_infm_mthd_dvsn_cd infm_tmd ctac_tlno prdt_type_cd excg_dvsn_cd cpbc_ordp_mtrl_dvsn_cd ord_orgno
    rsvn_ord_end_dt excg_id_dvsn_Cd excg_id_dvsn_cd stpm_efct_occr_dtmd`,
  numbers: `ord_qty ord_unpr tot_ccld_qty avg_prvs tot_ccld_amt cnc_cfrm_qty cncl_cfrm_qty rmn_qty rjct_qty
    stpm_cndt_pric`,
})

export const KR_ORDERS_TOTAL = fieldTable({
  numbers: 'tot_ord_qty tot_ccld_qty tot_ccld_amt prsm_tlex_smtl pchs_avg_pric',
})
