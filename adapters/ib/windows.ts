/**
 * Planned outages (R-37, reference 7.6): inside one the engine counts no failure and opens nothing there. The nightly
 * reset of the account's servers, the gateway's own daily restart, the weekend's reset, and the weekly login, for which
 * a person is needed (two factors): of that one people are told a day and an hour before, and until it is done.
 *
 * Times are the newest table that IB publishes; they have moved before.
 */
import { DAY, HOUR, type Micros, MINUTE, weekday } from '../../src/core/base/time.ts'
import type { LinkState } from '../../src/core/domain/control.ts'
import type { Clock } from '../../src/runtime/ports.ts'
import type { IbSettings, Region } from './settings.ts'
import { localTime } from './times.ts'

/** Local times of day; `days` of the local week (0 Sunday) on which it begins; `to` after midnight is beyond 24 h. */
interface Window {
  readonly zone: string
  readonly from: Micros
  readonly to: Micros
  readonly days: readonly number[]
}

const at = (hours: number, minutes: number): Micros => hours * HOUR + minutes * MINUTE
const NEW_YORK = 'America/New_York'
/** The table says Sunday to Friday; Saturday has a window of its own. */
const NIGHTS = [0, 1, 2, 3, 4, 5]

const RESETS: Readonly<Record<Region, readonly Window[]>> = {
  americas: [{ zone: NEW_YORK, from: at(0, 15), to: at(1, 45), days: NIGHTS }],
  europe: [{ zone: 'Europe/Berlin', from: at(6, 25), to: at(7, 45), days: NIGHTS }],
  asia: [
    { zone: 'Asia/Hong_Kong', from: at(4, 45), to: at(6, 5), days: NIGHTS },
    { zone: 'Asia/Hong_Kong', from: at(20, 15), to: at(21, 15), days: NIGHTS },
  ],
}
/** Friday 23:00 to Saturday 03:00 in New York, everywhere. */
const WEEKEND: Window = { zone: NEW_YORK, from: at(23, 0), to: at(27, 0), days: [5] }
/** The login token dies on Sunday at 01:00 in New York; how long it takes depends on when somebody comes. */
const LOGIN: Window = { zone: NEW_YORK, from: at(1, 0), to: at(13, 0), days: [0] }
/** The gateway is back within minutes. */
const RESTART: Micros = 5 * MINUTE

export function windowsOf({
  region,
  restartAt,
  restartZone,
}: Pick<IbSettings, 'region' | 'restartAt' | 'restartZone'>): Window[] {
  const every = [0, 1, 2, 3, 4, 5, 6]
  const own =
    restartAt === undefined ? [] : [{ zone: restartZone, from: restartAt, to: restartAt + RESTART, days: every }]
  return [...RESETS[region], WEEKEND, LOGIN, ...own]
}

/** Is a moment inside, and how long until that changes? Windows over midnight began on the day before. */
function look({ zone, from, to, days }: Window, t: Micros): { readonly inside: boolean; readonly changes: Micros } {
  const local = localTime(t, zone)
  const today = Math.floor(local / DAY)
  let changes: Micros = 8 * DAY
  for (let day = today - 1; day <= today + 7; day++) {
    if (!days.includes(weekday(day))) continue
    const [begins, ends] = [day * DAY + from, day * DAY + to]
    if (local >= begins && local < ends) return { inside: true, changes: ends - local }
    if (begins > local) changes = Math.min(changes, begins - local)
  }
  return { inside: false, changes }
}

export function isPlanned(windows: readonly Window[], t: Micros): boolean {
  return windows.some((w) => look(w, t).inside)
}

/** A change of summer time in between only moves the next look: it is checked again at least so often. */
const LOOK_AGAIN: Micros = HOUR

export interface Keeping {
  readonly settings: IbSettings
  readonly clock: Clock
  readonly tell: (link: LinkState) => void
  /** Is the gateway reachable? A login that is not needed any more is not asked for. */
  readonly isUp: () => boolean
}

const REMINDERS: readonly (readonly [ahead: Micros, told: LinkState])[] = [
  [DAY, 'loginInADay'],
  [HOUR, 'loginInAnHour'],
]

/** Tells of every beginning and end, at once when a window is on, and reminds of the weekly login. */
export function keepWindows({ settings, clock, tell, isUp }: Keeping): { stop(): void } {
  const windows = windowsOf(settings)
  let inside = false
  let waiting = false
  let cancel: () => void = () => undefined
  const reminded = new Set<string>()
  const remind = (now: Micros): Micros => {
    const { inside: over, changes } = look(LOGIN, now)
    if (over && !isUp() && !waiting) {
      waiting = true
      tell('loginAwaited')
    }
    if (isUp()) waiting = false
    // When the token dies the gateway goes away within minutes; people hear of it as soon.
    if (over) return waiting ? changes : Math.min(changes, MINUTE)
    let next = changes
    for (const [ahead, told] of REMINDERS) {
      const due = now + changes
      // By the minute, so that the same Sunday is not told of twice.
      const key = `${told} ${Math.round(due / MINUTE)}`
      if (changes > ahead) next = Math.min(next, changes - ahead)
      else if (changes > ahead - 2 * HOUR && !reminded.has(key)) {
        reminded.add(key)
        tell(told)
      }
    }
    return next
  }
  const check = (): void => {
    const now = clock.now()
    const on = isPlanned(windows, now)
    if (on !== inside) tell(on ? 'planned' : 'plannedEnd')
    inside = on
    const next = Math.min(remind(now), ...windows.map((w) => look(w, now).changes), LOOK_AGAIN)
    cancel = clock.after(Math.max(SECOND_LATER, next), check)
  }
  cancel = clock.after(0, check)
  return { stop: () => cancel() }
}

const SECOND_LATER: Micros = 1_000_000
