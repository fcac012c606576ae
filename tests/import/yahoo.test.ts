/** `import yahoo` against a server on this machine that answers in the vendor's shape; no test goes to the network. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decodeChart, priceText } from '../../adapters/yahoo/decode.ts'
import { fetchHistory } from '../../adapters/yahoo/index.ts'
import { pieces } from '../../adapters/yahoo/reach.ts'
import { DAY, HOUR, MINUTE, parseStamp, SECOND } from '../../src/core/base/time.ts'
import { importHistories, listingOf } from '../../src/import/vendor.ts'
import { openTape } from '../../src/tape/read.ts'
import { BIN } from '../cli/run-cli.ts'
import { cleanUp, freshPath, rowsOf } from './import-for-test.ts'

cleanUp()

const t = (text: string): number => parseStamp(text)?.t ?? Number.NaN
const fixture = readFileSync(fileURLToPath(new URL('../fixtures/yahoo/chart-nvda-1d.json', import.meta.url)), 'utf8')

let server: Server
let base = ''
let asked: URL[] = []
let answer: (url: URL) => readonly [number, string] = () => [200, fixture]

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', base)
    asked.push(url)
    const [status, body] = answer(url)
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise<unknown>((resolve) => server.close(resolve)))
beforeEach(() => {
  asked = []
  answer = () => [200, fixture]
})

const AFTER_CLOSE = t('2024-06-14T21:00:00Z')
const DURING = t('2024-06-14T15:00:00Z')
const range = { from: t('2024-06-07T00:00:00Z') }

/** A minute answer with one bar a minute over the asked range, at most `most`. */
function minutes(url: URL, most: number): readonly [number, string] {
  const from = Number(url.searchParams.get('period1'))
  const to = Number(url.searchParams.get('period2'))
  const first = Math.ceil(from / 60) * 60
  const stamps = Array.from({ length: Math.min(most, Math.ceil((to - first) / 60)) }, (_, i) => first + 60 * i)
  const all = (x: number): number[] => stamps.map(() => x)
  const quote = { open: all(1.5), high: all(2), low: all(1), close: all(1.5), volume: all(7) }
  const chart = { meta: { currency: 'USD' }, timestamp: stamps, indicators: { quote: [quote] } }
  return [200, JSON.stringify({ chart: { result: [chart], error: null } })]
}

describe('the adapter', () => {
  it('reads prices as the decimals that were meant, and leaves what is missing empty', async () => {
    const history = await fetchHistory({ symbol: 'NVDA', interval: '1d', range, now: AFTER_CLOSE, base })
    expect(asked.map((url) => url.pathname)).toEqual(['/v8/finance/chart/NVDA'])
    expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toMatchObject({
      interval: '1d',
      includePrePost: 'false',
      period1: String(range.from / SECOND),
    })
    expect(history.bars[0]).toEqual({
      t: t('2024-06-07T13:30:00Z'),
      open: '119.77',
      high: '121.692',
      low: '118.022',
      close: '120.888',
      volume: '412386000',
    })
    expect(history.bars[4]).toMatchObject({ open: '', close: '', volume: '' })
    expect(history.bars).toHaveLength(6)
    expect(history.events).toEqual([
      { date: '2024-06-10', kind: 'split', value: '10:1' },
      { date: '2024-06-11', kind: 'dividend', value: '0.01' },
    ])
  })

  it('leaves the bar out that is still forming', async () => {
    const history = await fetchHistory({ symbol: 'NVDA', interval: '1d', range, now: DURING, base })
    expect([history.bars.length, history.unfinished]).toEqual([5, 1])
  })

  it('asks for minutes in pieces of 7 days and keeps each bar once', async () => {
    answer = (url) => minutes(url, 10)
    const now = t('2024-06-14T21:00:00Z')
    const from = now - 16 * DAY
    const history = await fetchHistory({ symbol: 'NVDA', interval: '1m', range: { from }, now, base })
    const ranges = asked.map((url) => [url.searchParams.get('period1'), url.searchParams.get('period2')].map(Number))
    expect(ranges).toEqual(
      [
        [from, from + 7 * DAY],
        [from + 7 * DAY, from + 14 * DAY],
        [from + 14 * DAY, now],
      ].map((r) => r.map((x) => x / SECOND)),
    )
    expect(history.bars).toHaveLength(30)
    expect(new Set(history.bars.map((b) => b.t)).size).toBe(30)
  })

  it.each([
    [
      404,
      '{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}',
      /XXXX: Yahoo's answer: No data found/,
    ],
    [429, 'Too Many Requests\r\n', /XXXX: Yahoo refuses for now \(too many requests\)/],
    [500, '<html>', /XXXX: Yahoo's answer/],
    [
      200,
      '{"chart":{"result":[{"meta":{},"indicators":{"quote":[]},"timestamp":["x"]}],"error":null}}',
      /XXXX: Yahoo's answer has an unknown shape \(timestamp\.0/,
    ],
  ])('%i %s is told with the symbol', async (status, body, message) => {
    answer = () => [status, body]
    const asking = fetchHistory({ symbol: 'XXXX', interval: '1d', range, now: AFTER_CLOSE, base })
    await expect(asking).rejects.toThrow(message)
  })

  it('an answer without rows is an empty history', () => {
    const chart = { meta: { currency: 'USD' }, indicators: { quote: [{}] } }
    const decoded = decodeChart(chart, { symbol: 'X', length: DAY, daily: true, now: AFTER_CLOSE })
    expect(decoded.bars).toEqual([])
  })

  it.each([
    [26.840000152587891, '26.84'],
    [0.00009999999747378752, '0.0001'],
    [68789.6796875, '68789.68'],
    [100.5, '100.5'],
    [1350, '1350'],
    [0.1 + 0.2, '0.3'],
    [1388.123456789, '1388.123457'],
  ])('%d is %s', (value, text) => {
    expect(priceText(value)).toBe(text)
  })
})

describe('reach', () => {
  const now = t('2024-06-14T21:00:00Z')
  it.each([
    ['1m', 30],
    ['5m', 60],
    ['1h', 730],
  ] as const)('%s goes back %i days and says so', (interval, days) => {
    expect(pieces(interval, { from: now - days * DAY }, now)[0]?.from).toBe(now - days * DAY)
    expect(() => pieces(interval, { from: now - days * DAY - MINUTE }, now)).toThrow(`last ${days} days`)
    const all = pieces(interval, {}, now)
    expect([all[0]?.from, all.at(-1)?.to]).toEqual([now - days * DAY + HOUR, now])
  })

  it('days go back to the beginning; an empty range is refused', () => {
    expect(pieces('1d', {}, now)).toEqual([{ from: 0, to: now }])
    expect(() => pieces('1d', { from: now, to: now - DAY }, now)).toThrow(/is not before --to/)
  })
})

describe('the tape', () => {
  const interval = 'session' as const
  it('is labelled split-adjusted, counts every row and applies nothing twice', async () => {
    const history = await fetchHistory({ symbol: 'NVDA', interval: '1d', range, now: AFTER_CLOSE, base })
    const out = freshPath('tape')
    const r = await importHistories('yahoo', [history], { out, interval, strict: false }, () => undefined)
    expect([r.rows, r.accepted, r.rejected]).toEqual([6, 5, 1])
    expect(r.faults[0]).toMatchObject({ file: 'yahoo:NVDA', row: 6, field: 'close' })
    const { manifest } = await openTape(out)
    expect(manifest).toMatchObject({ adjustment: 'split', source: { kind: 'import', name: 'yahoo' } })
    expect(manifest.actions).toBeUndefined()
    expect(manifest.vendor_actions).toHaveLength(2)
    expect(manifest.streams[0]).toMatchObject({ symbol: 'NVDA', interval_us: 'session' })
    expect((await rowsOf(out))[0]).toMatchObject({ t: t('2024-06-07T00:00:00Z'), open: 119.77, volume: 412386000 })
  })

  it('holds several symbols of one venue, and refuses two venues', async () => {
    const [a, b] = await Promise.all(
      ['NVDA', 'PLTR'].map((symbol) => fetchHistory({ symbol, interval: '1d', range, now: AFTER_CLOSE, base })),
    )
    const both = [a, b].filter((h) => h !== undefined)
    const out = freshPath('tape')
    await importHistories('yahoo', both, { out, interval, strict: false }, () => undefined)
    expect((await openTape(out)).manifest.streams.map((s) => s.symbol)).toEqual(['NVDA', 'PLTR'])
    const korean = both.map((h, i) => (i === 0 ? h : { ...h, symbol: '005930.KS' }))
    const mixed = importHistories('yahoo', korean, { out: freshPath('tape'), interval, strict: false }, () => undefined)
    await expect(mixed).rejects.toThrow(/differ in venue \(KRX, US\)/)
  })

  it.each([
    ['NVDA', 'NVDA', 'US'],
    ['BRK-B', 'BRK-B', 'US'],
    ['^GSPC', '^GSPC', 'US'],
    ['005930.KS', '005930', 'KRX'],
    ['247540.KQ', '247540', 'KRX'],
    ['KRW=X', 'USD/KRW', 'FX'],
    ['EURUSD=X', 'EUR/USD', 'FX'],
    ['BTC-USD', 'BTC-USD', 'CRYPTO'],
  ])('%s is %s on %s', (vendor, symbol, venue) => {
    expect(listingOf(vendor)).toEqual({ symbol, venue })
  })

  it('a market that is not known is refused', () => {
    expect(() => listingOf('7203.T')).toThrow(/7203\.T: no market this version knows/)
  })
})

describe('the command', () => {
  const run = (args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [BIN, 'import', 'yahoo', ...args], {
        env: { ...process.env, SAMETAPE_YAHOO_URL: base },
      })
      let [stdout, stderr] = ['', '']
      child.stdout.on('data', (data) => (stdout += String(data)))
      child.stderr.on('data', (data) => (stderr += String(data)))
      child.on('close', (code) => resolve({ code, stdout, stderr }))
    })

  it('writes the tape and the contract JSON', async () => {
    const out = freshPath('tape')
    const { code, stdout } = await run(['NVDA', '--from', '2024-06-07', '--to', '2024-06-13', '--out', out, '--json'])
    expect(code).toBe(0)
    const json = JSON.parse(stdout) as { rows: number; first: string; notes: string[] }
    expect(json).toMatchObject({ tape: out, rows: 4, accepted: 4, rejected: 0, first: '2024-06-07T00:00:00Z' })
    expect(json.notes.join()).toMatch(/adjusted for splits by the vendor/)
  })

  it('refuses a range outside the reach before asking', async () => {
    const { code, stderr } = await run(['NVDA', '--interval', '1m', '--from', '2020-01-01', '--out', freshPath('tape')])
    expect([code, asked.length]).toEqual([2, 0])
    expect(stderr).toMatch(/1m bars of the last 30 days, 7 days a request/)
    expect(stderr).not.toMatch(/\n\s+at /)
  })
})
