/**
 * `npm run killtest -- [kills] [seed]`: `paper` against the emulator in another process, killed at random moments;
 * `npm run killtest -- points [rounds]`: at every named point around journal, send and answer. The emulator's control
 * door is the truth. Exit 1 when a fill was lost or an order doubled; then the session is kept.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PaperBench } from '../support/paper-bench.ts'
import { killAgainAndAgain, killAtEveryPoint } from './kills.ts'

const atPoints = process.argv[2] === 'points'
const kills = Number(atPoints ? 0 : (process.argv[2] ?? '200'))
const seed = Number(process.argv[3] ?? '1')
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const root = mkdtempSync(join(tmpdir(), 'sametape-killtest-'))
const bench = await PaperBench.open(join(root, 'bench'), [], Number(process.argv[4] ?? '7'))
const began = performance.now()
try {
  const report = await (atPoints ? killAtEveryPoint(bench, seed, say) : killAgainAndAgain(bench, kills, seed, say))
  const minutes = ((performance.now() - began) / 60_000).toFixed(1)
  console.log(
    `${report.kills} kills, ${atPoints ? 'rounds' : 'seed'} ${seed}: ${report.orders} orders, ${report.fills} fills at the venue, ${minutes} min`,
  )
  for (const fault of report.faults) console.log(`FAULT ${fault}`)
  if (report.faults.length === 0) console.log('0 lost fills, 0 duplicate orders')
  else console.log(`kept: ${root}`)
  if (report.faults.length === 0 && process.env.KEEP !== '1') rmSync(root, { recursive: true, force: true })
  process.exitCode = report.faults.length === 0 ? 0 : 1
} finally {
  await bench.close()
}
