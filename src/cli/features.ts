/** `sametape features`: indicator values as the agent sees them, to CSV or Parquet. */
import type { Command } from 'commander'
import { IndicatorError, type IndicatorSpec, KNOWN_INDICATORS, parseIndicator } from '../core/data/indicators/known.ts'
import { type BarChoice, DAY_BAR } from '../runtime/feature-feeds.ts'
import { openFeatureTable } from '../runtime/feature-table.ts'
import { computeFeatures, featureColumns, type IndicatorChoice } from '../runtime/features.ts'
import { openTape, type Tape } from '../tape/read.ts'
import { loadConfig } from '../config/load.ts'
import { readParams } from '../core/decision/params.ts'
import { loadAgent } from '../runtime/agent-load.ts'
import { type CliCommand, type CommandResult, type Options, repeat } from './command.ts'
import { Failure } from './failure.ts'

export const command: CliCommand = {
  configure(command: Command): void {
    command
      .argument('<tape...>', 'tape directories; several are merged in time order')
      .option('--out <file>', 'file to write, .csv or .parquet')
      .option('--indicators <list>', `separated by commas: ${KNOWN_INDICATORS.join(',')}`)
      .option('--agent <name|file.ts>', 'the indicators this agent declares, instead of --indicators')
      .option('--set <agent.x=value>', 'a parameter of that agent; may be repeated', repeat, [])
      .option('--bar <length>', '1m, 5m, 1d (UTC-aligned) or tape: its own bars (default: tape if it has, else 1m)')
      .option('--schema <name>', 'a feature schema instead of a list of indicators')
  },

  async run(args, options, ctx): Promise<CommandResult> {
    if (options.schema !== undefined) {
      throw new Failure(`--schema ${String(options.schema)}: not in this version; use --indicators`, 2)
    }
    const out = options.out
    if (typeof out !== 'string' || out === '') {
      throw new Failure('--out is missing: name the file to write, e.g. --out features.csv', 2)
    }
    const agent = await agentWish(options)
    const indicators = agent?.indicators ?? readIndicators(options)
    const wanted = readBar(agent === undefined || options.bar !== undefined ? options : { bar: agent.bar })
    const tapes: Tape[] = []
    for (const dir of args) tapes.push(await openTape(dir))
    const bar = wanted ?? defaultBar(tapes)
    const table = openFeatureTable(out, featureColumns(indicators))
    try {
      await computeFeatures({ tapes, indicators, bar }, table.add, (done, total) => {
        ctx.progress.update(done, total, 'rows')
      })
      table.finish()
    } catch (error) {
      table.abort()
      throw error
    }
    ctx.say(`${out}: ${table.rows} rows, ${table.columns.length} columns`)
    return { json: { out, rows: table.rows, columns: table.columns } }
  },
}

/** What an agent declares: its indicators, on the first of its bars. */
async function agentWish(
  options: Options,
): Promise<{ indicators: IndicatorChoice[]; bar: string | undefined } | undefined> {
  if (typeof options.agent !== 'string') return undefined
  const { definition } = await loadAgent(options.agent)
  const config = loadConfig({ dir: undefined, sets: options.set as string[], env: {} })
  const wish = definition.subscribe(readParams(definition.params ?? {}, config.agent))
  const indicators = (wish.indicators ?? []).map((i) => (typeof i === 'string' ? parseIndicator(i) : i))
  if (indicators.length === 0) throw new Failure(`--agent ${options.agent}: it declares no indicators`, 2)
  const first = wish.bars?.[0]
  return { indicators, bar: first === 'tape' ? undefined : first }
}

function readIndicators(options: Options): readonly IndicatorSpec[] {
  const text = options.indicators
  const known = `known are ${KNOWN_INDICATORS.join(', ')}`
  if (typeof text !== 'string' || text.trim() === '') {
    throw new Failure(`--indicators is missing: name some, separated by commas; ${known}`, 2)
  }
  const seen = new Set<string>()
  return text.split(',').map((part) => {
    try {
      const spec = parseIndicator(part)
      const name = [spec.name, ...spec.parameters].join(':')
      if (seen.has(name)) throw new Failure(`--indicators: "${part}" is named twice; remove one`, 2)
      seen.add(name)
      return spec
    } catch (error) {
      if (error instanceof IndicatorError) throw new Failure(`--indicators: ${error.message}`, 2)
      throw error
    }
  })
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1_000_000],
  ['m', 60_000_000],
  ['h', 3_600_000_000],
  ['d', DAY_BAR],
])

/** "5m" → microseconds; undefined when the option is not given. Lengths must divide a day, as bars are UTC-aligned. */
function readBar(options: Options): BarChoice | undefined {
  const text = options.bar
  if (text === undefined || text === 'tape') return text
  const match = /^([1-9]\d{0,5})([smhd])$/.exec(String(text))
  const length = match === null ? 0 : Number(match[1]) * (UNITS.get(match[2] as string) as number)
  if (length === 0 || DAY_BAR % length !== 0) {
    throw new Failure(`--bar ${String(text)}: must be 1m, 5m, 1d, tape, or another length that divides a day`, 2)
  }
  return length
}

function defaultBar(tapes: readonly Tape[]): BarChoice {
  const streams = tapes.flatMap((tape) => tape.manifest.streams)
  return streams.some((stream) => stream.kind === 'bars') ? 'tape' : (UNITS.get('m') as number)
}
