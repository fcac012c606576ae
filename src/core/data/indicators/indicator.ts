/**
 * Indicators as the agents see them: fed bar by bar, with TA-Lib's conventions and warm-up. All arithmetic is in doubles;
 * the same bars in the same order give the same bits.
 */
/** One bar in currency and quantity units (`BarInput` makes it from scaled integers). All finite. */
export interface IndicatorBar {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  /** Changes when a new session starts. */
  readonly session: number
}

export interface Indicator {
  /** Column names, one per output. */
  readonly outputs: readonly string[]
  readonly ready: boolean
  /** Allocates nothing; the bar may be reused by the caller. */
  update(bar: IndicatorBar): void
  /** Output i; NaN until ready. */
  value(i: number): number
  /** `den` shares became `num`: the state is carried over to the new prices and volumes. */
  rescale(num: number, den: number): void
  /** JSON-able and exact: restored into an indicator of the same spec it goes on to the bit. */
  snapshot(): unknown
  restore(s: unknown): void
}

/** A user's own indicator: makes a fresh one per instrument. */
export type IndicatorFactory = () => Indicator
