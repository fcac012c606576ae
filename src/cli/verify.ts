/**
 * `sametape verify`: re-runs a session and says identical, or where it first differs. Of several parts of a session it
 * checks the chain too: each opens with the state and the digest of the one before.
 */
import { basename, dirname } from 'node:path'
import { checkChain, type Link } from '../runtime/chain-of-days.ts'
import { type Verification, verify } from '../runtime/verify.ts'
import { type CliCommand, type CommandContext, type CommandResult, repeat } from './command.ts'

export function sayVerification(ctx: CommandContext, v: Verification, name = ''): void {
  const head = name === '' ? '' : `${name}: `
  if (v.identical) {
    ctx.say(`${head}identical: ${v.events} events, digest ${v.digest}`)
    return
  }
  const d = v.first_difference
  ctx.say(`${head}DIFFERENT, cause: ${v.cause}`)
  if (d !== null)
    ctx.say(`first at event ${d.seq}, ${d.stream}.${d.field}: recorded ${d.recorded}, replayed ${d.replayed}`)
}

export const command: CliCommand = {
  configure(command) {
    command
      .argument('<run...>', 'run directory, or the days of a session')
      .option('--tape <dir>', 'where a tape of the run lies now; in the order of the run, repeatable', repeat, [])
  },
  async run(given, options, ctx) {
    const tapes = options.tape as string[]
    // Tapes lie beside the days of a recording; a shell's * names them too.
    const runs = given.length === 1 ? given : given.filter((dir) => !dir.replace(/\/+$/, '').endsWith('.tape'))
    const verifications: Verification[] = []
    for (const dir of runs) {
      const v = await verify(dir, { tapes, progress: (n, total) => ctx.progress.update(n, total, 'events') })
      ctx.progress.end()
      sayVerification(ctx, v, given.length === 1 ? '' : dir)
      verifications.push(v)
    }
    const identical = verifications.every((v) => v.identical)
    if (given.length === 1) return { json: verifications[0], exitCode: identical ? 0 : 3 }
    return sayChain(ctx, runs, verifications, identical)
  },
}

function sayChain(
  ctx: CommandContext,
  runs: readonly string[],
  verifications: readonly Verification[],
  identical: boolean,
): CommandResult {
  const links = runs.map((dir, i): Link => {
    const { after, digest } = verifications[i] as Verification
    return { session: dirname(dir), part: basename(dir), digest, after }
  })
  const gaps = checkChain(links)
  for (const { part, after, why } of gaps) ctx.say(`${part} opens after ${after}, ${why}`)
  if (gaps.length === 0) ctx.say(`chain of ${runs.length}: complete`)
  const json = { identical, runs: runs.map((run, i) => ({ run, ...verifications[i] })), gaps }
  return { json, exitCode: !identical ? 3 : gaps.length > 0 ? 1 : 0 }
}
