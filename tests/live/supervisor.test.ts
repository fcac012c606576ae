/**
 * R-39 with three processes: `paper`, its supervisor, and the emulator as the venue that decides what is true. The engine
 * holds shares and has an order resting when it is stopped, then killed.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCli } from '../cli/run-cli.ts'
import { type Life, PaperBench } from '../support/paper-bench.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-supervisor-'))
let bench: PaperBench

/** Buys one stock and keeps it, and rests an order for another far below its price. */
const KEEP = `import { defineAgent } from 'sametape'
export default defineAgent({
  name: 'keep',
  subscribe: () => ({ trades: true }),
  init: () => ({ bought: false, rested: false }),
  onTrade(state, trade, ctx) {
    if (trade.symbol === '005930' && !state.bought && ctx.canOpen('005930')) state.bought = ctx.buy('005930', 30, 'keep').ok
    if (trade.symbol !== '000660' || state.rested || !ctx.canOpen('000660')) return
    const limit = Math.floor((trade.price * 0.97) / 1000) * 1000
    state.rested = ctx.order({ symbol: '000660', side: 'buy', type: 'limit', qty: 3, limit, rule: 'rest' }).ok
  },
})
`

/** Buys one stock and then fails at every trade, also when it is re-run. */
const FAIL = `import { defineAgent } from 'sametape'
export default defineAgent({
  name: 'fail',
  subscribe: () => ({ trades: true }),
  init: () => ({ bought: false, n: 0 }),
  onTrade(state, trade, ctx) {
    if (trade.symbol === '005930' && !state.bought && ctx.canOpen('005930')) state.bought = ctx.buy('005930', 20, 'fail').ok
    if (ctx.position('005930').qty === 20 && state.n++ > 5) throw new Error('a fault of the agent')
  },
})
`

beforeAll(async () => {
  bench = await PaperBench.open(join(root, 'bench'), ['--seed', '21'])
  writeFileSync(join(bench.dir, 'flip.ts'), KEEP)
})
afterAll(async () => {
  await bench.close()
  rmSync(root, { recursive: true, force: true })
})

interface Line {
  readonly part?: string
  readonly message: string
  readonly pid?: number
}

function log(): Line[] {
  const dir = join(bench.out, '.logs')
  if (!existsSync(dir)) return []
  const text = readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8'))
  const whole = text.join('').split('\n').slice(0, -1)
  return whole.map((line) => JSON.parse(line) as Line)
}

async function until(what: string, is: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end; ) {
    if (await is()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${what}: not within ${ms} ms; ${JSON.stringify(log().slice(-12))}`)
}

const said = (message: string): number => log().filter((l) => l.message === message).length
const working = async (): Promise<number> =>
  (await bench.state()).orders.filter((o) => o.action === 'new' && o.symbol === '000660').length
const held = async (): Promise<number> => Number((await bench.state()).positions['005930']?.qty ?? 0)
const enginePid = (): number =>
  log()
    .filter((l) => l.message === 'watches')
    .at(-1)?.pid ?? 0

async function isGone(pid: number): Promise<void> {
  await until(`process ${pid} gone`, () => !existsSync(`/proc/${pid}`) || isZombie(pid), 20_000)
}

function isZombie(pid: number): boolean {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
}

it('an ordered end is no silence: the supervisor goes with it', async () => {
  const life = bench.supervised('--for', '4s', '--agent', 'hold')
  await until('watched', () => said('watches') === 1)
  expect(await life.closed).toBe(0)
  await new Promise((resolve) => setTimeout(resolve, 7000))
  expect(
    log()
      .filter((l) => l.part === 'supervisor')
      .map((l) => l.message),
  ).toEqual(['watches'])
  rmSync(bench.out, { recursive: true })
}, 60_000)

it('R-39: an engine that fails at an input fails there again; its supervisor ends what it held before', async () => {
  writeFileSync(join(root, 'fail.ts'), FAIL)
  const life = bench.supervised('--agent', join(root, 'fail.ts'))
  expect(await life.closed).toBe(1)
  expect(life.stderr).toContain('a fault of the agent')
  expect(await held()).toBe(20)
  await until('ended by the supervisor', () => said('ended what the engine left') === 1, 90_000)
  expect(await held()).toBe(0)
  const [failed = '', ended = ''] = bench.parts
  expect(existsSync(join(failed, 'manifest.json'))).toBe(false)
  expect(runCli(['verify', ended]).code).toBe(0)
  rmSync(bench.out, { recursive: true })
}, 120_000)

it('R-39, F-58, F-60: stopped it is ended and started anew once; the next time its supervisor sells what is ours', async () => {
  const before = (await bench.state()).orders.filter((o) => o.action === 'new' && o.symbol === '005930').length
  const life: Life = bench.supervised()
  await until('bought and resting', async () => (await held()) === 30 && (await working()) === 1)
  await until('the engine knows', () => said('order filled: buy 005930') === 1 && said('order new: buy 000660') === 1)
  const first = life.child.pid as number
  await until('watched', () => enginePid() === first)

  life.child.kill('SIGSTOP')
  await until('started anew', () => said('RECONCILING → LIVE') === 2)
  await isGone(first)
  await until('watched again', () => enginePid() !== first)
  const second = enginePid()
  // It went on with what there was: nothing sold, nothing bought again.
  expect([await held(), await working()]).toEqual([30, 1])
  expect(said('no heartbeat for 5 s: restart')).toBe(1)

  // The slot of the dead at the broker stays taken: a socket would not get in.
  const fault = { kind: 'slow-slot-release', ms: 300_000, for_ms: 300_000 }
  await fetch(`${bench.control}/fault`, { method: 'POST', body: JSON.stringify(fault) })
  process.kill(second, 'SIGKILL')
  await until('ended by the supervisor', () => said('ended what the engine left') === 1, 120_000)
  expect(said('no heartbeat for 5 s: flatten')).toBe(1)
  expect(await held()).toBe(0)
  const { orders } = await bench.state()
  expect(orders.filter((o) => o.action === 'new' && o.symbol === '000660')).toHaveLength(1)
  expect(orders.filter((o) => o.action === 'cancel' && o.symbol === '000660')).toHaveLength(1)
  const traded = orders.filter((o) => o.action === 'new' && o.symbol === '005930').slice(before)
  expect(traded.map((o) => o.side)).toEqual(['buy', 'sell'])
  // All of it stands in the session's own recording, which is sealed and re-runs to itself.
  expect(bench.parts).toHaveLength(1)
  expect(runCli(['verify', bench.parts[0] as string]).code).toBe(0)
  expect(bench.table('fills').map((f) => f.side)).toEqual(['buy', 'sell'])
}, 240_000)
