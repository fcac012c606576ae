/** The tapes of the hard runs: stress days of real markets, generated markets, and crashes made up for them. */
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseDay } from '../../src/core/base/time.ts'
import { writeMarketTape } from '../../src/generate/market-tape.ts'
import { importCsv } from '../../src/import/csv.ts'
import { importRequest } from '../../src/import/csv-request.ts'
import { ROOT } from '../check/source-files.ts'

/** Real data that is not part of the project. */
export const STRESS = join(resolve(ROOT, process.env.SAMETAPE_SHARED ?? '../shared'), 'data', 'stress')
export const hasStress = (): boolean => existsSync(STRESS)

export interface StressFile {
  readonly file: string
  readonly symbol: string
  readonly options: Readonly<Record<string, unknown>>
}

export const STRESS_FILES: readonly StressFile[] = [
  { file: 'SPY_5m_2018_2020_ib_excl_2020-03-16_31.csv.gz', symbol: 'SPY', options: {} },
  { file: 'FXY_1m_2024-07_08_yen_unwind.csv.gz', symbol: 'FXY', options: { tz: 'UTC' } },
  { file: 'DBB_1m_2024-07_08_illiquid.csv.gz', symbol: 'DBB', options: { tz: 'UTC' } },
]

export async function stressTape(dir: string, { file, symbol, options }: StressFile): Promise<string> {
  const out = join(dir, symbol)
  if (existsSync(out)) return out
  await importCsv(importRequest([join(STRESS, file)], { symbol, out, ...options }), () => undefined)
  return out
}

/** As `sametape generate`: one-minute bars, or quotes and trades. */
export async function generatedTape(dir: string, symbols: number, days: number, seed: number, bars: boolean) {
  const out = join(dir, `generated-${symbols}-${days}-${seed}-${bars ? 'bars' : 'ticks'}`)
  if (existsSync(out)) return out
  const names = Array.from({ length: symbols }, (_, i) => `G${String(i).padStart(2, '0')}`)
  const start = parseDay('2025-01-06') ?? 0
  const market = { symbols: names, days, seed, start, rate: 20, venue: 'GEN', bars, fx: false } as const
  await writeMarketTape(market, out)
  return out
}

const FIRST = Date.parse('2025-03-03T14:00:00Z')

/** Percent that everything moves in a minute: slow slides, a fall at once, one that looks like a bad print, a recovery. */
function crash(minute: number): number {
  if (minute >= 60 && minute < 72) return -1.2
  if (minute === 150) return -8
  if (minute >= 200 && minute < 260) return 0.4
  if (minute === 300) return -30
  if (minute >= 360 && minute < 380) return -2.5
  return 0
}

/** Bars of a symbol in a market that crashes; the day rolls at minute 450. */
function crashRows(seed: number, minutes: number): string {
  const lines = ['timestamp,open,high,low,close,volume']
  let x = (seed * 2_654_435_761) >>> 0
  const next = (): number => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0
    return x / 4_294_967_296
  }
  let last = 20 + Math.floor(next() * 180)
  for (let m = 0; m < minutes; m++) {
    const open = last
    last = Math.max(1, open * (1 + crash(m) / 100 + (next() - 0.5) / 250))
    const [o, c] = [open.toFixed(2), last.toFixed(2)]
    const [high, low] = Number(o) > Number(c) ? [o, c] : [c, o]
    const time = new Date(FIRST + m * 60_000).toISOString()
    lines.push(`${time},${o},${high},${low},${c},${20_000 + Math.floor(next() * 100_000)}`)
  }
  return `${lines.join('\n')}\n`
}

export async function crashTapes(dir: string, symbols: number, minutes: number): Promise<string[]> {
  const tapes: string[] = []
  for (let i = 0; i < symbols; i++) {
    const symbol = `C${String(i).padStart(2, '0')}`
    const out = join(dir, `crash-${minutes}-${symbol}`)
    tapes.push(out)
    if (existsSync(out)) continue
    const file = `${out}.csv`
    writeFileSync(file, crashRows(i + 1, minutes))
    const how = { symbol, out, venue: 'GEN', currency: 'USD', interval: '1m' }
    await importCsv(importRequest([file], how), () => undefined)
  }
  return tapes
}
