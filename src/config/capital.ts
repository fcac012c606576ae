/** `capital.allotted`: what of an account Sametape may trade with; limits are taken of it. In base currency. */
import { z } from 'zod'
import { toScaled } from '../core/base/decimal.ts'
import { Refusal, value } from './leaves.ts'

export interface CapitalConfig {
  /** Decimal text of base currency; undefined: the whole account. */
  readonly allotted: string | undefined
}

const amount = value<string>((text, leaf) => {
  const scaled = toScaled(text, 4)
  if (scaled !== undefined && scaled > 0) return text
  return new Refusal(`${leaf.written} is not an amount above zero with at most 4 decimals, e.g. 1000`)
})

export const capitalSchema = z
  .strictObject({ allotted: amount.optional() })
  .transform((read): CapitalConfig => ({ allotted: read.allotted }))
