/**
 * An emulator in this process on real sockets, on a clock that the test moves, over a small generated market that
 * began three minutes ago (Tuesday 3 March 2026, 10:00 in Korea). And a bare client that sees raw headers and frames.
 */
import { request as httpRequest } from 'node:http'
import { WebSocket } from 'ws'
import { decryptNotice, type NoticeSecret } from '../../../adapters/kis/cipher.ts'
import { type Addresses, KisEmulator } from '../../../adapters/kis/emulator/emulator.ts'
import { GeneratedFeed } from '../../../adapters/common/emulator/generated-feed.ts'
import type { EmulatorOptions } from '../../../adapters/kis/emulator/options.ts'
import { readControl, readFrame, registration } from '../../../adapters/kis/wire/frame.ts'
import { transaction, transactionId } from '../../../adapters/kis/wire/transactions.ts'
import { epochDay, HOUR, MINUTE, SECOND, DAY } from '../../../src/core/base/time.ts'

export const TEN_IN_SEOUL = epochDay(2026, 3, 3) * DAY + HOUR

export interface RawAnswer {
  readonly status: number
  /** Name, value, name, value, in the casing of the wire. */
  readonly raw: readonly string[]
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export type Fields = Readonly<Record<string, string>>

/** The envelope; a part that is an array is read with `rows`. */
export interface Envelope {
  readonly rt_cd: string
  readonly msg_cd: string
  readonly msg1: string
  readonly output: Fields
  readonly output1: Fields
  readonly output2: Fields
  readonly output3: Fields
}

export interface JsonAnswer extends RawAnswer {
  readonly body: Envelope
}

export function rows(answer: JsonAnswer, part: 'output' | 'output1' | 'output2' = 'output1'): readonly Fields[] {
  const value: unknown = answer.body[part]
  if (!Array.isArray(value)) throw new Error(`${part} is no array: ${answer.text.slice(0, 200)}`)
  return value as Fields[]
}

export function send(
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body?: string,
  path?: string,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false as const, ...(path === undefined ? {} : { path }) }
    const request = httpRequest(url, options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, raw: response.rawHeaders, headers: response.headers, text }),
      )
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

export class Bench {
  readonly emulator: KisEmulator
  readonly #clock: { t: number }
  #token = ''

  private constructor(emulator: KisEmulator, clock: { t: number }) {
    this.emulator = emulator
    this.#clock = clock
  }

  /** `from` is when the market began, three minutes before now. */
  static async create(options: Partial<EmulatorOptions> = {}, from = TEN_IN_SEOUL): Promise<Bench> {
    const clock = { t: from + 3 * MINUTE }
    const symbols = options.symbols ?? ['005930', 'NVDA']
    const seed = options.seed ?? 1
    const parts = {
      clock: { now: () => clock.t },
      ...(options.tape === undefined ? { feed: new GeneratedFeed(symbols, seed, from) } : {}),
    }
    const rate = { requestsPerSecond: 1_000_000 }
    return new Bench(await KisEmulator.create({ ...rate, ...options, symbols, seed }, parts), clock)
  }

  get door(): Addresses {
    return this.emulator.addresses[0] as Addresses
  }

  get quotes(): Addresses {
    return this.emulator.addresses[1] as Addresses
  }

  get env(): 'live' | 'paper' {
    return this.emulator.world.options.env
  }

  get now(): number {
    return this.#clock.t
  }

  set now(t: number) {
    this.#clock.t = t
  }

  board(symbol: string): NonNullable<ReturnType<KisEmulator['world']['boards']['get']>> {
    const board = this.emulator.world.boards.get(symbol)
    if (board === undefined) throw new Error(`no board of ${symbol}`)
    return board
  }

  /** Moves the run's clock and plays the market up to it. */
  async pass(micros: number): Promise<void> {
    this.#clock.t += micros
    await this.emulator.advance(this.#clock.t)
  }

  async token(door = this.door): Promise<string> {
    const { appkey, appsecret } = door.credentials
    const body = JSON.stringify({ grant_type: 'client_credentials', appkey, appsecret })
    const answer = await send('POST', `${door.rest}/oauth2/tokenP`, { 'content-type': 'application/json' }, body)
    return (JSON.parse(answer.text) as { access_token: string }).access_token
  }

  async headers(trId: string, more: Record<string, string> = {}): Promise<Record<string, string>> {
    if (this.#token === '') this.#token = await this.token()
    const { appkey, appsecret } = this.door.credentials
    return { authorization: `Bearer ${this.#token}`, appkey, appsecret, tr_id: trId, custtype: 'P', ...more }
  }

  /** Calls a service by its name in `wire/transactions.ts`. */
  async call(name: string, params: Record<string, string>, more: Record<string, string> = {}): Promise<JsonAnswer> {
    const t = transaction(name)
    const id = more.tr_id ?? transactionId(name, this.env) ?? t.live[0] ?? ''
    const headers = await this.headers(id, more)
    const query = t.method === 'GET' ? `?${new URLSearchParams(params)}` : ''
    const body = t.method === 'GET' ? undefined : JSON.stringify(params)
    const answer = await send(t.method, `${this.door.rest}${t.path}${query}`, headers, body)
    return { ...answer, body: JSON.parse(answer.text) as Envelope }
  }

  account(): { CANO: string; ACNT_PRDT_CD: string } {
    return { CANO: '50000000', ACNT_PRDT_CD: '01' }
  }

  /** A domestic order; a market order where no price is given. */
  order(side: 'buy' | 'sell', qty: number, price = 0, more: Record<string, string> = {}): Promise<JsonAnswer> {
    return this.call(`kr.${side}`, {
      ...this.account(),
      PDNO: '005930',
      ORD_DVSN: price === 0 ? '01' : '00',
      ORD_QTY: String(qty),
      ORD_UNPR: String(price),
      EXCG_ID_DVSN_CD: 'KRX',
      SLL_TYPE: '',
      CNDT_PRIC: '',
      ...more,
    })
  }

  change(kind: 'modify' | 'cancel', number: string, qty: number, price = 0, all = true): Promise<JsonAnswer> {
    return this.call('kr.change', {
      ...this.account(),
      KRX_FWDG_ORD_ORGNO: this.emulator.world.desk.branch,
      ORGN_ODNO: number,
      ORD_DVSN: '00',
      RVSE_CNCL_DVSN_CD: kind === 'modify' ? '01' : '02',
      ORD_QTY: String(qty),
      ORD_UNPR: String(price),
      QTY_ALL_ORD_YN: all ? 'Y' : 'N',
      EXCG_ID_DVSN_CD: 'KRX',
    })
  }

  /** A US order; `price` in dollars as text. */
  usOrder(side: 'buy' | 'sell', qty: number, price: string, more: Record<string, string> = {}): Promise<JsonAnswer> {
    return this.call(`us.${side}`, {
      ...this.account(),
      OVRS_EXCG_CD: 'NASD',
      PDNO: 'NVDA',
      ORD_QTY: String(qty),
      OVRS_ORD_UNPR: price,
      CTAC_TLNO: '',
      MGCO_APTM_ODNO: '',
      SLL_TYPE: side === 'sell' ? '00' : '',
      ORD_SVR_DVSN_CD: '0',
      ORD_DVSN: '00',
      ...more,
    })
  }

  async fault(fault: Record<string, unknown>): Promise<RawAnswer> {
    return send('POST', `${this.emulator.control}/fault`, {}, JSON.stringify(fault))
  }

  async control(path: string): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse((await send('GET', `${this.emulator.control}${path}`)).text) as Readonly<Record<string, unknown>>
  }

  async approval(door = this.door): Promise<string> {
    const { appkey, appsecret } = door.credentials
    const body = JSON.stringify({ grant_type: 'client_credentials', appkey, secretkey: appsecret })
    const answer = await send('POST', `${door.rest}/oauth2/Approval`, {}, body)
    return (JSON.parse(answer.text) as { approval_key: string }).approval_key
  }

  async listen(door = this.door, path = '/tryitout'): Promise<Listener> {
    return Listener.open(door.ws + path, await this.approval(door))
  }

  close(): void {
    void this.emulator.close()
  }
}

/** A socket that keeps everything it hears. */
export class Listener {
  readonly socket: WebSocket
  readonly heard: string[] = []
  closed: { readonly code: number } | undefined
  readonly #approval: string
  readonly #secrets = new Map<string, NoticeSecret>()

  private constructor(socket: WebSocket, approval: string) {
    this.socket = socket
    this.#approval = approval
    socket.on('error', () => socket.terminate())
    socket.on('close', (code) => {
      this.closed = { code }
    })
    socket.on('message', (data) => {
      const text = String(data)
      this.heard.push(text)
      const control = readControl(text)
      if (control?.type === 'ack' && control.ack.secret !== undefined) {
        this.#secrets.set(control.ack.tr, control.ack.secret)
      }
    })
  }

  static open(url: string, approval: string): Promise<Listener> {
    const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true })
    const listener = new Listener(socket, approval)
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(listener))
      socket.once('error', reject)
    })
  }

  /** Registers and returns the answer's code. */
  async register(tr: string, key: string, type: '1' | '2' = '1', approval = this.#approval): Promise<string> {
    const before = this.heard.length
    this.socket.send(registration(approval, type, tr, key))
    const text = await this.next((t) => readControl(t)?.type === 'ack', before)
    const control = readControl(text)
    return control?.type === 'ack' ? control.ack.msgCd : ''
  }

  /** The first text from `from` on that passes; throws after two seconds. */
  async next(passes: (text: string) => boolean, from = 0): Promise<string> {
    for (let i = 0; i < 400; i++) {
      const found = this.heard.slice(from).find(passes)
      if (found !== undefined) return found
      await pause(5)
    }
    throw new Error(`nothing of that kind was heard; heard ${this.heard.slice(from).join('\n').slice(0, 500)}`)
  }

  frames(tr: string): string[] {
    return this.heard.filter((text) => readFrame(text)?.tr === tr)
  }

  /** Plain texts of the notices heard so far. */
  notices(tr: string): string[] {
    return this.frames(tr).map((text) => {
      const frame = readFrame(text)
      const secret = this.#secrets.get(tr)
      return frame === undefined || secret === undefined ? '' : (decryptNotice(frame.payload, secret) ?? '')
    })
  }

  async end(): Promise<void> {
    if (this.closed !== undefined) return
    this.socket.close(1000)
    await until(() => this.closed !== undefined)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (condition()) return
    await pause(5)
  }
  throw new Error(`${what} did not come true within three seconds`)
}

export { SECOND }
