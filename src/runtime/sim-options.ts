/** The simulated venue's options as texts (`contract.md` 3) and as values; the texts stand in a run's configuration. */
import { Failure } from '../cli/failure.ts'
import { toRatio } from '../core/base/decimal.ts'
import type { Ratio } from '../core/base/fixed.ts'
import type { Micros } from '../core/base/time.ts'
import type { FeeModel } from '../core/domain/fees.ts'
import type { Liquidity, SimConfig, Slippage } from '../core/sim/config.ts'
import { FEE_TABLES, type FeeTableName } from '../reference/fee-data.ts'
import { isFeeTable } from '../reference/fees.ts'
import type { Latency } from './virtual-drive.ts'

/** As written by the user; the defaults of the contract. */
export interface SimTexts {
  readonly match: string
  readonly liquidity: string
  readonly slippage: string
  readonly latency: string
  readonly fees: string
}

export const SIM_DEFAULTS: SimTexts = {
  match: 'next',
  liquidity: 'shown',
  slippage: 'none',
  latency: '0ms',
  fees: 'none',
}

export interface SimOptions {
  readonly config: SimConfig
  readonly latency: Latency
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

const MILLIS = /^(\d{1,7})(?:\.(\d{1,3}))?ms$/

function readLatency(text: string): Latency {
  const m = MILLIS.exec(text)
  if (m === null) {
    const later = text.startsWith('lognormal:') || text.startsWith('file:')
    return fail(
      'latency',
      text,
      later ? 'not in this version; write a constant such as 5ms' : 'write a constant such as 5ms',
    )
  }
  const micros: Micros = Number(m[1]) * 1000 + Number((m[2] ?? '').padEnd(3, '0'))
  return { entry: micros, response: micros }
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
  return {
    config: {
      match: readMatch(texts.match),
      liquidity: readLiquidity(texts.liquidity),
      slippage: readSlippage(texts.slippage),
      fees: readFees(texts.fees, tables),
    },
    latency: readLatency(texts.latency),
  }
}

/** The same before any instrument is known: a fee table is checked by its name alone. */
export function checkSimOptions(texts: SimTexts): void {
  readSimOptions(texts, () => ({ kind: 'none' }))
}
