/** `sametape kill`: R-39: the session opens nothing more, sells what is ours where it can, and ends. */
import type { CliCommand } from './command.ts'
import { addDoorOptions, askSession, sayStatus } from './live/door-client.ts'

export const command: CliCommand = {
  configure(command) {
    command.argument('[session]', 'its directory, where several run')
    addDoorOptions(command)
  },
  run: async ([root], options, ctx) => sayStatus(ctx, await askSession({ do: 'kill' }, options, root)),
}
