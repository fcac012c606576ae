/** `sametape generate`: a comparison tape by name (--bench), or a seeded synthetic market (--symbols). */
import { readdir } from 'node:fs/promises'
import type { Command } from 'commander'
import { type EpochDay, parseDay } from '../core/base/time.ts'
import { BENCH_ROWS, type BenchName } from '../generate/bench.ts'
import { writeBenchTape } from '../generate/bench-tape.ts'
import { GENERATED_VENUES, type GeneratedVenue, type MarketTapeRequest } from '../generate/market-request.ts'
import type { TapeManifest } from '../tape/manifest.ts'
import type { CliCommand, CommandContext, CommandResult, Options } from './command.ts'
import { Failure } from './failure.ts'

const DAYS_MAX = 10_000
const RATE_MAX = 60_000
const SEED_MAX = 2 ** 32 - 1
const SYMBOL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/
const MARKET_OPTIONS = ['symbols', 'days', 'seed', 'venue', 'start', 'rate', 'bars', 'fx'] as const

export const command: CliCommand = {
  configure(command: Command): void {
    command
      .option('--symbols <list>', 'symbols, separated by commas')
      .option('--days <n>', 'sessions per symbol (default 1)')
      .option('--seed <n>', 'equal seeds give equal tapes (default 1)')
      .option('--venue <venue>', `${GENERATED_VENUES.join(', ')} (default: KRX for six digits, else US)`)
      .option('--start <date>', 'first date (default 2025-01-06)')
      .option('--rate <n>', 'events per symbol and minute, on average (default 60)')
      .option('--bars <interval>', '1m: bars of the same market instead of quotes and trades')
      .option('--fx', 'add USD/KRW where a symbol trades in won')
      .option('--bench <name>', 'a comparison tape instead: B1 or Q1')
      .option('--out <tape>', 'directory of the new tape')
  },

  async run(_args, options, ctx): Promise<CommandResult> {
    const out = options.out
    if (typeof out !== 'string' || out === '') {
      throw new Failure('--out is missing: name the directory of the new tape, e.g. --out tapes/gen', 2)
    }
    const bench = benchName(options)
    const request = bench === undefined ? marketRequest(options) : undefined
    await requireFreshDirectory(out)
    return bench === undefined ? runMarket(request as MarketTapeRequest, out, ctx) : runBench(bench, out, ctx)
  },
}

async function runBench(name: BenchName, out: string, ctx: CommandContext): Promise<CommandResult> {
  const { manifest, canonicalSha256 } = await writeBenchTape(name, out, {
    progress: (done, total) => ctx.progress.update(done, total, name),
  })
  const json = { ...summary(out, manifest), canonical_sha256: canonicalSha256 }
  tell(json, ctx)
  ctx.say(`canonical ${canonicalSha256}`)
  return { json }
}

async function runMarket(request: MarketTapeRequest, out: string, ctx: CommandContext): Promise<CommandResult> {
  // Loaded here: a comparison tape needs no calendars.
  const { writeMarketTape } = await import('../generate/market-tape.ts')
  const made = await writeMarketTape(request, out, (done, total) => ctx.progress.update(done, total, 'minutes'))
  if (request.fx && !made.hasFx) ctx.note('--fx: no symbol trades in won, so no USD/KRW stream was added')
  if (made.assumedSessions > 0) {
    ctx.note(`${made.assumedSessions} sessions lie outside the calendar's data: regular hours on weekdays were assumed`)
  }
  const json = summary(out, made.manifest)
  tell(json, ctx)
  return { json }
}

interface Summary {
  readonly tape: string
  readonly events: number
  /** The tape's identity: hash over its decoded rows. */
  readonly sha256: string
}

function summary(out: string, manifest: TapeManifest): Summary {
  const events = manifest.streams.reduce((sum, stream) => sum + stream.rows, 0)
  return { tape: out, events, sha256: manifest.row_hash }
}

function tell(made: Summary, ctx: CommandContext): void {
  ctx.progress.end()
  ctx.say(`${made.tape}: ${made.events} generated events`)
  ctx.say(`identity  ${made.sha256}`)
}

function benchName(options: Options): BenchName | undefined {
  const { bench } = options
  if (bench === undefined) return undefined
  const other = MARKET_OPTIONS.find((name) => options[name] !== undefined)
  if (other !== undefined) {
    throw new Failure(`--${other} does not go with --bench: a comparison tape has no options; leave one of them out`, 2)
  }
  if (typeof bench === 'string' && Object.hasOwn(BENCH_ROWS, bench)) return bench as BenchName
  throw new Failure(`--bench ${String(bench)}: no such comparison tape; use B1 or Q1`, 2)
}

function marketRequest(options: Options): MarketTapeRequest {
  const venue = venueOption(options.venue)
  if (options.bars !== undefined && options.bars !== '1m') {
    throw new Failure(`--bars ${String(options.bars)}: only 1m is generated; leave --bars out for ticks`, 2)
  }
  return {
    symbols: symbolList(options.symbols),
    days: wholeNumber(options, 'days', 1, 1, DAYS_MAX),
    seed: wholeNumber(options, 'seed', 1, 0, SEED_MAX),
    start: startDay(options.start),
    rate: wholeNumber(options, 'rate', 60, 1, RATE_MAX),
    bars: options.bars !== undefined,
    fx: options.fx === true,
    ...(venue === undefined ? {} : { venue }),
  }
}

function symbolList(value: unknown): string[] {
  if (typeof value !== 'string') {
    throw new Failure('--symbols is missing: name what to generate, e.g. --symbols NVDA,005930, or use --bench B1', 2)
  }
  const symbols = value.split(',').map((symbol) => symbol.trim())
  for (const symbol of symbols) {
    if (!SYMBOL.test(symbol)) {
      throw new Failure(`--symbols "${symbol}": a symbol has 1 to 32 letters, digits, dots, dashes or underscores`, 2)
    }
    if (symbols.indexOf(symbol) !== symbols.lastIndexOf(symbol)) {
      throw new Failure(`--symbols: ${symbol} is named twice; name it once`, 2)
    }
  }
  return symbols
}

function venueOption(value: unknown): GeneratedVenue | undefined {
  if (value === undefined) return undefined
  const venue = GENERATED_VENUES.find((name) => name === value)
  if (venue !== undefined) return venue
  throw new Failure(`--venue ${String(value)}: markets are generated for ${GENERATED_VENUES.join(', ')}`, 2)
}

function startDay(value: unknown): EpochDay {
  const text = value === undefined ? '2025-01-06' : String(value)
  const day = parseDay(text)
  if (day === undefined) throw new Failure(`--start ${text}: not a date; write it as 2025-01-06`, 2)
  return day
}

function wholeNumber(options: Options, name: string, fallback: number, min: number, max: number): number {
  const value = options[name]
  if (value === undefined) return fallback
  const text = String(value)
  const n = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (n >= min && n <= max) return n
  throw new Failure(`--${name} ${text}: a whole number from ${min} to ${max} is needed`, 2)
}

/** An existing directory with something in it is never written into. */
async function requireFreshDirectory(out: string): Promise<void> {
  let names: string[]
  try {
    names = await readdir(out)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return
    if (code === 'ENOTDIR') throw new Failure(`--out ${out}: is a file; name a directory that is not there yet`, 2)
    throw error
  }
  if (names.length > 0) throw new Failure(`--out ${out}: is not empty; name a directory that is not there yet`, 2)
}
