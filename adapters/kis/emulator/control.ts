/** What the control door shows and takes of the KIS emulator. */
import type { Server } from 'node:http'
import { createControlDoor } from '../../common/emulator/control-door.ts'
import { fromScaled } from '../../../src/core/base/decimal.ts'
import { formatMicros } from '../../../src/core/base/time.ts'
import { moneyDecimals } from '../../../src/core/domain/units.ts'
import type { KisEmulator } from './emulator.ts'
import { FAULT_KINDS } from './fault-kinds.ts'
import type { Fault } from './faults.ts'
import { isOpen, type KisOrder, leavesOf } from './order.ts'
import { playHalt } from './halt.ts'

export function createControlServer(emulator: KisEmulator): Server {
  return createControlDoor({
    kinds: FAULT_KINDS,
    state: () => stateOf(emulator),
    waiting: () => emulator.world.faults.list(),
    clear: () => emulator.world.faults.clear(),
    post: (request) => post(emulator, request),
  })
}

function post(emulator: KisEmulator, request: unknown): Fault {
  const { faults, clock } = emulator.world
  const fault = faults.post(request, clock.now())
  if (fault.spec.kind === 'halt') playHalt(emulator, fault)
  if (fault.spec.kind === 'socket-half-open') for (const s of emulator.sessions()) s.mute = fault.at <= clock.now()
  if (fault.spec.kind === 'maintenance') for (const s of emulator.sessions()) s.socket.terminate()
  emulator.flush()
  return fault
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
