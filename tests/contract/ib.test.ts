/** The broker contract on IB: the adapter on `@stoqey/ib` against the emulator, over real sockets at 178 and at 193. */
import type { Currency } from '../../src/core/domain/units.ts'
import { Bench } from '../adapters/ib/bench.ts'
import { brokerContract, type Venue } from './broker.ts'

interface Place {
  readonly symbols: Venue['symbols']
  /** As the emulator lists them; absent: the symbols. */
  readonly listed?: readonly string[]
  readonly currencies?: readonly string[]
  readonly lot?: number
}

const KOREA = { symbols: ['005930', 'NVDA'] } as const
/** Board lots, and two currencies that are neither won nor dollars. */
const ASIA = {
  symbols: ['00700', '7203'],
  listed: ['HK:00700', 'TSE:7203'],
  currencies: ['HKD', 'JPY', 'KRW', 'USD'],
  lot: 100,
} as const
/** Prices in pence beside euros. */
const EUROPE = {
  symbols: ['VOD', 'SAP'],
  listed: ['LSE:VOD', 'XETRA:SAP'],
  currencies: ['EUR', 'GBP', 'KRW', 'USD'],
} as const

async function make(maxVersion: number, place: Place = KOREA): Promise<Venue> {
  const { symbols, listed = symbols, currencies, lot = 1 } = place
  const bench = await Bench.create({ emulator: { maxVersion, symbols: listed } })
  bench.ib.source.start()
  return {
    broker: bench.ib.broker,
    context: bench.context,
    symbols,
    ...(currencies === undefined ? {} : { currencies }),
    lot,
    price: (symbol, side, kind) => (kind === 'fills' ? bench.fills(symbol, side) : bench.farBelow(symbol)),
    // Much more: the market moves on between this look and the match.
    moreThanShown: (symbol) => 50 * bench.board(symbol).askSize,
    loseAnswer: (arrives) => bench.fault({ kind: arrives ? 'ack-lost' : 'request-lost' }),
    dropLink: () => bench.fault({ kind: 'socket-close' }),
    cash: (currency) => bench.venueCash(currency as Currency),
    position: (symbol) => bench.venuePosition(symbol),
    orders: () => bench.venueOrders.length,
    close: () => bench.close(),
  }
}

for (const version of [178, 193]) brokerContract(`IB at ${version}`, { skips: {}, make: () => make(version) })
brokerContract('IB, Hong Kong and Tokyo', { skips: {}, make: () => make(178, ASIA) })
brokerContract('IB, London and Xetra', { skips: {}, make: () => make(193, EUROPE) })
