/**
 * A user's own source: a TypeScript file whose default export names one stream and yields its rows. Its rows are
 * checked one by one and sealed into a tape, so that what a strange feed said once can be replayed for ever.
 */
import { Failure } from '../cli/failure.ts'
import { parseDecimal } from '../core/base/decimal.ts'
import { rateDirection } from './listing.ts'
import { MedianSample } from './median-sample.ts'
import { economicIdOf } from '../reference/instrument-load.ts'
import { venueDefaults } from '../reference/venues.ts'
import type { StreamKind, TapeManifest } from '../tape/manifest.ts'
import { TapeWriter } from '../tape/write.ts'

/** One row; times are integer microseconds UTC, prices and sizes decimals. */
export type SourceRow = Readonly<Record<string, number>>

export interface UserSource {
  readonly symbol: string
  /** US, KRX, FX, CRYPTO, GEN, … */
  readonly venue: string
  readonly currency?: string
  /** trades: t price size; quotes: t bid ask bidSize askSize; bars: t (start) open high low close volume; fx: t rate. */
  readonly kind: StreamKind
  /** Length of a bar in microseconds. */
  readonly interval?: number
  rows(): Iterable<SourceRow> | AsyncIterable<SourceRow>
}

const FIELDS: Readonly<Record<StreamKind, readonly string[]>> = {
  trades: ['t', 'price', 'size'],
  quotes: ['t', 'bid', 'ask', 'bidSize', 'askSize'],
  bars: ['t', 'open', 'high', 'low', 'close', 'volume'],
  fx: ['t', 'rate'],
}

const PRICES = new Set(['price', 'bid', 'ask', 'open', 'high', 'low', 'close', 'rate'])
const CHUNK = 65_536
const MOST_DECIMALS = 8

/** Checks rows as they come; faults name file, row, field, value and what is wrong. */
class RowCheck {
  priceDecimals = 0
  qtyDecimals = 0
  readonly rates = new MedianSample()
  #first = Number.NaN
  #last = -Infinity
  readonly #file: string
  readonly #source: UserSource

  constructor(file: string, source: UserSource) {
    this.#file = file
    this.#source = source
  }

  row(row: SourceRow, n: number): void {
    for (const field of FIELDS[this.#source.kind]) this.#value(field, row[field], n)
    const { t } = row as { t: number }
    if (!Number.isSafeInteger(t) || t < this.#last)
      this.#fail(n, 't', t, 'times are whole microseconds that never go back')
    this.#last = this.#source.kind === 'bars' ? t + 1 : t
    if (n === 1) this.#first = t
    if (row.rate !== undefined) this.rates.add(row.rate)
    if (row.bid !== undefined && row.ask !== undefined && row.bid > row.ask)
      this.#fail(n, 'bid', row.bid, `above the ask ${row.ask}`)
    if (this.#source.kind !== 'bars') return
    const { open = 0, high = 0, low = 0, close = 0 } = row
    if (high < Math.max(open, close) || low > Math.min(open, close))
      this.#fail(n, 'high', high, 'open and close must lie within low and high')
  }

  /** Rates the wrong way round are refused; what could not be judged passes. */
  end(): void {
    if (this.#source.kind !== 'fx') return
    rateDirection(this.#source.symbol, this.rates.median(), this.#first, this.#last)
  }

  #value(field: string, x: number | undefined, n: number): void {
    if (typeof x !== 'number' || !Number.isFinite(x)) this.#fail(n, field, x, 'a finite number is needed')
    if (field === 't') return
    const price = PRICES.has(field)
    if (price ? x <= 0 : x < 0) this.#fail(n, field, x, price ? 'must be above 0' : 'must not be negative')
    const decimals = parseDecimal(String(x))?.decimals ?? MOST_DECIMALS + 1
    if (decimals > MOST_DECIMALS) this.#fail(n, field, x, `more than ${MOST_DECIMALS} decimals`)
    if (price) this.priceDecimals = Math.max(this.priceDecimals, decimals)
    else this.qtyDecimals = Math.max(this.qtyDecimals, decimals)
  }

  #fail(n: number, field: string, value: unknown, why: string): never {
    throw new Failure(`${this.#file}: row ${n}: ${field} ${value}: ${why}`)
  }
}

export function checkUserSource(file: string, found: unknown): UserSource {
  const s = found as Partial<UserSource> | undefined
  const whole = typeof s?.symbol === 'string' && typeof s.venue === 'string' && typeof s.rows === 'function'
  if (!whole || s.kind === undefined || !(s.kind in FIELDS)) {
    throw new Failure(
      `${file}: the default export is not a source; write: export default { symbol, venue, kind, rows() { … } }`,
      2,
    )
  }
  if (s.kind === 'bars' && !(Number.isSafeInteger(s.interval) && (s.interval as number) > 0)) {
    throw new Failure(`${file}: interval ${s.interval}: bars need their length in microseconds`, 2)
  }
  return s as UserSource
}

/** Runs the source to its end and seals the tape; a bad row ends the import and leaves no tape. */
export async function importSource(
  file: string,
  source: UserSource,
  out: string,
  progress: (rows: number) => void,
): Promise<TapeManifest> {
  const { symbol, venue, kind } = source
  const currency = source.currency ?? venueDefaults(venue).currency
  const meta = { source: { kind: 'import', name: 'user source' }, adjustment: 'none', time_resolution: 'us' } as const
  const writer = await TapeWriter.create(out, meta)
  // The last day is not known yet; the decimals are set at the end, and a source of the past names its symbol of today.
  const economic_id = economicIdOf(symbol, venue, Infinity)
  writer.addInstrument({ symbol, venue, currency, economic_id, price_decimals: 0, qty_decimals: 0 })
  const stream = writer.openStream(symbol, kind, source.interval === undefined ? {} : { interval_us: source.interval })
  const names = FIELDS[kind]
  const check = new RowCheck(file, source)
  let columns = names.map(() => new Float64Array(CHUNK))
  let used = 0
  let total = 0
  const give = (): void => {
    stream.append(Object.fromEntries(names.map((name, i) => [name, columns[i]])), used)
    columns = names.map(() => new Float64Array(CHUNK))
    used = 0
    progress(total)
  }
  try {
    for await (const row of source.rows()) {
      total++
      check.row(row, total)
      for (let i = 0; i < names.length; i++) (columns[i] as Float64Array)[used] = row[names[i] as string] as number
      used++
      if (used === CHUNK) give()
    }
    if (total === 0) throw new Failure(`${file}: the source gave no row`)
    if (used > 0) give()
    check.end()
    writer.setDecimals(symbol, check.priceDecimals, check.qtyDecimals)
    return await writer.seal()
  } catch (error) {
    await writer.abort()
    throw error
  }
}
