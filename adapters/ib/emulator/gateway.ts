/**
 * The socket door: accepts connections, agrees on a version, starts sessions (one per client id, 32 at most), and hands
 * their requests to whoever answers them.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { type Hello, negotiate } from '../wire/hello.ts'
import type { Values } from '../wire/layout.ts'
import { textOf } from '../wire/layout.ts'
import { readInt } from '../wire/numbers.ts'
import type { RequestName } from '../wire/requests.ts'
import { CLIENTS_MAX } from './options.ts'
import type { Handlers } from './requests/handlers.ts'
import { tellOpen } from './requests/query-requests.ts'
import { accountList } from './requests/session-requests.ts'
import { PacingGuard } from './pacing.ts'
import { Session, type SessionEvents } from './session.ts'
import type { World } from './world.ts'

/** A socket that does not say hello within this time is closed, milliseconds of wall time. */
const HELLO_MS = 30_000
const FARMS = [
  [2104, 'usfarm'],
  [2106, 'ushmds'],
  [2158, 'secdefil'],
] as const

export class Gateway implements SessionEvents {
  readonly server: Server
  readonly #world: World
  readonly #handlers: Handlers
  readonly #catchUp: () => void
  readonly #flush: () => void
  readonly #ghosts = new Set<number>()
  readonly #pacing: PacingGuard

  /** `catchUp` plays the market up to now before a request is looked at, `flush` tells what came of it. */
  constructor(world: World, handlers: Handlers, catchUp: () => void, flush: () => void) {
    this.#world = world
    this.#handlers = handlers
    this.#catchUp = catchUp
    this.#flush = flush
    this.#pacing = new PacingGuard(world)
    this.server = createServer((socket) => this.#accept(socket))
  }

  #accept(socket: Socket): void {
    const { faults, sessions, connectivity } = this.#world
    if (connectivity.refusing) {
      socket.destroy()
      return
    }
    const close = faults.take('accept-and-close', this.#world.now())
    if (close !== undefined && close.params.when === 'accept') {
      socket.on('error', () => socket.destroy())
      socket.end()
      return
    }
    const session = new Session(this.#world, socket, this)
    if (close !== undefined) this.#closing.set(session, String(close.params.when))
    sessions.add(session)
    const timer = setTimeout(() => {
      if (session.version === 0 && faults.quiet) socket.destroy()
    }, HELLO_MS)
    timer.unref()
    socket.once('close', () => clearTimeout(timer))
  }

  readonly #closing = new WeakMap<Session, string>()

  hello(session: Session, hello: Hello): number | undefined {
    if (this.#closing.get(session) === 'hello') return undefined
    return negotiate(hello, this.#world.options.maxVersion)
  }

  request(session: Session, name: RequestName, values: Values): void {
    this.#catchUp()
    if (name === 'START_API') this.#start(session, values)
    // A real server's answer to requests before START_API is not known; here they are dropped.
    else if (session.ready && this.#pacing.allows(session)) this.#handlers[name]?.(session, values)
    this.#flush()
  }

  ended(session: Session): void {
    const { sessions, faults } = this.#world
    sessions.delete(session)
    const { clientId } = session
    if (clientId === undefined) return
    if (faults.isOn('ghost-session', this.#world.now(), { client: clientId })) this.#ghosts.add(clientId)
  }

  #inUse(clientId: number): boolean {
    const { faults } = this.#world
    const now = this.#world.now()
    if (this.#ghosts.size > 0 && !faults.isOn('ghost-session', now)) this.#ghosts.clear()
    return (
      this.#ghosts.has(clientId) ||
      faults.take('client-in-use', now, { client: clientId }) !== undefined ||
      this.#world.ready().some((s) => s.clientId === clientId)
    )
  }

  #start(session: Session, values: Values): void {
    if (session.clientId !== undefined) return
    if (this.#closing.get(session) === 'start') return session.close()
    const clientId = readInt(textOf(values, 'clientId'), 'clientId')
    if (this.#inUse(clientId) || this.#world.ready().length >= CLIENTS_MAX) {
      session.error(-1, 326)
      session.close()
      return
    }
    session.clientId = clientId
    const late = this.#world.faults.take('start-late', this.#world.now(), { client: clientId })
    if (late === undefined) return this.#greet(session, clientId)
    const at = this.#world.now() + Number(late.params.ms) * 1000
    this.#world.scheduler.at(at, () => this.#greet(session, clientId))
  }

  /** Accounts, the next id, the farms, and the client's own working orders, unasked. */
  #greet(session: Session, clientId: number): void {
    const world = this.#world
    if (world.faults.take('accounts-missing', world.now(), { client: clientId }) === undefined) {
      session.send('MANAGED_ACCTS', { accounts: accountList(world) })
    }
    session.send('NEXT_VALID_ID', { orderId: String(world.ids.next(clientId)) })
    for (const [code, farm] of FARMS) session.error(-1, code, farm)
    if (world.connectivity.outage !== undefined) return session.error(-1, 1100)
    for (const order of world.desk.index.working()) {
      if (order.clientId === clientId && order.orderId !== 0) tellOpen(session, order)
    }
  }

  close(): void {
    this.server.close()
    for (const session of this.#world.sessions) session.socket.destroy()
  }
}
