/** Values that settings of several brokers have: markets, times of day, windows; and what an enabled broker needs. */
import type { z } from 'zod'
import type { Micros } from '../core/base/time.ts'
import { listOf, Refusal, value } from './leaves.ts'
import type { Node } from './tree.ts'

/** Times of day; `from` after `to` spans midnight. */
export interface DayWindow {
  readonly from: Micros
  readonly to: Micros
}

export function marketsOf<T extends string>(known: readonly T[], least = 1): z.ZodType<readonly T[], Node> {
  const read = (content: string): T | Refusal =>
    known.find((name) => name === content) ?? new Refusal(`${content} is not one of ${known.join(', ')}`)
  return listOf(read, least)
}

/** `HH:MM` as microseconds since midnight. */
function readTime(content: string): Micros | undefined {
  const m = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(content)
  return m === null ? undefined : (Number(m[1]) * 60 + Number(m[2])) * 60_000_000
}

export const timeOfDay = value<Micros>(
  (content, leaf) => readTime(content) ?? new Refusal(`${leaf.written} is not a time of day, e.g. "07:30"`),
)

/** `HH:MM-HH:MM`, checked; `windowOf` splits it. */
export const windows = listOf((content: string): string | Refusal => {
  const [from = '', to = '', ...rest] = content.split('-')
  if (rest.length === 0 && readTime(from) !== undefined && readTime(to) !== undefined) return content
  return new Refusal(`${content} is not a window such as "23:40-00:10"`)
}, 0)

export function windowOf(content: string): DayWindow {
  const [from = '', to = ''] = content.split('-')
  return { from: readTime(from) ?? 0, to: readTime(to) ?? 0 }
}

export function requireWhenEnabled(
  read: Readonly<Record<string, unknown>>,
  names: readonly string[],
  ctx: z.RefinementCtx,
): void {
  if (read.enabled !== true) return
  for (const name of names) {
    if (read[name] === undefined) ctx.addIssue({ code: 'custom', path: [name], message: 'is missing' })
  }
}
