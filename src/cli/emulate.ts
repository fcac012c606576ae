/** `sametape emulate kis|ib`: a stand-alone broker emulator that prints one line when it listens and runs until a signal. */
import type { Command } from 'commander'
import type { CliCommand } from './command.ts'
import { emulateIb, ibOptions } from './emulate-ib.ts'
import { emulateKis, kisOptions } from './emulate-kis.ts'

export const command: CliCommand = {
  configure(command: Command, action) {
    action(kisOptions(command.command('kis')), (_, options, ctx) => emulateKis(options, ctx))
    action(ibOptions(command.command('ib')), (_, options, ctx) => emulateIb(options, ctx))
  },
}
