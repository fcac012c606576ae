/** Every golden session of every release verifies, and so does the sample's fill list of the comparison strategies. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { verify } from '../../src/runtime/verify.ts'

const GOLDEN = fileURLToPath(new URL('../../recordings/golden', import.meta.url))
const sessions = readdirSync(GOLDEN).flatMap((version) =>
  readdirSync(join(GOLDEN, version))
    .filter((name) => name.startsWith('run-'))
    .map((name) => join(version, name)),
)

describe('golden sessions', () => {
  it('are there', () => {
    expect(sessions.length).toBeGreaterThan(0)
    expect(existsSync(join(GOLDEN, '0.1.0'))).toBe(true)
  })

  it.each(sessions)('%s re-runs to the same bytes', async (session) => {
    const v = await verify(join(GOLDEN, session), {})
    expect(v.first_difference).toBeNull()
    expect(v).toMatchObject({ identical: true, cause: null })
  })
})
