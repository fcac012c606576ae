/**
 * config/brokers.yaml: where the brokers are and who we are there. Credentials come by `${NAME}` only; a disabled
 * broker needs none. Hosts and ports: the vendors' documented ones; both may point at an emulator.
 */
import { z } from 'zod'
import { type IbConfig, ibDefaults, ibSchema } from './ib.ts'
import { type KisConfig, kisDefaults, kisSchema } from './kis.ts'
import type { Defaults } from './tree.ts'

export interface BrokersConfig {
  readonly kis: KisConfig
  readonly ib: IbConfig
}

export const brokersDefaults: Defaults = { kis: kisDefaults, ib: ibDefaults }

/** What is never shown and not hashed. */
export const SECRET_PATHS: ReadonlySet<string> = new Set([
  'brokers.kis.app_key',
  'brokers.kis.app_secret',
  'brokers.kis.paper_app_key',
  'brokers.kis.paper_app_secret',
  'brokers.kis.quote_app_key',
  'brokers.kis.quote_app_secret',
])

/** Who we are at a broker: needed in messages to it, shown to people by its end only. */
export const PRIVATE_PATHS: ReadonlySet<string> = new Set([
  'brokers.kis.account',
  'brokers.kis.paper_account',
  'brokers.kis.hts_id',
  'brokers.ib.account',
])

export const brokersSchema = z.strictObject({ kis: kisSchema, ib: ibSchema })
