/** Faults that happen at a moment: to sockets, to the connection with IB, to orders that work. */
import { tickAt } from '../../../src/core/domain/instrument.ts'
import type { Code } from '../wire/codes.ts'
import type { Fault } from './faults.ts'
import { contractValues } from './listing.ts'
import { isRefusal, readTerms } from './read-terms.ts'
import type { Session } from './session.ts'
import type { Teller } from './telling.ts'
import { boardOf, type World } from './world.ts'

export interface Stage {
  readonly world: World
  readonly teller: Teller
  /** Closes the port for so long. */
  refuse(micros: number): void
}

export function playFault(stage: Stage, fault: Fault): void {
  const { world } = stage
  const isStruck = (s: Session): boolean => fault.client === undefined || s.clientId === fault.client
  const struck = [...world.sessions].filter(isStruck)
  // What is said later, sessions hear that began meanwhile.
  const say = (code: Code, ...gaps: readonly string[]): void => {
    for (const session of world.ready()) if (isStruck(session)) session.error(-1, code, ...gaps)
  }
  const later = (ms: number, act: () => void): void => world.scheduler.at(world.now() + ms * 1000, act)
  const ms = Number(fault.params.ms ?? 0)
  switch (fault.spec.kind) {
    case 'socket-reset':
      return struck.forEach((s) => s.socket.resetAndDestroy())
    case 'socket-close':
      return struck.forEach((s) => s.close())
    case 'frame-oversize':
      return struck.forEach((s) => s.writeBytes(lengthOf(Number(fault.params.bytes))))
    case 'frame-empty':
      return struck.forEach((s) => s.writeBytes(lengthOf(0)))
    case 'frame-unknown':
      return struck.forEach((s) => s.write(['999', '1', 'unknown']))
    case 'frame-flood':
      return struck.forEach((s) => flood(s, Math.min(1_000_000, Number(fault.params.frames))))
    case 'id-rollback':
      return world.ids.rollback(Number(fault.params.by))
    case 'restart':
      return restart(stage, ms, Number(fault.params.rollback))
    case 'nightly-reset':
      return nightlyReset(world, say, later, ms)
    case 'connectivity-lost':
      return loseConnectivity(world, fault, say, later)
    case 'server-broken':
      world.connectivity.lose({ queue: true, double: false })
      say(2110)
      return later(ms, () => restore(world, 1102, say))
    case 'farm-broken':
      world.connectivity.dataBrokenUntil = world.now() + ms * 1000
      say(2103, 'usfarm')
      return later(ms, () => say(2104, 'usfarm'))
    case 'history-broken':
      world.connectivity.historyBrokenUntil = world.now() + ms * 1000
      say(2105, 'ushmds')
      return later(ms, () => say(2106, 'ushmds'))
    case 'port-reset':
      say(1300, String(world.options.port))
      return struck.forEach((s) => s.close())
    case 'subscription-lost':
      return struck.forEach((s) => s.subscriptions.forgetMarket())
    case 'order-cancelled':
      return exchangeCancels(world, String(fault.params.symbol), String(fault.params.text))
    case 'execution-correction':
      return correctLast(stage, Number(fault.params.ticks))
    case 'external-order':
      return externalOrder(world, fault)
    default:
      return
  }
}

type Say = (code: Code, ...gaps: readonly string[]) => void
type Later = (ms: number, act: () => void) => void

function lengthOf(n: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, Math.max(0, Math.min(0xff_ff_ff_ff, n)))
  return bytes
}

function flood(session: Session, count: number): void {
  const [reqId] = session.subscriptions.quotes.keys()
  for (let i = 0; i < count; i++)
    session.send('TICK_SIZE', { reqId: String(reqId ?? 1), tickType: '8', size: String(i) })
}

function restart({ world, refuse }: Stage, ms: number, rollback: number): void {
  world.ids.rollback(rollback)
  for (const session of world.sessions) session.socket.destroy()
  refuse(ms * 1000)
}

function restore(world: World, code: 1101 | 1102, say: Say): void {
  if (code === 1101) for (const session of world.sessions) session.subscriptions.forgetMarket()
  say(code)
  world.connectivity.restore()
}

function loseConnectivity(world: World, fault: Fault, say: Say, later: Later): void {
  const { ms, restore: code, repeat, orders, modify } = fault.params
  world.connectivity.lose({ queue: orders !== 'drop', double: modify === 'double' })
  const times = Math.min(100, Math.max(1, Number(repeat)))
  for (let i = 0; i < times; i++) say(1100)
  later(Number(ms), () => {
    if (code === 1101 || code === 1102) return restore(world, code, say)
    world.connectivity.restore()
    for (const session of world.sessions) session.close()
  })
}

/** As logs of the night show it: several losses in a row, farms down and up, the last restoration holds. */
function nightlyReset(world: World, say: Say, later: Later, ms: number): void {
  world.connectivity.lose({ queue: true, double: false })
  world.connectivity.dataBrokenUntil = world.connectivity.historyBrokenUntil = world.now() + ms * 1000
  say(1100)
  for (const [code, farm] of [
    [2103, 'usfarm'],
    [2105, 'ushmds'],
    [2157, 'secdefil'],
  ] as const) {
    say(code, farm)
  }
  later(ms / 3, () => say(1102))
  later(ms / 3 + 1, () => say(1100))
  later(ms, () => {
    for (const [code, farm] of [
      [2104, 'usfarm'],
      [2106, 'ushmds'],
      [2158, 'secdefil'],
    ] as const) {
      say(code, farm)
    }
    restore(world, 1102, say)
  })
}

function exchangeCancels(world: World, symbol: string, text: string): void {
  for (const order of world.desk.index.working()) {
    if (symbol === '' || order.listing.symbol === symbol) world.desk.cancel(order, text, world.now())
  }
}

function correctLast({ world, teller }: Stage, ticks: number): void {
  const last = world.desk.book.all.at(-1)
  if (last === undefined) return
  const { listing } = last.order
  const tick = tickAt(listing.instrument, last.price)
  world.desk.book.correct(last, Math.max(tick, last.price + Math.round(ticks) * tick))
  teller.corrected(last)
}

/** By hand at the terminal: order id 0, client id 0; other clients see only what it did to the account. */
function externalOrder(world: World, fault: Fault): void {
  const { symbol, action, qty, limit } = fault.params
  const listing = world.listings.find((l) => l.symbol === symbol)
  const [account] = world.accounts
  if (listing === undefined || account === undefined) return
  const fields = {
    ...contractValues(listing, listing.exchange),
    action: String(action),
    totalQuantity: String(qty),
    orderType: limit === '' ? 'MKT' : 'LMT',
    lmtPrice: String(limit),
    auxPrice: '',
    tif: 'DAY',
    transmit: '1',
  }
  const terms = readTerms(fields, boardOf(world, listing).listing, world.now())
  if (isRefusal(terms)) return
  world.desk.place({ clientId: 0, orderId: 0, account, listing }, terms, world.now())
}
