/** The market data of a recorded KIS session, decoded again from its raw frames (`import raw`). */
import type { Micros } from '../../src/core/base/time.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { MarketInbound, RawDecoder, RawFrame } from '../../src/runtime/ports.ts'
import { FrameDecoder } from './frames.ts'
import { Listings } from './instruments.ts'
import { isDataFrame, readFrame } from './wire/frame.ts'

/** Channels of market frames (index.ts); notices have a channel of their own and stay out. */
const SOCKETS: ReadonlySet<string> = new Set(['ws', 'ws quotes'])

export class KisRawDecoder implements RawDecoder {
  readonly #decoder: FrameDecoder

  constructor(instruments: readonly Instrument[]) {
    const markets = [...new Set(instruments.map((i) => i.venue))]
    this.#decoder = new FrameDecoder(new Listings(instruments, markets))
  }

  get unused(): ReadonlyMap<string, number> {
    return this.#decoder.unused
  }

  decode({ direction, channel, text }: RawFrame, t: Micros): readonly MarketInbound[] {
    if (direction !== 'in' || !SOCKETS.has(channel) || !isDataFrame(text)) return []
    const frame = readFrame(text)
    if (frame === undefined) this.#decoder.count('an unreadable frame')
    else if (!/^H0(ST|GS)CNI[09]$/.test(frame.tr)) return this.#decoder.decode(frame, t)
    return []
  }
}
