/** A raw recording decoded again into a tape: the same rows that the session's own decoding gave, or better ones. */
import type { Micros } from '../core/base/time.ts'
import type { EngineEvent } from '../core/domain/event.ts'
import type { TapeManifest } from '../tape/manifest.ts'
import { marketTape } from './journal-tape.ts'
import type { RawDecoder } from './ports.ts'
import type { RawRecording } from './raw-read.ts'

export interface RawTape {
  readonly manifest: TapeManifest | undefined
  readonly frames: number
  readonly rows: number
}

export async function rawTape(
  recording: RawRecording,
  decoder: RawDecoder,
  out: string,
  progress?: (frames: number) => void,
): Promise<RawTape> {
  const { adapter, instruments, generated } = recording.header
  const seen = { frames: 0, rows: 0 }
  async function* events(): AsyncGenerator<EngineEvent> {
    // As the sequencer stamps: receipt, never going back.
    let last: Micros = 0
    for await (const { t, frame } of recording.frames()) {
      last = Math.max(last, t)
      if (++seen.frames % 4096 === 0) progress?.(seen.frames)
      for (const event of decoder.decode(frame, t)) {
        if (event.type === 'quote' || event.type === 'trade' || event.type === 'bar') seen.rows++
        yield { t: last, ...event } as EngineEvent
      }
    }
  }
  const manifest = await marketTape(events(), { out, instruments, source: adapter, generated, resolution: 's' })
  return { manifest, ...seen }
}
