/**
 * Dated calendar data of one venue, `config/calendars/<id>.json`: dates are local to the venue's zone, times are local
 * wall clock. Read once per process and checked; what holds afterwards: dates rise, every special day is a weekday of
 * the venue that is not closed, hours begin no later than the range, and phases rise and agree with their hours.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Failure } from '../cli/failure.ts'
import { type EpochDay, type Micros, MINUTE, parseDay, SECOND, HOUR } from '../core/base/time.ts'
import { PHASES } from '../core/domain/phase.ts'
import { readConfigFile } from './config-file.ts'

const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

const day = z.string().transform((text, ctx): EpochDay => {
  const n = parseDay(text)
  if (n !== undefined) return n
  ctx.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a date (YYYY-MM-DD)` })
  return z.NEVER
})

const time = z.string().transform((text, ctx): Micros => {
  const m = /^([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (m !== null) return Number(m[1]) * HOUR + Number(m[2]) * MINUTE + Number(m[3] ?? 0) * SECOND
  ctx.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a time (HH:MM or HH:MM:SS)` })
  return z.NEVER
})

const hoursOfDay = z.strictObject({ open: time, close: time })

const phaseRows = z.array(z.strictObject({ phase: z.enum(PHASES), from: time })).min(1)

const session = z.strictObject({
  name: z.string(),
  regular: z.boolean().default(false),
  from: day,
  /** The last day, where a session was given up. */
  until: day.optional(),
  open: time,
  open_day: z.literal([-1, 0]).default(0),
  close: time,
  /** What the venue does when, up to the close; absent: continuous from open to close. Before `open`: the opening auction. */
  phases: phaseRows.optional(),
  /** How a session that is not regular trades: as orders come, in single-price auctions, or at the official close. */
  trading: z.enum(['continuous', 'auction', 'close_price']).optional(),
})
export type SessionData = z.output<typeof session>

const special = z.strictObject({
  date: day,
  open: time.optional(),
  close: time.optional(),
  /** The day's phases, where those of its hours do not just move with the open and the close. */
  phases: phaseRows.optional(),
  /** Hours of the day's other sessions by name, null for none; those not named move with the open or the close. */
  others: z.record(z.string(), hoursOfDay.nullable()).optional(),
  reason: z.string(),
})
export type SpecialDay = z.output<typeof special>

const common = { id: z.string(), name: z.string(), version: z.string(), zone: z.string() }
const prose = { source: z.array(z.string()).min(1), notes: z.array(z.string()) }

const always = z.strictObject({ ...common, ...prose, always: z.literal(true) })

const dated = z.strictObject({
  ...common,
  ...prose,
  always: z.literal(false),
  range: z.strictObject({ first: day, last: day }),
  weekdays: z.array(z.enum(DAY_NAMES).transform((name) => DAY_NAMES.indexOf(name))),
  /** Another calendar whose closures count here too. */
  follows: z.string().optional(),
  /** Hours by name and first day. Only those marked regular make a session; the others are `otherSessions`. */
  sessions: z.array(session),
  closures: z.array(z.strictObject({ date: day, reason: z.string() })),
  special: z.array(special),
})

export type AlwaysData = z.output<typeof always>
export type DatedData = z.output<typeof dated>
export type CalendarData = AlwaysData | DatedData

const schema = z.discriminatedUnion('always', [always, dated])

export interface LoadedCalendar {
  readonly data: CalendarData
  /** Closed days, those of a followed calendar included. */
  readonly closed: ReadonlySet<EpochDay>
  /** SHA-256 over the data, those of a followed calendar included. */
  readonly sha256: string
}

function checkDated(path: string, data: DatedData, closed: ReadonlySet<EpochDay>): void {
  const fail = (field: string, why: string): never => {
    throw new Failure(`config/${path}: field ${field}: ${why}. Mend it.`, 2)
  }
  for (const field of ['closures', 'special'] as const) {
    const rows = data[field]
    rows.forEach((row, i) => {
      const last = rows[i - 1]
      if (last !== undefined && last.date >= row.date) fail(`${field}.${i}.date`, 'dates must rise')
    })
  }
  data.special.forEach((row, i) => {
    if (closed.has(row.date)) fail(`special.${i}.date`, 'the day is closed')
  })
  data.sessions.forEach((hours, i) => {
    const problem = phaseProblem(hours)
    if (problem !== undefined) fail(`sessions.${i}.phases`, problem)
  })
  data.special.forEach(({ date, phases, open, close }, i) => {
    const usual = data.sessions.findLast((s) => s.regular && s.from <= date)
    if (usual === undefined) return
    const problem = phaseProblem({ ...usual, phases, open: open ?? usual.open, close: close ?? usual.close })
    if (problem !== undefined) fail(`special.${i}.phases`, problem)
  })
  const first = data.sessions.find((s) => s.regular)
  if (first === undefined || first.from > data.range.first) {
    fail('sessions', 'regular hours must be stated from the first day of the range on')
  }
}

function phaseProblem({ regular, phases, open, close, open_day }: SessionData): string | undefined {
  if (phases === undefined) return undefined
  if (!regular || open_day !== 0) return 'only regular hours within one day have phases'
  if (phases.some((row, i) => row.from >= (phases[i + 1]?.from ?? close)))
    return 'times must rise and end before the close'
  if (phases.find((row) => row.phase === 'continuous')?.from !== open)
    return 'continuous trading must begin at the open'
  return phases.at(-1)?.phase === 'closed' ? 'the last phase ends at the close; it cannot be closed itself' : undefined
}

/** Throws Failure (exit 2) when the file is missing or wrong. */
export function loadCalendar(id: string): LoadedCalendar {
  const path = `calendars/${id}.json`
  const { data, canonical } = readConfigFile(path, schema)
  const closed = new Set<EpochDay>()
  const hash = createHash('sha256').update(canonical)
  if (data.always) return { data, closed, sha256: hash.digest('hex') }
  for (const row of data.closures) closed.add(row.date)
  if (data.follows !== undefined) {
    const other = loadCalendar(data.follows)
    for (const n of other.closed) closed.add(n)
    hash.update('\n').update(other.sha256)
  }
  checkDated(path, data, closed)
  return { data, closed, sha256: hash.digest('hex') }
}
