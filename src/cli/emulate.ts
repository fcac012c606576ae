/** `sametape emulate kis|ib`: a stand-alone broker emulator that prints one line when it listens and runs until a signal. */
import type { Command } from 'commander'
import { ibOptions, runIb } from '../../adapters/ib/emulator/command.ts'
import type { CliCommand } from './command.ts'
import { Failure } from './failure.ts'

export const command: CliCommand = {
  configure(command: Command, action) {
    action(command.command('kis').description('Korea Investment (not in this version)').allowUnknownOption(), () => {
      throw new Failure('sametape emulate kis: not in this version', 2)
    })
    action(ibOptions(command.command('ib')), (_, options, ctx) => runIb(options, ctx))
  },
}
