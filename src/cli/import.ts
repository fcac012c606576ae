/** `import csv`, `import yahoo`, `import parquet`, `import raw`: history → tape. The work is in src/import; here options and output. */
import type { AttachAction, CliCommand, CommandContext, CommandResult, Options } from './command.ts'
import { repeat } from './command.ts'
import type { Command } from 'commander'
import { addRawCommand } from './import-raw.ts'
import { addSourceCommand } from './import-source.ts'

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
        .option(
          '--venue <venue>',
          'a name of config/venues.json: US, KRX, NXT, TSE, HK, SSE, SZSE, LSE, …; KRX for six digits, else US',
        )
        .option('--currency <currency>', 'else that of the venue')
        .option('--actions <file>', 'dated splits and dividends, or a map of ticker changes (repeatable)', repeat, [])
        .option('--adjustment <what>', 'what was done to the prices: none, split or total'),
    )
    action(csv, runCsv)
    addSourceCommand(command, action)
    addRawCommand(command, action)
    const parquet = commonOptions(
      command
        .command('parquet')
        .description('Parquet files of other programs, with the column names of a tape, to a tape')
        .argument('<file...>', 'files; their order does not matter')
        .requiredOption('--symbol <symbol>', 'what the rows are of')
        .option('--kind <kind>', 'trades, quotes, bars or fx; else the one whose columns fit')
        .option('--tz <zone>', 'IANA zone of stamps that carry none')
        .option('--stamp <what>', 'stamps of bars mark their start or end')
        .option('--interval <interval>', 'of bars: 30s, 1m, 5m, 1h, 1d')
        .option('--venue <venue>', 'a name of config/venues.json: US, KRX, NXT, TSE, HK, SSE, SZSE, LSE, …')
        .option('--currency <currency>', 'else that of the venue')
        .option('--actions <file>', 'dated splits and dividends, or a map of ticker changes (repeatable)', repeat, [])
        .option('--adjustment <what>', 'none, split or total'),
    )
    action(parquet, runParquet)
    const yahoo = commonOptions(
      command
        .command('yahoo')
        .description('Yahoo history to a tape; prices come adjusted for splits')
        .argument('<symbol...>', 'as Yahoo spells them: NVDA, 005930.KS, KRW=X')
        .option('--interval <interval>', '1d, 1h (last 730 days), 5m (60 days) or 1m (30 days)', '1d')
        .option('--from <time>', 'first moment, ISO with zone or a date; else as far back as Yahoo goes')
        .option('--to <time>', 'end (not included); else now'),
    )
    action(yahoo, runYahoo)
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

async function runParquet(files: readonly string[], options: Options, ctx: CommandContext): Promise<CommandResult> {
  const [{ importRequest, streamKind }, { importParquet }, { present }] = await Promise.all([
    import('../import/csv-request.ts'),
    import('../import/parquet.ts'),
    import('../import/present.ts'),
  ])
  const request = importRequest(files, options)
  const result = await importParquet(request, streamKind(options.kind), (done, total, label) =>
    ctx.progress.update(done, total, label),
  )
  return present(request.out, request.strict, result, ctx)
}

async function runYahoo(symbols: readonly string[], options: Options, ctx: CommandContext): Promise<CommandResult> {
  const [{ fetchHistory }, { importHistories, listingOf }, { yahooRequest }, { present }, { refuseFullDirectory }] =
    await Promise.all([
      import('../../adapters/yahoo/index.ts'),
      import('../import/vendor.ts'),
      import('../import/vendor-request.ts'),
      import('../import/present.ts'),
      import('../import/out-directory.ts'),
    ])
  const request = yahooRequest(options)
  // Before anything is fetched.
  for (const symbol of symbols) listingOf(symbol)
  await refuseFullDirectory(request.out)
  const now = Date.now() * 1000
  const histories = []
  for (const symbol of symbols) {
    const base = process.env.SAMETAPE_YAHOO_URL
    const { vendorInterval: interval, range } = request
    const onPiece = (done: number, total: number): void => ctx.progress.update(done, total, `asking for ${symbol}`)
    histories.push(await fetchHistory({ symbol, interval, range, now, base, onPiece }))
  }
  const result = await importHistories('yahoo', histories, request, (done, total, label) =>
    ctx.progress.update(done, total, label),
  )
  return present(request.out, request.strict, result, ctx)
}
