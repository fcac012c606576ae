/** The broker contract on IB: the adapter on `@stoqey/ib` against the emulator, over real sockets at 178 and at 193. */
import { Bench } from '../adapters/ib/bench.ts'
import { brokerContract, type Venue } from './broker.ts'

async function make(maxVersion: number): Promise<Venue> {
  const bench = await Bench.create({ emulator: { maxVersion } })
  bench.ib.source.start()
  return {
    broker: bench.ib.broker,
    context: bench.context,
    symbols: ['005930', 'NVDA'],
    price: (symbol, side, kind) => (kind === 'fills' ? bench.fills(symbol, side) : bench.farBelow(symbol)),
    // Much more: the market moves on between this look and the match.
    moreThanShown: (symbol) => 50 * bench.board(symbol).askSize,
    loseAnswer: (arrives) => bench.fault({ kind: arrives ? 'ack-lost' : 'request-lost' }),
    dropLink: () => bench.fault({ kind: 'socket-close' }),
    cash: (currency) => bench.venueCash(currency as 'USD' | 'KRW'),
    position: (symbol) => bench.venuePosition(symbol),
    orders: () => bench.venueOrders.length,
    close: () => bench.close(),
  }
}

for (const version of [178, 193]) brokerContract(`IB at ${version}`, { skips: {}, make: () => make(version) })
