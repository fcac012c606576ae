/**
 * The report of a live session that was killed and went on: what it says was traded is what the engine's ledger and the
 * broker's books hold, with fills that were only found in the books and reports that came twice.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { Desk } from '../../src/core/engine/desk.ts'
import { KIND } from '../../src/core/engine/records.ts'
import { RunFacts } from '../../src/report/facts.ts'
import { makeReport, writeReport } from '../../src/report/html.ts'
import { openSubject } from '../../src/report/subject.ts'
import { TradeLedger } from '../../src/report/trade-ledger.ts'
import { loadAgent, type LoadedAgent } from '../../src/runtime/agent-load.ts'
import { openLiveRun } from '../../src/runtime/live-run.ts'
import { sealLiveRun } from '../../src/runtime/live-seal.ts'
import { LiveSession } from '../../src/runtime/live-session.ts'
import { calendarVersions, type LiveSpec } from '../../src/runtime/live-spec.ts'
import { journalRecords } from '../../src/runtime/record-reader.ts'
import { verify } from '../../src/runtime/verify.ts'
import { BookKeeper, HandClock, HandSource, SimPort } from '../support/live-parts.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-live-report-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const SECOND = 1_000_000
const T0 = Date.UTC(2025, 2, 10, 20, 30, 0) * 1000
const INSTRUMENT: Instrument = {
  ...{ id: 0, symbol: 'AAA', venue: 'GEN', currency: 'USD', priceDecimals: 2, qtyDecimals: 0 },
  ...{ ticks: [{ from: 0, tick: 1 }], lot: 1, economicId: 'GEN:AAA', allowShort: false },
}

/** Buys 100 at every tenth quote when flat, sells all when up or down by 50 cents. */
const AGENT = `import { defineAgent } from 'sametape'
export default defineAgent({
  name: 'ten',
  subscribe: () => ({ quotes: true }),
  init: () => ({ n: 0, entry: 0 }),
  onQuote(state, q, ctx) {
    state.n++
    const { qty } = ctx.position('AAA')
    if (ctx.openOrders('AAA').length > 0) return
    if (qty === 0 && state.n % 10 === 0 && ctx.canOpen('AAA')) {
      state.entry = q.ask
      ctx.buy('AAA', 100, 'tenth')
    } else if (qty > 0 && Math.abs(q.bid - state.entry) > 0.5) ctx.sell('AAA', qty, 'moved')
  },
})
`

function specOf(agent: LoadedAgent): LiveSpec {
  const kinds = { quotes: true, trades: false, bars: false, sessionBars: false, oneSided: false, barMicros: 0 }
  const rules = { clientOrderId: true, reconcileEvery: 30 * SECOND, funding: 'cash', commissionBps: { num: 0, den: 1 } }
  return {
    ...{ schema_version: 2, kind: 'live', config: {} },
    agent: { name: agent.name, hash: agent.hash, params: {} },
    ...{ instruments: [INSTRUMENT as never], shapes: [{ ...kinds, heartbeat: 10 * SECOND }] },
    calendars: calendarVersions([INSTRUMENT]),
    ...{ currencies: ['USD'], base: 'USD', routes: [null] },
    brokers: [{ name: 'sim', rules: rules as LiveSpec['brokers'][number]['rules'] }],
    ...{ cash: [[0]], arming: 'operator', fees: 'none' },
  }
}

/** One life of the process. `repeats`: every report is heard twice. */
async function live(dir: string, account: BookKeeper, agent: LoadedAgent, t: number, n: number, resume: 0 | 2) {
  const clock = new HandClock(t)
  const source = new HandSource()
  const port = new SimPort(account, clock)
  const run = openLiveRun({
    dir,
    spec: specOf(agent),
    config: loadConfig({ dir: undefined, sets: [], env: {} }),
    agent,
  })
  const { setup, header, sink, recovered } = run
  const session = new LiveSession({
    ...{ setup, header, sink, clock, sources: [source], brokers: [port] },
    ...(recovered === undefined ? {} : { recovered: recovered.engine }),
  })
  // What the broker says, it says twice: a repeat changes nothing (I-14).
  const twice = port.events$.subscribe((events) => {
    const reports = events.filter((e) => e.type === 'filled')
    if (reports.length > 0) session.inputBatch(reports)
  })
  session.start(resume)
  session.input({ type: 'operator', action: 'arm', broker: -1, instrument: -1, value: 0, price: 0 })
  for (let i = 0; i < n; i++) {
    clock.advance(4 * SECOND)
    const bid = 10_000 + Math.round(100 * Math.sin(Number(clock.now() - T0) / 32e6))
    const sizes = { bidSize: 500, askSize: 500, flags: 0 }
    const q = { type: 'quote', venueT: clock.now(), instrument: 0, bid, ask: bid + 1, ...sizes } as const
    // The last words of each life are never heard: the next one finds them in the books.
    if (i === n - 12) twice.unsubscribe()
    port.quote(q)
    source.events$.next([q])
  }
  return { run, session, clock }
}

let run = ''
let desk: Desk
const account = new BookKeeper(INSTRUMENT, 100_000_000_000)

beforeAll(async () => {
  const path = join(root, 'ten.ts')
  writeFileSync(path, AGENT)
  const agent = await loadAgent(path)
  let dir = join(root, 'life')
  let t = T0
  for (let n = 0; n < 4; n++) {
    const { session, clock } = await live(dir, account, agent, t, 90 + 7 * n, n === 0 ? 0 : 2)
    // Killed: what goes on is what the disk held some quotes before the end.
    const next = join(root, `life-${n}`)
    cpSync(dir, next, { recursive: true })
    await session.end()
    dir = next
    t = clock.now() + 5 * SECOND
  }
  // The risk day rolls at 21:30, with a session on both sides of it.
  const last = await live(dir, account, agent, Date.UTC(2025, 2, 10, 21, 30, 5) * 1000, 300, 2)
  expect(last.session.failure).toBeUndefined()
  desk = last.session.engine.desk
  await last.session.end()
  await sealLiveRun(last.run, last.session, { mode: 'paper', agent, generated: true })
  run = dir
})

/** Records of a kind for which something holds. */
function countOf(kind: number, holds: (w: Float64Array) => boolean): number {
  let n = 0
  for (const r of journalRecords(run)) if (r.kind === kind && holds(r.words)) n++
  return n
}

test('is a session with repeated reports and with fills that only the books told of', () => {
  const heard = countOf(KIND.report, (w) => w[3] === 2)
  const explained = countOf(KIND.explain, (w) => w[3] === 0)
  expect(explained).toBeGreaterThan(0)
  expect(heard).toBeGreaterThan(desk.fillCount)
  expect(desk.fillCount).toBeGreaterThan(10)
})

test('is reported as the ledger has it', async () => {
  const { figures, path, verified } = await makeReport(run)
  expect(path).toBe(join(run, 'report.html'))
  expect(verified.state).toBe('identical')
  expect(figures).toMatchObject({ mode: 'paper', generated: true, days: 2, trades: desk.ledger.trips })
  const { USD } = figures.costs as Record<string, { fills: number; bought: string; sold: string }>
  expect(USD?.fills).toBe(desk.fillCount)
  // The opening balance is capital; what trading moved is the rest of the cash.
  const moved = (account.cash - 100_000_000_000) / 1e6
  expect(Number(USD?.sold) - Number(USD?.bought)).toBeCloseTo(moved, 6)
  const subject = await openSubject(run)
  const facts = new RunFacts(subject)
  for (const r of journalRecords(run)) facts.record(r)
  expect(facts.trips.held(0)).toBe(account.held)
  expect(facts.limits.states.map((s) => s.to)).toContain('LIVE')
})

test('its tables alone give the cash and the position that the broker has', () => {
  const rows = (name: string): string[][] =>
    readFileSync(join(run, name), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
  let [cash, held] = [0, 0]
  for (const [, , , , , , side, qty, price, , fee, tax] of rows('fills.csv')) {
    const sign = side === 'buy' ? 1 : -1
    held += sign * Number(qty)
    cash -= sign * Number(qty) * Number(price) + Number(fee) + Number(tax)
  }
  for (const [, , , amount] of rows('cash.csv')) cash += Number(amount)
  expect(rows('fills.csv')).toHaveLength(desk.fillCount)
  expect(held).toBe(account.held)
  expect(cash).toBeCloseTo(account.cash / 1e6, 6)
})

test('says its latencies, and the sealed run still verifies', async () => {
  const page = readFileSync(await writeReport(run, { verify: false }), 'utf8').split('\n')
  expect(page).toContain('<section><h2>Latency</h2>')
  expect(page).toContain('<p class="quiet">All inputs stand in the journal.</p></section>')
  expect(page.some((line) => line.includes('GENERATED DATA'))).toBe(true)
  expect((await verify(run, {})).identical).toBe(true)
})

test('its ledger adds up to the cash that was moved', async () => {
  const file = join(root, 'ledger.csv')
  const ledger = new TradeLedger(file)
  ledger.add(await openSubject(run))
  ledger.close()
  const [, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n')
  // Columns from the end: cost, proceeds, fees and taxes, gain.
  const sum = lines.reduce((s, line) => {
    const [cost, proceeds, costs] = line.split(',').slice(-4).map(Number) as [number, number, number]
    return s + proceeds - cost - costs
  }, 0)
  expect(sum).toBeCloseTo((account.cash - 100_000_000_000) / 1e6, 6)
})
