/**
 * The user's own recordings as the past of a session: tapes that `record` made, `recordings/record/<start>/<day>.tape`.
 * Generated ones warm nobody who trades on a real market up.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Micros, parseStamp } from '../../core/base/time.ts'
import type { BarEvent } from '../../core/domain/event.ts'
import type { Instrument } from '../../core/domain/instrument.ts'
import type { PastSource } from '../../runtime/warm-up.ts'
import { openTape } from '../../tape/read.ts'
import { tapePast } from './tape-past.ts'

export interface OwnTapesPlace {
  /** Directory of recordings. */
  readonly root: string
  readonly instruments: readonly Instrument[]
  readonly now: Micros
  /** The market of the session is invented, too. */
  readonly generated: boolean
}

/** Opened when it is asked for, and only what reaches into the time that is asked for. */
export function ownTapes(place: OwnTapesPlace): PastSource {
  const opened = new Map<string, Promise<PastSource>>()
  const open = (tape: string): Promise<PastSource> => {
    const known = opened.get(tape) ?? tapePast(tape, place.now, place.instruments)
    opened.set(tape, known)
    return known
  }
  return {
    name: 'own tapes',
    minutes: async (id, from) => {
      const { symbol } = place.instruments[id] as Instrument
      const bars: BarEvent[] = []
      const damaged: string[] = []
      for (const tape of tapesOf(join(place.root, 'record'))) {
        try {
          if (!(await serves(tape, symbol, from, place.generated))) continue
          const answer = await (await open(tape)).minutes(id, from)
          if ('bars' in answer) bars.push(...(answer.bars as BarEvent[]))
        } catch (error) {
          // One that cannot be read is named, and the others serve.
          damaged.push(`${tape}: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
      if (bars.length === 0) return { failure: damaged.join('; ') || `none of ${symbol} within the time asked for` }
      return { bars: bars.sort((a, b) => a.start - b.start) }
    },
  }
}

function tapesOf(dir: string): string[] {
  if (!existsSync(dir)) return []
  const sessions = readdirSync(dir, { withFileTypes: true }).filter((e) => e.isDirectory())
  return sessions.flatMap(({ name }) =>
    readdirSync(join(dir, name))
      .filter((tape) => tape.endsWith('.tape') && existsSync(join(dir, name, tape, 'manifest.json')))
      .map((tape) => join(dir, name, tape)),
  )
}

async function serves(tape: string, symbol: string, from: Micros, generated: boolean): Promise<boolean> {
  const { manifest } = await openTape(tape)
  if (manifest.label === 'generated' && !generated) return false
  return manifest.streams.some((s) => s.symbol === symbol && s.rows > 0 && (parseStamp(s.last)?.t ?? 0) >= from)
}
