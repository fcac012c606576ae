/** Tick 49 (reference 8.1): -1 not known, 0 trading, 1 halted by the venue or a regulator, 2 by a volatility pause. */
import type { StatusReason, TradingStatus } from '../../src/core/domain/phase.ts'
import { TICK } from './wire/tick-types.ts'

export interface Halt {
  readonly status: TradingStatus
  readonly reason: StatusReason
}

/** Id of the delayed form. */
const DELAYED_HALTED = 90

/** Undefined where the tick says nothing of it. */
export function haltOf(type: number, value: number): Halt | undefined {
  if (type !== TICK.halted && type !== DELAYED_HALTED) return undefined
  switch (value) {
    case 0:
      return { status: 'trading', reason: 'none' }
    case 1:
      return { status: 'halted', reason: 'regulatory' }
    case 2:
      return { status: 'halted', reason: 'luld' }
    default:
      return undefined
  }
}
