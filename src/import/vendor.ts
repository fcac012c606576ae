/** Histories that a vendor's adapter has fetched → tape, under the same checks as files. */
import { Failure } from '../cli/failure.ts'
import { formatMicros, type Micros } from '../core/base/time.ts'
import { CURRENCIES } from '../core/domain/units.ts'
import type { ImportRequest } from './csv-request.ts'
import type { Interval } from './dating.ts'
import type { Source } from './source-file.ts'
import { importSources, type ImportResult, type OnProgress } from './tape-import.ts'
import { linesSource } from './text-source.ts'

/** What an adapter hands over; texts are decimals, empty where the vendor has no value. */
export interface VendorHistory {
  /** As the vendor spells it. */
  readonly symbol: string
  readonly currency: string | undefined
  readonly bars: readonly {
    readonly t: Micros
    readonly open: string
    readonly high: string
    readonly low: string
    readonly close: string
    readonly volume: string
  }[]
  readonly events: readonly unknown[]
  readonly unfinished: number
}

export interface VendorListing {
  readonly symbol: string
  readonly venue: string
}

/** Yahoo's spelling → ours: 005930.KS is 005930 on KRX, KRW=X is USD/KRW, BTC-USD a crypto pair; others are US. */
export function listingOf(vendorSymbol: string): VendorListing {
  const korean = /^(\d{6})\.K[SQ]$/.exec(vendorSymbol)
  if (korean !== null) return { symbol: korean[1] as string, venue: 'KRX' }
  const rate = /^([A-Z]{3})?([A-Z]{3})=X$/.exec(vendorSymbol)
  if (rate !== null) return { symbol: `${rate[1] ?? 'USD'}/${rate[2]}`, venue: 'FX' }
  if (/^[A-Z0-9]+-(USD|USDT)$/.test(vendorSymbol)) return { symbol: vendorSymbol, venue: 'CRYPTO' }
  if (/^\^?[A-Z][A-Z0-9-]*$/.test(vendorSymbol)) return { symbol: vendorSymbol, venue: 'US' }
  throw new Failure(
    `${vendorSymbol}: no market this version knows; US symbols, NNNNNN.KS or .KQ, rates (KRW=X) and pairs (BTC-USD)`,
    2,
  )
}

export interface VendorRequest {
  readonly out: string
  readonly interval: Interval
  readonly strict: boolean
}

/** All symbols go to one tape, so they must be of one venue and currency. */
export async function importHistories(
  vendor: 'yahoo',
  histories: readonly VendorHistory[],
  request: VendorRequest,
  onProgress: OnProgress,
): Promise<ImportResult> {
  const listed = histories.map((history) => ({ history, ...listingOf(history.symbol) }))
  const venue = same(
    'venue',
    listed.map((l) => l.venue),
  )
  const currency = same(
    'currency',
    histories.map((h) => h.currency ?? ''),
  )
  const known = CURRENCIES.find((c) => c === currency)
  if (known === undefined) throw new Failure(`currency ${currency}: not known; known are ${CURRENCIES.join(', ')}`, 1)
  const sources = listed.map(({ history, symbol }): Source => {
    const lines = history.bars.map((b) => [formatMicros(b.t), b.open, b.high, b.low, b.close, b.volume].join(','))
    return linesSource(`${vendor}:${history.symbol}`, symbol, ['t,open,high,low,close,volume', ...lines])
  })
  const whole: ImportRequest = {
    files: [],
    symbol: (listed[0] as VendorListing).symbol,
    out: request.out,
    layout: {},
    tz: undefined,
    dateFormat: 'iso',
    stamp: 'start',
    interval: request.interval,
    venue,
    currency: known,
    actions: [],
    adjustment: 'split',
    strict: request.strict,
  }
  const actions = histories.flatMap((h) =>
    h.events.map((event) => ({ symbol: listingOf(h.symbol).symbol, ...(event as object) })),
  )
  // For information: prices and amounts are adjusted for splits already, so nothing of this is applied again.
  const extra = actions.length > 0 ? { vendor_actions: actions } : {}
  const result = await importSources(whole, sources, { name: vendor, extra }, onProgress)
  const unfinished = histories.reduce((sum, h) => sum + h.unfinished, 0)
  return {
    ...result,
    notes: [
      'prices are adjusted for splits by the vendor (adjustment: split); they are not adjusted again',
      ...(unfinished === 0 ? [] : [`${unfinished} bars that were still forming were left out`]),
      ...result.notes,
    ],
  }
}

function same(what: string, values: readonly string[]): string {
  const different = [...new Set(values)].sort()
  if (different.length > 1)
    throw new Failure(`the symbols differ in ${what} (${different.join(', ')}); import them apart`, 2)
  return different[0] ?? ''
}
