/**
 * Dated fee data, `config/fees/<id>.json`: what a broker charges, what the state charges, what is withheld of
 * dividends. Amounts are decimal texts in the market's currency. Read once per process and checked; what holds
 * afterwards: rows rise by date, each charge has one base, and a charge per fill is one of sales.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Failure } from '../cli/failure.ts'
import { parseDecimal } from '../core/base/decimal.ts'
import { type EpochDay, parseDay } from '../core/base/time.ts'
import { PRODUCTS } from '../core/domain/instrument.ts'
import { readConfigFile } from './config-file.ts'

export const FEE_TABLES = ['kis', 'ib-fixed', 'ib-tiered'] as const
export type FeeTableName = (typeof FEE_TABLES)[number]

const day = z.string().transform((text, ctx): EpochDay => {
  const n = parseDay(text)
  if (n !== undefined) return n
  ctx.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a date (YYYY-MM-DD)` })
  return z.NEVER
})

const decimal = z.string().refine((text) => {
  const d = parseDecimal(text)
  return d !== undefined && !d.negative && d.decimals <= 12
}, 'must be a decimal text of at most 12 decimals, not negative')

const chargeRow = z
  .strictObject({
    from: day,
    of_value: decimal.optional(),
    per_share: decimal.optional(),
    /** A share of another charge of the same table, which must stand before this one. */
    of_charge: z.strictObject({ name: z.string(), share: decimal }).optional(),
    min: decimal.optional(),
    max: decimal.optional(),
    max_of_value: decimal.optional(),
    round: z.strictObject({ to: decimal, mode: z.enum(['down', 'up', 'halfEven']) }).optional(),
    source: z.string().min(1),
  })
  .refine(
    (row) => [row.of_value, row.per_share, row.of_charge].filter((x) => x !== undefined).length === 1,
    'must have exactly one of of_value, per_share and of_charge',
  )

/** Absent products, segments or accounts: all of them. */
const charge = z
  .strictObject({
    name: z.string(),
    markets: z.array(z.string()).min(1),
    products: z.array(z.enum(PRODUCTS)).optional(),
    segments: z.array(z.string()).optional(),
    accounts: z.array(z.string()).optional(),
    side: z.enum(['buy', 'sell', 'both']),
    books: z.enum(['fee', 'tax']),
    per: z.enum(['order', 'fill']),
    /** Which date of a trade must have reached `from`. */
    decides: z.enum(['trade', 'settlement']),
    /** Configuration value, in bps of the money traded, that takes the place of all rows. */
    override: z.string().optional(),
    rows: z.array(chargeRow).min(1),
  })
  .refine((c) => c.per === 'order' || c.side === 'sell', 'per fill only where side is sell')

const withholding = z.strictObject({
  market: z.string(),
  account: z.string().optional(),
  rows: z.array(z.strictObject({ from: day, share: decimal, source: z.string().min(1) })).min(1),
})

const table = z.strictObject({
  id: z.string(),
  title: z.string().optional(),
  version: z.string(),
  /** Tables whose charges come with this one's: what the state and the exchanges charge. */
  includes: z.array(z.string()).default([]),
  /** Kinds of account that the table tells apart; the first is meant where none is named. */
  accounts: z.array(z.string()).default([]),
  /** The segment of an instrument that names none. */
  default_segments: z.array(z.strictObject({ market: z.string(), segment: z.string() })).default([]),
  source: z.array(z.string()).min(1),
  notes: z.array(z.string()),
  charges: z.array(charge),
  withholding: z.array(withholding).default([]),
})

const markets = z.strictObject({
  id: z.literal('markets'),
  version: z.string(),
  source: z.array(z.string()).min(1),
  notes: z.array(z.string()),
  markets: z.array(
    z.strictObject({
      market: z.string(),
      zone: z.string(),
      /** Where settlement is counted; needed with lags. */
      calendar: z.string().optional(),
      /** Sessions from trade to settlement, by the first trade date. */
      lags: z.array(z.strictObject({ from: day, sessions: z.number().int().min(0).max(10) })).default([]),
    }),
  ),
})

export type ChargeData = z.output<typeof charge>
export type ChargeRowData = z.output<typeof chargeRow>
export type WithholdingData = z.output<typeof withholding>
export type MarketData = z.output<typeof markets>['markets'][number]

export interface LoadedFees {
  readonly name: string
  readonly title: string
  readonly version: string
  readonly accounts: readonly string[]
  readonly segments: ReadonlyMap<string, string>
  /** The table's own charges, then those of the tables it includes. */
  readonly charges: readonly ChargeData[]
  /** Markets for which the table itself has a charge: those in which its broker trades. */
  readonly markets: readonly string[]
  readonly withholding: readonly WithholdingData[]
  /** SHA-256 over the data, of included tables and of markets.json too. */
  readonly sha256: string
}

const loaded = new Map<string, LoadedFees>()
let ofMarkets: { readonly markets: readonly MarketData[]; readonly canonical: string } | undefined

function readMarkets(): NonNullable<typeof ofMarkets> {
  if (ofMarkets === undefined) {
    const { data, canonical } = readConfigFile('fees/markets.json', markets)
    for (const m of data.markets) checkRising('markets', `${m.market}: lags`, m.lags)
    ofMarkets = { markets: data.markets, canonical }
  }
  return ofMarkets
}

/** Zone and settlement of a market. Throws Failure (exit 2) for one that has no row. */
export function marketData(market: string): MarketData {
  const found = readMarkets().markets.find((m) => m.market === market)
  if (found !== undefined) return found
  throw new Failure(`config/fees/markets.json: no row for the market ${market}. Add one.`, 2)
}

function checkRising(id: string, field: string, rows: readonly { readonly from: EpochDay }[]): void {
  rows.forEach((row, i) => {
    const last = rows[i - 1]
    if (last === undefined || last.from < row.from) return
    throw new Failure(`config/fees/${id}.json: ${field}: row ${i + 1}: dates must rise. Mend it.`, 2)
  })
}

function checkCharges(id: string, charges: readonly ChargeData[]): void {
  charges.forEach((c, i) => {
    checkRising(id, c.name, c.rows)
    for (const { of_charge: of } of c.rows) {
      if (of === undefined || charges.slice(0, i).some((before) => before.name === of.name)) continue
      throw new Failure(`config/fees/${id}.json: ${c.name}: of_charge ${of.name}: no such charge before it`, 2)
    }
  })
}

/** Throws Failure (exit 2) when a file is missing or wrong. */
export function loadFees(name: string): LoadedFees {
  const ready = loaded.get(name)
  if (ready !== undefined) return ready
  const { data, canonical } = readConfigFile(`fees/${name}.json`, table)
  checkCharges(name, data.charges)
  for (const w of data.withholding) checkRising(name, `withholding of ${w.market}`, w.rows)
  const others = data.includes.map(loadFees)
  const hash = createHash('sha256').update(canonical).update('\n').update(readMarkets().canonical)
  for (const other of others) hash.update('\n').update(other.sha256)
  const segments = data.default_segments.map((s): [string, string] => [s.market, s.segment])
  const made: LoadedFees = {
    name,
    title: data.title ?? name,
    version: data.version,
    accounts: data.accounts,
    segments: new Map([...others.flatMap((o) => [...o.segments]), ...segments]),
    charges: [...data.charges, ...others.flatMap((o) => o.charges)],
    markets: [...new Set(data.charges.flatMap((c) => c.markets))],
    withholding: data.withholding,
    sha256: hash.digest('hex'),
  }
  loaded.set(name, made)
  return made
}
