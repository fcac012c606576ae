/**
 * The session with TWS or Gateway: one client object per attempt (reference 9.3, D3 and D4), the same client id always,
 * ready when accounts and next order id came and the first heartbeat was answered, all within ten seconds.
 * Heartbeats are our own (D7): nothing read for nine seconds ends the session, whatever the socket says of itself
 * (F-04). These deadlines are monotonic wall time; when to try again is not decided here.
 *
 * `serversLost`: the socket is well and the gateway is away from IB (1100, 2110). That is told as a lost link, and as
 * up again with 1101 or 1102; the socket stays.
 */
import { EventName, IBApi } from '@stoqey/ib'
import type { Observable } from 'rxjs'
import type { Clock, RawFrame, TimeSample } from '../../src/runtime/ports.ts'
import { linkMeaning } from './codes.ts'
import type { IbEventName, IbEvents } from './events.ts'
import { install, sendAtOnce } from './guard.ts'
import { Heartbeat } from './heartbeat.ts'
import { type LinkWatcher, Watchers } from './link-watcher.ts'
import { Login } from './login.ts'
import { Pacer, type Urgency } from './pacer.ts'
import type { Redactor } from './redact.ts'
import type { IbSettings } from './settings.ts'
import { TimeAsks } from './time-asks.ts'

export interface LinkPlace {
  readonly settings: IbSettings
  readonly clock: Clock
  readonly redactor: Redactor
  readonly raw: (frame: RawFrame) => void
  /** Does anybody listen to `raw`? */
  readonly isRecorded: () => boolean
}

export const CONNECT_MS = 10_000
const AWAY = '1100 the gateway is not connected to IB'
/** Higher than every order id that will ever be used: errors carry one id for both (reference 11). */
export const FIRST_REQUEST = 1_000_000_000
/** The client's own limiter never acts: the pacer stands before it (D2). */
const UNLIMITED = 1_000_000_000

type State = 'idle' | 'connecting' | 'up'

export class IbLink {
  readonly pacer: Pacer
  /** What IB says of the time: at each heartbeat, and when it is asked. */
  readonly time$: Observable<TimeSample>
  readonly #times: TimeAsks
  readonly #place: LinkPlace
  readonly #beat = new Heartbeat(
    () => this.#askTime(),
    () => this.#end('no heartbeat for 9 s'),
  )
  readonly #watchers = new Watchers()
  readonly #login = new Login()
  readonly #listeners: [name: IbEventName, listener: (...args: never[]) => void][] = []
  #state: State = 'idle'
  #api: IBApi | undefined
  #serversLost = false
  #settle: ((failure: string | undefined) => void) | undefined
  #waitingForServers = new Set<(failure: string | undefined) => void>()
  /** Message id of the frame at hand. */
  #current = Number.NaN
  #nextRequest = FIRST_REQUEST
  #port: number

  constructor(place: LinkPlace) {
    this.#place = place
    this.#port = place.settings.port
    this.pacer = new Pacer(place.settings.messagesPerSecond, place.clock)
    this.on('nextValidId', (id) => {
      this.#login.takeNextId(id)
      this.#identified()
    })
    this.on('managedAccounts', (list) => {
      place.redactor.hide(...this.#login.takeAccounts(list))
      this.#identified()
    })
    this.#times = new TimeAsks(place.clock)
    this.time$ = this.#times.sample$
    this.on('currentTime', (seconds) => {
      this.#times.answered(seconds)
      this.#ready()
    })
  }

  get state(): State {
    return this.#state
  }

  /** Orders can go out now. */
  get serves(): boolean {
    return this.#state === 'up' && !this.#serversLost
  }

  /** The lowest order id that the server takes. */
  get nextOrderId(): number {
    return this.#login.nextId
  }

  watch(watcher: LinkWatcher): void {
    this.#watchers.add(watcher)
  }

  /** Holds for every session, the one under way too. */
  on<K extends IbEventName>(name: K, listener: IbEvents[K]): void {
    const heard = listener as (...args: never[]) => void
    this.#listeners.push([name, heard])
    if (this.#api !== undefined) this.#attach(this.#api, name, heard)
  }

  requestId(): number {
    return this.#nextRequest++
  }

  /** False, and nothing sent, when there is no session; `dropped` when the session ends before its turn. */
  send(urgency: Urgency, act: (api: IBApi) => void, dropped?: () => void): boolean {
    const api = this.#api
    if (this.#state !== 'up' || api === undefined) return false
    this.pacer.send(urgency, () => act(api), dropped)
    return true
  }

  /**
   * Resolves with undefined once orders can be sent, else with why not; then nothing is left of the attempt. While the
   * gateway is away from IB, an attempt is to wait for it.
   */
  connect(): Promise<string | undefined> {
    if (this.serves) return Promise.resolve(undefined)
    if (this.#state === 'connecting') return Promise.resolve('an attempt is under way')
    if (this.#state === 'up') return this.#awaitServers()
    this.#state = 'connecting'
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle?.(this.#lateReason()), CONNECT_MS)
      this.#settle = (failure) => {
        clearTimeout(timer)
        this.#settle = undefined
        if (failure === undefined) this.#begin()
        else {
          this.#drop()
          // Where the gateway said it would be, it is not: next where it was configured.
          this.#port = this.#place.settings.port
        }
        resolve(failure)
      }
      this.#open()
    })
  }

  #awaitServers(): Promise<string | undefined> {
    return new Promise((resolve) => {
      const end = (failure: string | undefined): void => {
        clearTimeout(timer)
        this.#waitingForServers.delete(end)
        resolve(failure)
      }
      const timer = setTimeout(() => end(AWAY), CONNECT_MS)
      this.#waitingForServers.add(end)
    })
  }

  #lateReason(): string {
    return this.#serversLost ? AWAY : this.#login.missing
  }

  #open(): void {
    const { host, clientId } = this.#place.settings
    const api = new IBApi({ host, port: this.#port, clientId, maxReqPerSec: UNLIMITED })
    this.#api = api
    this.#login.reset()
    this.#times.reset()
    this.#serversLost = false
    this.#beat.seen()
    install(api, {
      frame: (name, payload) => this.#frame(api, name, payload),
      damaged: (name, why) => this.#from(api, () => this.#watchers.tell('damaged', name, why)),
      broken: (why) => this.#from(api, () => this.#end(why)),
      segment: () => this.#from(api, () => this.#watchers.tell('segment')),
    })
    api.on(EventName.sent, (tokens: readonly unknown[]) => this.#sent(tokens))
    api.on(EventName.error, (error: Error, code: number, id: number) =>
      this.#from(api, () => this.#error(id, code, error.message)),
    )
    api.on(EventName.info, (text: string, code: number) => this.#from(api, () => this.#info(code, text)))
    api.on(EventName.disconnected, () => this.#from(api, () => this.#end('the gateway closed the connection')))
    for (const [name, listener] of this.#listeners) this.#attach(api, name, listener)
    api.connect(clientId)
    sendAtOnce(api)
  }

  #attach(api: IBApi, name: IbEventName, listener: (...args: never[]) => void): void {
    const wrapped = (...args: never[]): void => this.#from(api, () => listener(...args))
    api.on(name as EventName.all, wrapped as unknown as (event: string, args: string[]) => void)
  }

  /** Runs a listener for the session it belongs to; what it throws must not stop in the client's socket handler (D6). */
  #from(api: IBApi, act: () => void): void {
    if (api !== this.#api) return
    try {
      act()
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  #frame(api: IBApi, name: number, payload: string): void {
    if (api !== this.#api) return
    this.#beat.seen()
    this.#current = name
    if (!this.#place.isRecorded()) return
    this.#place.raw({ direction: 'in', channel: String(name), text: this.#place.redactor.clean(payload) })
  }

  #sent(tokens: readonly unknown[]): void {
    if (!this.#place.isRecorded()) return
    const [name] = tokens
    const text = `${tokens.map(String).join('\0')}\0`
    this.#place.raw({
      direction: 'out',
      channel: String(name).replace('\0', ''),
      text: this.#place.redactor.clean(text),
    })
  }

  /** Frames of the market keep the heartbeat quiet; who watches the clock asks all the same. */
  askTime(): void {
    this.send('background', () => this.#askTime())
  }

  #askTime(): void {
    this.#times.asked()
    this.#api?.reqCurrentTime()
  }

  /* Login. */

  #identified(): void {
    if (!this.#login.complete || this.#settle === undefined) return
    const refusal = this.#login.refusal(this.#place.settings)
    if (refusal !== undefined) this.#settle(refusal)
    else this.#askTime()
  }

  /** A heartbeat was answered; without the servers of IB the session is not up. */
  #ready(): void {
    if (this.#settle !== undefined && !this.#serversLost && this.#login.complete) this.#settle(undefined)
  }

  #begin(): void {
    this.#state = 'up'
    this.#beat.start()
    this.#watchers.tell('up', true)
  }

  /* What the gateway says of itself. */

  #info(code: number, text: string): void {
    const meaning = linkMeaning(code, text)
    if (meaning === 'lost') this.#loseServers(`${code} the gateway lost its connection to IB`)
    else if (meaning === 'dataLost' || meaning === 'restored') this.#restore(meaning === 'dataLost')
    else if (meaning === 'inUse') this.#end(`326 client id ${this.#place.settings.clientId} is in use`)
    else if (meaning === 'moved') this.#moved(text)
    this.#watchers.tell('note', code, text)
  }

  #loseServers(why: string): void {
    if (this.#serversLost) return
    this.#serversLost = true
    if (this.#state !== 'up') return
    // What waits for its turn must not leave into the dark.
    this.pacer.clear()
    this.#watchers.tell('lost', why, false)
  }

  #restore(dataLost: boolean): void {
    const was = this.#serversLost
    this.#serversLost = false
    if (this.#state !== 'up') {
      // Of a session that just begins; its heartbeat says the rest.
      if (was) this.#askTime()
      return
    }
    if (dataLost) this.#watchers.tell('dataLost')
    for (const end of [...this.#waitingForServers]) end(undefined)
    if (was) this.#watchers.tell('up', false)
  }

  /** 1300 names the port on which the gateway goes on. */
  #moved(text: string): void {
    const port = Number(/-\s*(\d{2,5})\s*$/.exec(text)?.[1] ?? Number.NaN)
    if (port > 0 && port < 65_536) this.#port = port
  }

  #error(id: number, code: number, text: string): void {
    if (code === 502) return this.#end(`502 ${text}`)
    if (code === 506) return this.#end(`506 ${text}`)
    if (code === 505) {
      // Behind the colon the client quotes the frame.
      this.#watchers.tell('damaged', this.#current, text.split(':')[0] ?? '')
      return
    }
    this.#watchers.tell('error', id, code, text)
  }

  /* The end. */

  #end(why: string): void {
    if (this.#settle !== undefined) return this.#settle(why)
    if (this.#state !== 'up') return
    this.#drop()
    this.#watchers.tell('lost', why, true)
  }

  /** Leaves nothing behind: socket, timers, what waits to be sent. */
  #drop(): void {
    const api = this.#api
    this.#api = undefined
    this.#state = 'idle'
    this.#serversLost = false
    this.#beat.stop()
    api?.disconnect()
    this.pacer.clear()
    for (const end of [...this.#waitingForServers]) end('the gateway closed the connection')
  }

  /** Ends the session in order; the client id is free again at once. */
  async close(): Promise<void> {
    this.#settle?.('stopped')
    this.#drop()
    // The client destroys its socket a turn later.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
