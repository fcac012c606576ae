/** `import csv`, `import yahoo`, `import parquet`: history → tape. The work is in src/import; here options and output. */
import type { AttachAction, CliCommand, CommandContext, CommandResult, Options } from './command.ts'
import { repeat } from './command.ts'
import type { Command } from 'commander'

function commonOptions(command: Command): Command {
  return command
    .requiredOption('--out <tape>', 'directory of the new tape; must not exist or be empty')
    .option('--strict', 'exit with 1 when any row was rejected (the tape is written all the same)')
}

export const command: CliCommand = {
  configure(command: Command, action: AttachAction): void {
    const csv = commonOptions(
      command
        .command('csv')
        .description('CSV files (plain or gzip) of one symbol to a tape')
        .argument('<file...>', 'files; their order does not matter')
        .requiredOption('--symbol <symbol>', 'what the rows are of, e.g. NVDA, 005930, USD/KRW')
        .option('--layout <name>', 'read the header as this known layout, leaving unknown columns out')
        .option('--columns <names>', 'the file has no header; its columns are a,b,… (unknown names are left out)')
        .option('--map <roles>', 'role=column,…, e.g. t=ts,bid=bid_px,ask=ask_px')
        .option('--time-unit <unit>', 's, ms, us, ns or iso')
        .option('--tz <zone>', 'IANA zone of stamps that carry none')
        .option('--date-format <format>', 'iso, mdy, dmy, ymd, mdy2 or dmy2 (two-digit years 1970 to 2069)')
        .option('--stamp <what>', 'stamps of bars mark their start or end')
        .option('--interval <interval>', 'of bars: 30s, 1m, 5m, 1h, 1d; else the smallest difference in the first file')
        .option('--venue <venue>', 'US, KRX, NXT, FX, CRYPTO, GEN; KRX for six digits, else US')
        .option('--currency <currency>', 'else that of the venue')
        .option('--actions <file>', 'dated splits and dividends (repeatable)', repeat, [])
        .option('--adjustment <what>', 'what was done to the prices: none, split or total'),
    )
    action(csv, async (files, options, ctx) => runCsv(files, options, ctx))
  },
}

async function runCsv(files: readonly string[], options: Options, ctx: CommandContext): Promise<CommandResult> {
  const [{ importRequest }, { importCsv }, { present }] = await Promise.all([
    import('../import/csv-request.ts'),
    import('../import/csv.ts'),
    import('../import/present.ts'),
  ])
  const request = importRequest(files, options)
  const result = await importCsv(request, (done, total, label) => ctx.progress.update(done, total, label))
  return present(request.out, request.strict, result, ctx)
}
