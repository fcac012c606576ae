/** `sametape verify`: re-runs a session and says identical, or where it first differs. */
import { verify } from '../runtime/verify.ts'
import { type CliCommand, type CommandContext, repeat } from './command.ts'

interface Said {
  readonly identical: boolean
  readonly events: number
  readonly digest: string
  readonly first_difference: unknown
  readonly cause: string | null
}

export function sayVerification(ctx: CommandContext, v: Said): void {
  if (v.identical) {
    ctx.say(`identical: ${v.events} events, digest ${v.digest}`)
    return
  }
  const d = v.first_difference as {
    seq: number
    stream: string
    field: string
    recorded: unknown
    replayed: unknown
  } | null
  ctx.say(`DIFFERENT, cause: ${v.cause}`)
  if (d !== null)
    ctx.say(`first at event ${d.seq}, ${d.stream}.${d.field}: recorded ${d.recorded}, replayed ${d.replayed}`)
}

export const command: CliCommand = {
  configure(command) {
    command
      .argument('<run>', 'run directory')
      .option('--tape <dir>', 'where a tape of the run lies now; in the order of the run, repeatable', repeat, [])
  },
  async run([run], options, ctx) {
    const tapes = options.tape as string[]
    const v = await verify(run as string, { tapes, progress: (n, total) => ctx.progress.update(n, total, 'events') })
    ctx.progress.end()
    sayVerification(ctx, v)
    return { json: v, exitCode: v.identical ? 0 : 3 }
  },
}
