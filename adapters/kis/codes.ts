/**
 * Transaction ids as types (I-37): a code knows its environment and its use, and there is no way to make one but the
 * tables below. A client of the paper environment takes paper codes only, and the quotes client takes quotation codes
 * only, so a live order, account or notice code cannot be built into either.
 */
import type { NoticeTr } from './wire/columns.ts'
import { NOTICE_TRS } from './wire/columns.ts'
import type { OrderFamily } from './wire/exchanges.ts'
import { type Environment, transaction, transactionId } from './wire/transactions.ts'

declare const TAG: unique symbol

type Tagged<E, Use> = { readonly [TAG]: readonly [E, Use] }

export type OrderCode<E extends Environment> = string & Tagged<E, 'order'>
export type AccountCode<E extends Environment> = string & Tagged<E, 'account'>
export type NoticeCode<E extends Environment> = NoticeTr & Tagged<E, 'notice'>
export type QuoteCode = string & Tagged<'any', 'quote'>

/** Families of order ids: one for each market, two in China. */
const FAMILIES = ['kr', 'us', 'jp', 'hk', 'sh', 'sz'] as const satisfies readonly ('kr' | OrderFamily)[]
const ACTIONS = ['buy', 'sell', 'change'] as const
export type OrderName = `${(typeof FAMILIES)[number]}.${(typeof ACTIONS)[number]}`
export const ORDERS: readonly OrderName[] = FAMILIES.flatMap((f) => ACTIONS.map((a) => `${f}.${a}` as const))

export const INQUIRIES = [
  'kr.balance',
  'kr.power',
  'kr.orders',
  'overseas.balance',
  'overseas.present',
  'overseas.orders',
  'overseas.power',
] as const
export type InquiryName = (typeof INQUIRIES)[number]

export const QUOTES = [
  'kr.price',
  'kr.minutes',
  'kr.minutes-past',
  'kr.chart',
  'overseas.price',
  'overseas.detail',
  'overseas.daily',
  'overseas.minutes',
  'kr.info',
  'overseas.info',
] as const
export type QuoteName = (typeof QUOTES)[number]

export interface Codes<E extends Environment> {
  readonly env: E
  readonly order: Readonly<Record<OrderName, OrderCode<E>>>
  readonly account: Readonly<Record<InquiryName, AccountCode<E>>>
  readonly notice: { readonly domestic: NoticeCode<E>; readonly overseas: NoticeCode<E> }
}

function table<N extends string, C extends string>(names: readonly N[], env: Environment): Readonly<Record<N, C>> {
  const entries = names.map((name) => {
    const id = transactionId(name, env)
    if (id === undefined) throw new Error(`KIS transaction ${name} has no ${env} id`)
    return [name, id as C] as const
  })
  return Object.fromEntries(entries) as Record<N, C>
}

function codes<E extends Environment>(env: E): Codes<E> {
  return {
    env,
    order: table<OrderName, OrderCode<E>>(ORDERS, env),
    account: table<InquiryName, AccountCode<E>>(INQUIRIES, env),
    notice: NOTICE_TRS[env] as Codes<E>['notice'],
  }
}

export const LIVE: Codes<'live'> = codes('live')
export const PAPER: Codes<'paper'> = codes('paper')

/** The same in both environments, but for `info` and `detail`, which the live host alone has. */
export const QUOTE: Readonly<Record<QuoteName, QuoteCode>> = table<QuoteName, QuoteCode>(QUOTES, 'live')

const PATHS = new Map<string, { readonly path: string; readonly cursor: number }>(
  [...ORDERS, ...INQUIRIES, ...QUOTES].flatMap((name) => {
    const t = transaction(name)
    const place = { path: t.path, cursor: t.page?.cursor ?? 0 }
    return [...t.live, ...t.paper].map((id) => [id, place] as const)
  }),
)

/** Path of a code, and the width of its paging cursor; 0 where it is not paged. */
export function placeOf(code: string): { readonly path: string; readonly cursor: number } {
  const place = PATHS.get(code)
  if (place === undefined) throw new Error(`no KIS transaction ${code}`)
  return place
}
