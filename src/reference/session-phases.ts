/**
 * The phases of one session from the dated hours of a venue, and its other sessions. Times are local microseconds since
 * the local midnight of the day; what is stated up to the open moves with the open, the closing auction moves with the
 * close, what lies between (lunch, an auction at noon) keeps its time of day and falls away where a short day has none.
 * A special day may state its own phases instead.
 */
import { DAY, type EpochDay, type Micros } from '../core/base/time.ts'
import type { Phase } from '../core/domain/phase.ts'
import type { SessionData, SpecialDay } from './calendar-data.ts'

export interface PhaseRow {
  readonly phase: Phase
  readonly from: Micros
}

export interface NamedHours {
  readonly name: string
  readonly open: Micros
  readonly close: Micros
  readonly trading: NonNullable<SessionData['trading']>
}

/** Index of the first row of the closing auction: auctions after the last continuous trading. */
function closingFrom(rows: readonly PhaseRow[]): number {
  return rows.findLastIndex((row) => row.phase === 'continuous') + 1
}

/** Ascending, up to the close of that day, which the caller adds. `special` is that of the day, if any. */
export function phasesOn(hours: SessionData, special: SpecialDay | undefined): readonly PhaseRow[] {
  if (special?.phases !== undefined) return special.phases
  const { open, open_day, close } = hours
  const phases = hours.phases ?? [{ phase: 'continuous', from: open_day * DAY + open }]
  const late = (special?.open ?? open) - open
  const later = (special?.close ?? close) - close
  const closing = closingFrom(phases)
  const end = phases.slice(closing).map((row) => ({ ...row, from: row.from + later }))
  const first = end[0]?.from ?? close + later
  const before = phases.slice(0, closing)
  const start = before.filter((row) => row.from <= open).map((row) => ({ ...row, from: row.from + late }))
  const middle = before.filter((row) => row.from > open + late && row.from < first && row.from > open)
  return [...start, ...middle, ...end]
}

/** The sessions of a day that are not regular, by their open. */
export function othersOn(
  sessions: readonly SessionData[],
  regular: SessionData,
  day: EpochDay,
  special: SpecialDay | undefined,
): readonly NamedHours[] {
  const late = (special?.open ?? regular.open) - regular.open
  const later = (special?.close ?? regular.close) - regular.close
  const inForce = sessions.filter(
    (s, i) =>
      !s.regular &&
      s.from <= day &&
      day <= (s.until ?? day) &&
      !sessions.some((o, j) => j > i && o.name === s.name && !o.regular && o.from <= day),
  )
  const rows = inForce.flatMap(({ name, open, close, trading = 'continuous' }): NamedHours[] => {
    const own = special?.others?.[name]
    if (own === null) return []
    if (own !== undefined) return [{ name, ...own, trading }]
    const shift = open >= regular.close ? later : close <= regular.open ? late : 0
    return [{ name, open: open + shift, close: close + shift, trading }]
  })
  return rows.sort((a, b) => a.open - b.open)
}
