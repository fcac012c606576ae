/**
 * Which query proves that an order is not there (F-14), per market, environment and hour. The table of README.md, used
 * by the code. Where nothing proves it, absence takes two unchanged balances at least 5 s apart and no notice.
 */
import { HOUR, type Micros, MINUTE, SECOND } from '../../src/core/base/time.ts'
import type { Market } from './instruments.ts'
import { kstTimeOfDay } from './kst.ts'
import type { Environment } from './wire/transactions.ts'

export interface Evidence {
  readonly markets: readonly Market[]
  readonly env: Environment
  readonly query: 'kr.orders' | 'overseas.orders'
  readonly proves: boolean
  /** Korean time of day in which it does not prove after all. */
  readonly except?: readonly [from: Micros, to: Micros]
  readonly why: string
}

const ABROAD = ['us', 'jp', 'hk', 'cn'] as const

export const EVIDENCE: readonly Evidence[] = [
  {
    markets: ['kr'],
    env: 'live',
    query: 'kr.orders',
    proves: true,
    why: 'the list of the day holds every order from its acceptance on, also refused ones',
  },
  {
    markets: ['kr'],
    env: 'paper',
    query: 'kr.orders',
    proves: false,
    why: 'the list of the day is often empty although orders exist (reference 10)',
  },
  {
    markets: ABROAD,
    env: 'live',
    query: 'overseas.orders',
    proves: true,
    except: [23 * HOUR + 40 * MINUTE, 10 * MINUTE],
    why: 'the list holds every order; the settlement job of 23:40 to 00:10 disturbs overseas inquiries (reference 9.2)',
  },
  {
    markets: ABROAD,
    env: 'paper',
    query: 'overseas.orders',
    proves: false,
    why: 'answers of the paper host were seen empty and repeated (reference 5.5, 10)',
  },
]

/** How far apart two unchanged balances must lie. */
export const BALANCES_APART: Micros = 5 * SECOND

export function provesAbsence(market: Market, env: Environment, t: Micros): boolean {
  const row = EVIDENCE.find((e) => e.markets.includes(market) && e.env === env)
  if (row === undefined || !row.proves) return false
  if (row.except === undefined) return true
  const [from, to] = row.except
  const of = kstTimeOfDay(t)
  return from < to ? of < from || of >= to : of >= to && of < from
}
