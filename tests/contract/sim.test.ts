/** The broker contract on the simulated venue. */
import { GeneratedFeed } from '../../adapters/common/emulator/generated-feed.ts'
import { SessionClock } from '../../src/core/domain/calendar.ts'
import { MINUTE } from '../../src/core/base/time.ts'
import { SystemClock } from '../../src/runtime/clock.ts'
import type { AdapterContext } from '../../src/runtime/ports.ts'
import { SimBroker } from '../../src/runtime/sim-broker.ts'
import { TEN_IN_SEOUL } from '../adapters/kis/bench.ts'
import { brokerContract, type Venue } from './broker.ts'

interface Top {
  bid: number
  ask: number
  askSize: number
}

function make(): Promise<Venue> {
  const feed = new GeneratedFeed(['005930', 'NVDA'], 1, TEN_IN_SEOUL)
  const clock = new SystemClock({ start: TEN_IN_SEOUL + 3 * MINUTE })
  const context: AdapterContext = { broker: 0, instruments: feed.instruments, currencies: ['KRW', 'USD'], clock }
  const cash = [100_000_000 * 10 ** 4, 100_000 * 10 ** 6]
  const broker = new SimBroker({
    context,
    clocks: feed.calendars.map((calendar) => new SessionClock(calendar)),
    streams: feed.streams,
    config: { match: 'standing', liquidity: { kind: 'shown' }, slippage: { kind: 'none' }, fees: { kind: 'none' } },
    seed: 1,
    cash,
  })
  const tops = feed.instruments.map((): Top => ({ bid: 0, ask: 0, askSize: 0 }))
  const play = (): void => {
    while (feed.nextTime() <= clock.now()) {
      const { event } = feed.next()
      if (event.type === 'quote')
        Object.assign(tops[event.instrument] as Top, { bid: event.bid, ask: event.ask, askSize: event.askSize })
      broker.market(event)
    }
  }
  play()
  const timer = setInterval(play, 5)
  const top = (symbol: string): Top => tops[feed.instruments.findIndex((i) => i.symbol === symbol)] as Top
  const held = new Map<number, number>()
  const balance = [...cash]
  let orders = 0
  broker.events$.subscribe((events) => {
    for (const e of events) {
      if (e.type === 'accepted') orders++
      if (e.type !== 'filled') continue
      held.set(e.instrument, (held.get(e.instrument) ?? 0) + e.side * e.qty)
      const i = feed.instruments[e.instrument]
      const at = i?.currency === 'KRW' ? 0 : 1
      const unit = 10 ** ((at === 0 ? 4 : 6) - (i?.priceDecimals ?? 0))
      balance[at] = (balance[at] ?? 0) - e.side * e.qty * e.price * unit - e.fee - e.tax
    }
  })
  return Promise.resolve({
    broker,
    context,
    symbols: ['005930', 'NVDA'] as const,
    price: (symbol, side, kind) => {
      const { bid, ask } = top(symbol)
      if (kind === 'fills') return side > 0 ? ask : bid
      const low = Math.floor(bid * 0.9)
      return low - (low % (symbol === 'NVDA' ? 100 : 1000))
    },
    moreThanShown: (symbol) => top(symbol).askSize + 5,
    loseAnswer: () => Promise.reject(new Error('never in doubt')),
    dropLink: () => Promise.resolve(broker.drop()),
    cash: (currency) => balance[context.currencies.indexOf(currency)] ?? 0,
    position: (symbol) => held.get(feed.instruments.findIndex((i) => i.symbol === symbol)) ?? 0,
    orders: () => orders,
    close: () => {
      clearInterval(timer)
      return broker.stop()
    },
  })
}

brokerContract('simulated', {
  skips: {
    unknown: 'the simulated broker always answers',
    notReceived: 'the simulated broker always answers',
  },
  make,
})
