/** `npm run fuzz:files [each] [seed] [target]`: damaged files against everything that reads one; exit 1 on a finding. */
import { fuzzFiles } from './files.ts'

const [each = '3000', seed = '1', only] = process.argv.slice(2)
const began = performance.now()
const { runs, counts, slowest, findings } = await fuzzFiles(Number(each), Number(seed), only)
const seconds = ((performance.now() - began) / 1000).toFixed(1)
for (const [name, { read, refused }] of counts) console.log(`${name}: ${read} read, ${refused} refused`)
console.log(`${runs} damaged files in ${seconds} s, seed ${seed}; slowest ${slowest.toFixed(0)} ms`)
for (const { target, run, what } of findings.slice(0, 10)) console.log(`FOUND ${target} run ${run}: ${what}`)
console.log(`${findings.length} findings`)
process.exitCode = findings.length === 0 ? 0 : 1
