/**
 * REST of KIS (reference 2): headers, rate, token, envelope, paging. `QuoteRest` has quotations only; `TradingRest<E>`
 * adds inquiries and orders of its own environment. A query is asked again when that may help, an order never is.
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { Clock, RawFrame } from '../../src/runtime/ports.ts'
import type { TokenDesk } from './auth.ts'
import { type AccountCode, type Codes, type OrderCode, placeOf, type QuoteCode } from './codes.ts'
import { classify, type Seen, type Trouble, type Use } from './errors.ts'
import { type Envelope, type Http, type HttpReply, readEnvelope } from './http.ts'
import type { RequestRate, Urgency } from './rate.ts'
import type { Redactor } from './redact.ts'
import type { KeyPair } from './settings.ts'
import type { Environment } from './wire/transactions.ts'

export type Fields = Readonly<Record<string, string>>
export type RestAnswer =
  | { readonly ok: true; readonly envelope: Envelope; readonly trCont: string }
  | { readonly ok: false; readonly trouble: Trouble }

/** What a client of one key shares. */
export interface Door {
  readonly http: Http
  readonly keys: KeyPair
  readonly tokens: TokenDesk
  readonly rate: RequestRate
  readonly clock: Clock
  readonly redactor: Redactor
  readonly raw: (frame: RawFrame) => void
}

const ORDER_TIMEOUT_MS = 10_000
const QUERY_TIMEOUT_MS = 5000
/** Asked so often in all; the pauses between are 0.2, 0.4 … seconds of the session's clock. */
const QUERY_TRIES = 4
const PAUSE: Micros = SECOND / 5
const PAGES_MAX = 40

/** The adapter was stopped before the request had its turn. */
const NEVER_LEFT: Seen = { kind: 'transport', code: 'STOPPED', connect: true }

interface Request {
  readonly use: Use
  readonly code: string
  readonly fields: Fields
  readonly urgency: Urgency
  readonly trCont: '' | 'N'
}

export class QuoteRest {
  readonly door: Door

  constructor(door: Door) {
    this.door = door
  }

  quote(code: QuoteCode, fields: Fields, urgency: Urgency = 'background'): Promise<RestAnswer> {
    return query(this.door, { use: 'query', code, fields, urgency, trCont: '' })
  }
}

export class TradingRest<E extends Environment> extends QuoteRest {
  readonly codes: Codes<E>

  constructor(door: Door, codes: Codes<E>) {
    super(door)
    this.codes = codes
  }

  inquire(code: AccountCode<E>, fields: Fields, urgency: Urgency = 'query'): Promise<RestAnswer> {
    return query(this.door, { use: 'query', code, fields, urgency, trCont: '' })
  }

  /** Every page; a page that cannot be had fails the whole, for a part of a list is not the list. */
  async list(code: AccountCode<E>, fields: Fields, part: string): Promise<ListAnswer> {
    const { cursor } = placeOf(code)
    const [fk, nk] = [`CTX_AREA_FK${cursor}`, `CTX_AREA_NK${cursor}`]
    const rows: Fields[] = []
    let at: Fields = { [fk]: '', [nk]: '' }
    let trCont: '' | 'N' = ''
    for (let page = 0; page < PAGES_MAX; page++) {
      const request = { use: 'query', code, fields: { ...fields, ...at }, urgency: 'query', trCont } as const
      const answer = await query(this.door, request)
      if (!answer.ok) return answer
      const { body } = answer.envelope
      rows.push(...rowsOf(body[part]))
      if (answer.trCont !== 'M' && answer.trCont !== 'F') return { ok: true, rows, body }
      at = { [fk]: rawText(body[fk.toLowerCase()]), [nk]: rawText(body[nk.toLowerCase()]) }
      trCont = 'N'
    }
    return { ok: false, trouble: classify('query', { kind: 'transport', code: 'too many pages', connect: false }) }
  }

  /** Sent at most once (I-01). */
  order(code: OrderCode<E>, fields: Fields): Promise<RestAnswer> {
    return once(this.door, { use: 'order', code, fields, urgency: 'order', trCont: '' })
  }
}

export type ListAnswer =
  | { readonly ok: true; readonly rows: readonly Fields[]; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly trouble: Trouble }

function rawText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A list, whether it comes as an array, as one object, or as a blank one. */
export function rowsOf(value: unknown): readonly Fields[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.filter((row): row is Fields => typeof row === 'object' && row !== null && Object.keys(row).length > 0)
}

async function query(door: Door, request: Request): Promise<RestAnswer> {
  for (let tries = 1; ; tries++) {
    const answer = await once(door, request)
    if (answer.ok || answer.trouble.class !== 'retryable' || tries === QUERY_TRIES || door.rate.stopped) return answer
    if (answer.trouble.token && tries > 1) return answer
    const pause = PAUSE * 2 ** (tries - 1)
    if (answer.trouble.slow) door.rate.pause(pause)
    await door.rate.rest(pause)
  }
}

async function once(door: Door, request: Request): Promise<RestAnswer> {
  const { use, code, fields, urgency, trCont } = request
  if (door.rate.stopped) return { ok: false, trouble: classify(use, NEVER_LEFT) }
  const token = await door.tokens.token()
  if (typeof token !== 'string') return { ok: false, trouble: classify(use, token) }
  if (!(await door.rate.turn(urgency))) return { ok: false, trouble: classify(use, NEVER_LEFT) }
  const { path } = placeOf(code)
  const order = use === 'order'
  tell(door, 'out', path, { tr_id: code, tr_cont: trCont, fields })
  const reply = await door.http.exchange({
    method: order ? 'POST' : 'GET',
    path,
    headers: headersOf(door, token, code, trCont),
    fields,
    timeoutMs: order ? ORDER_TIMEOUT_MS : QUERY_TIMEOUT_MS,
    fresh: order,
  })
  tell(door, 'in', path, frameOf(reply))
  const answer = read(use, reply)
  if (!answer.ok && answer.trouble.token) door.tokens.drop(token)
  return answer
}

function headersOf({ keys }: Door, token: string, code: string, trCont: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    appkey: keys.appKey.reveal(),
    appsecret: keys.appSecret.reveal(),
    tr_id: code,
    tr_cont: trCont,
    custtype: 'P',
  }
}

function tell(door: Door, direction: 'in' | 'out', channel: string, content: unknown): void {
  door.raw({ direction, channel, text: door.redactor.clean(JSON.stringify(content)) })
}

/** An answer as it came, with what the body does not say. */
function frameOf(reply: HttpReply): unknown {
  if (reply.ok) return { status: reply.status, tr_cont: reply.trCont, body: reply.text }
  return reply.seen.kind === 'transport' ? { failure: reply.seen.code } : { status: reply.status, body: reply.text }
}

function read(use: Use, reply: HttpReply): RestAnswer {
  const failed = (seen: Seen): RestAnswer => ({ ok: false, trouble: classify(use, seen) })
  if (!reply.ok) return failed(reply.seen)
  const envelope = readEnvelope(reply.json)
  if (envelope === undefined) return failed({ kind: 'body', status: reply.status })
  if (envelope.rtCd === '0' && reply.status === 200) return { ok: true, envelope, trCont: reply.trCont }
  const { rtCd, msgCd, msg1 } = envelope
  return failed({ kind: 'envelope', status: reply.status, rtCd, msgCd, msg1 })
}
