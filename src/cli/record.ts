/**
 * `sametape record`: the feeds of the configured brokers to a tape, without trading. The session's journal is written
 * first, so a crash loses nothing but its last moment; each risk day becomes a tape of its own when it is over.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadAgent } from '../runtime/agent-load.ts'
import { tapeOf } from '../runtime/live-seal.ts'
import { makeLiveSpec } from '../runtime/live-spec.ts'
import { verify } from '../runtime/verify.ts'
import { openTape } from '../tape/read.ts'
import type { CliCommand, CommandContext, CommandResult, Options } from './command.ts'
import { Failure } from './failure.ts'
import { assertHours } from './live/guards.ts'
import { addSessionOptions } from './live/options.ts'
import type { PluggedBroker } from './live/kit.ts'
import { playReal, readSetting } from './live/real-session.ts'

export const command: CliCommand = {
  configure: addSessionOptions,
  run: (_, options, ctx) => record(options, ctx),
}

async function record(options: Options, ctx: CommandContext): Promise<CommandResult> {
  const setting = readSetting(options, 'record', ({ config, kits }) => assertHours(config, kits))
  const agent = await loadAgent('hold')
  const { config, kits, live } = setting
  const session = {
    ...({ mode: 'record', agent, resume: 0, trades: false } as const),
    generated: kits.some((k) => k.emulated),
    tape: kits.map((k) => k.id).join(' and '),
    spec: makeLiveSpec({ config, agent, instruments: live, brokers: [], fees: 'none' }),
    plug: (_: unknown, plugged: readonly PluggedBroker[]) => {
      return { brokers: [], sources: plugged.flatMap((p) => p.sources), past: [] }
    },
  }
  const played = await playReal(setting, session, options, ctx)
  const tapes = await Promise.all(played.parts.map(tapeOf).filter(hasTape).map(describe))
  if (tapes.length === 0) throw new Failure(`${setting.root}: no market row came; see what the feeds said above`, 1)
  const verified = await verify(played.run.dir, {})
  for (const { tape, rows } of tapes) ctx.say(`tape      ${tape}, ${rows} rows`)
  ctx.say(`verified  ${verified.identical ? 'identical' : `DIFFERENT: ${verified.cause}`}`)
  return { json: { ...played.summary, tapes, verify: verified }, exitCode: verified.identical ? 0 : 3 }
}

/** A day without a market row has none. */
function hasTape(tape: string): boolean {
  return existsSync(join(tape, 'manifest.json'))
}

async function describe(tape: string): Promise<{ tape: string; rows: number; streams: readonly unknown[] }> {
  const { manifest } = await openTape(tape)
  const streams = manifest.streams.map(({ symbol, kind, rows }) => ({ symbol, kind, rows }))
  return { tape, rows: streams.reduce((sum, s) => sum + s.rows, 0), streams }
}
