/**
 * From dated fee tables to what the core charges: per instrument a list of rows with the instant from which each is in
 * force. A date on which the settlement day decides (Korean sales taxes, the SEC fee) becomes the first trading day
 * whose sales settle then; instants are local midnight of the market.
 */
import { Failure } from '../cli/failure.ts'
import { toRatio, toScaled } from '../core/base/decimal.ts'
import { pow10, type Ratio } from '../core/base/fixed.ts'
import { DAY, type EpochDay, formatDay, type Micros } from '../core/base/time.ts'
import type { FeeCharge, FeeModel, FeeSchedule } from '../core/domain/fees.ts'
import type { Instrument, Product } from '../core/domain/instrument.ts'
import { moneyDecimals } from '../core/domain/units.ts'
import { type ChargeData, type ChargeRowData, FEE_TABLES, type FeeTableName, loadFees, marketData } from './fee-data.ts'
import { firstTradeSettling } from './settlement.ts'
import { productOf } from './venues.ts'
import { localToUtc } from './zones.ts'

/** What of a configuration fee tables ask for. */
export interface FeeSettings {
  /** Kind of account; undefined: the table's first. */
  readonly account: string | undefined
  /** Commissions of the own account in bps, by configuration path. */
  readonly commissions: ReadonlyMap<string, Ratio>
}

export const DEFAULT_SETTINGS: FeeSettings = { account: undefined, commissions: new Map() }

/** What a run says of the table it was charged by. */
export interface FeeTableId {
  readonly name: string
  readonly version: string
  readonly sha256: string
}

export function isFeeTable(name: string): name is FeeTableName {
  return (FEE_TABLES as readonly string[]).includes(name)
}

export function feeTableId(name: FeeTableName): FeeTableId {
  const { version, sha256 } = loadFees(name)
  return { name, version, sha256 }
}

function accountOf(name: FeeTableName, asked: string | undefined): string | undefined {
  const { accounts } = loadFees(name)
  if (asked === undefined || accounts.includes(asked)) return asked ?? accounts[0]
  throw new Failure(
    `fees.account: ${asked} is not an account of --fees ${name}; write one of ${accounts.join(', ')}`,
    2,
  )
}

/** Both mainland exchanges charge alike. */
function feeMarket(venue: string): string {
  return venue === 'SSE' || venue === 'SZSE' ? 'CN' : venue
}

function refuseMarket(name: FeeTableName, symbol: string, market: string): never {
  const { markets, title } = loadFees(name)
  throw new Failure(
    `--fees ${name}: ${symbol}: ${title} has no fees for the market ${market} (known: ${markets.join(', ')}); use none or bps:N`,
    2,
  )
}

/** The charges that an instrument bears, of any date. Currency pairs are never traded and bear none. */
function chargesFor(name: FeeTableName, instrument: Instrument, account: string | undefined): readonly ChargeData[] {
  const { symbol } = instrument
  const venue = feeMarket(instrument.venue)
  if (venue === 'FX') return []
  const { charges, markets, segments } = loadFees(name)
  if (!markets.includes(venue)) return refuseMarket(name, symbol, venue)
  const product: Product = instrument.product ?? productOf(instrument.venue, symbol)
  const segment = instrument.segment ?? segments.get(venue) ?? ''
  const borne = charges.filter(
    (c) =>
      c.markets.includes(venue) &&
      (c.products === undefined || c.products.includes(product)) &&
      (c.segments === undefined || c.segments.includes(segment)) &&
      (c.accounts === undefined || c.accounts.includes(account ?? '')),
  )
  if (borne.some((c) => c.name === 'commission')) return borne
  throw new Failure(`--fees ${name}: ${symbol}: no commission for a ${product} of the market ${venue}`, 2)
}

/** When a row of a charge begins to hold, by local midnight of its first trading day. */
export function inForceFrom(c: ChargeData, row: ChargeRowData, market: string): Micros {
  const day = c.decides === 'settlement' ? firstTradeSettling(market, row.from) : row.from
  return localToUtc(day * DAY, marketData(market).zone)
}

function ratio(text: string): Ratio {
  return toRatio(text) as Ratio
}

/** Money of decimal text in money units, exact or refused. */
function money(text: string, instrument: Instrument, c: ChargeData): number {
  const scaled = toScaled(text, moneyDecimals(instrument.currency))
  if (scaled !== undefined) return scaled
  throw new Failure(`config/fees: ${c.name}: ${text} is finer than the money unit of ${instrument.currency}`, 2)
}

function baseOf(row: ChargeRowData, instrument: Instrument, inForce: readonly ChargeData[]): Partial<FeeCharge> {
  if (row.of_value !== undefined) return { base: 'value', rate: ratio(row.of_value) }
  if (row.of_charge !== undefined) {
    const { name, share } = row.of_charge
    return { base: 'charge', rate: ratio(share), of: inForce.findIndex((c) => c.name === name) }
  }
  const { num, den } = ratio(row.per_share as string)
  const [up, down] = [pow10(moneyDecimals(instrument.currency)), pow10(instrument.qtyDecimals)]
  return { base: 'qty', rate: den >= up ? { num, den: (den / up) * down } : { num: num * (up / den), den: down } }
}

function chargeOf(
  c: ChargeData,
  row: ChargeRowData,
  instrument: Instrument,
  inForce: readonly ChargeData[],
): FeeCharge {
  const { min, max, max_of_value: most, round } = row
  const side = c.side === 'buy' ? 1 : c.side === 'sell' ? -1 : 0
  return {
    name: c.name,
    books: c.books,
    side,
    per: c.per,
    ...(baseOf(row, instrument, inForce) as Pick<FeeCharge, 'base' | 'rate'>),
    ...(min === undefined ? {} : { min: money(min, instrument, c) }),
    ...(max === undefined ? {} : { max: money(max, instrument, c) }),
    ...(most === undefined ? {} : { maxOfValue: ratio(most) }),
    ...(round === undefined ? {} : { round: { unit: money(round.to, instrument, c), mode: round.mode } }),
  }
}

/** An account's own commission, in bps, instead of the table's. */
function ownCommission(c: ChargeData, settings: FeeSettings): ChargeData {
  const bps = c.override === undefined ? undefined : settings.commissions.get(c.override)
  if (bps === undefined) return c
  const first = c.rows[0] as ChargeRowData
  const share = shareOfBps(bps)
  return { ...c, rows: [{ from: first.from, of_value: share, source: c.override as string }] }
}

/** 1.40527 bps → "0.000140527" */
function shareOfBps({ num, den }: Ratio): string {
  return `${num}e-${String(den).length - 1 + 4}`
}

function scheduleOf(name: FeeTableName, instrument: Instrument, settings: FeeSettings): FeeSchedule {
  const account = accountOf(name, settings.account)
  const charges = chargesFor(name, instrument, account).map((c) => ownCommission(c, settings))
  const dated = charges.map((c) =>
    c.rows.map((row) => ({ row, from: inForceFrom(c, row, feeMarket(instrument.venue)) })),
  )
  const from = [...new Set(dated.flatMap((rows) => rows.map((r) => r.from)))].sort((a, b) => a - b)
  const rows = from.map((t) => {
    const now = charges.flatMap((c, i) => {
      const found = dated[i]?.findLast((r) => r.from <= t)
      return found === undefined ? [] : [{ c, row: found.row }]
    })
    const inForce = now.map(({ c }) => c)
    return now.map(({ c, row }) => chargeOf(c, row, instrument, inForce))
  })
  return { from, rows }
}

/** The model of a run. Throws Failure (exit 2) for a market or product that the table does not know. */
export function feeModel(
  name: FeeTableName,
  instruments: readonly Instrument[],
  settings: FeeSettings = DEFAULT_SETTINGS,
): FeeModel {
  return { kind: 'table', name, schedules: instruments.map((i) => scheduleOf(name, i, settings)) }
}

/**
 * The model for what the table knows; markets that it does not know are free. For estimates and for emulators: a run's
 * own fees are refused there instead.
 */
export function feeModelWhereKnown(
  name: FeeTableName,
  instruments: readonly Instrument[],
  settings: FeeSettings = DEFAULT_SETTINGS,
): FeeModel {
  const { markets } = loadFees(name)
  const free: FeeSchedule = { from: [], rows: [] }
  const isKnown = (i: Instrument): boolean => markets.includes(feeMarket(i.venue))
  return { kind: 'table', name, schedules: instruments.map((i) => (isKnown(i) ? scheduleOf(name, i, settings) : free)) }
}

/**
 * The share of a dividend that is withheld, by the text of `--fees`, the market of the share, and the day of payment:
 * nothing under none and bps. Throws Failure (exit 2) where the table knows no rate.
 */
export function withholdingOf(feesName: string, venue: string, day: EpochDay, account?: string): Ratio {
  const market = feeMarket(venue)
  if (!isFeeTable(feesName)) return { num: 0, den: 1 }
  const held = loadFees(feesName).withholding.filter((w) => w.market === market)
  const kind = accountOf(feesName, account)
  const rows = held.find((w) => w.account === undefined || w.account === kind)?.rows ?? []
  const row = rows.findLast((r) => r.from <= day)
  if (row !== undefined) return ratio(row.share)
  const where = `dividends of ${market} on ${formatDay(day)}`
  throw new Failure(
    `--fees ${feesName}: no withholding rate for ${where}; add a row to config/fees/${feesName}.json`,
    2,
  )
}
