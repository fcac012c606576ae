/**
 * The simulated venue's options as texts (`contract.md` 3) and as values; the texts stand in a run's configuration. The
 * optional ones stand there only when they are not the default, so that a run without them has the header it always had.
 * Nothing in them names a file: `model-files.ts` puts in the content.
 */
import { Failure } from '../cli/failure.ts'
import { toRatio } from '../core/base/decimal.ts'
import type { Ratio } from '../core/base/fixed.ts'
import { type Micros, parseStamp } from '../core/base/time.ts'
import type { FeeModel } from '../core/domain/fees.ts'
import type { Liquidity, SimConfig, Slippage } from '../core/sim/config.ts'
import { FEE_TABLES, type FeeTableName } from '../reference/fee-data.ts'
import { isFeeTable } from '../reference/fees.ts'
import type { LatencyModel } from '../core/sim/latency.ts'
import { type Outage, OUTAGE_KINDS } from '../core/sim/outage.ts'
import type { QueueModel } from '../core/sim/queue.ts'
import { samplesName } from './model-files.ts'
import type { Link } from './virtual-drive.ts'

/** As written by the user; the defaults of the contract. */
export interface SimTexts {
  readonly match: string
  readonly liquidity: string
  readonly slippage: string
  readonly latency: string
  readonly fees: string
  readonly queue?: string | undefined
  readonly auctions?: string | undefined
  readonly rules?: string | undefined
  readonly rejects?: string | undefined
  readonly outage?: string | undefined
  readonly feed_latency?: string | undefined
  readonly venue_clock?: string | undefined
  /** Delays in microseconds by the name under which `latency` or `feed_latency` asks for them. */
  readonly samples?: Readonly<Record<string, readonly number[]>> | undefined
}

/** Options that stand in a configuration only when they are not this. */
export const SIM_EXTRAS = {
  queue: 'none',
  auctions: 'none',
  rules: 'none',
  rejects: '0',
  outage: 'none',
  feed_latency: '0ms',
  venue_clock: 'receive',
} as const
export type SimExtra = keyof typeof SIM_EXTRAS

export const SIM_DEFAULTS: SimTexts = {
  match: 'next',
  liquidity: 'shown',
  slippage: 'none',
  latency: '0ms',
  fees: 'none',
}

export interface SimOptions {
  readonly config: SimConfig
  readonly link: Link
  /** The venue acts on the venue times of the tape, not on its receive times. */
  readonly venueClock: boolean
  /** The venue's own limits and interruptions are wanted. */
  readonly rules: boolean
}

function fail(option: string, text: string, mend: string): never {
  throw new Failure(`--${option} ${text}: ${mend}`, 2)
}

/** The number behind `name:`; a positive decimal, exact. */
function amount(option: string, text: string, name: string): Ratio {
  const ratio = toRatio(text.slice(name.length + 1))
  if (ratio === undefined || ratio.num < 0) fail(option, text, `write ${name}: and a number that is not negative`)
  return ratio
}

function readMatch(text: string): SimConfig['match'] {
  if (text === 'next' || text === 'standing') return text
  return fail('match', text, 'write next or standing')
}

function readLiquidity(text: string): Liquidity {
  if (text === 'shown' || text === 'unlimited') return { kind: text }
  if (!text.startsWith('volume:'))
    return fail('liquidity', text, 'write shown, volume:F (such as volume:0.1) or unlimited')
  const share = amount('liquidity', text, 'volume')
  if (share.num === 0 || share.num > share.den) fail('liquidity', text, 'the share must lie above 0 and at most 1')
  return { kind: 'volume', share }
}

function readSlippage(text: string): Slippage {
  if (text === 'none') return { kind: 'none' }
  const name = text.split(':')[0] as string
  if (name === 'ticks') {
    const ticks = amount('slippage', text, 'ticks')
    if (ticks.den !== 1) fail('slippage', text, 'a whole number of ticks')
    return { kind: 'ticks', ticks: ticks.num }
  }
  if (name === 'bps') return { kind: 'bps', bps: amount('slippage', text, 'bps') }
  if (name === 'spread') return { kind: 'spread', share: amount('slippage', text, 'spread') }
  if (name === 'sqrt') return { kind: 'sqrt', y: amount('slippage', text, 'sqrt') }
  return fail('slippage', text, 'write none, ticks:N, bps:N, spread:F or sqrt:Y')
}

const MILLIS = /^(\d{1,7})(?:\.(\d{1,3}))?(?:ms)?$/

function millis(text: string): Micros | undefined {
  const m = MILLIS.exec(text)
  return m === null ? undefined : Number(m[1]) * 1000 + Number((m[2] ?? '').padEnd(3, '0'))
}

function constant(option: string, written: string, text: string): LatencyModel {
  const micros = text.endsWith('ms') ? millis(text) : undefined
  if (micros === undefined)
    return fail(option, written, 'write a constant such as 5ms, lognormal:MEDIAN_MS:SIGMA or file:F')
  return { kind: 'constant', micros }
}

const SIGMA_MAX = 3
const MEDIAN_MAX: Micros = 60_000_000

function readModel(option: string, text: string, samples: SimTexts['samples']): LatencyModel {
  const [name, first = '', second = '', rest] = text.split(':')
  if (name === 'lognormal') {
    const [median, sigma] = [millis(first), toRatio(second)]
    const whole = median !== undefined && sigma !== undefined && rest === undefined
    if (!whole || median === 0 || median > MEDIAN_MAX || sigma.num < 0 || sigma.num > SIGMA_MAX * sigma.den)
      return fail(option, text, 'write lognormal:MEDIAN_MS:SIGMA, such as lognormal:5:0.5; sigma at most 3')
    return { kind: 'lognormal', median, sigma: sigma.num / sigma.den }
  }
  if (name === 'samples') {
    const micros = samples?.[first]
    if (micros === undefined || micros.length === 0 || samplesName(micros) !== first)
      return fail(option, text, 'its samples are not in the configuration; give them again with file:F')
    return { kind: 'samples', micros }
  }
  return constant(option, text, text)
}

/** One model for both ways, or two constants as ENTRY/RESPONSE. */
function readLatency(text: string, samples: SimTexts['samples']): Pick<Link, 'entry' | 'response'> {
  const [entry, response, more] = text.split('/')
  if (response !== undefined) {
    if (more !== undefined) return fail('latency', text, 'write ENTRY/RESPONSE, such as 5ms/2ms')
    return { entry: constant('latency', text, entry as string), response: constant('latency', text, response) }
  }
  const model = readModel('latency', text, samples)
  return { entry: model, response: model }
}

function readQueue(text: string): QueueModel | undefined {
  if (text === 'none') return undefined
  if (text === 'front' || text === 'back') return { kind: text }
  const m = /^probabilistic(?::power:([1-5]))?$/.exec(text)
  if (m === null) return fail('queue', text, 'write none, front, back, probabilistic or probabilistic:power:N (1 to 5)')
  return { kind: 'probabilistic', power: Number(m[1] ?? 1) }
}

function readRejects(text: string): Ratio {
  const share = toRatio(text)
  if (share === undefined || share.num < 0 || share.num > share.den || share.den > 2 ** 20)
    return fail('rejects', text, 'a share from 0 to 1 with at most six decimals, such as 0.01')
  return share
}

const WINDOW = /^(?:(drop|delay):)?([^/]+)\/([^/]+)$/

/** Windows apart from each other, by time. */
function readOutages(text: string): readonly Outage[] {
  if (text === 'none') return []
  const windows = text.split(',').map((part): Outage => {
    const m = WINDOW.exec(part.trim())
    const [from, to] = [parseStamp(m?.[2] ?? ''), parseStamp(m?.[3] ?? '')]
    if (from?.hasZone !== true || to?.hasZone !== true || from.t >= to.t)
      return fail('outage', part, `write FROM/TO with zones, such as delay:2026-01-05T14:30:00Z/2026-01-05T14:35:00Z`)
    return { kind: OUTAGE_KINDS.find((k) => k === m?.[1]) ?? 'delay', from: from.t, to: to.t }
  })
  windows.sort((a, b) => a.from - b.from)
  windows.forEach((w, i) => {
    if (i > 0 && w.from < (windows[i - 1] as Outage).to) fail('outage', text, 'two of its windows overlap')
  })
  return windows
}

function oneOf<T extends string>(option: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((x) => x === text)
  return found ?? fail(option, text, `write ${allowed.join(' or ')}`)
}

/** Makes the model of a fee table; it takes the instruments of the run. */
export type FeeTables = (name: FeeTableName) => FeeModel

const FEES_MEND = `write none, bps:N or one of ${FEE_TABLES.join(', ')}`

function readFees(text: string, tables: FeeTables): FeeModel {
  if (text === 'none') return { kind: 'none' }
  if (text.startsWith('bps:')) return { kind: 'bps', bps: amount('fees', text, 'bps') }
  return isFeeTable(text) ? tables(text) : fail('fees', text, FEES_MEND)
}

/** Reads all options; throws Failure (2) naming option, value and what to write. */
export function readSimOptions(texts: SimTexts, tables: FeeTables): SimOptions {
  const extra = (name: SimExtra): string => texts[name] ?? SIM_EXTRAS[name]
  const queue = readQueue(extra('queue'))
  const rejects = readRejects(extra('rejects'))
  const auctions = oneOf('auctions', extra('auctions'), ['none', 'cross'])
  const feed = readModel('feed-latency', extra('feed_latency'), texts.samples)
  const outages = readOutages(extra('outage'))
  return {
    config: {
      match: readMatch(texts.match),
      liquidity: readLiquidity(texts.liquidity),
      slippage: readSlippage(texts.slippage),
      fees: readFees(texts.fees, tables),
      ...(queue === undefined ? {} : { queue }),
      ...(rejects.num === 0 ? {} : { rejects }),
      ...(auctions === 'none' ? {} : { auctions }),
    },
    link: { ...readLatency(texts.latency, texts.samples), feed, outages },
    venueClock: oneOf('venue-clock', extra('venue_clock'), ['receive', 'venue']) === 'venue',
    rules: oneOf('rules', extra('rules'), ['none', 'venue']) === 'venue',
  }
}

/** The same before any instrument is known: a fee table is checked by its name alone. */
export function checkSimOptions(texts: SimTexts): void {
  readSimOptions(texts, () => ({ kind: 'none' }))
}
