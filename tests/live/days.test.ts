/**
 * A session over risk days: each is sealed as a part that opens with the state of the roll and the digest of the day
 * before, verifies alone, and with the others as a chain in which a missing day is named.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nextPart, partsOf, riskDayName } from '../../src/cli/live/place.ts'
import { loadConfig } from '../../src/config/load.ts'
import { DAY, SECOND } from '../../src/core/base/time.ts'
import { loadAgent, type LoadedAgent } from '../../src/runtime/agent-load.ts'
import { openingAfter } from '../../src/runtime/live-opening.ts'
import { playLive } from '../../src/runtime/live-play.ts'
import { openLog } from '../../src/runtime/log.ts'
import { reopenPart } from '../../src/runtime/live-reopen.ts'
import type { LiveSession } from '../../src/runtime/live-session.ts'
import type { LiveSpec } from '../../src/runtime/live-spec.ts'
import { runCli } from '../cli/run-cli.ts'
import { AAA, BookKeeper, HandClock, HandSource, SIM, SimPort, tellQuote } from '../support/live-parts.ts'
import { liveSpec } from '../support/live-spec.ts'

const dir = mkdtempSync(join(tmpdir(), 'sametape-days-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** 21:00 UTC: half an hour before the roll. */
const T0 = Date.UTC(2025, 2, 10, 21, 0, 0) * 1000
const AGENT = `import { defineAgent } from 'sametape'
export default defineAgent({
  name: 'tenth',
  subscribe: () => ({ quotes: true }),
  init: () => ({ n: 0 }),
  onQuote(state, q, ctx) {
    state.n++
    const { qty } = ctx.position('AAA')
    if (state.n % 10 !== 0 || ctx.openOrders('AAA').length > 0) return
    if (qty > 0) ctx.sell('AAA', qty, 'tenth')
    else if (ctx.canOpen('AAA')) ctx.buy('AAA', 100, 'tenth')
  },
})
`
const config = loadConfig({ dir: undefined, sets: ['risk.max_daily_orders=30'], env: {} })
let agent: LoadedAgent

function specOf(): LiveSpec {
  return liveSpec(agent, [AAA], [SIM], { config: { 'risk.max_daily_orders': '30' } })
}

interface Told {
  readonly orders: number
  readonly stateAtEnd: string
}

/** A life of the session: some quotes, then a day passes, `days` times. */
async function live(root: string, clock: HandClock, books: BookKeeper, days: number): Promise<Told> {
  const [source, port] = [new HandSource(), new SimPort(books, clock)]
  let stop: () => void = () => undefined
  let begin: (session: LiveSession) => void = () => undefined
  const begun = new Promise<LiveSession>((resolve) => {
    begin = resolve
  })
  const parts = partsOf(root)
  const last = parts.at(-1)
  const opening =
    last === undefined
      ? undefined
      : (({ engine, digest }) => openingAfter(engine, last.name, digest))(
          reopenPart(last.dir, { spec: specOf(), config, agent }),
        )
  const nextOf = (t: number) => nextPart(root, riskDayName(t))
  const log = openLog({ dir: join(dir, 'logs') })
  const done = playLive({
    log,
    place: { ...nextOf(clock.now()), nextPart: nextOf, opening },
    ...{ spec: specOf(), config, agent, mode: 'paper', generated: true, clock, resume: 2, until: Infinity },
    stopped: new Promise<void>((resolve) => {
      stop = resolve
    }),
    plug: () => ({ brokers: [port], sources: [source], past: [] }),
    begun: (session) => queueMicrotask(() => begin(session)),
  })
  const session = await begun
  for (let day = 0; day < days; day++) {
    for (let n = 0; n < 45; n++) {
      clock.advance(SECOND / 2)
      tellQuote(clock, port, source, 10_000 + (n % 3))
    }
    if (day < days - 1) clock.advance(DAY)
  }
  const told = { orders: session.engine.desk.ordersToday, stateAtEnd: session.engine.desk.state }
  stop()
  await done
  await log.close()
  return told
}

function verifyCli(...dirs: string[]) {
  const { code, stdout } = runCli(['verify', ...dirs, '--json'])
  return { code, json: JSON.parse(stdout) as Record<string, unknown> }
}

describe('a session over five risk days', () => {
  const root = join(dir, 'session')
  const books = new BookKeeper(AAA, 100_000_000_000)
  const clock = new HandClock(T0)
  let told: Told

  beforeAll(async () => {
    const file = join(dir, 'tenth.ts')
    writeFileSync(file, AGENT)
    agent = await loadAgent(file)
    told = await live(root, clock, books, 5)
  }, 120_000)

  it('is a part for each, named by the day of its markets, and none of them is empty', () => {
    const names = partsOf(root).map((p) => p.name)
    expect(names).toEqual(['2025-03-10', '2025-03-11', '2025-03-12', '2025-03-13', '2025-03-14'])
    for (const { dir: part } of partsOf(root)) {
      const fills = readFileSync(join(part, 'fills.csv'), 'utf8').trimEnd().split('\n')
      expect(fills.length).toBeGreaterThan(1)
    }
  })

  it('the counters of a day began anew and what is held went on', () => {
    expect(told.stateAtEnd).toBe('LIVE')
    expect(told.orders).toBeLessThan(10)
    const fills = partsOf(root).flatMap((p) =>
      readFileSync(join(p.dir, 'fills.csv'), 'utf8').trimEnd().split('\n').slice(1),
    )
    const net = fills.map((f) => f.split(',')).reduce((sum, f) => sum + (f[6] === 'buy' ? 1 : -1) * Number(f[7]), 0)
    expect(net).toBe(books.held)
    expect(new Set(fills.map((f) => f.split(',')[3])).size).toBe(fills.length)
  })

  it('each verifies alone, all as a chain, and a missing day is named', () => {
    const parts = partsOf(root).map((p) => p.dir)
    expect(verifyCli(...parts)).toMatchObject({ code: 0, json: { identical: true, gaps: [] } })
    const moved = join(dir, 'without')
    cpSync(root, moved, { recursive: true })
    rmSync(join(moved, '2025-03-11'), { recursive: true })
    for (const name of readdirSync(moved)) {
      expect(verifyCli(join(moved, name))).toMatchObject({ code: 0, json: { identical: true } })
    }
    const rest = readdirSync(moved).map((name) => join(moved, name))
    expect(verifyCli(...rest)).toMatchObject({
      code: 1,
      json: { identical: true, gaps: [{ part: '2025-03-12', after: '2025-03-11', why: 'which is missing' }] },
    })
  }, 120_000)

  it('a day whose opening was changed is found', () => {
    const forged = join(dir, 'forged')
    cpSync(root, forged, { recursive: true })
    const path = join(forged, '2025-03-13', 'opening.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"ordersToday":', '"ordersToday":1'))
    const { code, stderr } = runCli(['verify', join(forged, '2025-03-13')])
    expect(code).toBe(1)
    expect(stderr).toContain('opening.json: damaged')
  })

  it('goes on after its end: the next part opens with the state of the last', async () => {
    clock.advance(DAY)
    const held = books.held
    await live(root, clock, books, 1)
    const last = partsOf(root).at(-1)
    expect(last?.name).toBe('2025-03-15')
    const alerts = readFileSync(join(last?.dir ?? '', 'alerts.csv'), 'utf8')
    // What was held is ours still, not somebody else's.
    expect(alerts).not.toContain('external')
    expect(held).toBeGreaterThanOrEqual(0)
    expect(existsSync(join(last?.dir ?? '', 'opening.json'))).toBe(true)
    expect(verifyCli(...partsOf(root).map((p) => p.dir))).toMatchObject({ code: 0, json: { gaps: [] } })
  }, 120_000)
})
