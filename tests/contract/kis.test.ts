/** The broker contract on KIS: the emulator with the personality of each environment, over real sockets. */
import type { Held } from '../../adapters/kis/emulator/won-rates.ts'
import { Bench } from '../adapters/kis/bench.ts'
import { brokerContract, type Venue } from './broker.ts'

interface Place {
  readonly env: 'paper' | 'live'
  readonly symbols: Venue['symbols']
  /** Part of the path of its orders. */
  readonly orders: string
  /** As the emulator lists them; absent: the symbols. */
  readonly listed?: readonly string[]
  readonly currencies?: readonly string[]
  readonly lot?: number
}

const KOREA = { symbols: ['005930', 'NVDA'], orders: 'order-cash' } as const
/** Hong Kong with Tokyo beside it: board lots, and two currencies that are neither won nor dollars. */
const ASIA = {
  symbols: ['00700', '7203'],
  listed: ['HK:00700', 'TSE:7203'],
  orders: 'overseas-stock/v1/trading/order',
  currencies: ['HKD', 'JPY', 'KRW'],
  lot: 100,
} as const

async function make({ env, symbols, listed = symbols, orders, currencies, lot = 1 }: Place): Promise<Venue> {
  const bench = await Bench.create({ emulator: { env, symbols: listed } })
  bench.kis.source.start()
  const { account } = bench.emulator.world
  return {
    broker: bench.kis.broker,
    context: bench.context,
    symbols,
    ...(currencies === undefined ? {} : { currencies }),
    lot,
    price: (symbol, side, kind) => (kind === 'fills' ? bench.fills(symbol, side) : bench.farBelow(symbol)),
    // So much that the next quotes do not fill the rest before it is canceled.
    moreThanShown: (symbol) => bench.board(symbol).askSize + 100_000,
    loseAnswer: (arrives) =>
      bench.fault({ kind: arrives ? 'lost-ack' : 'lost-request', path: orders, ...(arrives ? {} : { ms: 100 }) }),
    dropLink: () => bench.fault({ kind: 'socket-drop' }),
    cash: (currency) => account.depositAfter(currency as Held, 2),
    position: (symbol) => account.holding(symbol)?.qty ?? 0,
    orders: () => bench.venueOrders.filter((o) => o.action === 'new').length,
    close: () => bench.close(),
  }
}

for (const env of ['paper', 'live'] as const) {
  brokerContract(`KIS ${env}`, { skips: {}, make: () => make({ env, ...KOREA }) })
  brokerContract(`KIS ${env}, Hong Kong and Tokyo`, { skips: {}, make: () => make({ env, ...ASIA }) })
}
