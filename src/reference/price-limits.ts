/**
 * From the dated data of a venue to the plain rules of one instrument that the core reads (`core/domain/venue-rules.ts`).
 */
import { Failure } from '../cli/failure.ts'
import { toScaled } from '../core/base/decimal.ts'
import { type EpochDay, SECOND } from '../core/base/time.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import type { Price } from '../core/domain/units.ts'
import type { BreakerRule, LuldRule, PriceLimitRule, VenueRules, ViRule } from '../core/domain/venue-rules.ts'
import { type BreakerRow, type LimitFile, type LimitRow, limitFile, type LuldRow, type ViRow } from './limit-data.ts'
import { limitsOf } from './venues.ts'

/** What of an instrument its rules depend on. */
export type Listed = Pick<Instrument, 'venue' | 'symbol' | 'priceDecimals' | 'segment'>

/** Decimal text of the file → its integer; the schema admits only texts that have one. */
function ppm(share: string): number {
  return toScaled(share, 6) as number
}

type Scale = (text: string) => Price

function scaleOf(listed: Listed): Scale {
  return (text) => {
    const price = toScaled(text, listed.priceDecimals)
    if (price !== undefined) return price
    const { symbol, venue, priceDecimals } = listed
    throw new Failure(
      `instrument ${symbol} (${venue}): price_decimals ${priceDecimals} cannot hold ${text} of config/limits. Import it with more decimals.`,
      2,
    )
  }
}

function limitRule(row: LimitRow, scale: Scale): PriceLimitRule {
  const bands = row.bands.map(({ from, width }) => ({ from: scale(from), width: scale(width) }))
  return { ppm: row.share === undefined ? 0 : ppm(row.share), bands, rounding: row.rounding }
}

function luldRule(row: LuldRow, scale: Scale): LuldRule {
  return {
    classes: row.classes.map((c) => ({
      from: c.above === undefined ? scale(c.from as string) : scale(c.above) + 1,
      ppm: ppm(c.share),
      cap: c.cap === undefined ? 0 : scale(c.cap),
      doubleAtOpen: c.double_at_open,
      doubleAtClose: c.double_at_close,
    })),
    openSpan: row.open_seconds * SECOND,
    closeSpan: row.close_seconds * SECOND,
    referenceSpan: row.reference_seconds * SECOND,
    referenceStepPpm: ppm(row.reference_step),
    step: scale(row.step),
    limitState: row.limit_state_seconds * SECOND,
    pause: row.pause_seconds * SECOND,
    noReopen: row.no_reopen_seconds * SECOND,
  }
}

function viRule(row: ViRow): ViRule {
  return {
    staticPpm: ppm(row.static),
    dynamicPpm: ppm(row.dynamic),
    dynamicClosingPpm: ppm(row.dynamic_closing),
    auction: row.auction_seconds * SECOND,
    randomEnd: row.random_end_seconds * SECOND,
  }
}

function breakerRule(row: BreakerRow): BreakerRule {
  const levels = row.levels.map((level) => ({
    dropPpm: ppm(level.drop),
    furtherPpm: ppm(level.further),
    lasting: level.lasting_seconds * SECOND,
    halt: level.halt_seconds * SECOND,
    auction: level.auction_seconds * SECOND,
    afterOpen: level.after_open_seconds * SECOND,
    beforeClose: level.before_close_seconds * SECOND,
  }))
  return { index: row.index, levels }
}

/** The rows of the instrument's class, or those without a class when none is its. */
function ofClass<R extends { readonly class?: string | undefined }>(
  rows: readonly R[],
  file: LimitFile,
  { symbol, segment }: Listed,
): readonly R[] {
  const isOurs = (name: string): boolean => name === segment || file.classes[name]?.includes(symbol) === true
  const own = rows.filter((row) => row.class !== undefined && isOurs(row.class))
  return own.length > 0 ? own : rows.filter((row) => row.class === undefined)
}

/**
 * Everything the venue rules about an instrument, ascending by date; a date is there when something changes. Empty for
 * a venue without such rules, and for days before its first (`rulesOn`). Throws Failure (exit 2) for an unknown venue.
 */
export function venueRules(listed: Listed): readonly VenueRules[] {
  const id = limitsOf(listed.venue)
  if (id === undefined) return []
  const file = limitFile(id)
  const scale = scaleOf(listed)
  const limits = ofClass(file.limit, file, listed)
  const lulds = ofClass(file.luld, file, listed)
  const vis = ofClass(file.vi, file, listed)
  const breakers = ofClass(file.breaker, file, listed)
  const dates = new Set([...limits, ...lulds, ...vis, ...breakers].map((row) => row.from_date))
  return [...dates]
    .sort((a, b) => a - b)
    .map((from) => {
      const now = <R extends { readonly from_date: EpochDay }>(rows: readonly R[]): R | undefined =>
        rows.findLast((row) => row.from_date <= from)
      const [limit, luld, vi, breaker] = [now(limits), now(lulds), now(vis), now(breakers)]
      return {
        from,
        ...(limit === undefined ? {} : { limit: limitRule(limit, scale) }),
        ...(luld === undefined ? {} : { luld: luldRule(luld, scale) }),
        ...(vi === undefined ? {} : { vi: viRule(vi) }),
        ...(breaker === undefined ? {} : { breaker: breakerRule(breaker) }),
      }
    })
}

/** What a run's manifest says of a venue's limits, e.g. "2026-11-25/sha256:1f0c…"; undefined where it has none. */
export function limitVersion(venue: string): string | undefined {
  const id = limitsOf(venue)
  if (id === undefined) return undefined
  const { version, sha256 } = limitFile(id)
  return `${version}/sha256:${sha256}`
}
