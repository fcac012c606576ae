/** Planned outages of IB: the nightly reset by region, the weekend, the gateway's restart, the weekly login. */
import { describe, expect, it } from 'vitest'
import { DEFAULTS, type IbSettings } from '../../../adapters/ib/settings.ts'
import { isPlanned, keepWindows, windowsOf } from '../../../adapters/ib/windows.ts'
import { DAY, formatMicros, HOUR, MINUTE, parseStamp } from '../../../src/core/base/time.ts'
import { HandClock } from '../../support/live-parts.ts'

const SETTINGS: IbSettings = {
  ...DEFAULTS,
  env: 'paper',
  host: '127.0.0.1',
  port: 1,
  clientId: 1,
  account: 'DU0000001',
}
const at = (text: string): number => parseStamp(text)?.t ?? Number.NaN

function planned(change: Partial<IbSettings>, text: string): boolean {
  return isPlanned(windowsOf({ ...SETTINGS, ...change }), at(text))
}

describe('R-37: windows', () => {
  it.each([
    // Wednesday; New York is five hours behind in winter and four in summer.
    ['americas', '2026-01-14T05:14:59Z', false],
    ['americas', '2026-01-14T05:15:00Z', true],
    ['americas', '2026-01-14T06:44:59Z', true],
    ['americas', '2026-01-14T06:45:00Z', false],
    ['americas', '2026-07-15T04:15:00Z', true],
    ['americas', '2026-07-15T06:00:00Z', false],
    ['europe', '2026-01-14T05:25:00Z', true],
    ['europe', '2026-01-14T06:45:00Z', false],
    ['asia', '2026-01-13T20:45:00Z', true],
    ['asia', '2026-01-14T12:15:00Z', true],
    ['asia', '2026-01-14T13:15:00Z', false],
  ] as const)('%s at %s: %s', (region, text, is) => {
    expect(planned({ region }, text)).toBe(is)
  })

  it('the weekend from Friday 23:00 to Saturday 03:00 in New York, everywhere', () => {
    for (const region of ['americas', 'europe', 'asia'] as const) {
      expect(planned({ region }, '2026-01-17T03:59:59Z')).toBe(false)
      expect(planned({ region }, '2026-01-17T04:00:00Z')).toBe(true)
      expect(planned({ region }, '2026-01-17T07:59:59Z')).toBe(true)
      expect(planned({ region }, '2026-01-17T08:00:00Z')).toBe(false)
    }
  })

  it("the gateway's own restart, where it is configured", () => {
    const change = { restartAt: 23 * HOUR + 45 * MINUTE, restartZone: 'America/New_York' }
    expect(planned(change, '2026-01-15T04:46:00Z')).toBe(true)
    expect(planned(change, '2026-01-15T04:51:00Z')).toBe(false)
    expect(planned({}, '2026-01-15T04:46:00Z')).toBe(false)
  })

  it('no session of New York is inside one', () => {
    for (let day = 0; day < 366; day++) {
      const noon = at('2026-01-01T16:00:00Z') + day * DAY
      const sunday = (Math.floor(noon / DAY) + 4) % 7 === 0
      if (!sunday)
        expect([formatMicros(noon), isPlanned(windowsOf(SETTINGS), noon)]).toEqual([formatMicros(noon), false])
    }
  })
})

describe('R-37: what is told', () => {
  function keep(from: string, span: number, isUp: () => boolean): { links: string[]; clock: HandClock } {
    const clock = new HandClock(at(from))
    const links: string[] = []
    const stamp = (): string => formatMicros(clock.now()).slice(5, 16)
    const windows = keepWindows({
      ...{ settings: SETTINGS, clock, isUp },
      tell: (link) => links.push(`${stamp()} ${link}`),
    })
    clock.advance(span)
    windows.stop()
    clock.advance(30 * DAY)
    return { links, clock }
  }

  it('each beginning and each end, and at once when a window is on', () => {
    const { links } = keep('2026-01-14T05:30:00Z', 30 * HOUR, () => true)
    expect(links).toEqual([
      '01-14T05:30 planned',
      '01-14T06:45 plannedEnd',
      '01-15T05:15 planned',
      '01-15T06:45 plannedEnd',
    ])
  })

  it('the weekly login a day before and an hour before, and that it is waited for', () => {
    let up = true
    const clockFrom = '2026-01-16T12:00:00Z'
    const clock = new HandClock(at(clockFrom))
    const told: string[] = []
    const windows = keepWindows({
      ...{ settings: SETTINGS, clock, isUp: () => up },
      tell: (link) => {
        if (link.startsWith('login')) told.push(`${formatMicros(clock.now()).slice(5, 16)} ${link}`)
      },
    })
    // The token dies on Sunday at 01:00 in New York, 06:00 UTC.
    clock.advance(at('2026-01-18T06:00:30Z') - at(clockFrom))
    expect(told).toEqual(['01-17T06:00 loginInADay', '01-18T05:00 loginInAnHour'])
    up = false
    clock.advance(2 * HOUR)
    expect(told.slice(2)).toEqual(['01-18T06:01 loginAwaited'])
    up = true
    clock.advance(5 * DAY)
    expect(told).toHaveLength(3)
    clock.advance(3 * DAY)
    windows.stop()
    expect(told.slice(3)).toEqual(['01-24T06:00 loginInADay', '01-25T05:00 loginInAnHour'])
  })
})
