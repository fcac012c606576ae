/** The raw recording: every frame both ways without a secret, and decoded again it is the tape that the session left. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GeneratedFeed } from '../../../adapters/common/emulator/generated-feed.ts'
import { KisRawDecoder } from '../../../adapters/kis/raw.ts'
import { MINUTE, SECOND } from '../../../src/core/base/time.ts'
import { journalTape } from '../../../src/runtime/journal-tape.ts'
import { RawRecording } from '../../../src/runtime/raw-read.ts'
import { rawTape } from '../../../src/runtime/raw-tape.ts'
import { defineAgent } from '../../../src/index.ts'
import { runCli } from '../../cli/run-cli.ts'
import { KisPlay } from '../../support/kis-play.ts'
import { TEN_IN_SEOUL } from './bench.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-raw-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Buys once, as soon as it may. */
const agent = defineAgent({
  name: 'once',
  subscribe: () => ({ quotes: true }),
  init: () => ({ bought: false }),
  onQuote(state, q, ctx) {
    if (state.bought || !ctx.canOpen(q.symbol)) return
    state.bought = true
    ctx.buy(q.symbol, 10, 'once')
  },
})
const loaded = { definition: agent as never, name: 'once', hash: '0'.repeat(64), files: [] }

let file = ''
let dir = ''
let play: KisPlay
let secrets: string[] = []

beforeAll(async () => {
  dir = join(root, 'run')
  const feed = new GeneratedFeed(['005930', 'NVDA'], 1, TEN_IN_SEOUL)
  play = await KisPlay.open({ dir, feed, agent: loaded, from: TEN_IN_SEOUL + 3 * MINUTE })
  await play.start(0)
  await play.pass(90 * SECOND, SECOND / 10)
  file = play.rawFile
  const { world } = play.venue.emulator
  secrets = [...world.keys.values()].flatMap((d) => [
    d.credentials.appkey,
    d.credentials.appsecret,
    d.credentials.hts_id,
    d.credentials.account.slice(0, 8),
  ])
  secrets.push(...play.venue.emulator.sessions().flatMap((s) => [...s.secrets.values()].flatMap((x) => [x.key, x.iv])))
  expect([play.desk.state, play.desk.fillCount]).toEqual(['LIVE', 1])
  await play.seal()
  await play.venue.close()
})

describe('raw recording', () => {
  it('I-36: has everything but secrets', () => {
    const text = readFileSync(file, 'utf8')
    for (const channel of ['/oauth2/tokenP', '/oauth2/Approval', 'ws', 'ws quotes', 'ws H0STCNI9', 'order-cash'])
      expect(text.includes(channel), channel).toBe(true)
    expect(secrets.length).toBeGreaterThan(9)
    // The eight digits of an account are a volume by chance in market frames, and part of a time.
    const lines = text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line) as { c: string; x: string })
    const ours = lines
      .filter((l) => !/^0\|H(0ST|DFS)(CNT|ASP|MKO)/.test(l.x))
      .map((l) => l.x)
      .join('\n')
    for (const secret of secrets) {
      const where = secret.length < 16 ? ours : text
      const found = [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')].map((x) => where.indexOf(x))
      expect(found.map((at) => (at < 0 ? '' : where.slice(Math.max(0, at - 60), at + 40)))).toEqual(['', ''])
    }
    expect(/eyJ[A-Za-z0-9]{8}/.test(text)).toBe(false)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('decoded again is the tape of the session, row for row', async () => {
    const recording = await RawRecording.open(file)
    const decoder = new KisRawDecoder(recording.header.instruments)
    const raw = await rawTape(recording, decoder, join(root, 'raw-tape'))
    const made = await journalTape({
      ...{ run: dir, out: join(root, 'live-tape'), instruments: play.run.setup.instruments },
      ...{ source: 'kis', generated: true, resolution: 's' },
    })
    // The exchange rate came from another source.
    const live = made?.streams.filter((s) => s.kind !== 'fx') ?? []
    expect(raw.rows).toBeGreaterThan(1000)
    expect(raw.manifest?.streams.map((s) => [s.symbol, s.kind, s.rows, s.first, s.last])).toEqual(
      live.map((s) => [s.symbol, s.kind, s.rows, s.first, s.last]),
    )
    expect(raw.manifest?.streams.map((s) => s.row_hash)).toEqual(live.map((s) => s.row_hash))
    expect([...decoder.unused]).toEqual([])
  })

  it('import raw says what it made, and what was not used', () => {
    const cut = join(root, 'cut.jsonl')
    writeFileSync(cut, readFileSync(file))
    appendFileSync(
      cut,
      `${JSON.stringify({ t: 9e15, d: 'in', c: 'ws', x: '0|H0STCNT0|002|005930^1^2' })}\n{"t":9,"d":"i`,
    )
    const made = runCli(['import', 'raw', cut, '--out', join(root, 'cli-tape'), '--json'])
    expect(made.code).toBe(0)
    const json = JSON.parse(made.stdout) as { rows: number; unused: Record<string, number> }
    expect(json.rows).toBeGreaterThan(1000)
    expect(json.unused).toEqual({ 'a frame whose fields do not divide by its count': 1 })
  })

  it('F-65: names the line of a damaged one, and what is no recording', async () => {
    const bad = join(root, 'bad.jsonl')
    const lines = readFileSync(file, 'utf8').split('\n')
    writeFileSync(bad, [...lines.slice(0, 5), '{"t":1', ...lines.slice(5, 9)].join('\n'))
    const frames = async (): Promise<number> => {
      let n = 0
      for await (const _ of (await RawRecording.open(bad)).frames()) n++
      return n
    }
    await expect(frames()).rejects.toThrow(/line 6 is damaged/)
    truncateSync(bad, 40)
    await expect(frames()).rejects.toThrow(/is no raw recording/)
  })
})
