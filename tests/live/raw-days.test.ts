/** The raw recording of a session that does not end: one file a risk day, which begins at 21:30Z, each readable by itself. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Subject } from 'rxjs'
import { afterAll, describe, expect, it } from 'vitest'
import { riskDayName } from '../../src/cli/live/place.ts'
import { DAY, epochDay, HOUR, MINUTE, type Micros, SECOND } from '../../src/core/base/time.ts'
import { RawLog, recordRaw } from '../../src/runtime/raw-log.ts'
import { RawRecording } from '../../src/runtime/raw-read.ts'
import type { Clock, RawFrame } from '../../src/runtime/ports.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-raw-days-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const TUESDAY = epochDay(2026, 3, 10) * DAY
const ROLL = TUESDAY + 21 * HOUR + 30 * MINUTE

const frame = (text: string): RawFrame => ({ direction: 'in', channel: 'ws', text })

/** A clock that only says what time it is. */
function clockAt(now: { t: Micros }): Clock {
  return { now: () => now.t, after: () => () => undefined } as unknown as Clock
}

async function texts(file: string): Promise<string[]> {
  const out: string[] = []
  for await (const line of (await RawRecording.open(file)).frames()) out.push(line.frame.text)
  return out
}

describe('raw recording', () => {
  it('begins a file with the first frame of a risk day, and loses none at the turn', async () => {
    const dir = join(root, 'turn')
    const now = { t: ROLL - SECOND }
    const frames$ = new Subject<RawFrame>()
    const header = { instruments: [], generated: true }
    const dirAt = (t: Micros): string => join(dir, riskDayName(t))
    const [log] = recordRaw(dirAt, [{ id: 'kis', raw$: frames$ }], header, clockAt(now))
    if (log === undefined) throw new Error('no log')
    frames$.next(frame('a'))
    now.t = ROLL - 1
    frames$.next(frame('b'))
    now.t = ROLL
    frames$.next(frame('c'))
    // A day without a frame has no file.
    now.t = ROLL + 2 * DAY
    frames$.next(frame('d'))
    frames$.next(frame('e'))
    await log.close()
    expect(log.failure).toBeUndefined()
    expect(readdirSync(dir)).toEqual(['2026-03-10', '2026-03-11', '2026-03-13'])
    const of = (day: string): string => join(dir, day, 'kis.jsonl')
    expect(await texts(of('2026-03-10'))).toEqual(['a', 'b'])
    expect(await texts(of('2026-03-11'))).toEqual(['c'])
    expect(await texts(of('2026-03-13'))).toEqual(['d', 'e'])
    expect(statSync(of('2026-03-11')).mode & 0o777).toBe(0o600)
  })

  it('goes on with the file of the day after a restart', async () => {
    const now = { t: ROLL + HOUR }
    const header = { adapter: 'kis', instruments: [], generated: true }
    const fileAt = (t: Micros): string => join(root, 'again', riskDayName(t), 'kis.jsonl')
    for (const text of ['first life', 'second life']) {
      const frames$ = new Subject<RawFrame>()
      const log = new RawLog(fileAt, header, frames$, clockAt(now))
      frames$.next(frame(text))
      await log.close()
    }
    expect(await texts(fileAt(now.t))).toEqual(['first life', 'second life'])
  })
})
