/**
 * Access tokens and approval keys (reference 3): one issue a minute and appkey, the same token within six hours, a day
 * of life; approval keys without limit. All by the wall clock, also when the run's clock is another: clients compare the
 * stated expiry with their own clock, and a refused issue must not start the minute anew.
 */
import { DAY, HOUR, MINUTE, type Micros } from '../../../src/core/base/time.ts'
import { TextSource } from './credentials.ts'

export interface Token {
  readonly text: string
  readonly appkey: string
  readonly issued: Micros
  expires: Micros
}

const LIFE = DAY
const SAME = 6 * HOUR
const PAUSE = MINUTE

export type TokenFault = 'EGW00121' | 'EGW00123'

export class TokenDesk {
  readonly #tokens = new Map<string, Token>()
  readonly #approvals = new Map<string, { readonly appkey: string; readonly expires: Micros }>()
  readonly #lastIssue = new Map<string, Micros>()
  readonly #source: TextSource

  constructor(seed: number) {
    this.#source = new TextSource(seed, 'tokens')
  }

  /** Undefined inside a minute of the last issue. */
  issue(appkey: string, now: Micros): Token | undefined {
    const last = this.#lastIssue.get(appkey)
    if (last !== undefined && now - last < PAUSE) return undefined
    this.#lastIssue.set(appkey, now)
    const standing = this.#newest(appkey)
    if (standing !== undefined && now - standing.issued < SAME && standing.expires > now) return standing
    const [head, body, tail] = [this.#source.text(40), this.#source.text(220), this.#source.text(86)]
    const token: Token = { text: `${head}.${body}.${tail}`, appkey, issued: now, expires: now + LIFE }
    this.#tokens.set(token.text, token)
    return token
  }

  /** A token of another appkey counts as expired, as the vendor has it. */
  check(text: string, appkey: string, now: Micros): TokenFault | undefined {
    const token = this.#tokens.get(text)
    if (token === undefined) return 'EGW00121'
    return token.appkey !== appkey || token.expires <= now ? 'EGW00123' : undefined
  }

  revoke(text: string): boolean {
    return this.#tokens.delete(text)
  }

  /** All tokens of all keys end now; the next issue makes new ones, without waiting for the minute. */
  expireAll(now: Micros): void {
    for (const token of this.#tokens.values()) token.expires = Math.min(token.expires, now)
    this.#lastIssue.clear()
  }

  revokeAll(): void {
    this.#tokens.clear()
    this.#lastIssue.clear()
  }

  approve(appkey: string, now: Micros): string {
    const key = this.#source.uuid()
    this.#approvals.set(key, { appkey, expires: now + LIFE })
    return key
  }

  /** The appkey behind an approval key that is still good. */
  appkeyOf(approvalKey: string, now: Micros): string | undefined {
    const approval = this.#approvals.get(approvalKey)
    return approval === undefined || approval.expires <= now ? undefined : approval.appkey
  }

  #newest(appkey: string): Token | undefined {
    let newest: Token | undefined
    for (const token of this.#tokens.values()) {
      if (token.appkey === appkey && (newest === undefined || token.issued >= newest.issued)) newest = token
    }
    return newest
  }
}
