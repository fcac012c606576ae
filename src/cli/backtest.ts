/** `sametape backtest`: tapes through the engine into a run directory. */
import { untradable } from '../reference/listing-facts.ts'
import { loadAgent, loadSink } from '../runtime/agent-load.ts'
import { backtest, openTapes } from '../runtime/backtest.ts'
import { cashCurrency } from '../runtime/run-setup.ts'
import { referenceOf } from '../runtime/tape-streams.ts'
import { makeSpec } from '../runtime/run-spec.ts'
import { checkSimOptions } from '../runtime/sim-options.ts'
import { ParamError, readParams } from '../core/decision/params.ts'
import { type CliCommand, repeat } from './command.ts'
import { Failure } from './failure.ts'
import * as run from './run-options.ts'
import { sayRun } from './say-run.ts'

export const command: CliCommand = {
  configure(command) {
    command.argument('<tape...>', 'tape directories').requiredOption('--out <dir>', 'run directory, new or empty')
    run.addRunOptions(command)
    command.option(
      '--sink <file.ts>',
      'your own listener on fills, orders, decisions, equity; may be repeated',
      repeat,
      [],
    )
  },
  async run(tapes, options, ctx) {
    const config = run.readConfig(options)
    const simulation = run.simTexts(options)
    checkSimOptions(simulation)
    const agent = await loadAgent(run.text(options, 'agent') ?? 'hold')
    checkParams(agent.definition.params ?? {}, config.agent)
    const out = run.text(options, 'out') as string
    const sinks = await Promise.all((options.sink as string[]).map(loadSink))
    const opened = await openTapes(tapes)
    const venue = opened[0]?.manifest.instruments[0]?.venue ?? 'US'
    const known = run.readInstruments(options)
    for (const line of untradable(
      opened.flatMap((t) => t.manifest.instruments),
      known,
    ))
      ctx.note(`note: ${line}`)
    const spec = makeSpec({
      config,
      agent,
      simulation,
      cash: run.readCashOption(options, () => cashCurrency(config, opened)),
      seed: run.readSeed(options),
      from: run.readMoment(options, 'from', venue),
      to: run.readMoment(options, 'to', venue),
      reference: referenceOf(opened, known),
    })
    const summary = await backtest({
      tapes,
      out,
      spec,
      config,
      agent,
      journal: run.readJournalMode(options),
      tables: run.text(options, 'tables') !== 'none',
      commandLine: ['backtest', ...process.argv.slice(3)],
      progress: (done, total) => ctx.progress.update(done, total, 'events'),
      ...(sinks.length === 0 ? {} : { attach: (graph) => sinks.forEach((sink) => sink(graph)) }),
      note: (line) => ctx.note(line),
    })
    ctx.progress.end()
    sayRun(ctx, summary)
    return { json: summary }
  },
}

function checkParams(schema: Parameters<typeof readParams>[0], given: ReadonlyMap<string, string>): void {
  try {
    readParams(schema, given)
  } catch (error) {
    if (error instanceof ParamError) throw new Failure(error.message, 2)
    throw error
  }
}
