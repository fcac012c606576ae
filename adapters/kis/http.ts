/**
 * One HTTP exchange with KIS through axios: bounded in size and time, no redirects, every answer read as text and then
 * as the envelope it should be. Failures come back as what was seen, never as exceptions.
 *
 * Orders go over connections of their own: a kept one may be closed at the other end unnoticed, and then nobody knows
 * whether the order arrived.
 */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios, { type AxiosInstance, isAxiosError } from 'axios'
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import type { Clock, TimeSample } from '../../src/runtime/ports.ts'
import type { Seen } from './errors.ts'

export type Json = Readonly<Record<string, unknown>>

export interface Envelope {
  readonly rtCd: string
  readonly msgCd: string
  readonly msg1: string
  readonly body: Json
}

export interface Exchange {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Query of a GET, body of a POST. */
  readonly fields: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** A connection of its own. */
  readonly fresh: boolean
  readonly signal?: AbortSignal
}

/** `text`: the body as it came, for the recording; with it `status`, 0 where nothing came. */
export type HttpReply =
  | { readonly ok: true; readonly status: number; readonly json: Json; readonly trCont: string; readonly text: string }
  | { readonly ok: false; readonly status: number; readonly seen: Seen; readonly text: string }

const BODY_MAX = 8 * 1024 * 1024
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

export class Http {
  readonly #axios: AxiosInstance
  readonly #kept: { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent }
  readonly #now: () => Micros
  readonly #timed: ((sample: TimeSample) => void) | undefined
  readonly #fresh: { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent }

  /** `timed`: told when each answer was asked for, and of its `Date`. */
  constructor(baseURL: string, clock?: Clock, timed?: (sample: TimeSample) => void) {
    this.#now = () => clock?.now() ?? 0
    this.#timed = timed
    this.#kept = { httpAgent: new HttpAgent({ keepAlive: true }), httpsAgent: new HttpsAgent({ keepAlive: true }) }
    this.#fresh = { httpAgent: new HttpAgent(), httpsAgent: new HttpsAgent() }
    this.#axios = axios.create({
      baseURL,
      adapter: 'http',
      proxy: false,
      maxRedirects: 0,
      maxContentLength: BODY_MAX,
      maxBodyLength: BODY_MAX,
      responseType: 'text',
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
      validateStatus: () => true,
    })
  }

  async exchange(e: Exchange): Promise<HttpReply> {
    try {
      const get = e.method === 'GET'
      const deadline = AbortSignal.timeout(e.timeoutMs)
      const askedAt = this.#now()
      const response = await this.#axios.request<unknown>({
        method: e.method,
        url: get ? `${e.path}?${new URLSearchParams(e.fields).toString()}` : e.path,
        headers: { ...e.headers, 'content-type': 'application/json; charset=utf-8' },
        ...(get ? {} : { data: JSON.stringify(e.fields) }),
        // Of the whole exchange, also where an answer only trickles.
        signal: e.signal === undefined ? deadline : AbortSignal.any([deadline, e.signal]),
        ...(e.fresh ? this.#fresh : this.#kept),
      })
      const { status } = response
      const reference = readDate(response.headers.date)
      if (reference !== undefined) {
        this.#timed?.({ askedAt, answeredAt: this.#now(), reference, resolution: SECOND })
      }
      const text = typeof response.data === 'string' ? response.data : ''
      const json = readJson(text)
      if (json === undefined) return { ok: false, status, seen: { kind: 'body', status }, text }
      const trCont: unknown = response.headers.tr_cont
      return { ok: true, status, json, trCont: typeof trCont === 'string' ? trCont : '', text }
    } catch (error) {
      return { ok: false, status: 0, seen: transportOf(error), text: '' }
    }
  }

  close(): void {
    for (const agents of [this.#kept, this.#fresh]) {
      agents.httpAgent.destroy()
      agents.httpsAgent.destroy()
    }
  }
}

/** RFC 9110: whole seconds, GMT. */
function readDate(value: unknown): Micros | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isSafeInteger(ms) && ms > 0 ? ms * 1000 : undefined
}

export function readJson(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
  } catch {
    return undefined
  }
}

/** Only the code is kept: the error of axios carries the request with its headers. */
function transportOf(error: unknown): Seen {
  if (!isAxiosError(error)) return { kind: 'transport', code: 'ERROR', connect: false }
  const code = error.code ?? 'ERROR'
  const cause: unknown = error.cause
  const syscall = cause instanceof Error && 'syscall' in cause ? String(cause.syscall) : ''
  const early = syscall === 'connect' || syscall === 'getaddrinfo'
  return { kind: 'transport', code, connect: NOT_SENT.has(code) && early }
}

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')

/** Undefined where a body has no return code: then it is none of the services' own. */
export function readEnvelope(json: Json): Envelope | undefined {
  if (typeof json.rt_cd !== 'string') return undefined
  return { rtCd: text(json.rt_cd), msgCd: text(json.msg_cd), msg1: text(json.msg1), body: json }
}
