/**
 * `sametape adopt`: holdings found in the account become ours to manage and to sell; or, with --acknowledge, what
 * somebody else did to a symbol was seen and trading in it goes on (F-30, F-34).
 */
import { Failure } from './failure.ts'
import type { CliCommand } from './command.ts'
import { addDoorOptions, askSession, sayStatus } from './live/door-client.ts'
import { text } from './run-options.ts'

export const command: CliCommand = {
  configure(command) {
    command
      .argument('<symbol>', 'as the session names it')
      .requiredOption('--broker <name>', 'where it is held')
      .option('--qty <n>', 'how many, or all', 'all')
      .option('--acknowledge', 'only say that it was seen; --qty writes off what is not there any more')
    addDoorOptions(command)
  },
  run: async ([symbol = ''], options, ctx) => {
    const [broker = '', qty = 'all'] = [text(options, 'broker'), text(options, 'qty')]
    if (qty !== 'all' && !/^\d{1,12}(\.\d{1,8})?$/.test(qty))
      throw new Failure(`--qty ${qty}: write a number, or all`, 2)
    const what = options.acknowledge === true ? 'acknowledge' : 'adopt'
    return sayStatus(ctx, await askSession({ do: what, symbol, broker, qty }, options))
  },
}
