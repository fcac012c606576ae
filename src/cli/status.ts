/** `sametape status`: how the running session stands: brokers, feeds, holdings, distances to the limits, journal. */
import type { CliCommand } from './command.ts'
import { addDoorOptions, askSession, sayStatus } from './live/door-client.ts'

export const command: CliCommand = {
  configure(command) {
    command.argument('[session]', 'its directory, where several run')
    addDoorOptions(command)
  },
  run: async ([root], options, ctx) => sayStatus(ctx, await askSession({ do: 'status' }, options, root)),
}
