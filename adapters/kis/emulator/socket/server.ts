/**
 * The socket of one door: handshake on `/`, `/tryitout` and `/tryitout/X`, one session per appkey, PINGPONG, and the
 * faults that strike connections. Deadlines of PINGPONG are wall time.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { pingpong, readControl } from '../../wire/frame.ts'
import { kst } from '../../../common/emulator/clock.ts'
import type { TextSource } from '../credentials.ts'
import type { Door, World } from '../world.ts'
import { answerMessage, type Slots } from './register.ts'
import { Session } from './session.ts'

const MESSAGE_MAX = 64 * 1024
const PATHS = /^\/*(tryitout(\/[A-Za-z0-9]*)?)?\/*$/

/** Who holds which appkey, over all doors of the emulator. */
export class AppkeySlots implements Slots {
  readonly #holders = new Map<string, Session>()
  /** Keys that stay taken after their session ended, until this moment of the monotonic clock. */
  readonly #stuck = new Map<string, number>()

  claim(appkey: string, session: Session): boolean {
    const holder = this.#holders.get(appkey)
    if (holder === session) return true
    if (holder !== undefined || (this.#stuck.get(appkey) ?? 0) > performance.now()) return false
    // A session has one owner for its life.
    if (session.appkey !== undefined && session.appkey !== appkey) return false
    session.appkey = appkey
    this.#holders.set(appkey, session)
    return true
  }

  release(session: Session): void {
    if (session.appkey !== undefined && this.#holders.get(session.appkey) === session)
      this.#holders.delete(session.appkey)
  }

  /** Somebody else holds the key for a while. */
  block(appkey: string, ms: number): void {
    this.#stuck.set(appkey, performance.now() + ms)
  }
}

export class SocketServer {
  readonly http: Server
  readonly sessions = new Set<Session>()
  readonly #world: World
  readonly #door: Door
  readonly #slots: AppkeySlots
  readonly #source: TextSource
  readonly #upgrade = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MESSAGE_MAX })
  readonly #timer: NodeJS.Timeout

  constructor(world: World, door: Door, slots: AppkeySlots, source: TextSource) {
    this.#world = world
    this.#door = door
    this.#slots = slots
    this.#source = source
    this.http = createServer((_, response) => {
      response.statusCode = 426
      response.end()
    })
    this.http.on('upgrade', (request, socket, head) => this.#open(request, socket, head))
    this.#timer = setInterval(() => this.#beat(), world.options.pingSeconds * 1000)
    this.#timer.unref()
  }

  #open(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const now = this.#world.clock.now()
    const { faults } = this.#world
    if (faults.isOn('socket-silent-login', now)) return
    if (faults.isOn('maintenance', now) || faults.isOn('socket-refused', now)) return void socket.destroy()
    const path = (request.url ?? '/').split('?')[0] as string
    if (!PATHS.test(path)) return void socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
    this.#upgrade.handleUpgrade(request, socket, head, (ws) => this.#welcome(ws))
  }

  #welcome(ws: WebSocket): void {
    const session = new Session(ws, this.#door, performance.now())
    this.sessions.add(session)
    const { faults, clock } = this.#world
    session.mute = faults.isOn('socket-half-open', clock.now())
    // Bad frames of a client end its connection; ws closes it and says why here.
    ws.on('error', () => ws.terminate())
    ws.on('message', (data, binary) => this.#message(session, binary ? '' : String(data)))
    ws.on('pong', () => {
      session.answeredAt = performance.now()
    })
    ws.on('close', (code) => this.#gone(session, code))
    if (faults.take('socket-close-after-open', clock.now()) !== undefined) ws.close(1000)
  }

  #message(session: Session, text: string): void {
    if (readControl(text)?.type === 'pingpong') {
      session.answeredAt = performance.now()
      return
    }
    const outcome = answerMessage(this.#world, session, this.#slots, this.#source, text)
    if (outcome.type === 'drop') return session.socket.terminate()
    if (outcome.type === 'reply') return session.send(outcome.text)
    session.socket.send(outcome.text, () => session.socket.terminate())
  }

  /** A clean close frees the appkey at once; an unclean one too, unless a fault holds it. */
  #gone(session: Session, code: number): void {
    this.sessions.delete(session)
    this.#slots.release(session)
    const { faults, clock } = this.#world
    if (code !== 1006 || session.appkey === undefined) return
    const now = clock.now()
    const slow = faults.list().find((f) => f.spec.kind === 'slow-slot-release' && f.at <= now && now < f.until)
    if (slow === undefined) return
    slow.fired++
    this.#slots.block(session.appkey, Number(slow.params.ms))
  }

  #beat(): void {
    const { faults, clock, options } = this.#world
    const now = clock.now()
    const { date, time } = kst(now)
    const silent = faults.isOn('no-pingpong', now)
    for (const session of this.sessions) {
      if (performance.now() - session.answeredAt > options.pongSeconds * 1000) session.socket.terminate()
      else if (!silent) session.send(pingpong(date + time))
    }
  }

  close(): void {
    clearInterval(this.#timer)
    for (const session of this.sessions) session.socket.terminate()
    this.#upgrade.close()
    this.http.close()
    this.http.closeAllConnections()
  }
}
