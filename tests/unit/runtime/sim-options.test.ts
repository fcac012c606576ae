import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { simTexts } from '../../../src/cli/run-options.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { loadAgent } from '../../../src/runtime/agent-load.ts'
import { readSamples, samplesName } from '../../../src/runtime/model-files.ts'
import { digestHeader, makeSpec, runSpecSchema } from '../../../src/runtime/run-spec.ts'
import { readSimOptions, SIM_DEFAULTS, type SimTexts } from '../../../src/runtime/sim-options.ts'

const work = mkdtempSync(join(tmpdir(), 'sametape-options-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

const noTable = (): never => {
  throw new Error('no fee table is asked for here')
}
const read = (more: Partial<SimTexts>) => readSimOptions({ ...SIM_DEFAULTS, ...more }, noTable)
const constant = (micros: number) => ({ kind: 'constant', micros })

describe('options of the simulated venue', () => {
  it('the defaults are models that do nothing', () => {
    const { config, link, venueClock, rules } = read({})
    expect(Object.keys(config)).toEqual(['match', 'liquidity', 'slippage', 'fees'])
    expect(link).toEqual({ entry: constant(0), response: constant(0), feed: constant(0), outages: [] })
    expect([venueClock, rules]).toEqual([false, false])
  })

  it.each<[Partial<SimTexts>, object]>([
    [{ latency: '5ms' }, { entry: constant(5000), response: constant(5000) }],
    [{ latency: '5ms/0.25ms' }, { entry: constant(5000), response: constant(250) }],
    [{ latency: 'lognormal:12.5:0.4' }, { entry: { kind: 'lognormal', median: 12_500, sigma: 0.4 } }],
    [{ feed_latency: '40ms' }, { feed: constant(40_000) }],
    [{ feed_latency: 'lognormal:1:0' }, { feed: { kind: 'lognormal', median: 1000, sigma: 0 } }],
  ])('%o', (texts, want) => expect(read(texts).link).toMatchObject(want))

  it.each<[string, object | undefined]>([
    ['front', { kind: 'front' }],
    ['back', { kind: 'back' }],
    ['probabilistic', { kind: 'probabilistic', power: 1 }],
    ['probabilistic:power:3', { kind: 'probabilistic', power: 3 }],
    ['none', undefined],
  ])('--queue %s', (text, want) => expect(read({ queue: text }).config.queue).toEqual(want))

  it('outages: kinds, order, half-open and apart', () => {
    const day = Date.UTC(2026, 0, 5) * 1000
    const text = 'drop:2026-01-05T02:00:00Z/2026-01-05T03:00:00Z,2026-01-05T00:00:00Z/2026-01-05T01:00:00Z'
    expect(read({ outage: text }).link.outages).toEqual([
      { kind: 'delay', from: day, to: day + 3_600_000_000 },
      { kind: 'drop', from: day + 7_200_000_000, to: day + 10_800_000_000 },
    ])
  })

  it.each<[Partial<SimTexts>, RegExp]>([
    [{ latency: '5' }, /--latency 5: write a constant such as 5ms/],
    [{ latency: '5ms/2ms/1ms' }, /ENTRY\/RESPONSE/],
    [{ latency: 'lognormal:0:1' }, /lognormal:MEDIAN_MS:SIGMA/],
    [{ latency: 'lognormal:5:4' }, /sigma at most 3/],
    [{ latency: 'lognormal:5' }, /lognormal:MEDIAN_MS:SIGMA/],
    [{ latency: 'samples:abc' }, /give them again with file:F/],
    [{ queue: 'middle' }, /--queue middle: write none, front/],
    [{ queue: 'probabilistic:power:9' }, /1 to 5/],
    [{ auctions: 'yes' }, /--auctions yes: write none or cross/],
    [{ rules: 'krx' }, /--rules krx: write none or venue/],
    [{ rejects: '1.5' }, /--rejects 1.5: a share from 0 to 1/],
    [{ rejects: '-0.1' }, /a share from 0 to 1/],
    [{ outage: '2026-01-05/2026-01-06' }, /with zones/],
    [{ outage: '2026-01-05T01:00:00Z/2026-01-05T00:00:00Z' }, /with zones/],
    [
      { outage: '2026-01-05T00:00:00Z/2026-01-05T02:00:00Z,2026-01-05T01:00:00Z/2026-01-05T03:00:00Z' },
      /two of its windows overlap/,
    ],
    [{ venue_clock: 'wall' }, /--venue-clock wall: write receive or venue/],
  ])('%o is refused', (texts, message) => expect(() => read(texts)).toThrow(message))
})

describe('what a run keeps of them', () => {
  const spec = async (simulation: SimTexts) => {
    const config = loadConfig({ dir: undefined, sets: [], env: {} })
    return makeSpec({ config, agent: await loadAgent('hold'), simulation })
  }
  const header = async (simulation: SimTexts) => digestHeader(await spec(simulation), [], 'USD', {})

  it('options at their defaults leave no trace: header and configuration are as before they existed', async () => {
    const plain = await spec(SIM_DEFAULTS)
    const asked = simTexts({
      queue: 'none',
      auctions: 'none',
      rules: 'none',
      rejects: '0',
      feedLatency: '0ms',
      venueClock: 'receive',
    })
    expect(await spec(asked)).toEqual(plain)
    expect(plain.simulation).toEqual({ ...SIM_DEFAULTS })
    expect(await header(asked)).toBe(await header(SIM_DEFAULTS))
    expect(Object.keys(plain.config).filter((path) => path.includes('auctions'))).toEqual([])
  })

  it('each option that is used changes the header', async () => {
    const used: Partial<SimTexts>[] = [
      { queue: 'back' },
      { auctions: 'cross' },
      { rules: 'venue' },
      { rejects: '0.01' },
      { feed_latency: '1ms' },
      { venue_clock: 'venue' },
      { outage: '2026-01-05T00:00:00Z/2026-01-05T01:00:00Z' },
    ]
    const headers = await Promise.all(used.map((u) => header({ ...SIM_DEFAULTS, ...u })))
    expect(new Set([...headers, await header(SIM_DEFAULTS)]).size).toBe(used.length + 1)
  })

  it('samples of a file stand in the configuration, their hash in the header, the path nowhere', async () => {
    const path = join(work, 'delays.csv')
    writeFileSync(path, 'ms\n0.5\n12\n3.2509\n\n')
    const micros = [500, 12_000, 3250]
    expect(readSamples('latency', path)).toEqual(micros)
    const texts = simTexts({ latency: `file:${path}`, feedLatency: `file:${path}` })
    const kept = runSpecSchema.parse(JSON.parse(JSON.stringify(await spec(texts))))
    const name = samplesName(micros)
    expect(kept.simulation).toMatchObject({ latency: `samples:${name}`, feed_latency: `samples:${name}` })
    expect(kept.simulation.samples).toEqual({ [name]: micros })
    expect(readSimOptions(kept.simulation, noTable).link).toMatchObject({
      entry: { kind: 'samples', micros },
      feed: { micros },
    })
    const text = await header(texts)
    expect(text).toContain(name)
    expect(text).not.toContain('delays.csv')
    expect(text).not.toContain('12000')
  })

  it('samples that were changed in a configuration are not taken', () => {
    const name = samplesName([1, 2])
    expect(() => read({ latency: `samples:${name}`, samples: { [name]: [1, 3] } })).toThrow(/not in the configuration/)
  })

  it.each([
    ['5\n-1\n', /:2: -1 is not a delay/],
    ['ms\nabc\n', /:2: abc is not a delay/],
    ['ms\n', /0 delays/],
  ])('a file of %j is refused', (content, message) => {
    const path = join(work, 'bad.csv')
    writeFileSync(path, content)
    expect(() => readSamples('latency', path)).toThrow(message)
  })

  it('a file of outages is one text', () => {
    const path = join(work, 'outages.txt')
    writeFileSync(
      path,
      '# planned\ndrop:2026-01-05T02:00:00Z/2026-01-05T03:00:00Z\n2026-01-05T00:00:00Z/2026-01-05T01:00:00Z\n',
    )
    const { outage } = simTexts({ outage: `file:${path}` })
    expect(outage).toBe('drop:2026-01-05T02:00:00Z/2026-01-05T03:00:00Z,2026-01-05T00:00:00Z/2026-01-05T01:00:00Z')
    expect(() => simTexts({ latency: `file:${join(work, 'none.csv')}` })).toThrow(/cannot be read/)
  })
})
