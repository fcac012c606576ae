/** `npm run day:kis [paper|live]`: a whole Korean and a whole American session through the adapter; exit 1 when they differ. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HOUR } from '../../src/core/base/time.ts'
import { playDay } from './kis-day.ts'

const env = process.argv[2] === 'live' ? 'live' : 'paper'
const dir = mkdtempSync(join(tmpdir(), 'sametape-kis-day-'))
const day = await playDay({ dir, span: 6.5 * HOUR, every: 250, env })
rmSync(dir, { recursive: true, force: true })
const same = {
  orders: JSON.stringify(day.live.orders) === JSON.stringify(day.again.orders),
  fills: JSON.stringify(day.live.fills) === JSON.stringify(day.again.fills),
}
const { identical, events, state, wallSeconds, speed, latency, live } = day
const counts = { orders: live.orders.length, fills: live.fills.length }
process.stdout.write(
  `${JSON.stringify({ env, identical, same, ...counts, events, state, wallSeconds, speed, latency })}\n`,
)
// In paper an order may wait for its turn at two requests a second, which no delay of a simulated venue repeats.
if (!identical || !same.orders || (env === 'live' && !same.fills)) process.exitCode = 1
