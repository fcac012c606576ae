/**
 * The control door, outside everything clients see: `GET /state` (accounts as the venue knows them), `GET /faults` (the
 * catalogue and what is waiting), `POST /fault`, `DELETE /faults`. Loopback only, and only for requests that name it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Failure } from '../../../src/cli/failure.ts'
import { fromScaled } from '../../../src/core/base/decimal.ts'
import { formatMicros } from '../../../src/core/base/time.ts'
import { moneyDecimals } from '../../../src/core/domain/units.ts'
import type { KisEmulator } from './emulator.ts'
import { FAULT_KINDS } from './fault-kinds.ts'
import type { Fault } from './faults.ts'
import { isOpen, type KisOrder, leavesOf } from './order.ts'
import { playHalt } from './halt.ts'

const BODY_MAX = 64 * 1024
const LOCAL_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/

export function createControlServer(emulator: KisEmulator): Server {
  return createServer((request, response) => {
    serve(emulator, request, response).catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? error : String(error))
      response.destroy()
    })
  })
}

async function serve(emulator: KisEmulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const say = (status: number, document: unknown): void => {
    response.statusCode = status
    response.setHeader('Content-Type', 'application/json; charset=utf-8')
    response.end(`${JSON.stringify(document)}\n`)
  }
  // A page in a browser must not reach this door through a name of its own.
  if (!LOCAL_HOST.test(request.headers.host ?? '') || request.headers.origin !== undefined) {
    return say(403, { error: 'only direct local requests' })
  }
  const path = (request.url ?? '/').split('?')[0]
  const route = `${request.method} ${path}`
  const { faults, clock } = emulator.world
  if (route === 'GET /state') return say(200, stateOf(emulator))
  if (route === 'GET /faults') return say(200, faultList(emulator))
  if (route === 'DELETE /faults') {
    faults.clear()
    return say(200, { cleared: true })
  }
  if (route !== 'POST /fault') return say(404, { error: `${route}: unknown; GET /state, GET /faults, POST /fault` })
  const text = await bodyOf(request)
  if (text === undefined) return say(413, { error: 'body too large' })
  try {
    const fault = faults.post(JSON.parse(text), clock.now())
    if (fault.spec.kind === 'halt') playHalt(emulator, fault)
    if (fault.spec.kind === 'socket-half-open') for (const s of emulator.sessions()) s.mute = fault.at <= clock.now()
    if (fault.spec.kind === 'maintenance') for (const s of emulator.sessions()) s.socket.terminate()
    emulator.flush()
    return say(200, { id: fault.id, kind: fault.spec.kind, at: formatMicros(fault.at) })
  } catch (error) {
    if (error instanceof Failure || error instanceof SyntaxError) return say(400, { error: error.message })
    throw error
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_MAX) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** An object by kind, so that its size is the number of kinds. */
function faultList(emulator: KisEmulator): unknown {
  const waiting = emulator.world.faults.list()
  const entries = FAULT_KINDS.map((spec) => [
    spec.kind,
    {
      what: spec.what,
      rows: spec.rows,
      mode: spec.instant ? 'instant' : spec.lasting ? 'lasting' : 'next',
      params: Object.fromEntries(
        Object.entries(spec.params).map(([name, { what, fallback }]) => [name, { what, default: fallback }]),
      ),
      waiting: waiting.filter((fault) => fault.spec === spec).map(waitingOf),
    },
  ])
  return Object.fromEntries(entries)
}

function waitingOf(fault: Fault): unknown {
  const { id, at, left, fired, params } = fault
  return { id, at: formatMicros(at), left, fired, params }
}

function stateOf(emulator: KisEmulator): unknown {
  const { world } = emulator
  const { account, desk, clock, boards, options } = world
  return {
    now: formatMicros(clock.now()),
    env: options.env,
    sessions: emulator
      .sessions()
      .map((s) => ({ env: s.door.env, quotes_only: s.door.quotesOnly, registrations: [...s.registrations()] })),
    markets: Object.fromEntries(
      [...boards].map(([symbol, b]) => [
        symbol,
        {
          bid: b.bid,
          ask: b.ask,
          last: b.last,
          volume: b.volume,
          halted: b.halted,
          decimals: b.listing.instrument.priceDecimals,
        },
      ]),
    ),
    accounts: {
      [account.id]: {
        cash: Object.fromEntries(
          account.currencies.map((c) => [c, fromScaled(account.depositAfter(c, 2), moneyDecimals(c))]),
        ),
        settled: Object.fromEntries(
          account.currencies.map((c) => [c, fromScaled(account.deposit(c), moneyDecimals(c))]),
        ),
        positions: Object.fromEntries(
          [...account.holdings.values()]
            .filter((h) => h.qty !== 0)
            .map((h) => [
              h.listing.symbol,
              { qty: String(h.qty), cost: fromScaled(h.cost, moneyDecimals(h.listing.currency)) },
            ]),
        ),
        orders: desk.orders.map(orderOf),
        fills: account.fills.map((f) => ({
          seq: f.seq,
          t: formatMicros(f.t),
          order: f.order,
          symbol: f.listing.symbol,
          side: f.side > 0 ? 'buy' : 'sell',
          qty: String(f.qty),
          price: fromScaled(f.price, f.listing.instrument.priceDecimals),
          currency: f.listing.currency,
          fee: fromScaled(f.fee, moneyDecimals(f.listing.currency)),
          tax: fromScaled(f.tax, moneyDecimals(f.listing.currency)),
        })),
      },
    },
  }
}

function orderOf(o: KisOrder): unknown {
  const scale = o.listing.instrument.priceDecimals
  const state = isOpen(o)
    ? o.filled > 0
      ? 'partiallyFilled'
      : 'new'
    : o.rejected > 0
      ? 'rejected'
      : o.filled === o.qty
        ? 'filled'
        : 'canceled'
  return {
    number: o.number,
    original: o.original,
    action: o.action,
    t: formatMicros(o.at),
    symbol: o.listing.symbol,
    side: o.side > 0 ? 'buy' : 'sell',
    division: o.division,
    qty: String(o.qty),
    price: fromScaled(o.price, scale),
    filled: String(o.filled),
    leaves: String(leavesOf(o)),
    canceled: String(o.canceled),
    rejected: String(o.rejected),
    state,
    medium: o.medium,
  }
}
