/** `npm run fuzz:kis [runs] [seed]`: mutated frames and bodies against the KIS adapter's readers; 100,000 by default. */
import { fuzz } from './fuzz.ts'

const [runs = 100_000, seed = 1] = process.argv.slice(2).map(Number)
const start = performance.now()
const { frames, bodies, slowest } = await fuzz(seed, runs)
const seconds = ((performance.now() - start) / 1000).toFixed(1)
process.stdout.write(
  `${frames} frames and ${bodies} bodies in ${seconds} s, seed ${seed}: a value or a typed refusal each; `,
)
process.stdout.write(`slowest ${slowest.toFixed(1)} ms\n`)
