/**
 * `sametape start`, in this version: a real market day that lies in the clone is traded through the whole engine,
 * recorded, re-run and proved identical. The embedded session with emulated brokers replaces it later.
 */
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../config/load.ts'
import { loadAgent } from '../runtime/agent-load.ts'
import { backtest } from '../runtime/backtest.ts'
import { makeSpec } from '../runtime/run-spec.ts'
import { verify } from '../runtime/verify.ts'
import type { CliCommand } from './command.ts'
import { SIM_DEFAULTS } from '../runtime/sim-options.ts'
import * as run from './run-options.ts'
import { sayRun } from './say-run.ts'

const SAMPLE = fileURLToPath(new URL('../../recordings/sample-ibm-2013-10-08', import.meta.url))

/** A directory name that sorts by time. */
function stampedDir(): string {
  return `recordings/backtest/${new Date().toISOString().replaceAll(':', '').slice(0, 17)}Z`
}

export const command: CliCommand = {
  configure(command) {
    command
      .option('--out <dir>', 'run directory (default: recordings/backtest/<time>)')
      .option('--agent <name|file.ts>', 'a reference agent or your own file', 'rsi-macd')
  },
  async run(_, options, ctx) {
    const out = run.text(options, 'out') ?? stampedDir()
    const agent = await loadAgent(run.text(options, 'agent') ?? 'rsi-macd')
    const config = loadConfig({ dir: undefined, sets: [], env: {} })
    const simulation = { ...SIM_DEFAULTS, fees: 'bps:5', slippage: 'ticks:1' }
    ctx.say('IBM on 2013-10-08, every trade and quote of the day (real data), 1,000,000 USD')
    const summary = await backtest({
      tapes: [SAMPLE],
      out,
      spec: makeSpec({ config, agent, simulation }),
      config,
      agent,
      journal: 'refs',
      tables: true,
      commandLine: ['start', ...process.argv.slice(3)],
      progress: (done, total) => ctx.progress.update(done, total, 'trading'),
    })
    const checked = await verify(out, { progress: (done, total) => ctx.progress.update(done, total, 'verifying') })
    ctx.progress.end()
    sayRun(ctx, summary)
    ctx.say(
      `verified  ${checked.identical ? 'identical: the recording re-runs to the same bytes' : `DIFFERENT: ${checked.cause}`}`,
    )
    ctx.say('')
    ctx.say(`Look at ${out}/fills.csv, decisions.csv (why each order was made or denied) and equity.csv. Next:`)
    ctx.say(`  npx sametape verify ${out}`)
    ctx.say('  npx sametape backtest recordings/sample-ibm-2013-10-08 --agent ema-cross --out recordings/second')
    return { json: { ...summary, verify: checked }, exitCode: checked.identical ? 0 : 3 }
  },
}
