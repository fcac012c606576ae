/** The indicators that are known by name, and how their texts are read: `macd:12:26:9`. */
import { Adx } from './adx.ts'
import { Atr } from './atr.ts'
import { BollingerBands } from './bbands.ts'
import { Ema } from './ema.ts'
import type { Indicator, IndicatorFactory } from './indicator.ts'
import { Macd } from './macd.ts'
import { Obv } from './obv.ts'
import { Rsi } from './rsi.ts'
import { Sma } from './sma.ts'
import { Stochastic } from './stoch.ts'
import { Vwap } from './vwap.ts'

export type IndicatorName = 'sma' | 'ema' | 'rsi' | 'macd' | 'atr' | 'bbands' | 'vwap' | 'stoch' | 'obv' | 'adx'

export interface IndicatorSpec {
  readonly name: IndicatorName
  readonly parameters: readonly number[]
}

/** The text, its faulty part and the mend are in the message. */
export class IndicatorError extends Error {
  override readonly name = 'IndicatorError'
}

interface Parameter {
  readonly name: string
  readonly least: number
  readonly most: number
  readonly fraction?: boolean
}

interface Kind {
  readonly example: string
  readonly parameters: readonly Parameter[]
  make(p: readonly number[]): Indicator
}

/** Longer windows are a typing error rather than a wish; TA-Lib's own limit is 100,000. */
const LONGEST = 10_000

const period = (name: string, least = 2): Parameter => ({ name, least, most: LONGEST })

const KINDS: ReadonlyMap<IndicatorName, Kind> = new Map<IndicatorName, Kind>([
  ['sma', { example: 'sma:20', parameters: [period('period')], make: ([n]) => new Sma(n as number) }],
  ['ema', { example: 'ema:10', parameters: [period('period')], make: ([n]) => new Ema(n as number) }],
  ['rsi', { example: 'rsi:14', parameters: [period('period')], make: ([n]) => new Rsi(n as number) }],
  [
    'macd',
    {
      example: 'macd:12:26:9',
      parameters: [period('fast'), period('slow'), period('signal', 1)],
      make: ([fast, slow, signal]) => new Macd(fast as number, slow as number, signal as number),
    },
  ],
  ['atr', { example: 'atr:14', parameters: [period('period', 1)], make: ([n]) => new Atr(n as number) }],
  [
    'bbands',
    {
      example: 'bbands:20:2',
      parameters: [period('period'), { name: 'deviations', least: 0.01, most: 100, fraction: true }],
      make: ([n, k]) => new BollingerBands(n as number, k as number),
    },
  ],
  ['vwap', { example: 'vwap', parameters: [], make: () => new Vwap() }],
  [
    'stoch',
    {
      example: 'stoch:14:3:3',
      parameters: [period('period', 1), period('k', 1), period('d', 1)],
      make: ([n, k, d]) => new Stochastic(n as number, k as number, d as number),
    },
  ],
  ['obv', { example: 'obv', parameters: [], make: () => new Obv() }],
  ['adx', { example: 'adx:14', parameters: [period('period')], make: ([n]) => new Adx(n as number) }],
])

/** One example of every known indicator, for messages and --help. */
export const KNOWN_INDICATORS: readonly string[] = [...KINDS.values()].map((kind) => kind.example)

function readParameter(spec: string, text: string, parameter: Parameter): number {
  const { name, least, most, fraction = false } = parameter
  const pattern = fraction ? /^\d{1,6}(\.\d{1,6})?$/ : /^\d{1,6}$/
  const x = pattern.test(text) ? Number(text) : Number.NaN
  if (x >= least && x <= most) return x
  const kind = fraction ? 'a number' : 'a whole number'
  throw new IndicatorError(`indicator "${spec}": ${name} is "${text}", it must be ${kind} from ${least} to ${most}`)
}

/** 'macd:12:26:9' → its spec; throws IndicatorError naming the spec, the parameter and its value. */
export function parseIndicator(spec: string): IndicatorSpec {
  const [name = '', ...texts] = spec.trim().split(':')
  const kind = KINDS.get(name as IndicatorName)
  if (kind === undefined) {
    throw new IndicatorError(`indicator "${spec}": unknown name "${name}"; known are ${KNOWN_INDICATORS.join(', ')}`)
  }
  const wanted = kind.parameters
  if (texts.length !== wanted.length) {
    const names = wanted.map((p) => p.name).join(', ')
    const takes = wanted.length === 0 ? 'takes no parameter' : `takes ${wanted.length} (${names})`
    throw new IndicatorError(`indicator "${spec}": ${name} ${takes}, for example ${kind.example}`)
  }
  const parameters = wanted.map((parameter, i) => readParameter(spec, texts[i] as string, parameter))
  if (name === 'macd' && (parameters[0] as number) >= (parameters[1] as number)) {
    throw new IndicatorError(
      `indicator "${spec}": fast is ${parameters[0]}, it must be below slow, which is ${parameters[1]}`,
    )
  }
  return { name: name as IndicatorName, parameters }
}

export function makeIndicator(spec: IndicatorSpec | string | IndicatorFactory): Indicator {
  if (typeof spec === 'function') return spec()
  const { name, parameters } = typeof spec === 'string' ? parseIndicator(spec) : spec
  return (KINDS.get(name) as Kind).make(parameters)
}
