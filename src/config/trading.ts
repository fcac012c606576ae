/** config/trading.yaml: what is traded, how large, and how often is decided. */
import { z } from 'zod'
import { compareProducts } from '../core/base/fixed.ts'
import type { Micros } from '../core/base/time.ts'
import { AUCTION_CHOICES, type AuctionChoice } from '../core/execution/gate.ts'
import { duration, type Fraction, fraction, listOf, oneOf, readSymbol } from './leaves.ts'
import type { Defaults } from './tree.ts'

export interface TradingConfig {
  /** `live` is one of the two factors of arming. */
  readonly mode: 'paper' | 'live'
  readonly symbols: readonly string[]
  /** Event time between two rounds of upkeep. */
  readonly decisionInterval: Micros
  /** Length of the bars on which the learned policy decides. */
  readonly policyBar: Micros
  readonly execution: {
    /** `marketable_limit` for venues without market orders. */
    readonly orderType: 'market' | 'marketable_limit'
  }
  /** Auctions for which OPG and CLS orders may leave; undefined: none (I-27). */
  readonly auctions: AuctionChoice | undefined
  /** `always`: venues are taken as open at all hours, for emulators that are; undefined: by their calendars. */
  readonly hours: 'calendar' | 'always' | undefined
  /** Fractions of the limit base: a buy adds `step` up to `max`. */
  readonly sizing: { readonly step: Fraction; readonly max: Fraction }
}

export const tradingDefaults: Defaults = {
  mode: 'paper',
  symbols: ['NVDA', 'PLTR', '005930', '000660'],
  decision_interval: '5s',
  policy_bar: '5m',
  execution: { order_type: 'market' },
  sizing: { step: '0.14', max: '0.28' },
}

export const tradingSchema = z
  .strictObject({
    mode: oneOf(['paper', 'live']),
    symbols: listOf(readSymbol, 1),
    decision_interval: duration,
    policy_bar: duration,
    auctions: oneOf(AUCTION_CHOICES).optional(),
    hours: oneOf(['calendar', 'always']).optional(),
    execution: z.strictObject({ order_type: oneOf(['market', 'marketable_limit']) }),
    sizing: z.strictObject({ step: fraction, max: fraction }).superRefine(({ step, max }, ctx) => {
      if (compareProducts(step.num, max.den, max.num, step.den) <= 0) return
      ctx.addIssue({ code: 'custom', path: ['step'], message: `${step.text} is more than sizing.max ${max.text}` })
    }),
  })
  .transform(
    (read): TradingConfig => ({
      mode: read.mode,
      symbols: read.symbols,
      decisionInterval: read.decision_interval,
      policyBar: read.policy_bar,
      auctions: read.auctions,
      hours: read.hours,
      execution: { orderType: read.execution.order_type },
      sizing: read.sizing,
    }),
  )
