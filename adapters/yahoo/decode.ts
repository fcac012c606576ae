/**
 * One answer of Yahoo's chart interface (`/v8/finance/chart/SYMBOL`) → rows and events. Prices arrive adjusted for
 * splits, not for dividends. They are 32-bit floats widened to doubles (26.84 arrives as 26.840000152587891): such a
 * value becomes the shortest decimal with the same 32-bit float, any other is rounded to 6 decimals. Cells without a
 * value (null) become empty; whether a row is usable is for the importer to say.
 */
import { z } from 'zod'
import { Failure } from '../../src/cli/failure.ts'
import { formatDay, type Micros, SECOND } from '../../src/core/base/time.ts'

const cells = z.array(z.number().nullable())
/** The client library turns some of the interface's seconds into dates on its way. */
const seconds = z.union([z.int(), z.date().transform((date) => Math.floor(date.getTime() / 1000))])
const chartSchema = z.looseObject({
  meta: z.looseObject({
    currency: z.string().nullish(),
    gmtoffset: z.number().optional(),
    exchangeTimezoneName: z.string().optional(),
    currentTradingPeriod: z.looseObject({ regular: z.looseObject({ start: seconds, end: seconds }) }).optional(),
  }),
  timestamp: z.array(seconds).optional(),
  events: z
    .looseObject({
      dividends: z.record(z.string(), z.looseObject({ amount: z.number(), date: seconds })).optional(),
      splits: z
        .record(z.string(), z.looseObject({ date: seconds, numerator: z.number(), denominator: z.number() }))
        .optional(),
    })
    .optional(),
  indicators: z.looseObject({
    quote: z.array(
      z.looseObject({
        open: cells.optional(),
        high: cells.optional(),
        low: cells.optional(),
        close: cells.optional(),
        volume: cells.optional(),
      }),
    ),
  }),
})

/** A bar as texts; empty where the vendor has no value. */
export interface YahooBar {
  readonly t: Micros
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
}

export interface YahooEvent {
  /** Local date of the exchange. */
  readonly date: string
  readonly kind: 'split' | 'dividend'
  readonly value: string
}

export interface YahooChart {
  readonly currency: string | undefined
  readonly bars: readonly YahooBar[]
  readonly events: readonly YahooEvent[]
  /** Bars that were still forming at `now` and are left out. */
  readonly unfinished: number
}

export interface DecodeOptions {
  readonly symbol: string
  /** Length of a bar, microseconds. */
  readonly length: Micros
  readonly daily: boolean
  readonly now: Micros
}

/** Throws Failure when the answer has not the shape of a chart. */
export function decodeChart(answer: unknown, options: DecodeOptions): YahooChart {
  const parsed = chartSchema.safeParse(answer)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const where = issue?.path.join('.') ?? ''
    throw new Failure(`${options.symbol}: Yahoo's answer has an unknown shape (${where}: ${issue?.message ?? ''})`, 1)
  }
  const { meta, timestamp = [], indicators, events } = parsed.data
  const quote = indicators.quote[0] ?? {}
  const forming = formingFrom(meta.currentTradingPeriod?.regular, options)
  const bars: YahooBar[] = []
  let unfinished = 0
  for (const [i, stamp] of timestamp.entries()) {
    const t = stamp * SECOND
    if (t >= forming) {
      unfinished++
      continue
    }
    const price = (column: readonly (number | null)[] | undefined): string => priceText(column?.[i])
    const volume = quote.volume?.[i]
    bars.push({
      t,
      open: price(quote.open),
      high: price(quote.high),
      low: price(quote.low),
      close: price(quote.close),
      volume: volume === null || volume === undefined ? '' : String(volume),
    })
  }
  const offset = (meta.gmtoffset ?? 0) * SECOND
  return { currency: meta.currency ?? undefined, bars, events: decodeEvents(events, offset), unfinished }
}

/** The first start of a bar that is not over: a daily bar ends with the session that is going on. */
function formingFrom(session: { start: number; end: number } | undefined, options: DecodeOptions): Micros {
  if (!options.daily) return options.now - options.length + 1
  if (session === undefined) return options.now - options.length + 1
  return options.now < session.end * SECOND ? session.start * SECOND : options.now
}

type Events = z.output<typeof chartSchema>['events']

function decodeEvents(events: Events, offset: Micros): YahooEvent[] {
  const date = (stamp: number): string => formatDay(Math.floor((stamp * SECOND + offset) / 86_400_000_000))
  const dividends = Object.values(events?.dividends ?? {}).map(
    (d): YahooEvent => ({ date: date(d.date), kind: 'dividend', value: priceText(d.amount) }),
  )
  const splits = Object.values(events?.splits ?? {}).map(
    (s): YahooEvent => ({ date: date(s.date), kind: 'split', value: `${s.numerator}:${s.denominator}` }),
  )
  return [...dividends, ...splits].sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
}

/** The decimal a vendor's double stands for; empty for a missing value. */
export function priceText(value: number | null | undefined): string {
  if (value === null || value === undefined) return ''
  if (Math.fround(value) === value) {
    for (let digits = 1; digits <= 9; digits++) {
      const short = Number(value.toPrecision(digits))
      if (Math.fround(short) === value) return String(short)
    }
  }
  return String(Number(value.toFixed(6)))
}
