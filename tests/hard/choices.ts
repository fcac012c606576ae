/** What a hard run may be made of: which agent presses, and what trading costs. */
import { join } from 'node:path'
import type { SimTexts } from '../../src/runtime/sim-options.ts'
import { ROOT } from '../check/source-files.ts'

/**
 * `hard` does not hold back and runs into R-22; `sly` holds back just so far that it does not; `loaded` holds all it may
 * when everything falls.
 */
export const AGENTS = {
  loaded: join(ROOT, 'tests/hard/loaded-agent.ts'),
  sly: join(ROOT, 'tests/hard/agent.ts'),
  hard: join(ROOT, 'tests/judge/hard-agent.ts'),
} as const
export type AgentName = keyof typeof AGENTS

/** `dear`: everything fills and every trade costs, so days and the whole are lost. */
export const SIMS = {
  free: {},
  dear: { liquidity: 'unlimited', fees: 'bps:25' },
  slow: { slippage: 'ticks:2', latency: '200ms', fees: 'bps:5' },
} as const satisfies Readonly<Record<string, Partial<SimTexts>>>
export type SimName = keyof typeof SIMS
