/**
 * Execution notices as plain text (KIS reference 8.13, 8.14), before encryption. A notice carries the quantity of *this*
 * fill only, and no execution id. Order events (accepted, confirmed, rejected) carry the order's quantity and price.
 */
import type { ExchangeCodes } from './exchanges.ts'
import { columnsOf, NOTICE_KR, NOTICE_KR_OLD, NOTICE_OVERSEAS, NOTICE_OVERSEAS_OLD_WIDTH } from './columns.ts'
import { fromFields, toFields } from './frame.ts'
import { fixedText, padded, readWhole } from './numbers.ts'

export type NoticeLayout = 'new' | 'old' | 'old-packed'

/** Facts of one notice; prices in 10^-priceDecimals, quantities whole shares. */
export interface Notice {
  readonly customer: string
  /** Ten digits: CANO and product code. */
  readonly account: string
  readonly accountName: string
  readonly order: number
  /** 0 for a new order. */
  readonly original: number
  readonly side: 1 | -1
  readonly action: 'new' | 'modify' | 'cancel'
  /** ORD_DVSN of a domestic order, the overseas kind (2 limit) of an overseas one. */
  readonly kind: string
  readonly condition: 'none' | 'ioc' | 'fok'
  readonly symbol: string
  readonly name: string
  /** Of this fill, or of the order where nothing filled. */
  readonly qty: number
  readonly price: number
  readonly priceDecimals: number
  readonly orderQty: number
  readonly orderPrice: number
  /** HHMMSS. */
  readonly time: string
  readonly rejected: boolean
  readonly filled: boolean
  /** 1 accepted, 2 confirmed or filled, 3 cancelled by IOC or FOK. */
  readonly accepted: '1' | '2' | '3'
  readonly branch: string
}

const ACTION = { new: '0', modify: '1', cancel: '2' } as const
const CONDITION = { none: '0', ioc: '1', fok: '2' } as const

function common(n: Notice): Record<string, string> {
  return {
    CUST_ID: n.customer,
    ACNT_NO: n.account,
    ODER_NO: padded(n.order, 10),
    OODER_NO: n.original === 0 ? '' : padded(n.original, 10),
    SELN_BYOV_CLS: n.side > 0 ? '02' : '01',
    RCTF_CLS: ACTION[n.action],
    STCK_SHRN_ISCD: n.symbol,
    CNTG_QTY: padded(n.qty, 10),
    STCK_CNTG_HOUR: n.time,
    RFUS_YN: n.rejected ? '1' : '0',
    CNTG_YN: n.filled ? '2' : '1',
    ACPT_YN: n.accepted,
    BRNC_NO: n.branch,
    ACNT_NAME: n.accountName,
  }
}

export function writeDomesticNotice(n: Notice, layout: NoticeLayout): string {
  const price = (x: number): string => padded(Number(fixedText(x, n.priceDecimals, 0)), 9)
  const values = {
    ...common(n),
    ODER_KIND: n.kind,
    ODER_COND: CONDITION[n.condition],
    CNTG_UNPR: price(n.price),
    ODER_QTY: padded(n.orderQty, 9),
    ORD_COND_PRC: padded(0, 9),
    ORD_EXG_GB: '1',
    POPUP_YN: 'Y',
    CNTG_ISNM: layout === 'old-packed' ? '1Y' : n.name,
    CRDT_CLS: '10',
    CNTG_ISNM40: n.name,
    ODER_PRC: layout === 'old-packed' ? '' : price(n.orderPrice),
  }
  return toFields(layout === 'new' ? NOTICE_KR : NOTICE_KR_OLD, values).join('^')
}

export function writeOverseasNotice(n: Notice, exchange: ExchangeCodes, layout: NoticeLayout): string {
  const digits = fixedText(n.price, n.priceDecimals, exchange.noticeDecimals).replace('.', '')
  const values = {
    ...common(n),
    ODER_KIND2: n.kind,
    CNTG_UNPR: padded(Number(digits), 9),
    // Blank in order events (8.14).
    ODER_QTY: n.filled ? padded(n.orderQty, 9) : '',
    CNTG_ISNM: n.name,
    ODER_COND: exchange.noticeMarket,
    DEBT_GB: '10',
    CNTG_UNPR12: padded(Number(digits), 12),
  }
  const columns = layout === 'new' ? NOTICE_OVERSEAS : NOTICE_OVERSEAS.slice(0, NOTICE_OVERSEAS_OLD_WIDTH)
  return toFields(columns, values).join('^')
}

/** What an adapter needs of a decrypted notice; numbers as they stand, the price still with its implied decimals. */
export interface NoticeFacts {
  readonly account: string
  readonly order: number
  readonly original: number
  readonly side: 1 | -1
  readonly action: 'new' | 'modify' | 'cancel'
  readonly symbol: string
  readonly qty: number
  /** Domestic: won. Overseas: integer of 10^-noticeDecimals of its exchange. */
  readonly price: number
  readonly time: string
  readonly rejected: boolean
  readonly filled: boolean
  readonly accepted: string
  readonly branch: string
}

/** Reads any known width; undefined when the text is no notice of that transaction. */
export function readNotice(tr: string, text: string): NoticeFacts | undefined {
  const fields = text.split('^')
  const columns = columnsOf(tr, fields.length)
  if (columns === undefined || !columns.includes('ODER_NO')) return undefined
  const f = fromFields(columns, fields)
  const order = readWhole(f.ODER_NO as string)
  const [qty, price] = [readWhole(f.CNTG_QTY as string), readWhole(f.CNTG_UNPR as string)]
  const side = f.SELN_BYOV_CLS === '02' ? 1 : f.SELN_BYOV_CLS === '01' ? -1 : undefined
  const action = f.RCTF_CLS === '0' ? 'new' : f.RCTF_CLS === '1' ? 'modify' : f.RCTF_CLS === '2' ? 'cancel' : undefined
  const known = f.CNTG_YN === '1' || f.CNTG_YN === '2'
  if (order === undefined || order === 0 || qty === undefined || side === undefined || action === undefined || !known)
    return undefined
  return {
    account: f.ACNT_NO as string,
    order,
    original: readWhole(f.OODER_NO as string) ?? 0,
    side,
    action,
    symbol: (f.STCK_SHRN_ISCD as string).trim(),
    qty,
    price: price ?? 0,
    time: (f.STCK_CNTG_HOUR as string).trim(),
    rejected: f.RFUS_YN === '1',
    filled: f.CNTG_YN === '2',
    accepted: f.ACPT_YN as string,
    branch: (f.BRNC_NO as string).trim(),
  }
}
