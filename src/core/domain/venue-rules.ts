/**
 * What a venue allows of prices and what stops trading, as plain numbers for one instrument: prices in its own scale,
 * shares of a price in parts per million, spans in microseconds. Prepared outside the core from dated data
 * (`config/limits`); arithmetic on them is `price-limits.ts`. Times of day are given as spans from the session's open
 * or to its close, so half days shift them. Not modelled: rules for new listings, sidecars, random parts of the hours.
 */
import type { EpochDay, Micros } from '../base/time.ts'
import type { Price } from './units.ts'

/** From a base price of `from` on, prices may be `width` away from it. */
export interface WidthBand {
  readonly from: Price
  readonly width: Price
}

/** The legal prices of a session around its base price, which is the close before (adjusted for actions). */
export interface PriceLimitRule {
  /** Distance as a share of the base price; 0 where `bands` say it. */
  readonly ppm: number
  /** Distance by base price, ascending, the first from 0; empty where `ppm` says it. */
  readonly bands: readonly WidthBand[]
  /**
   * `inward`: the distance is cut to the base price's tick, then each limit to its own tick towards the base (KRX, TSE).
   * `nearest`: each limit goes to the nearest tick, halves away from zero, at least one tick from the base (SSE, SZSE).
   */
  readonly rounding: 'inward' | 'nearest'
}

/** Band of a class of reference prices. The class is picked once a session by the close before, not by the reference. */
export interface LuldClass {
  readonly from: Price
  readonly ppm: number
  /** The band is never wider than this; 0: no such bound. Doubled together with the share. */
  readonly cap: Price
  /** Twice as wide within `openSpan` after the open, within `closeSpan` before the close. */
  readonly doubleAtOpen: boolean
  readonly doubleAtClose: boolean
}

/** Limit up, limit down (US): bands around a mean of recent trades; at a band for `limitState` trading pauses. */
export interface LuldRule {
  /** Ascending by `from`, the first from 0. */
  readonly classes: readonly LuldClass[]
  readonly openSpan: Micros
  readonly closeSpan: Micros
  /** The reference is the mean of the trades of this long; it moves only by at least `referenceStepPpm`. */
  readonly referenceSpan: Micros
  readonly referenceStepPpm: number
  /** Bands round to the nearest multiple of this. */
  readonly step: Price
  readonly limitState: Micros
  readonly pause: Micros
  /** A pause that would end within this long before the close ends in the closing auction. */
  readonly noReopen: Micros
}

/** Volatility interruption (KRX): a trade that would go this far starts a call auction, or lengthens the one under way. */
export interface ViRule {
  /** Against the last auction's price of the session, the base price before the first; 0: none. */
  readonly staticPpm: number
  /** Against the last trade, in continuous trading and in the closing auction; 0: none. */
  readonly dynamicPpm: number
  readonly dynamicClosingPpm: number
  /** Length of the call auction, and the most that its random end adds. */
  readonly auction: Micros
  readonly randomEnd: Micros
}

export interface BreakerLevel {
  /** Fall of the index against its close before. */
  readonly dropPpm: number
  /** Fall since the level before stopped trading, beyond `dropPpm`; 0: none asked. */
  readonly furtherPpm: number
  /** How long the fall must last. */
  readonly lasting: Micros
  /** Nothing trades this long, then orders are collected for `auction`; halt 0: no more trading in this session. */
  readonly halt: Micros
  readonly auction: Micros
  /** Acts from this long after the open until this long before the close. */
  readonly afterOpen: Micros
  readonly beforeClose: Micros
}

/** Breaker of a whole market on a fall of its index; every level acts once a session. */
export interface BreakerRule {
  readonly index: string
  readonly levels: readonly BreakerLevel[]
}

/** Everything of one instrument from a local date on; what is absent the venue does not have. */
export interface VenueRules {
  readonly from: EpochDay
  readonly limit?: PriceLimitRule
  readonly luld?: LuldRule
  readonly vi?: ViRule
  readonly breaker?: BreakerRule
}

/** The rules in force on a local date, of a list that rises by `from`; undefined before the first. */
export function rulesOn(dated: readonly VenueRules[], day: EpochDay): VenueRules | undefined {
  return dated.findLast((rules) => rules.from <= day)
}
