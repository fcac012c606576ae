/**
 * The report of a live session that was killed and went on: what it says was traded is what the engine's ledger and the
 * broker's books hold, with fills that were only found in the books and reports that came twice.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SECOND } from '../../src/core/base/time.ts'
import type { Desk } from '../../src/core/engine/desk.ts'
import { KIND } from '../../src/core/engine/records.ts'
import { RunFacts } from '../../src/report/facts.ts'
import { makeReport, writeReport } from '../../src/report/html.ts'
import { openSubject } from '../../src/report/subject.ts'
import { TradeLedger } from '../../src/report/trade-ledger.ts'
import { loadAgent, type LoadedAgent } from '../../src/runtime/agent-load.ts'
import { sealLiveRun } from '../../src/runtime/live-seal.ts'
import { journalRecords } from '../../src/runtime/record-reader.ts'
import { verify } from '../../src/runtime/verify.ts'
import type { BookKeeper } from '../support/live-parts.ts'
import { books, Play } from '../support/live-play.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-live-report-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const T0 = Date.UTC(2025, 2, 10, 20, 30, 0) * 1000
/** One life of the process. `repeats`: every report is heard twice. */
async function live(dir: string, account: BookKeeper, agent: LoadedAgent, t: number, n: number, resume: 0 | 2) {
  const play = new Play(dir, account, t, resume, agent)
  const { run, session, clock, port } = play
  // What the broker says, it says twice: a repeat changes nothing (I-14).
  const twice = port.events$.subscribe((events) => {
    const reports = events.filter((e) => e.type === 'filled')
    if (reports.length > 0) session.inputBatch(reports)
  })
  for (let i = 0; i < n; i++) {
    clock.advance(4 * SECOND)
    const bid = 10_000 + Math.round(100 * Math.sin(Number(clock.now() - T0) / 32e6))
    // The last words of each life are never heard: the next one finds them in the books.
    if (i === n - 12) twice.unsubscribe()
    play.quote(bid)
  }
  return { run, session, clock }
}

let run = ''
let desk: Desk
const account = books()

beforeAll(async () => {
  const agent = await loadAgent(fileURLToPath(new URL('../support/ten-agent.ts', import.meta.url)))
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
