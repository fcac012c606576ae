/** `sametape arm`: lets a paper session trade again after a kill, a safe shutdown, or a strategy that ran away. */
import type { CliCommand } from './command.ts'
import { addDoorOptions, askSession, sayStatus } from './live/door-client.ts'

export const command: CliCommand = {
  configure(command) {
    command.argument('[session]', 'its directory, where several run')
    addDoorOptions(command)
    command.option('--enable', 'the strategy may trade again after R-22')
  },
  run: async ([root], options, ctx) => {
    if (options.enable === true) await askSession({ do: 'enable' }, options, root)
    return sayStatus(ctx, await askSession({ do: 'arm' }, options, root))
  },
}
