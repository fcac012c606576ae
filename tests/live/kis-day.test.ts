/** Ten minutes of both sessions; `npm run day:kis` plays them whole. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { MINUTE } from '../../src/core/base/time.ts'
import { playDay } from './kis-day.ts'

const dir = mkdtempSync(join(tmpdir(), 'sametape-day-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

it('I-22: Korea, then New York: verifies identical, and its recorded market gives the same orders in a backtest', async () => {
  const day = await playDay({ dir, span: 10 * MINUTE, every: 40, env: 'live' })
  expect([day.identical, day.state]).toEqual([true, 'LIVE'])
  expect(day.live.orders.length).toBeGreaterThan(8)
  expect(new Set(day.live.orders.map((o) => o.split(' ')[1]))).toEqual(new Set(['005930', 'NVDA']))
  expect(day.again.orders).toEqual(day.live.orders)
  expect(day.again.fills).toEqual(day.live.fills)
})
