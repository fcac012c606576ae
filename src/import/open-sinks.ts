/** A tape's streams opened for writing, as the first reading of the files found them. */
import { dayOf, type EpochDay, type Micros } from '../core/base/time.ts'
import { economicIdOf } from '../reference/instrument-load.ts'
import type { TapeWriter } from '../tape/write.ts'
import type { ImportRequest } from './csv-request.ts'
import { datingOf, sessionProblem } from './dating.ts'
import type { FileStream } from './file-rows.ts'
import { defaultCurrency } from './listing.ts'
import { MedianSample } from './median-sample.ts'
import type { Plan } from './plan.ts'
import { ScaleCount } from './scale-count.ts'
import { StreamSink } from './stream-sink.ts'

export function openSinks(request: ImportRequest, plan: Plan, writer: TapeWriter): Map<string, StreamSink> {
  const { venue, interval } = plan
  const parts = (key: string): FileStream[] =>
    plan.files.flatMap((f) => f.reading.streams.get(key) ?? []).filter((s) => s.rows > 0)
  const scales = new Map<string, { prices: ScaleCount; sizes: ScaleCount }>()
  for (const s of plan.keys.flatMap(parts)) {
    const all = scales.get(s.symbol) ?? { prices: new ScaleCount(), sizes: new ScaleCount() }
    all.prices.merge(s.prices)
    all.sizes.merge(s.sizes)
    scales.set(s.symbol, all)
  }
  const decimals = new Map([...scales].map(([symbol, all]) => [symbol, [all.prices.best(), all.sizes.best()] as const]))
  for (const [symbol, [price_decimals, qty_decimals]] of decimals) {
    const economic_id = economicIdOf(symbol, venue, lastDay(plan, symbol))
    const currency = request.currency ?? defaultCurrency(symbol, venue)
    writer.addInstrument({ symbol, venue, currency, price_decimals, qty_decimals, economic_id })
  }
  const sinks = new Map<string, StreamSink>()
  for (const key of plan.keys) {
    const streams = parts(key)
    const { symbol, kind } = streams[0] as FileStream
    const [priceDecimals, qtyDecimals] = decimals.get(symbol) as readonly [number, number]
    const oneSided = kind === 'quotes' && streams.some((s) => s.oneSided)
    const quoteColumns = kind === 'bars' && streams.some((s) => s.quoted)
    const rateBars = plan.files.some((f) => f.reading.shape.at.has('close'))
    const dating = datingOf(kind, { venue, interval, bareDates: plan.bareDates, stamp: request.stamp, rateBars })
    const fromStamps = kind === 'bars' && interval === 'session' && !plan.bareDates
    sinks.set(
      key,
      new StreamSink({
        symbol,
        kind,
        ...(kind === 'fx' ? { rates: new MedianSample() } : {}),
        writer: writer.openStream(symbol, kind, {
          ...(oneSided ? { oneSided } : {}),
          ...(quoteColumns ? { quoteColumns } : {}),
          ...(kind === 'bars' ? { interval_us: interval } : {}),
        }),
        dating,
        interval,
        priceDecimals,
        qtyDecimals,
        oneSided,
        quoteColumns,
        ...(fromStamps ? { dateProblem: (t: Micros) => sessionProblem(venue, dayOf(t), false) } : {}),
      }),
    )
  }
  return sinks
}

function lastDay(plan: Plan, symbol: string): EpochDay {
  const streams = plan.files.flatMap((f) => [...f.reading.streams.values()])
  return dayOf(Math.max(...streams.filter((s) => s.symbol === symbol && s.rows > 0).map((s) => s.last)))
}
