/**
 * Access token and approval key (KIS reference 3). The token lives in a file of its own per environment and key, owner
 * only, shared by the processes of this machine under a lock: KIS issues one a minute and tells the owner each time. It
 * is issued only when none is good, and renewed once a day at a quiet hour when it would not last to the next one; on
 * a refusal nothing is tried again for a minute. Expiry is compared with the wall clock, as the vendor means it.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DAY, MINUTE, type Micros } from '../../src/core/base/time.ts'
import type { Seen } from './errors.ts'
import type { RawFrame } from '../../src/runtime/ports.ts'
import type { Http, HttpReply, Json } from './http.ts'
import { kstTimeOfDay, stampOf } from './kst.ts'
import type { Redactor } from './redact.ts'
import type { KeyPair } from './settings.ts'
import type { Environment } from './wire/transactions.ts'

interface Kept {
  readonly token: string
  readonly expires: Micros
  /** When it was last asked for; inside six hours the vendor answers with the same one. */
  readonly asked: Micros
}

export interface TokenPlace {
  readonly env: Environment | 'quotes'
  readonly keys: KeyPair
  readonly dir: string
  readonly refreshAt: Micros
  readonly http: Http
  readonly redactor: Redactor
  /** Wall clock, microseconds. */
  readonly wall: () => Micros
  readonly raw: (frame: RawFrame) => void
}

const EARLY: Micros = 10 * MINUTE
const COOL_DOWN: Micros = MINUTE
const TIMEOUT_MS = 8000
/** A lock that is older belongs to a process that died. */
const LOCK_STALE_MS = 30_000
const LOCK_PATIENCE_MS = 20_000
const LOCK_PAUSE_MS = 50

export class TokenDesk {
  readonly #place: TokenPlace
  readonly #file: string
  #kept: Kept | undefined
  #bad = ''
  #refusedAt: Micros = -Infinity
  #refusal: Seen | undefined
  #flight: Promise<string | Seen> | undefined

  constructor(place: TokenPlace) {
    this.#place = place
    const id = createHash('sha256').update(`${place.env} ${place.keys.appKey.reveal()}`).digest('hex').slice(0, 16)
    this.#file = join(place.dir, `kis-token-${place.env}-${id}.json`)
    place.redactor.hide(place.keys.appKey.reveal(), place.keys.appSecret.reveal())
  }

  /** A token that is good, or what was seen instead of one. */
  token(): Promise<string | Seen> {
    if (this.#good(this.#kept)) return Promise.resolve(this.#kept.token)
    this.#flight ??= this.#fetch().finally(() => {
      this.#flight = undefined
    })
    return this.#flight
  }

  /** Is one being fetched, from the file or from the broker? */
  get busy(): boolean {
    return this.#flight !== undefined
  }

  /** The broker refused this token: never use it again. */
  drop(token: string): void {
    this.#bad = token
    if (this.#kept?.token === token) this.#kept = undefined
  }

  /** A key for registrations on the socket; asked for anew at each connection. */
  async approval(signal?: AbortSignal): Promise<string | Seen> {
    const { http, keys, redactor } = this.#place
    const reply = await http.exchange({
      method: 'POST',
      path: this.#told('/oauth2/Approval'),
      headers: {},
      fields: {
        grant_type: 'client_credentials',
        appkey: keys.appKey.reveal(),
        secretkey: keys.appSecret.reveal(),
      },
      timeoutMs: TIMEOUT_MS,
      fresh: false,
      ...(signal === undefined ? {} : { signal }),
    })
    const key = reply.ok ? reply.json.approval_key : undefined
    if (typeof key === 'string') redactor.hide(key)
    this.#tell('/oauth2/Approval', reply)
    if (!reply.ok) return reply.seen
    return typeof key === 'string' && key !== '' ? key : refusalOf(reply.json, reply.status)
  }

  #good(kept: Kept | undefined): kept is Kept {
    if (kept === undefined || kept.token === this.#bad) return false
    const now = this.#place.wall()
    return kept.expires - now > EARLY && !this.#dueForRenewal(kept, now)
  }

  /** The last daily renewal is past, it was not asked for since, and it would end before the next one. */
  #dueForRenewal(kept: Kept, now: Micros): boolean {
    const since = (kstTimeOfDay(now) - this.#place.refreshAt + DAY) % DAY
    const last = now - since
    return kept.asked < last && kept.expires < last + DAY + EARLY
  }

  async #fetch(): Promise<string | Seen> {
    const kept = await this.#read()
    if (this.#good(kept)) return this.#take(kept)
    await this.#attempt(() => mkdir(this.#place.dir, { recursive: true, mode: 0o700 }))
    const lock = await this.#lock()
    try {
      // Another process may have renewed it while we waited.
      const now = await this.#read()
      if (this.#good(now)) return this.#take(now)
      return await this.#issue(now)
    } finally {
      await lock?.close()
      if (lock !== undefined) await rm(`${this.#file}.lock`, { force: true })
    }
  }

  #take(kept: Kept): string {
    this.#kept = kept
    this.#place.redactor.hide(kept.token)
    return kept.token
  }

  async #issue(old: Kept | undefined): Promise<string | Seen> {
    const { http, keys, wall } = this.#place
    const usable = old !== undefined && old.token !== this.#bad && old.expires - wall() > EARLY
    if (wall() - this.#refusedAt < COOL_DOWN && this.#refusal !== undefined) {
      return usable ? this.#take(old) : this.#refusal
    }
    const reply = await http.exchange({
      method: 'POST',
      path: this.#told('/oauth2/tokenP'),
      headers: {},
      fields: {
        grant_type: 'client_credentials',
        appkey: keys.appKey.reveal(),
        appsecret: keys.appSecret.reveal(),
      },
      timeoutMs: TIMEOUT_MS,
      fresh: false,
    })
    const made = reply.ok ? readToken(reply.json, wall()) : undefined
    if (made !== undefined) this.#place.redactor.hide(made.token)
    this.#tell('/oauth2/tokenP', reply)
    if (made === undefined) {
      this.#refusal = reply.ok ? refusalOf(reply.json, reply.status) : reply.seen
      if (reply.ok) this.#refusedAt = wall()
      // Refused perhaps because another process got one just now.
      const theirs = await this.#read()
      if (this.#good(theirs)) return this.#take(theirs)
      return usable ? this.#take(old) : this.#refusal
    }
    if (made.token === this.#bad) this.#bad = ''
    await this.#attempt(() => this.#write(made))
    return this.#take(made)
  }

  /** What is asked is the same every time and nothing but secrets. */
  #told(channel: string): string {
    this.#place.raw({ direction: 'out', channel, text: '{}' })
    return channel
  }

  #tell(channel: string, reply: HttpReply): void {
    const { raw, redactor } = this.#place
    const text = JSON.stringify({ status: reply.status, body: reply.text })
    raw({ direction: 'in', channel, text: redactor.clean(text) })
  }

  async #read(): Promise<Kept | undefined> {
    try {
      const { mode } = await stat(this.#file)
      // A file that others could have written says nothing.
      if ((mode & 0o077) !== 0) return undefined
      const value = JSON.parse(await readFile(this.#file, 'utf8')) as Partial<Kept>
      const { token, expires, asked } = value
      if (typeof token !== 'string' || typeof expires !== 'number' || typeof asked !== 'number') return undefined
      return { token, expires, asked }
    } catch {
      return undefined
    }
  }

  async #write(kept: Kept): Promise<void> {
    const part = `${this.#file}.${process.pid}.part`
    await rm(part, { force: true })
    await writeFile(part, JSON.stringify(kept), { mode: 0o600, flag: 'wx' })
    await rename(part, this.#file)
  }

  /** A token that cannot be kept serves all the same; the recording says why the next process will ask for its own. */
  async #attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'ERROR'
      this.#place.raw({ direction: 'in', channel: 'token file', text: code })
    }
  }

  /** Undefined when the lock could not be had in time: then the work is done without it, once. */
  async #lock(): Promise<FileHandle | undefined> {
    const name = `${this.#file}.lock`
    const until = performance.now() + LOCK_PATIENCE_MS
    while (performance.now() < until) {
      try {
        const file = await open(name, 'wx', 0o600)
        await file.writeFile(String(process.pid))
        return file
      } catch (error) {
        // A directory that cannot be written holds no lock for anybody.
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) return undefined
      }
      if (await isAbandoned(name)) await rm(name, { force: true })
      else await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS))
    }
    return undefined
  }
}

/** Its process is gone, or it is older than any issue takes. */
async function isAbandoned(lock: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(lock, 'utf8'), stat(lock)])
    if (Date.now() - mtimeMs > LOCK_STALE_MS) return true
    const pid = Number(text)
    if (!Number.isInteger(pid) || pid <= 0) return false
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

function readToken(json: Json, now: Micros): Kept | undefined {
  const { access_token: token, access_token_token_expired: until, expires_in: life } = json
  if (typeof token !== 'string' || token === '') return undefined
  const m = typeof until === 'string' ? /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/.exec(until) : null
  const stated = m === null ? undefined : stampOf(m.slice(1, 4).join(''), m.slice(4, 7).join(''))
  const expires = stated ?? (typeof life === 'number' && life > 0 ? now + life * 1_000_000 : undefined)
  return expires === undefined ? undefined : { token, expires, asked: now }
}

/** The OAuth endpoints have an envelope of their own (reference 2.6). */
function refusalOf(json: Json, status: number): Seen {
  const { error_code: code, error_description: words } = json
  if (typeof code !== 'string') return { kind: 'body', status }
  return { kind: 'envelope', status, rtCd: '1', msgCd: code, msg1: typeof words === 'string' ? words : '' }
}
