/**
 * The links to the brokers: pure bookkeeping of what adapters report. A failed attempt counts, and so does
 * one whose link did not hold for 60 s, however cleanly it was closed; the loss of a link that held clears the count
 * and is none itself. After `maxAttempts` in a row (37 s at worst: three of 10 s, and 1, 2, 4 s before them), or more
 * than five losses within an hour, the broker is down: nothing is opened there while the others trade on. Inside a
 * planned window nothing counts and nothing is opened.
 */
import { HOUR, type Micros, SECOND } from '../base/time.ts'
import type { LinkNotice, LinkState } from '../domain/control.ts'

const HEALTHY: Micros = 60 * SECOND
const MOST_LOSSES_AN_HOUR = 5
/** Waits before the attempts after a loss; then, for a broker that is down, the last one. */
const BACK_OFF: readonly Micros[] = [1 * SECOND, 2 * SECOND, 4 * SECOND, 60 * SECOND]

/** Plain data. */
export interface Link {
  up: boolean
  planned: boolean
  down: boolean
  failures: number
  /** Attempts waited for since the count was cleared. */
  waits: number
  /** Since when it is up, or not; times of losses within the last hour. */
  since: Micros
  losses: Micros[]
}

/** What a report made of a link. */
export interface LinkChange {
  readonly change: 'none' | 'up' | 'lost' | 'down'
  /** When to try again; undefined when connected or inside a window that is announced to end. */
  readonly retryAt: Micros | undefined
}

export class Links {
  all: Link[]
  readonly #maxAttempts: number

  /** `up[i]`: is the broker there from the start (the simulated one)? */
  constructor(up: readonly boolean[], maxAttempts: number) {
    this.all = up.map((is) => ({ up: is, planned: false, down: false, failures: 0, waits: 0, since: 0, losses: [] }))
    this.#maxAttempts = maxAttempts
  }

  of(broker: number): Link {
    return this.all[broker] as Link
  }

  /** Is there a path for orders to this broker? */
  reaches(broker: number): boolean {
    return this.of(broker).up
  }

  /** May it be asked to open, as far as the link goes? */
  serves(broker: number): boolean {
    const l = this.of(broker)
    return l.up && !l.planned && !l.down
  }

  report(broker: number, t: Micros, what: Exclude<LinkState, LinkNotice>): LinkChange {
    const l = this.of(broker)
    if (what === 'planned' || what === 'plannedEnd') {
      l.planned = what === 'planned'
      return { change: 'none', retryAt: l.planned || l.up ? undefined : t }
    }
    if (what === 'up') return this.#up(l, t)
    const held = l.up && t - l.since >= HEALTHY
    if (held) Object.assign(l, { failures: 0, waits: 0 })
    const was = l.up
    if (was) l.since = t
    l.up = false
    if (l.planned) return { change: was ? 'lost' : 'none', retryAt: t + (BACK_OFF.at(-1) as Micros) }
    if (!held) l.failures++
    if (was) l.losses = [...l.losses.filter((at) => at > t - HOUR), t]
    const wait = BACK_OFF[Math.min(l.waits++, BACK_OFF.length - 1)] as Micros
    const falls = !l.down && (l.failures >= this.#maxAttempts || l.losses.length > MOST_LOSSES_AN_HOUR)
    if (falls) l.down = true
    return { change: falls ? 'down' : was ? 'lost' : 'none', retryAt: t + wait }
  }

  #up(l: Link, t: Micros): LinkChange {
    if (l.up) return { change: 'none', retryAt: undefined }
    l.up = true
    l.since = t
    l.losses = l.losses.filter((at) => at > t - HOUR)
    // A broker that only flaps stays down until its losses are an hour old.
    if (l.losses.length <= MOST_LOSSES_AN_HOUR) l.down = false
    return { change: 'up', retryAt: undefined }
  }

  snapshot(): Link[] {
    return this.all.map((l) => ({ ...l, losses: [...l.losses] }))
  }

  restore(s: readonly Link[]): void {
    this.all = s.map((l) => ({ ...l, losses: [...l.losses] }))
  }
}
