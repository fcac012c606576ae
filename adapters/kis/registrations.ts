/**
 * What a session of the socket is to have registered, apart from what the server acknowledged (reference 8.7, 11): wanted
 * registrations are made anew at every connection, logins first, with a pause between; one that stands is repeated now
 * and then, and if that is news to the server it has forgotten them all (F-22).
 */
import type { Micros } from '../../src/core/base/time.ts'
import type { Clock } from '../../src/runtime/ports.ts'
import type { NoticeSecret } from './cipher.ts'
import { MAX_REGISTRATIONS } from './wire/columns.ts'
import type { Acknowledgement } from './wire/frame.ts'

export interface Wanted {
  readonly tr: string
  readonly key: string
  /** The session is not up before these are acknowledged. */
  readonly login: boolean
}

/** Pause between two registrations, on the session's clock. */
export interface Pace {
  readonly clock: Clock
  readonly spacing: Micros
}

/** What an acknowledgement means. */
export type Standing =
  | { readonly kind: 'stands' | 'again' | 'forgotten'; readonly wanted: Wanted }
  | { readonly kind: 'refused'; readonly wanted: Wanted; readonly why: string }

export class Registrations {
  readonly #wanted = new Map<string, Wanted>()
  readonly #acknowledged = new Set<string>()
  readonly #secrets = new Map<string, NoticeSecret>()
  readonly #send: (wanted: Wanted) => void
  readonly #pace: Pace
  #queue: Wanted[] = []
  /** Cancels the pause before the next registration. */
  #sender: (() => void) | undefined
  #probe = 0

  constructor(pace: Pace, send: (wanted: Wanted) => void) {
    this.#pace = pace
    this.#send = send
  }

  /** Adds one; false when the session holds as many as it may. `isUp`: it is made at once. */
  want(wanted: Wanted, isUp: boolean): boolean {
    const id = idOf(wanted)
    if (this.#wanted.has(id)) return true
    if (this.#wanted.size >= MAX_REGISTRATIONS) return false
    this.#wanted.set(id, wanted)
    if (isUp) this.#enqueue([wanted])
    return true
  }

  /** All of them, at the beginning of a session. */
  make(): void {
    this.#enqueue([...this.#wanted.values()].sort((a, b) => Number(b.login) - Number(a.login)))
  }

  /** Repeats one that stands, each in its turn. */
  probe(): void {
    const standing = [...this.#wanted.values()].filter((w) => this.#acknowledged.has(idOf(w)))
    const next = standing[this.#probe++ % Math.max(1, standing.length)]
    if (next !== undefined) this.#send(next)
  }

  secretOf(tr: string): NoticeSecret | undefined {
    return this.#secrets.get(tr)
  }

  get isLoggedIn(): boolean {
    const logins = [...this.#wanted.values()].filter((w) => w.login)
    if (logins.length === 0) return this.#wanted.size === 0 || this.#acknowledged.size > 0
    return logins.every((w) => this.#acknowledged.has(idOf(w)))
  }

  /** Undefined where nothing of ours is meant. */
  answer(ack: Acknowledgement): Standing | undefined {
    const id = `${ack.tr}|${ack.key}`
    const wanted = this.#wanted.get(id)
    if (wanted === undefined) return undefined
    if (ack.msgCd !== 'OPSP0000' && ack.msgCd !== 'OPSP0002') {
      this.#acknowledged.delete(id)
      return { kind: 'refused', wanted, why: `${ack.msgCd} ${ack.msg1}` }
    }
    if (ack.secret !== undefined && ack.msgCd === 'OPSP0000') this.#secrets.set(ack.tr, ack.secret)
    const knew = this.#acknowledged.has(id)
    this.#acknowledged.add(id)
    if (!knew) return { kind: 'stands', wanted }
    if (ack.msgCd !== 'OPSP0000') return { kind: 'again', wanted }
    this.#remake(id)
    return { kind: 'forgotten', wanted }
  }

  /** A standing registration was news to the server: so are perhaps all the others. */
  #remake(known: string): void {
    this.#acknowledged.clear()
    this.#acknowledged.add(known)
    this.#enqueue([...this.#wanted.values()].filter((w) => idOf(w) !== known))
  }

  /** The session ended: nothing stands, its secrets open nothing more. */
  clear(): void {
    this.#sender?.()
    this.#sender = undefined
    this.#queue = []
    this.#acknowledged.clear()
    this.#secrets.clear()
  }

  #enqueue(list: readonly Wanted[]): void {
    this.#queue.push(...list)
    if (this.#sender === undefined) this.#sendNext()
  }

  #sendNext(): void {
    const next = this.#queue.shift()
    if (next === undefined) {
      this.#sender = undefined
      return
    }
    this.#send(next)
    this.#sender = this.#pace.clock.after(this.#pace.spacing, () => this.#sendNext())
  }
}

function idOf({ tr, key }: Wanted): string {
  return `${tr}|${key}`
}
