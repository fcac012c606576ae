/** What the stand-alone emulators share: numbers among their options, the ready line, and waiting for a signal. */
import type { CommandContext, CommandResult, Options } from './command.ts'
import { Failure } from './failure.ts'
import { text } from './run-options.ts'

export function whole(options: Options, name: string, flag: string, most: number): number {
  const given = text(options, name) ?? ''
  const n = /^\d{1,10}$/.test(given) ? Number(given) : Number.NaN
  if (!(n <= most)) throw new Failure(`--${flag} ${given}: write a whole number from 0 to ${most}`, 2)
  return n
}

export function speed(options: Options): number {
  const given = text(options, 'speed') ?? ''
  const n = /^\d{1,6}(\.\d{1,6})?$/.test(given) ? Number(given) : 0
  if (!(n > 0)) throw new Failure(`--speed ${given}: write a number above 0, such as 60`, 2)
  return n
}

interface StandAlone {
  /** Plays by itself from now on. */
  run(): void
  close(): unknown
}

/** Says that it listens, and plays until a signal. */
export async function runEmulator(
  emulator: StandAlone,
  ready: object,
  speed: number,
  ctx: CommandContext,
): Promise<CommandResult> {
  ctx.announce(ready)
  ctx.say(JSON.stringify(ready))
  if (speed !== 1) ctx.note(`speed ${speed}: best effort; only "start" keeps market and clients in step`)
  emulator.run()
  await new Promise<void>((resolve) => {
    // Not `once`: a signal to the whole group arrives twice through the launcher.
    process.on('SIGINT', resolve)
    process.on('SIGTERM', resolve)
  })
  await emulator.close()
  return { json: undefined }
}
