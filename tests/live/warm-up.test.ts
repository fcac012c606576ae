/** Warm-up: own tapes first, then who trades; a minute from the first who has it, and what nobody has is named. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { ownTapes } from '../../src/cli/live/own-tapes.ts'
import { defineAgent } from '../../src/core/decision/agent.ts'
import { liveSetup } from '../../src/runtime/live-spec.ts'
import type { BarInbound } from '../../src/runtime/ports.ts'
import { type PastBars, type PastSource, warmUp } from '../../src/runtime/warm-up.ts'
import { runCli } from '../cli/run-cli.ts'
import { AAA } from '../support/live-parts.ts'
import { config, loaded, specOf } from '../support/live-play.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-warm-up-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const MINUTE = 60_000_000
const NOW = Date.UTC(2026, 2, 10, 0, 0) * 1000
const agent = defineAgent({
  name: 'warm',
  subscribe: () => ({ bars: ['1m'], indicators: ['rsi:14'] }),
  init: () => ({}),
})
const setup = liveSetup(specOf(), config, { ...loaded, definition: agent as never })

function bars(from: number, to: number, price: number): BarInbound[] {
  return Array.from({ length: to - from }, (_, i) => {
    const start = NOW + (from + i) * MINUTE
    const prices = {
      open: price,
      high: price,
      low: price,
      close: price,
      bidOpen: 0,
      askOpen: 0,
      bidClose: 0,
      askClose: 0,
    }
    return { type: 'bar', t: start + MINUTE, start, instrument: 0, volume: 1, ...prices } as BarInbound
  })
}

const source = (name: string, answer: PastBars, asked: string[] = []): PastSource => ({
  name,
  minutes: () => {
    asked.push(name)
    return Promise.resolve(answer)
  },
})

const ask = async (...sources: PastSource[]) => warmUp({ setup, sources, now: NOW, seenUntil: undefined })

it('own tapes that have enough up to now leave the feed alone', async () => {
  const asked: string[] = []
  const { history, ready } = await ask(
    source('own tapes', { bars: bars(-100, 0, 1) }, asked),
    source('kis', { bars: bars(-100, 0, 2) }, asked),
  )
  expect(asked).toEqual(['own tapes'])
  expect(ready).toMatchObject([{ ready_in: 0, source: 'own tapes', gap: '' }])
  expect(history.every((h) => h.close === 1)).toBe(true)
})

it('where they end early the feed fills in what is missing, minute by minute', async () => {
  const { history, ready } = await ask(
    source('own tapes', { bars: bars(-100, -20, 1) }),
    source('kis', { bars: bars(-30, 0, 2) }),
  )
  expect(ready).toMatchObject([{ ready_in: 0, source: 'own tapes and kis' }])
  expect(history.filter((h) => h.start < NOW - 20 * MINUTE).every((h) => h.close === 1)).toBe(true)
  expect(history.filter((h) => h.close === 2)).toHaveLength(20)
  expect(new Set(history.map((h) => h.start)).size).toBe(history.length)
})

it('what nobody has is a gap that names everybody who was asked', async () => {
  const { ready } = await ask(source('own tapes', { failure: 'none of AAA' }), source('kis', { bars: bars(-5, 0, 2) }))
  expect(ready).toMatchObject([{ source: 'kis', bars: 5, gap: 'own tapes: none of AAA' }])
  expect(ready[0]?.ready_in).toBeGreaterThan(0)
})

it('tapes of record are found by symbol and time; a damaged one is named and generated ones warm no real market up', async () => {
  const recorded = join(root, 'record', '2026-03-09T000000Z')
  mkdirSync(join(recorded, 'broken.tape'), { recursive: true })
  const flags = ['--symbols', 'NVDA', '--days', '1', '--start', '2026-03-09', '--rate', '4']
  expect(runCli(['generate', ...flags, '--out', join(recorded, '2026-03-09.tape')]).code).toBe(0)
  const place = { root, instruments: [{ ...AAA, symbol: 'NVDA', venue: 'US' }], now: NOW }
  const found = await ownTapes({ ...place, generated: true }).minutes(0, NOW - 24 * 60 * MINUTE)
  expect('bars' in found && found.bars.length).toBeGreaterThan(100)
  expect(await ownTapes({ ...place, generated: false }).minutes(0, 0)).toEqual({
    failure: 'none of NVDA within the time asked for',
  })
  writeFileSync(join(recorded, 'broken.tape', 'manifest.json'), '{')
  const { failure } = (await ownTapes({ ...place, generated: false }).minutes(0, 0)) as { failure: string }
  expect(failure).toContain('broken.tape')
  expect(await ownTapes({ ...place, root: join(root, 'nowhere'), generated: true }).minutes(0, 0)).toHaveProperty(
    'failure',
  )
})
