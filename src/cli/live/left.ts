/**
 * A day of `start` whose process was killed: its emulators and their accounts ended with it, so there is nothing to go on
 * with. What it recorded is sealed and verified.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../config/load.ts'
import { loadAgent } from '../../runtime/agent-load.ts'
import { sealLeft } from '../../runtime/live-left.ts'
import { liveSetsOf, liveSpecSchema } from '../../runtime/live-spec.ts'
import { verify } from '../../runtime/verify.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { Failure } from '../failure.ts'

/** Undefined where no day was begun. Throws Failure (2) where one lies sealed. */
export async function closeLeft(
  dir: string,
  agentOption: string,
  ctx: CommandContext,
): Promise<CommandResult | undefined> {
  const file = join(dir, 'config.json')
  if (!existsSync(file)) return undefined
  if (existsSync(join(dir, 'manifest.json'))) {
    throw new Failure(`--out ${dir}: this session was sealed; name a new directory`, 2)
  }
  const spec = liveSpecSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!spec.success) throw new Failure(`--out ${dir}: holds something that is no session of start; name a new one`, 2)
  const config = loadConfig({ dir: undefined, sets: liveSetsOf(spec.data), env: {} })
  const agent = await loadAgent(agentOption)
  const seal = { mode: 'start', agent, generated: true, provenance: { interrupted: true } }
  const figures = await sealLeft(dir, { spec: spec.data, config, agent }, seal)
  if (figures === undefined) throw new Failure(`--out ${dir}: nothing was recorded there; name a new directory`, 2)
  const verified = await verify(dir, {})
  ctx.say(`${dir}: was interrupted, and its emulators ended with its process: sealed as far as it went`)
  ctx.say(
    `verified  ${verified.identical ? 'identical' : `DIFFERENT: ${verified.cause}`}; name a new --out for another day`,
  )
  return { json: { run: dir, ...figures, interrupted: true, verify: verified }, exitCode: verified.identical ? 0 : 3 }
}
