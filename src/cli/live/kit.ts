/**
 * A broker as the session commands see it: what the engine must know of it beforehand, how to plug its adapter in, and,
 * for `start`, its emulator in this process. One kit a broker; `kits.ts` lists them.
 */
import type { EffectiveConfig } from '../../config/load.ts'
import type { Environment } from '../../config/environment.ts'
import type { Micros } from '../../core/base/time.ts'
import type { BrokerRules } from '../../core/domain/broker.ts'
import type { AdapterContext, Broker, Clock, MarketSource } from '../../runtime/ports.ts'
import type { PlayedVenue } from '../../runtime/lockstep.ts'
import type { PastSource } from '../../runtime/warm-up.ts'

export interface BrokerKit {
  /** Name in configuration, tables and messages. */
  readonly id: string
  /** `paper` or `live`: which of its environments the settings name. */
  readonly env: 'paper' | 'live'
  /** Venues that it serves for us. */
  readonly venues: readonly string[]
  readonly rules: BrokerRules
  /** Fee table that estimates its costs. */
  readonly fees: string
  /** Its addresses are not the vendor's: what it shows is an emulator's. */
  readonly emulated: boolean
  /** Whose money it is, for the lease and for people; no secret. */
  readonly account: string
  plug(place: PlugPlace): PluggedBroker
}

export interface PlugPlace {
  readonly context: AdapterContext
  /** The session's directory, for what the adapter must remember over a restart. */
  readonly dir: string
  /** The engine goes on with a session. */
  readonly resumed: boolean
  /** False: market data alone are wanted. */
  readonly trades: boolean
  /** False: nobody is there to be told of orders, only to be asked: a process that died may still hold that place. */
  readonly notices: boolean
}

export interface PluggedBroker {
  readonly broker: Broker
  readonly sources: readonly MarketSource[]
  readonly past: PastSource | undefined
  /** Does it work on something that no socket shows? Time waits for it in lock-step; absent: never. */
  readonly busy?: () => boolean
}

/** Reads a broker's part of the configuration; undefined when it is not enabled. */
export type ConfiguredKit = (config: EffectiveConfig, env: Environment) => BrokerKit | undefined

export interface EmbedOptions {
  /** Directory of the tape that all venues play. */
  readonly tape: string
  readonly clock: Clock
  readonly seed: number
  /** Where the adapter may keep tokens; goes with the session. */
  readonly stateDir: string
}

/** An emulator in this process, with the settings that lead an adapter to it. */
export interface EmbeddedVenue extends PlayedVenue {
  readonly kit: BrokerKit
  /** TCP ports on loopback. */
  readonly ports: readonly number[]
  /** Plays by itself, on the clock it was given. */
  run(): void
  close(): Promise<void>
}

export type EmbeddedKit = (options: EmbedOptions) => Promise<EmbeddedVenue>

/** Where a market has its first and its last moment, for those who play one. */
export interface MarketSpan {
  readonly from: Micros
  readonly to: Micros
}
