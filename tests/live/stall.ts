/**
 * A session on the system's clock with quotes ten times a second: `node tests/live/stall.ts DIR busy|stop|clock`. `busy`
 * blocks its own event loop twice, `stop` waits to be stopped and continued from outside, `clock` is told that the
 * machine's clock was moved. Prints a line at the first fill, and what became of it when it is done.
 */
import { SystemClock } from '../../src/runtime/clock.ts'
import { openLiveRun } from '../../src/runtime/live-run.ts'
import { LiveSession } from '../../src/runtime/live-session.ts'
import { HandSource, SimPort } from '../support/live-parts.ts'
import { books, config, loaded, specOf } from '../support/live-play.ts'

const [dir, how] = process.argv.slice(2) as [string, 'busy' | 'stop' | 'clock']
const clock = new SystemClock()
const account = books()
const port = new SimPort(account, clock)
const source = new HandSource()
const run = openLiveRun({ dir, spec: specOf(), config, agent: loaded })
let moved = 0
const parts = { setup: run.setup, header: run.header, sink: run.sink, clock, sources: [source], brokers: [port] }
const session = new LiveSession({ ...parts, machine: { offset: () => moved, sync: () => Promise.resolve('unknown') } })
const states: string[] = []
session.moments$.subscribe(() => {
  const { state } = session.engine.desk
  if (states.at(-1) !== state) states.push(state)
})
session.start(2)
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const block = (ms: number): void => {
  for (const end = performance.now() + ms; performance.now() < end; );
}

let n = 0
const quoting = setInterval(() => {
  const bid = 10_000 + (n++ % 5)
  const quote = { type: 'quote', venueT: clock.now(), instrument: 0, bid, ask: bid + 1 } as const
  const q = { ...quote, bidSize: 500, askSize: 500, flags: 0 }
  port.quote(q)
  source.events$.next([q])
}, 100)
while (account.held === 0) await sleep(50)
process.stdout.write('holding\n')

const seen: Record<string, unknown> = {}
if (how === 'clock') {
  const opens = (): boolean => session.engine.desk.clockTrusted
  moved = 900_000
  await sleep(1200)
  seen.at900ms = opens()
  moved = -1_100_000
  await sleep(1200)
  seen.atMinus1100ms = opens()
  moved = 0
  await sleep(1200)
  seen.back = opens()
} else {
  if (how === 'busy') block(5_800)
  else while (states.filter((s) => s === 'RECONCILING').length < 2) await sleep(100)
  await sleep(1500)
  seen.after = session.engine.desk.state
  seen.held = account.held
  if (how === 'busy') {
    block(5_800)
    await sleep(1500)
    seen.again = session.engine.desk.state
    seen.left = account.held
  }
}
clearInterval(quoting)
await session.end()
const twice = [...account.received.values()].filter((x) => x > 1).length
process.stdout.write(`${JSON.stringify({ ...seen, states, twice, failure: session.failure ?? null })}\n`)
