/** `sametape diff`: the first difference between two runs, and its cause. */
import { diffRuns } from '../runtime/verify.ts'
import type { CliCommand } from './command.ts'
import { sayVerification } from './verify.ts'

export const command: CliCommand = {
  configure(command) {
    command.argument('<runA>', 'run directory').argument('<runB>', 'run directory')
  },
  async run([a, b], _options, ctx) {
    const v = await diffRuns(a as string, b as string)
    sayVerification(ctx, v)
    return { json: v, exitCode: v.identical ? 0 : 3 }
  },
}
