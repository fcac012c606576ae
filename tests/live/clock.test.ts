/**
 * R-31 over real sockets: the `Date` of the emulator's answers is moved by three seconds while a `paper` trades. What the
 * session makes of it is an input in its journal, nothing is opened while it stands, and it heals by itself.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SystemEvent } from '../../src/core/domain/control.ts'
import { recordedEvents } from '../../src/runtime/record-events.ts'
import { journalRecords } from '../../src/runtime/record-reader.ts'
import { runCli } from '../cli/run-cli.ts'
import { PaperBench } from '../support/paper-bench.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-live-clock-'))
let bench: PaperBench

beforeAll(async () => {
  bench = await PaperBench.open(join(root, 'bench'), ['--seed', '3'])
})
afterAll(async () => {
  await bench.close()
  rmSync(root, { recursive: true, force: true })
})

const SKEWED_MS = 10_000

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

it('F-51 a reference three seconds ahead: nothing is opened until it is right again', async () => {
  const life = bench.paper()
  await life.begun
  await sleep(8000)
  const fault = { kind: 'clock-skew', ms: 3000, for_ms: SKEWED_MS }
  const posted = await fetch(`${bench.control}/fault`, { method: 'POST', body: JSON.stringify(fault) })
  expect(posted.ok).toBe(true)
  const from = Date.now() * 1000
  // The books are compared every 30 s: an answer to hear it from comes by then.
  await sleep(SKEWED_MS + 30_000 + 20_000)
  life.child.kill('SIGTERM')
  expect(await life.closed).toBe(0)
  const [part = ''] = bench.parts
  const events = [...recordedEvents(journalRecords(part))].filter((e): e is SystemEvent => e.type === 'system')
  const offsets = events.filter((e) => e.fact === 'clockOffset')
  const off = offsets.find((e) => e.value < -1_000_000)
  const healed = offsets.find((e) => e.t > (off?.t ?? Infinity) && Math.abs(e.value) <= 1_000_000)
  expect(offsets[0]?.value).toBe(0)
  expect(off?.t).toBeGreaterThan(from)
  expect(off?.value).toBeGreaterThanOrEqual(-3_000_000)
  expect(healed?.t).toBeGreaterThan(from + SKEWED_MS * 1000)
  // What the machine says of its own clock stands there too, whatever it is.
  expect(events.filter((e) => e.fact === 'clockSync').length).toBeGreaterThan(0)
  expect(life.stderr).toContain('alert clock')
  const bought = bench.table('orders').filter((o) => o.state === 'pendingNew' && o.side === 'buy')
  const stamps = bought.map((o) => Number(o.t))
  const within = stamps.filter((t) => t > (off?.t ?? 0) && t < (healed?.t ?? 0))
  expect(within).toEqual([])
  expect(stamps.some((t) => t < from)).toBe(true)
  expect(stamps.some((t) => t > (healed?.t ?? Infinity))).toBe(true)
  expect(runCli(['verify', part]).code).toBe(0)
}, 150_000)
