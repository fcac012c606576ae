/** The brokers of this version: one line each for the configured and for the embedded one. */
import type { EffectiveConfig } from '../../config/load.ts'
import type { Environment } from '../../config/environment.ts'
import { Failure } from '../failure.ts'
import { configuredKis, embeddedKis } from './kis-kit.ts'
import type { BrokerKit, ConfiguredKit, EmbeddedKit } from './kit.ts'

const CONFIGURED: readonly ConfiguredKit[] = [configuredKis]

/** In this order they stand in a session's list of brokers. */
export const EMBEDDED: readonly EmbeddedKit[] = [embeddedKis]

/** Throws Failure (2) when none is enabled. */
export function configuredKits(config: EffectiveConfig, env: Environment): BrokerKit[] {
  const kits = CONFIGURED.flatMap((of) => of(config, env) ?? [])
  if (kits.length > 0) return kits
  throw new Failure(
    'brokers: none is enabled; set enabled: true in config/brokers.yaml ("doctor kis" checks its keys)',
    2,
  )
}
