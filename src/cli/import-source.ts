/** `sametape import source`: a user's own TypeScript source into a tape. */
import type { Command } from 'commander'
import { checkUserSource, importSource } from '../import/user-source.ts'
import { loadDefault } from '../runtime/agent-load.ts'
import type { AttachAction, CommandRunner } from './command.ts'

export const runSource: CommandRunner = async ([file], options, ctx) => {
  const path = file as string
  const source = checkUserSource(path, await loadDefault(path, '<file.ts>'))
  const manifest = await importSource(path, source, String(options.out), (n) =>
    ctx.progress.update(n, undefined, 'rows'),
  )
  ctx.progress.end()
  const stream = manifest.streams[0]
  ctx.say(`${options.out}: ${stream?.rows} rows of ${source.symbol} ${source.kind}, ${stream?.first} – ${stream?.last}`)
  const rows = stream?.rows ?? 0
  return {
    json: {
      tape: options.out,
      rows,
      accepted: rows,
      rejected: 0,
      faults: [],
      first: stream?.first,
      last: stream?.last,
    },
  }
}

export function addSourceCommand(command: Command, action: AttachAction): void {
  const sub = command.command('source').description('rows of your own TypeScript source')
  action(
    sub
      .argument('<file.ts>', 'default export: { symbol, venue, kind, rows() }')
      .requiredOption('--out <tape>', 'tape directory'),
    runSource,
  )
}
