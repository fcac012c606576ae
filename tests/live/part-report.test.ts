/** The report of a part that goes on with another: what was held then is held, and was not sold short. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gatherFacts } from '../../src/report/facts.ts'
import { makeReport } from '../../src/report/html.ts'
import { openSubject } from '../../src/report/subject.ts'
import { TradeLedger } from '../../src/report/trade-ledger.ts'
import { PaperBench } from '../support/paper-bench.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-part-report-'))
let bench: PaperBench

beforeAll(async () => {
  bench = await PaperBench.open(join(root, 'bench'), ['--seed', '5'], 2)
  for (const span of ['7s', '9s']) expect(await bench.paper('--for', span).closed).toBe(0)
}, 120_000)
afterAll(async () => {
  await bench.close()
  rmSync(root, { recursive: true, force: true })
})

it('holds what the venue holds, its trades are long ones, its ledger has the shares', async () => {
  const [, second = ''] = bench.parts
  const subject = await openSubject(second)
  expect(subject.opening?.after.part).toBeTruthy()
  const facts = gatherFacts(subject)
  const { positions } = await bench.state()
  const lots = new Map<string, number>()
  const ledger = new TradeLedger(join(root, 'ledger.csv'))
  ledger.add(subject)
  ledger.close()
  for (const line of readFileSync(join(root, 'ledger.csv'), 'utf8').trimEnd().split('\n').slice(1)) {
    const [, , , , symbol = '', , side, qty, , closed] = line.split(',')
    expect(side).toBe('long')
    if (closed === '') lots.set(symbol, (lots.get(symbol) ?? 0) + Number(qty))
  }
  for (const i of subject.instruments) {
    if (i.venue === 'FX') continue
    const there = Number(positions[i.symbol]?.qty ?? 0)
    expect(facts.trips.held(i.id), i.symbol).toBe(there)
    expect(lots.get(i.symbol) ?? 0, i.symbol).toBe(there)
  }
  const { figures, path, verified } = await makeReport(second)
  expect(verified.state).toBe('identical')
  expect(figures.final_equity).not.toBeNull()
  expect(readFileSync(path, 'utf8')).toContain('Goes on from <code>')
}, 120_000)
