/** Past minutes out of a tape: its own bars, or bars made of its trades, of everything before a moment. */
import { TapeFeed } from '../../../adapters/common/emulator/tape-feed.ts'
import { entryTime } from '../../../adapters/common/emulator/feed.ts'
import { pow10 } from '../../core/base/fixed.ts'
import { MINUTE, type Micros } from '../../core/base/time.ts'
import { BarBuilder } from '../../core/data/bars.ts'
import type { BarEvent } from '../../core/domain/event.ts'
import type { Instrument } from '../../core/domain/instrument.ts'
import type { PastSource } from '../../runtime/warm-up.ts'

/** `instruments` are those of the session; a tape may know others and other decimals. */
export async function tapePast(tape: string, until: Micros, instruments: readonly Instrument[]): Promise<PastSource> {
  const feed = await TapeFeed.open(tape)
  const bars = await barsOf(feed, until)
  await feed.close()
  return {
    name: 'tape',
    minutes: (id, from) => {
      const ours = instruments[id] as Instrument
      const theirs = feed.instruments.find((i) => i.symbol === ours.symbol && i.venue === ours.venue)
      if (theirs === undefined) return Promise.resolve({ failure: `${ours.symbol} is not on it` })
      const own = bars.filter((b) => b.instrument === theirs.id && b.start >= from && b.t <= until)
      return Promise.resolve({ bars: own.map((b) => rescaled(b, theirs, ours)) })
    },
  }
}

async function barsOf(feed: TapeFeed, until: Micros): Promise<BarEvent[]> {
  const bars: BarEvent[] = []
  const builder = new BarBuilder(MINUTE, feed.instruments.length)
  const keep = (bar: BarEvent): void => void bars.push(bar)
  for (;;) {
    if (feed.needsLoad) {
      await feed.load()
      continue
    }
    if (feed.nextTime() >= until) break
    const entry = feed.next()
    const { event } = entry
    if (event.type === 'bar') {
      if (!entry.open && event.close > 0 && event.t - event.start === MINUTE) keep(event)
      continue
    }
    builder.advance(entryTime(entry), keep)
    if (event.type === 'trade') builder.trade(event)
  }
  builder.advance(until, keep)
  return bars
}

function rescaled(bar: BarEvent, from: Instrument, to: Instrument): BarEvent {
  const price = (x: number): number => Math.round(x * (pow10(to.priceDecimals) / pow10(from.priceDecimals)))
  const volume = Math.round(bar.volume * (pow10(to.qtyDecimals) / pow10(from.qtyDecimals)))
  const { open, high, low, close } = bar
  const prices = { open: price(open), high: price(high), low: price(low), close: price(close) }
  return { ...bar, ...prices, volume, instrument: to.id }
}
