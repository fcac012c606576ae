/**
 * Dated price limits, limit-up/limit-down bands, volatility interruptions and index breakers, `config/limits/<id>.json`:
 * prices and shares as decimal texts, spans in seconds, days local to the venue. A row with a class counts for the
 * instruments of that class (their segment, or a list of symbols in the file), a row without for all others.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Failure } from '../cli/failure.ts'
import { type EpochDay, parseDay } from '../core/base/time.ts'
import { readConfigFile } from './config-file.ts'

const decimal = z.string().regex(/^\d+(\.\d{1,8})?$/, 'must be a decimal text with at most 8 decimals')
const share = z.string().regex(/^[01](\.\d{1,6})?$/, 'must be a share of a price such as 0.3, with at most 6 decimals')
const seconds = z.int().min(0).max(86_400)
const day = z.string().transform((text, ctx): EpochDay => {
  const n = parseDay(text)
  if (n !== undefined) return n
  ctx.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a date (YYYY-MM-DD)` })
  return z.NEVER
})
const dated = { class: z.string().optional(), from_date: day }

const limit = z.strictObject({
  ...dated,
  share: share.optional(),
  bands: z.array(z.strictObject({ from: decimal, width: decimal })).default([]),
  rounding: z.enum(['inward', 'nearest']),
})

const luldClass = z.strictObject({
  /** The class holds from this price on, or from the next price above `above`. */
  from: decimal.optional(),
  above: decimal.optional(),
  share,
  cap: decimal.optional(),
  double_at_open: z.boolean(),
  double_at_close: z.boolean(),
})

const luld = z.strictObject({
  ...dated,
  open_seconds: seconds,
  close_seconds: seconds,
  reference_seconds: seconds,
  reference_step: share,
  step: decimal,
  limit_state_seconds: seconds,
  pause_seconds: seconds,
  no_reopen_seconds: seconds,
  classes: z.array(luldClass).min(1),
})

const vi = z.strictObject({
  ...dated,
  static: share,
  dynamic: share,
  dynamic_closing: share,
  auction_seconds: seconds,
  random_end_seconds: seconds,
})

const breakerLevel = z.strictObject({
  drop: share,
  further: share.default('0'),
  lasting_seconds: seconds,
  halt_seconds: seconds,
  auction_seconds: seconds,
  after_open_seconds: seconds,
  before_close_seconds: seconds,
})
const breaker = z.strictObject({ ...dated, index: z.string(), levels: z.array(breakerLevel).min(1) })

const schema = z.strictObject({
  id: z.string(),
  version: z.string(),
  source: z.array(z.string()).min(1),
  notes: z.array(z.string()),
  /** Symbols of a class that instruments do not carry as their segment. */
  classes: z.record(z.string(), z.array(z.string())).default({}),
  limit: z.array(limit).default([]),
  luld: z.array(luld).default([]),
  vi: z.array(vi).default([]),
  breaker: z.array(breaker).default([]),
})

export interface LimitFile extends z.output<typeof schema> {
  readonly sha256: string
}
export type LimitRow = LimitFile['limit'][number]
export type LuldRow = LimitFile['luld'][number]
export type ViRow = LimitFile['vi'][number]
export type BreakerRow = LimitFile['breaker'][number]

function check(path: string, file: z.output<typeof schema>): void {
  const fail = (field: string, why: string): never => {
    throw new Failure(`config/${path}: field ${field}: ${why}. Mend it.`, 2)
  }
  for (const field of ['limit', 'luld', 'vi', 'breaker'] as const) {
    file[field].forEach((row, i) => {
      const before = file[field].slice(0, i).findLast((r) => r.class === row.class)
      if (before !== undefined && before.from_date >= row.from_date) {
        fail(`${field}.${i}.from_date`, 'dates of a class must rise')
      }
    })
  }
  file.limit.forEach((row, i) => {
    if ((row.share === undefined) === (row.bands.length === 0)) fail(`limit.${i}`, 'give a share or bands')
  })
  file.luld.forEach(({ classes }, i) => {
    if (classes.some((c) => (c.from === undefined) === (c.above === undefined))) {
      fail(`luld.${i}.classes`, 'give from or above')
    }
  })
}

const files = new Map<string, LimitFile>()

/** Throws Failure (exit 2) when the file is missing or wrong. */
export function limitFile(id: string): LimitFile {
  const ready = files.get(id)
  if (ready !== undefined) return ready
  const path = `limits/${id}.json`
  const { data, canonical } = readConfigFile(path, schema)
  check(path, data)
  const file = { ...data, sha256: createHash('sha256').update(canonical).digest('hex') }
  files.set(id, file)
  return file
}
