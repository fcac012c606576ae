/** The agents that come with the engine, by name. */
import type { AgentDefinition } from '../agent.ts'
import { emaCross } from './ema-cross.ts'
import { hold } from './hold.ts'
import { rsiMacd } from './rsi-macd.ts'
import { s1a } from './s1a.ts'
import { s1b } from './s1b.ts'
import { s1q } from './s1q.ts'

export const KNOWN_AGENTS: ReadonlyMap<string, AgentDefinition> = new Map(
  [hold, emaCross, rsiMacd, s1a, s1b, s1q].map((a) => [a.name, a as unknown as AgentDefinition]),
)
