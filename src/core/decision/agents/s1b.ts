/** Comparison strategy S1b: S1a with its own emergency, daily-loss and stop-loss rules, looked at at each close. */
import { defineAgent } from '../agent.ts'
import { type Average, average, pushBoth } from './bench-average.ts'
import { benchEquity, benchSize } from './s1a.ts'

const UTC_DAY = 86_400_000_000

interface State {
  fast: Average
  slow: Average
  /** Number of the UTC day of the bar before; -1 before the first. */
  day: number
  initial: number
  dayStart: number
  /** Equity at the close of the bar before. */
  equity: number
  entry: number
  blocked: boolean
  stopped: boolean
}

export const s1b = defineAgent({
  name: 's1b',
  params: {},
  subscribe: () => ({ bars: ['tape'] }),
  init: (): State => ({
    fast: average(10),
    slow: average(20),
    day: -1,
    initial: 0,
    dayStart: 0,
    equity: 0,
    entry: 0,
    blocked: false,
    stopped: false,
  }),
  onFill(state, fill) {
    if (fill.side === 'buy') state.entry = fill.rawPrice
  },
  onBar(state, bar, ctx) {
    const { close, start } = bar.raw
    const cash = ctx.cashRaw('USD')
    const position = ctx.positionRaw(bar.symbol)
    const equity = benchEquity(cash, position, close)
    const day = Math.floor(start / UTC_DAY)
    if (state.day < 0) {
      state.initial = cash
      state.dayStart = cash
    } else if (day !== state.day) {
      state.dayStart = state.equity
      state.blocked = false
    }
    state.day = day
    state.equity = equity
    const cross = pushBoth(state.fast, state.slow, close)
    if (state.stopped) return
    const sellAll = (rule: string): void => {
      if (position > 0) ctx.sell(bar.symbol, position, rule)
    }
    if (equity * 100 <= state.initial * 90) {
      state.stopped = true
      return sellAll('emergency')
    }
    if (equity * 100 <= state.dayStart * 95) state.blocked = true
    if (position > 0 && close * 100 <= state.entry * 98) return sellAll('stop-loss')
    if (position > 0 && cross === 'down') return sellAll('cross down')
    if (position === 0 && cross === 'up' && !state.blocked) {
      const qty = benchSize(equity, close)
      if (qty > 0) ctx.buy(bar.symbol, qty, 'cross up')
    }
  },
})
