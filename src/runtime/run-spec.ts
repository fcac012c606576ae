/**
 * Everything that determines a virtual run besides its tapes, as texts: what a run directory keeps as its effective
 * configuration and what the first record of the digest says. Reading it back gives the same run.
 */
import { z } from 'zod'
import type { EffectiveConfig } from '../config/load.ts'
import { canonicalJson } from '../tape/manifest.ts'
import type { LoadedAgent } from './agent-load.ts'
import { SIM_DEFAULTS, SIM_EXTRAS, type SimExtra, type SimTexts } from './sim-options.ts'

const texts = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

export const runSpecSchema = z.strictObject({
  schema_version: z.literal(1),
  /** Effective values by path, `risk.…` and `trading.…`. */
  config: texts,
  agent: z.strictObject({ name: z.string(), hash: z.string(), params: z.record(z.string(), z.string()) }),
  simulation: z.strictObject({
    match: z.string(),
    liquidity: z.string(),
    slippage: z.string(),
    latency: z.string(),
    fees: z.string(),
    queue: z.string().optional(),
    auctions: z.string().optional(),
    rules: z.string().optional(),
    rejects: z.string().optional(),
    outage: z.string().optional(),
    feed_latency: z.string().optional(),
    venue_clock: z.string().optional(),
    samples: z.record(z.string(), z.array(z.number().int().min(0))).optional(),
  }),
  /** Initial cash by currency as decimals; empty: 1,000,000 of the base currency. */
  cash: z.record(z.string(), z.string()),
  seed: z.number().int(),
  /** Microseconds, half-open; null where open. */
  from: z.number().nullable(),
  to: z.number().nullable(),
})

export type RunSpec = z.infer<typeof runSpecSchema>

export interface SpecOptions {
  readonly config: EffectiveConfig
  readonly agent: LoadedAgent
  readonly simulation?: SimTexts
  readonly cash?: ReadonlyMap<string, string>
  readonly seed?: number
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Settings of live brokers play no part in a virtual run. */
const PARTS = ['risk.', 'trading.']

export function makeSpec(o: SpecOptions): RunSpec {
  const entries = o.config.entries.filter((e) => PARTS.some((p) => e.path.startsWith(p)) && !e.secret)
  return {
    schema_version: 1,
    config: Object.fromEntries(entries.map((e) => [e.path, typeof e.value === 'string' ? e.value : [...e.value]])),
    agent: { name: o.agent.name, hash: o.agent.hash, params: Object.fromEntries(o.config.agent) },
    simulation: spareDefaults(o.simulation ?? SIM_DEFAULTS),
    cash: Object.fromEntries(o.cash ?? []),
    seed: o.seed ?? 0,
    from: o.from ?? null,
    to: o.to ?? null,
  }
}

/** Options at their defaults are left out: a run that does not use them has the header it always had. */
function spareDefaults(texts: SimTexts): RunSpec['simulation'] {
  const { match, liquidity, slippage, latency, fees, samples } = texts
  const extras = (Object.keys(SIM_EXTRAS) as SimExtra[]).flatMap((name) => {
    const text = texts[name]
    return text === undefined || text === SIM_EXTRAS[name] ? [] : [[name, text] as const]
  })
  const made = { match, liquidity, slippage, latency, fees, ...Object.fromEntries(extras) }
  if (samples === undefined || Object.keys(samples).length === 0) return made
  return { ...made, samples: Object.fromEntries(Object.entries(samples).map(([name, x]) => [name, [...x]])) }
}

/** The specification's own texts as `--set` values, to read a recorded configuration back. */
export function setsOf(spec: RunSpec): string[] {
  const config = Object.entries(spec.config).map(([path, v]) => `${path}=${typeof v === 'string' ? v : v.join(',')}`)
  return [...config, ...Object.entries(spec.agent.params).map(([name, v]) => `agent.${name}=${v}`)]
}

/**
 * What of it goes into the digest: no names or paths, and of samples their hash, which is their name. `instruments` are
 * the core's, sorted by id, with the shapes of their feeds.
 */
export function digestHeader(spec: RunSpec, instruments: unknown, base: string, cash: unknown): string {
  const { name: _name, ...agent } = spec.agent
  const { samples: _samples, ...simulation } = spec.simulation
  return canonicalJson({ ...spec, simulation, agent, cash, instruments, base, from: undefined, to: undefined })
}
