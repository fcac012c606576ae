import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Failure } from '../../../src/cli/failure.ts'
import { loadCalendar } from '../../../src/reference/calendar-data.ts'
import { readConfigFile } from '../../../src/reference/config-file.ts'

describe('files below config/', () => {
  it('are named with field and mend when something is wrong with them', () => {
    expect(() => loadCalendar('NOWHERE')).toThrow(Failure)
    expect(() => loadCalendar('NOWHERE')).toThrow(/config\/calendars\/NOWHERE\.json: cannot be read/)
    const strict = z.object({ venues: z.array(z.object({ lot: z.literal('2') })) })
    expect(() => readConfigFile('venues.json', strict)).toThrow(/config\/venues\.json: field venues\.0\.lot: .*Mend it/)
  })

  it('follow another calendar where they say so, in closures and in the hash', () => {
    const [nxt, krx] = [loadCalendar('NXT'), loadCalendar('KRX')]
    expect(nxt.closed).toEqual(krx.closed)
    expect(nxt.sha256).not.toBe(krx.sha256)
    expect(loadCalendar('NXT').sha256).toBe(nxt.sha256)
  })
})
