/** What an accepted order, modification or cancellation is answered with (KIS reference 6.6): its number. */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import { kstDate, nearestStamp } from './kst.ts'
import type { Leg } from './own-orders.ts'
import { type RestAnswer, rowsOf } from './rest.ts'
import { readWhole } from './wire/numbers.ts'

/** The number that an accepted request got; undefined where the answer lacks it. */
export function readLeg(answer: Extract<RestAnswer, { ok: true }>, now: Micros, limit: number): Leg | undefined {
  const row = rowsOf(answer.envelope.body.output)[0]
  const number = readWhole(row?.ODNO ?? row?.odno ?? '')
  if (number === undefined || number === 0) return undefined
  const org = (row?.KRX_FWDG_ORD_ORGNO ?? row?.krx_fwdg_ord_orgno ?? '').trim()
  const at = nearestStamp(row?.ORD_TMD ?? row?.ord_tmd ?? '', now) ?? now
  // The stamp is the end of its second; the date is that of the second itself.
  return { number, org, date: kstDate(at - SECOND), limit }
}
