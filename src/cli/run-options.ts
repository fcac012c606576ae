/** Options that commands which make a run share. */
import type { Command } from 'commander'
import { formatMicros, parseDay, parseStamp } from '../core/base/time.ts'
import { readEnvironment } from '../config/environment.ts'
import { defaultConfigDir, type EffectiveConfig, loadConfig } from '../config/load.ts'
import { sessionTimes } from '../reference/calendars.ts'
import { instrumentTable } from '../reference/instrument-load.ts'
import type { InstrumentTable } from '../reference/instrument-table.ts'
import type { JournalMode } from '../runtime/record-sink.ts'
import { readSamples, readWindows, samplesName } from '../runtime/model-files.ts'
import { SIM_DEFAULTS, SIM_EXTRAS, type SimTexts } from '../runtime/sim-options.ts'
import { type Options, repeat } from './command.ts'
import { Failure } from './failure.ts'

export function addRunOptions(command: Command): void {
  command
    .option('--agent <name|file.ts>', 'a reference agent or your own file', 'hold')
    .option('--cash <amounts>', '1000000, or by currency: USD=50000,KRW=100000000')
    .option('--match <how>', 'next or standing', SIM_DEFAULTS.match)
    .option('--liquidity <how>', 'shown, volume:F or unlimited', SIM_DEFAULTS.liquidity)
    .option('--slippage <how>', 'none, ticks:N, bps:N, spread:F or sqrt:Y', SIM_DEFAULTS.slippage)
    .option('--latency <model>', '5ms, ENTRY/RESPONSE, lognormal:MEDIAN_MS:SIGMA or file:F (ms)', SIM_DEFAULTS.latency)
    .option('--feed-latency <model>', 'market data to the engine: 5ms, lognormal:… or file:F', SIM_EXTRAS.feed_latency)
    .option('--queue <model>', 'none, front, back, probabilistic or probabilistic:power:N', SIM_EXTRAS.queue)
    .option('--auctions <how>', 'none, or cross: fill at the price an auction printed', SIM_EXTRAS.auctions)
    .option('--rules <which>', 'none, or venue: price limits, interruptions, breakers', SIM_EXTRAS.rules)
    .option('--rejects <share>', 'share of new orders that the venue rejects, such as 0.01', SIM_EXTRAS.rejects)
    .option('--outage <windows>', 'FROM/TO in which the venue is silent, drop: or delay: before it; or file:F')
    .option('--fees <model>', 'none, bps:N, kis, ib-fixed or ib-tiered', SIM_DEFAULTS.fees)
    .option('--venue-clock <which>', 'receive or venue: whose times the venue acts on', SIM_EXTRAS.venue_clock)
    .option('--seed <n>', 'seed of everything random', '0')
    .option('--from <time>', 'first moment: a stamp with zone, or a session date')
    .option('--to <time>', 'end, exclusive')
    .option('--set <path=value>', 'overrides one value; may be repeated', repeat, [])
    .option('--config <dir>', 'directory of the YAML files (default: config, where present)')
    .option('--journal <mode>', 'refs, full or none', 'refs')
    .option('--tables <which>', 'all or none', 'all')
}

export function text(options: Options, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

export function readConfig(options: Options): EffectiveConfig {
  const dir = text(options, 'config') ?? defaultConfigDir(process.cwd())
  const env = readEnvironment(process.cwd(), process.env)
  return loadConfig({ dir, sets: (options.set as string[] | undefined) ?? [], env })
}

/** Reference data of instruments, the user's own beside the configuration included. */
export function readInstruments(options: Options): InstrumentTable {
  return instrumentTable(text(options, 'config'))
}

export function simTexts(options: Options): SimTexts {
  const of = (name: 'match' | 'liquidity' | 'slippage' | 'latency' | 'fees'): string =>
    text(options, name) ?? SIM_DEFAULTS[name]
  const samples: Record<string, readonly number[]> = {}
  const model = (option: string, written: string): string => {
    if (!written.startsWith('file:')) return written
    const micros = readSamples(option, written.slice('file:'.length))
    const name = samplesName(micros)
    samples[name] = micros
    return `samples:${name}`
  }
  const outage = text(options, 'outage')
  return {
    match: of('match'),
    liquidity: of('liquidity'),
    slippage: of('slippage'),
    latency: model('latency', of('latency')),
    fees: of('fees'),
    queue: text(options, 'queue'),
    auctions: text(options, 'auctions'),
    rules: text(options, 'rules'),
    rejects: text(options, 'rejects'),
    outage: outage?.startsWith('file:') === true ? readWindows(outage.slice('file:'.length)) : outage,
    feed_latency: model('feed-latency', text(options, 'feedLatency') ?? SIM_EXTRAS.feed_latency),
    venue_clock: text(options, 'venueClock'),
    samples,
  }
}

export function readSeed(options: Options): number {
  const written = text(options, 'seed') ?? '0'
  const seed = Number(written)
  if (!/^\d{1,10}$/.test(written) || seed > 0xffffffff) {
    throw new Failure(`--seed ${written}: write a whole number from 0 to 4294967295`, 2)
  }
  return seed
}

export function readJournalMode(options: Options): JournalMode {
  const written = text(options, 'journal') ?? 'refs'
  if (written === 'refs' || written === 'full' || written === 'none') return written
  throw new Failure(`--journal ${written}: write refs, full or none`, 2)
}

/** `1000000` (of `bare`) or `USD=1,KRW=2`. */
export function readCashOption(options: Options, bare: () => string): Map<string, string> {
  const written = text(options, 'cash')
  if (written === undefined) return new Map()
  if (!written.includes('=')) return new Map([[bare(), written]])
  const pairs = written.split(',').map((part): [string, string] => {
    const [name, amount] = part.split('=')
    if (!name || !amount) throw new Failure(`--cash ${written}: "${part}" is not CURRENCY=AMOUNT`, 2)
    return [name.trim(), amount.trim()]
  })
  return new Map(pairs)
}

/** A stamp with a zone, or a session date of the venue: from its open. */
export function readMoment(options: Options, name: 'from' | 'to', venue: string): number | undefined {
  const written = text(options, name)
  if (written === undefined) return undefined
  const day = parseDay(written)
  if (day !== undefined) return sessionTimes(venue, day)?.open ?? day * 86_400_000_000
  const stamp = parseStamp(written)
  if (stamp === undefined || !stamp.hasZone) {
    const mend =
      stamp === undefined
        ? 'write 2025-05-12 or 2025-05-12T13:30:00Z'
        : `add its zone, such as ${formatMicros(stamp.t)}`
    throw new Failure(`--${name} ${written}: ${mend}`, 2)
  }
  return stamp.t
}
