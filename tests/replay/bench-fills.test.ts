/** The comparison strategies on prefixes of the comparison tapes: the fill lists to the byte (hashes of the reference). */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { memoryTape } from '../../bench/memory-tape.ts'
import { loadConfig } from '../../src/config/load.ts'
import { KIND, REPORT_TYPES } from '../../src/core/engine/records.ts'
import type { BenchName } from '../../src/generate/bench.ts'
import { loadAgent } from '../../src/runtime/agent-load.ts'
import { DigestSink } from '../../src/runtime/record-sink.ts'
import { setUp } from '../../src/runtime/run-setup.ts'
import { makeSpec } from '../../src/runtime/run-spec.ts'
import { runVirtual } from '../../src/runtime/virtual-run.ts'

const WIDE = [
  'daily_loss_limit',
  'position_size_limit',
  'stop_loss_pct',
  'emergency_shutdown_loss',
  'quarantine_move_pct',
]
const FILLED = REPORT_TYPES.indexOf('filled')

async function fillList(agentName: string, tape: BenchName, rows: number): Promise<{ fills: number; sha256: string }> {
  const sets = [...WIDE.map((n) => `risk.${n}=0.99`), 'risk.max_daily_orders=1000000']
  const config = loadConfig({ dir: undefined, sets, env: {} })
  const agent = await loadAgent(agentName)
  const sim = { match: 'next', liquidity: 'unlimited', slippage: 'ticks:1', latency: '0ms', fees: 'bps:5' }
  const spec = makeSpec({ config, agent, simulation: sim })
  const hash = createHash('sha256')
  let fills = 0
  const sink = new DigestSink((bytes, lengths, count) => {
    const words = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)
    let at = 0
    for (let i = 0; i < count; i++) {
      const w = words.subarray(at, at + (lengths[i] as number) / 8)
      at += w.length
      if ((w[0] as number) % 256 !== KIND.report || w[3] !== FILLED) continue
      fills++
      hash.update(`${w[2]},${(w[7] as number) > 0 ? 'B' : 'S'},${w[8]},${w[9]}\n`)
    }
  })
  const setup = setUp([memoryTape(tape, rows)], spec, config, agent)
  await runVirtual({ setup, seed: 0, header: '{}', sink: () => ({ sink, flush: () => undefined }) })
  return { fills, sha256: hash.digest('hex') }
}

describe('comparison fill lists', () => {
  it.each([
    ['s1a', 'B1', 10_000, 92, '4835387b242bdc84ef68a76f43b75f0eeaaf1c9956bf753dc62c6a482d078654'],
    ['s1a', 'B1', 100_000, 1_565, 'dddedf3c443cddd3372f1b7ca3611658d2ca1a2bc81d53fa919cb34cf1bc609f'],
    ['s1b', 'B1', 100_000, 1_557, '1c227f0aa6500e69c48797b1ba407fd6ac6cee15a8b26d95cbae14a3b8cb35e6'],
    ['s1q', 'Q1', 1_000_000, 20, '0a722e0b606ffecc208f2dfc367c0459e78ea7993ace4d768f88cfd487e46096'],
  ] as const)('%s on the first rows of %s (%i): %i fills', async (agent, tape, rows, fills, sha256) => {
    expect(await fillList(agent, tape, rows)).toEqual({ fills, sha256 })
  })
})
