/**
 * `npm run exhaustive`: every sequence of acknowledgement, fills, answers to a cancel, lost and regained link and restart
 * up to a length, for one order, the judge after every event. Small worlds in full, where the campaign draws large ones.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Case, MAIN, nameOf, OTHERS } from './case.ts'
import { LETTERS } from './order-world.ts'
import { type Failed, search, type Searched } from './search.ts'

const HELP = `Every sequence of ${LETTERS.join(', ')} for one order.

Usage: npm run exhaustive -- [options]

  --length N   length of the longest sequences of a buy, with and without order ids at the broker (6)
  --others N   the same for the other cases: sells, stops, recalled buys, paper, long silences (length - 2)
  --only TEXT  only cases whose name contains it, e.g. "stop, without"; named so they are all of --length
  --keep DIR   where the shortest failing sequence of each invariant is kept (tests/exhaustive/kept)

Examples:
  npm run exhaustive
  npm run exhaustive -- --length 7
  npm run exhaustive -- --length 4 --only "sell, with order ids"

Exit codes: 0 none failed, 1 a sequence failed, 2 an option is wrong.
`

interface Tally {
  sequences: number
  events: number
  failed: number
}

function whole(name: string, text: string): number {
  const n = Number(text)
  if (Number.isSafeInteger(n) && n >= 0 && n <= 9) return n
  throw new RangeError(`--${name} "${text}": give a whole number from 0 to 9`)
}

/** The shortest sequence of each invariant: sequences are played in the order of their lengths. */
function shortest(failed: readonly Failed[]): Failed[] {
  const first = new Map<string, Failed>()
  for (const f of failed) if (!first.has(f.id)) first.set(f.id, f)
  return [...first.values()]
}

function keep(dir: string, f: Failed): string {
  mkdirSync(dir, { recursive: true })
  const file = join(dir, `${f.id.toLowerCase()}-${f.letters.join('-') || 'none'}.json`)
  writeFileSync(file, `${JSON.stringify(f, null, 2)}\n`)
  return file
}

function report(c: Case, length: number, r: Searched, seconds: number, dir: string): void {
  const figures = `${r.sequences} sequences up to ${length}, ${r.events} events, ${r.failed.length} failed`
  console.log(`exhaustive: ${nameOf(c)}: ${figures}, ${seconds.toFixed(1)} s`)
  for (const f of shortest(r.failed)) {
    console.log(`FAILED ${f.id} after "${f.letters.join(' ')}", kept in ${keep(dir, f)}\n  ${f.message}`)
  }
}

function main(): number {
  const { values } = parseArgs({
    options: {
      length: { type: 'string', default: '6' },
      others: { type: 'string' },
      only: { type: 'string', default: '' },
      keep: { type: 'string', default: 'tests/exhaustive/kept' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const { only } = values
  const length = whole('length', values.length)
  const others = whole('others', values.others ?? String(only === '' ? Math.max(0, length - 2) : length))
  const tally: Tally = { sequences: 0, events: 0, failed: 0 }
  const started = performance.now()
  for (const c of [...MAIN, ...OTHERS].filter((x) => nameOf(x).includes(only))) {
    const most = MAIN.includes(c) ? length : others
    const since = performance.now()
    const r = search(c, most)
    report(c, most, r, (performance.now() - since) / 1000, values.keep)
    tally.sequences += r.sequences
    tally.events += r.events
    tally.failed += r.failed.length
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`exhaustive: ${tally.sequences} sequences, ${tally.events} events, ${tally.failed} failed, ${seconds} s`)
  return tally.failed === 0 && tally.sequences > 0 ? 0 : 1
}

try {
  process.exitCode = main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
}
