/**
 * Fees of the own account, beside the tables of config/fees: `fees.kis.us_commission_bps`,
 * `fees.kis.kr_commission_bps`, `fees.kis.asia_commission_bps` and `fees.account`. Nothing is set by default: then the tables hold.
 */
import { z } from 'zod'
import { toRatio } from '../core/base/decimal.ts'
import type { Ratio } from '../core/base/fixed.ts'
import { Refusal, text, value } from './leaves.ts'
import type { Defaults } from './tree.ts'

export interface FeesConfig {
  readonly account: string | undefined
  /** Commissions in bps, by path. */
  readonly commissions: ReadonlyMap<string, Ratio>
}

export const feesDefaults: Defaults = { kis: {} }

/** Above this a percentage was meant, or worse. */
const MOST_BPS = 1000

const bps = value<Ratio>((content, leaf) => {
  const ratio = toRatio(content)
  const good = ratio !== undefined && ratio.num >= 0 && ratio.num <= MOST_BPS * ratio.den && ratio.den <= 1e8
  return good ? ratio : new Refusal(`${leaf.written} is not a commission in bps from 0 to ${MOST_BPS}, e.g. 1.40527`)
})

export const feesSchema = z
  .strictObject({
    account: text.optional(),
    kis: z.strictObject({
      us_commission_bps: bps.optional(),
      kr_commission_bps: bps.optional(),
      asia_commission_bps: bps.optional(),
    }),
  })
  .transform((read): FeesConfig => {
    const given = Object.entries(read.kis).flatMap(([name, ratio]): [string, Ratio][] =>
      ratio === undefined ? [] : [[`fees.kis.${name}`, ratio]],
    )
    return { account: read.account, commissions: new Map(given) }
  })
