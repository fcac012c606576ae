/** How near a run came to each of its limits, what was denied and why, and what its operator was told. */
import type { DenialReason } from '../core/domain/reason.ts'
import { ACTIONS } from '../core/engine/audit.ts'
import { KIND } from '../core/engine/records.ts'
import { ALERT_CODES, type AlertCode, CRITICAL } from '../core/execution/alerts.ts'
import { ENGINE_STATES, reasonsOf } from '../core/execution/gate.ts'
import { type RecordView, textOf, VERDICT_FIELDS } from '../runtime/record-fields.ts'

export interface StateChange {
  readonly t: number
  readonly to: string
  readonly rule: string
}

/** Changes of state kept; a run that has more says how many. */
const KEEP_STATES = 40

const NOTE = ACTIONS.indexOf('note')
const EXPOSURE = VERDICT_FIELDS.indexOf('exposure') + 2
const LIMIT_BASE = VERDICT_FIELDS.indexOf('limit_base') + 2
const REASONS = VERDICT_FIELDS.indexOf('reasons') + 2
const REDUCING = VERDICT_FIELDS.indexOf('reducing') + 2

export class LimitWatch {
  /** Least room left, as a share of what the limits are taken of; undefined where nothing was recorded. */
  toDaily: number | undefined
  toEmergency: number | undefined
  ordersLeft: number | undefined
  positionsLeft: number | undefined
  /** Largest share of one instrument, held or ordered. */
  share = 0
  readonly denied = new Map<DenialReason, number>()
  decisions = 0
  approved = 0
  readonly alerts = new Map<AlertCode, number>()
  critical = 0
  readonly states: StateChange[] = []
  stateChanges = 0
  /** Times that limits were changed while it ran. */
  limitChanges = 0
  readonly #texts = new Map<number, string>()

  record(r: RecordView): void {
    const w = r.words
    if (r.kind === KIND.distance) this.#distance(r)
    else if (r.kind === KIND.decision) this.#decision(w)
    else if (r.kind === KIND.verdict) this.#verdict(w)
    else if (r.kind === KIND.alert) this.#alert(w)
    else if (r.kind === KIND.state) this.#state(w)
    else if (r.kind === KIND.text) this.#texts.set(w[2] as number, textOf(r))
    else if (r.kind === KIND.limits) this.limitChanges++
  }

  #distance({ words: w, instrument }: RecordView): void {
    if (instrument >= 0) {
      this.#shareOf(w[3] as number, w[4] as number)
      return
    }
    const [, , , equity, base, daily, emergency, orders, positions] = w as unknown as number[]
    if (!((equity as number) > 0 && (base as number) > 0)) return
    this.toDaily = least(this.toDaily, (daily as number) / (base as number))
    this.toEmergency = least(this.toEmergency, (emergency as number) / (base as number))
    this.ordersLeft = least(this.ordersLeft, orders as number)
    this.positionsLeft = least(this.positionsLeft, positions as number)
  }

  #shareOf(value: number, base: number): void {
    if (base > 0) this.share = Math.max(this.share, value / base)
  }

  #decision(w: Float64Array): void {
    // `note` is no intent: nothing was asked for.
    if (w[3] === NOTE) return
    this.decisions++
    const reasons = reasonsOf(w[5] as number)
    if (reasons.length === 0) this.approved++
    for (const reason of reasons) this.denied.set(reason, (this.denied.get(reason) ?? 0) + 1)
  }

  /** An approved opening order counts at what it would have made of the holding. */
  #verdict(w: Float64Array): void {
    if (w[REASONS] !== 0 || w[REDUCING] === 1) return
    this.#shareOf(w[EXPOSURE] as number, w[LIMIT_BASE] as number)
  }

  #alert(w: Float64Array): void {
    const code = ALERT_CODES[w[3] as number]
    if (code === undefined) return
    this.alerts.set(code, (this.alerts.get(code) ?? 0) + 1)
    if (CRITICAL.has(code)) this.critical++
  }

  #state(w: Float64Array): void {
    this.stateChanges++
    if (this.states.length >= KEEP_STATES) return
    const to = ENGINE_STATES[w[4] as number] ?? '?'
    this.states.push({ t: w[2] as number, to, rule: this.#texts.get(w[5] as number) ?? '' })
  }
}

function least(known: number | undefined, now: number): number {
  return known === undefined ? now : Math.min(known, now)
}
