/** The closes of a tape's bars, or the mids of its quotes, read from the tape itself. */
import type { TapeStream } from '../../src/tape/manifest.ts'
import { openTape, type TapeChunk } from '../../src/tape/read.ts'
import { type Close, closeOf } from './marks.ts'

/** By symbol, over several tapes; symbols with neither have none. */
export async function closesOf(tapes: readonly string[]): Promise<Map<string, Close[]>> {
  const closes = new Map<string, Close[]>()
  for (const dir of tapes) {
    const tape = await openTape(dir)
    for (const [index, info] of tape.manifest.streams.entries()) {
      if (info.kind !== 'bars' && info.kind !== 'quotes') continue
      const { symbol } = info
      const decimals = tape.manifest.instruments.find((i) => i.symbol === symbol)?.price_decimals ?? 0
      const of: Close[] = []
      for await (const chunk of tape.stream(index).chunks({ priceDecimals: decimals, qtyDecimals: 0 })) {
        of.push(...marksIn(chunk, info, 10 ** decimals))
      }
      closes.set(symbol, of)
    }
  }
  return closes
}

function marksIn({ rows, columns }: TapeChunk, { kind, interval_us }: TapeStream, scale: number): Close[] {
  const at = (name: string, i: number): number => columns[name]?.[i] as number
  const length = typeof interval_us === 'number' ? interval_us : 0
  return Array.from({ length: rows }, (_, i) => {
    const price = kind === 'bars' ? at('close', i) : (at('bid', i) + at('ask', i)) / 2
    return { t: at('t', i) + (kind === 'bars' ? length : 0), close: closeOf(price / scale) }
  })
}
