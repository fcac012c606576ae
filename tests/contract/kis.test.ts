/** The broker contract on KIS: the emulator with the personality of each environment, over real sockets. */
import { Bench } from '../adapters/kis/bench.ts'
import { brokerContract, type Venue } from './broker.ts'

async function make(env: 'paper' | 'live'): Promise<Venue> {
  const bench = await Bench.create({ emulator: { env } })
  bench.kis.source.start()
  const { account } = bench.emulator.world
  return {
    broker: bench.kis.broker,
    context: bench.context,
    symbols: ['005930', 'NVDA'],
    price: (symbol, side, kind) => (kind === 'fills' ? bench.fills(symbol, side) : bench.farBelow(symbol)),
    // So much that the next quotes do not fill the rest before it is canceled.
    moreThanShown: (symbol) => bench.board(symbol).askSize + 100_000,
    loseAnswer: (arrives) =>
      bench.fault({ kind: arrives ? 'lost-ack' : 'lost-request', path: 'order-cash', ...(arrives ? {} : { ms: 100 }) }),
    dropLink: () => bench.fault({ kind: 'socket-drop' }),
    cash: (currency) => account.depositAfter(currency as 'KRW' | 'USD', 2),
    position: (symbol) => account.holding(symbol)?.qty ?? 0,
    orders: () => bench.venueOrders.filter((o) => o.action === 'new').length,
    close: () => bench.close(),
  }
}

for (const env of ['paper', 'live'] as const) brokerContract(`KIS ${env}`, { skips: {}, make: () => make(env) })
