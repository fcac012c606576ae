/** `npm run fuzz:ib [frames] [seed]`: 100,000 mutated frames against the adapter; exit 1 when something happened that must not. */
import { fuzz } from './fuzz.ts'

const [frames = '100000', seed = '1'] = process.argv.slice(2)
const began = performance.now()
const outcome = await fuzz(Number(frames), Number(seed), (done) => console.error(`${done} frames`))
const seconds = (performance.now() - began) / 1000
console.log(`${outcome.frames} frames, ${outcome.sessions} sessions, ${outcome.events} events, ${seconds.toFixed(1)} s`)
console.log(
  `slowest batch of 200: ${outcome.slowest.toFixed(0)} ms; memory ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`,
)
for (const [reason, count] of [...outcome.reasons].sort((a, b) => b[1] - a[1]).slice(0, 20)) {
  console.log(`${String(count).padStart(7)}  ${reason.slice(0, 110)}`)
}
for (const fault of outcome.faults.slice(0, 10)) console.log(`FAULT ${fault}`)
process.exit(outcome.faults.length === 0 ? 0 : 1)
