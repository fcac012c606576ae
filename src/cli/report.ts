/** `sametape report`: an HTML page for each run, and the trade ledger of all of them as CSV. */
import { mkdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { makeReport, type Report } from '../report/html.ts'
import { openSubject } from '../report/subject.ts'
import { TradeLedger } from '../report/trade-ledger.ts'
import { type CliCommand, type CommandContext, type Options, repeat } from './command.ts'
import { Failure } from './failure.ts'
import { text } from './run-options.ts'

export const command: CliCommand = {
  configure(command) {
    command
      .argument('<run...>', 'run directories')
      .option(
        '--out <file|dir>',
        'the page of one run, a directory for those of several (default: report.html in each)',
      )
      .option('--trades <file.csv>', 'also writes all trades, first in first out, for tax')
      .option('--tape <dir>', 'where a tape of the run lies now; in the order of the run, repeatable', repeat, [])
      .option('--no-verify', 'does not run the session again; the page says so')
  },
  async run(runs, options, ctx) {
    const pages = placesOf(runs, text(options, 'out'))
    const ledger = text(options, 'trades')
    if (ledger !== undefined) checkLedger(ledger)
    const reports: ({ run: string; report: string } & Readonly<Record<string, unknown>>)[] = []
    let different = 0
    for (const [i, run] of runs.entries()) {
      const report = await one(run, pages?.[i], options, ctx)
      if (report.verified.state === 'different') different++
      reports.push({ run, report: report.path, ...report.figures })
    }
    const totals = ledger === undefined ? null : await writeLedger(ledger, runs)
    if (totals !== null) ctx.say(`ledger    ${totals.file} (${totals.lines} disposals, ${totals.open} holdings left)`)
    return { json: { reports, trades: totals }, exitCode: different > 0 ? 3 : 0 }
  },
}

async function one(run: string, out: string | undefined, options: Options, ctx: CommandContext): Promise<Report> {
  const report = await makeReport(run, {
    ...(out === undefined ? {} : { out }),
    tapes: options.tape as string[],
    verify: options.verify !== false,
    progress: (n, total) => ctx.progress.update(n, total, 'verifying'),
  })
  ctx.progress.end()
  const { verified } = report
  ctx.say(`report    ${report.path}`)
  if (verified.state === 'impossible') ctx.note(`${run}: not verified: ${verified.why}`)
  else if (verified.state === 'different') ctx.note(`${run}: DIFFERENT when run again, cause: ${verified.result.cause}`)
  else if (verified.state === 'identical') ctx.say('verified  identical: the recording re-runs to the same bytes')
  return report
}

/** Where each page goes; undefined: into its run. */
function placesOf(runs: readonly string[], out: string | undefined): string[] | undefined {
  if (out === undefined) return undefined
  const isDirectory = statSync(out, { throwIfNoEntry: false })?.isDirectory() === true
  if (runs.length === 1 && !isDirectory) {
    if (/\.html?$/i.test(out)) return [out]
    throw new Failure(`--out ${out}: write a file name that ends in .html, or an existing directory`, 2)
  }
  const names = runs.map((run) => basename(resolve(run)))
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new Failure(`--out ${out}: two runs are named ${twice}; leave --out out`, 2)
  mkdirSync(out, { recursive: true })
  return names.map((name) => join(out, `${name}.html`))
}

function checkLedger(file: string): void {
  if (!/\.csv$/i.test(file)) throw new Failure(`--trades ${file}: write a file name that ends in .csv`, 2)
}

async function writeLedger(file: string, runs: readonly string[]) {
  const ledger = new TradeLedger(file)
  for (const run of runs) ledger.add(await openSubject(run))
  return ledger.close()
}
