/** Faults of the link and of frames over real sockets, each with the outcome that the fault table asks for. */
import { describe, expect, it } from 'vitest'
import type { BenchOptions } from './bench.ts'
import { onStage, play } from './stage.ts'

/** Live: one session carries notices and market data. */
const LIVE: BenchOptions = { emulator: { env: 'live' } }

describe.concurrent('connecting (R-35)', () => {
  it(
    'F-01: a refused connection fails at once and leaves nothing behind',
    onStage(async ({ made }) => {
      const b = await made()
      await b.fault({ kind: 'socket-refused', for_ms: 60_000 })
      b.kis.broker.start()
      await b.event('link')
      expect(b.links()).toEqual(['failed'])
      expect(b.emulator.sessions()).toEqual([])
    }),
  )

  it(
    'F-01: the broker in maintenance',
    onStage(async ({ made }) => {
      const b = await made()
      await b.fault({ kind: 'maintenance', for_ms: 60_000 })
      b.kis.broker.start()
      await b.event('link')
      expect(b.links()).toEqual(['failed'])
    }),
  )

  it(
    'F-02: a login that never completes ends at 10.000 s, with its socket',
    onStage(async ({ made }) => {
      const b = await made()
      await b.fault({ kind: 'socket-silent-login', for_ms: 60_000 })
      const start = performance.now()
      b.kis.broker.start()
      await b.event('link', () => true, 12_000)
      expect(b.links()).toEqual(['failed'])
      expect(performance.now() - start).toBeGreaterThan(9900)
      expect(performance.now() - start).toBeLessThan(10_800)
    }),
  )

  it(
    'F-06: a clean close right after the connection opened is a failure',
    onStage(async ({ made }) => {
      const b = await made()
      await b.fault({ kind: 'socket-close-after-open' })
      b.kis.broker.start()
      await b.event('link')
      expect(b.links()).toEqual(['failed'])
      b.connect()
      await b.until(() => b.links().includes('up'), 'up')
    }),
  )

  it(
    'a wrong HTS ID is a failure, not a link without notices',
    onStage(async ({ made }) => {
      const b = await made({ settings: { htsId: 'somebody' } })
      b.kis.broker.start()
      await b.event('link')
      expect(b.links()).toEqual(['failed'])
    }),
  )

  it(
    'connects when the engine says so; a second command opens no second connection, it is told that the first stands',
    onStage(async ({ made }) => {
      const b = await made()
      const t = b.context.clock.now()
      b.kis.broker.send({ type: 'connect', t, broker: 0, at: t + 300_000 })
      b.connect()
      await b.event('link')
      await b.pause(800)
      expect(b.links()).toEqual(['up', 'up'])
      expect(b.emulator.sessions().length).toBe(1)
    }),
  )
})

describe.concurrent('losing the link', () => {
  it.each([
    ['F-03 without a close frame', 'socket-drop'],
    ['F-03 by a clean close', 'socket-close'],
  ])('%s: told once, orders kept, registered anew', (_, kind) =>
    play(async ({ up }) => {
      const b = await up(LIVE)
      const id = b.submit('005930', 1, 2, { limit: b.farBelow('005930') })
      await b.event('accepted', (e) => e.orderId === id)
      await b.fault({ kind })
      await b.event('link', (e) => e.link === 'lost')
      expect(b.kis.source.feeds$.value.every((f) => f.delay === 'none')).toBe(true)
      b.connect()
      await b.until(() => b.links().length === 3, 'up again')
      expect(b.links()).toEqual(['up', 'lost', 'up'])
      await b.until(() => b.kis.source.feeds$.value.every((f) => f.delay === 'realtime'), 'feeds')
      expect((await b.books()).orders?.map((o) => o.state)).toEqual(['working'])
      const before = b.market.length
      await b.until(() => b.market.length > before, 'market data again')
    }),
  )

  it(
    'F-03: a fill inside the gap is in the books',
    onStage(async ({ up }) => {
      const b = await up(LIVE)
      await b.fault({ kind: 'socket-drop' })
      await b.event('link', (e) => e.link === 'lost')
      const id = b.submit('005930', 1, 3)
      await b.event('accepted', (e) => e.orderId === id)
      b.connect()
      await b.until(() => b.links().length === 3, 'up again')
      await b.books()
      await b.event('filled', (e) => e.orderId === id)
      expect(b.of('filled').map((e) => e.qty)).toEqual([3])
    }),
  )

  it(
    'F-04: a silent socket is found within 10 s although it says that it is open',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'socket-half-open', for_ms: 60_000 })
      const start = performance.now()
      await b.event('link', (e) => e.link === 'lost', 12_000)
      expect(performance.now() - start).toBeLessThan(11_000)
    }),
  )

  it(
    'F-04: without PINGPONG the own heartbeat keeps the link',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'no-pingpong', for_ms: 60_000 })
      await b.fault({ kind: 'quotes-silent', for_ms: 60_000 })
      await b.pause(11_500)
      expect(b.links()).toEqual(['up'])
    }),
  )

  it(
    'F-18: a competing login is an outage; the reclaim fails while the other holds the key',
    onStage(async ({ up }) => {
      const b = await up(LIVE)
      await b.fault({ kind: 'duplicate-login', ms: 1500 })
      await b.event('link', (e) => e.link === 'lost')
      b.connect()
      await b.event('link', (e) => e.link === 'failed')
      await b.pause(1600)
      b.connect()
      await b.until(() => b.links().filter((l) => l === 'up').length === 2, 'up again')
      expect(b.links()).toEqual(['up', 'lost', 'failed', 'up'])
    }),
  )

  it(
    'F-05, F-22: registrations that the server forgot are found and made again',
    onStage(async ({ up }) => {
      const b = await up(LIVE)
      await b.fault({ kind: 'subscription-lost' })
      const held = (): number => b.emulator.sessions()[0]?.count ?? 0
      expect(held()).toBe(0)
      await b.until(() => held() === 7, 'all registrations', 12_000)
      const id = b.submit('005930', 1, 3)
      await b.event('filled', (e) => e.orderId === id)
      expect(b.links()).toEqual(['up'])
    }),
  )

  it(
    'F-22: a refused registration is said of its feed, and nothing else',
    onStage(async ({ made }) => {
      const b = await made()
      await b.fault({ kind: 'subscribe-refused', tr_id: 'H0STCNT0' })
      b.start()
      const { id } = b.instrument('005930')
      await b.until(() => b.kis.source.feeds$.value.some((f) => f.note.includes('OPSP0008')), 'a note')
      const feed = b.kis.source.feeds$.value.find((f) => f.instrument === id)
      expect(feed).toMatchObject({ delay: 'none', note: 'OPSP0008 MAX SUBSCRIBE OVER' })
    }),
  )

  it(
    'F-22: the session never asks for more than 41 registrations',
    onStage(async ({ made }) => {
      const symbols = Array.from({ length: 24 }, (_, i) => String(100_000 + i))
      const b = await made({ emulator: { symbols }, withoutQuotes: true })
      const full = b.kis.source.feeds$.value.filter((f) => f.note.includes('41 registrations'))
      // 24 books and trades and one login are 49.
      expect(full.length).toBeGreaterThan(0)
      b.start()
      await b.until(() => (b.emulator.sessions()[0]?.count ?? 0) === 41, '41 registrations', 20_000)
    }),
  )

  it(
    'paper without a quote key says why the US has no feed',
    onStage(async ({ made }) => {
      const b = await made({ withoutQuotes: true })
      const us = b.kis.source.feeds$.value.find((f) => f.instrument === b.instrument('NVDA').id)
      expect([us?.delay, us?.note.includes('KIS_QUOTE_APP_KEY')]).toEqual(['none', true])
    }),
  )

  it(
    'F-18: a slot that is not free yet fails the attempt, once each, until it is',
    onStage(async ({ up }) => {
      const b = await up(LIVE)
      await b.fault({ kind: 'slow-slot-release', ms: 1500, for_ms: 60_000 })
      await b.fault({ kind: 'socket-drop' })
      await b.event('link', (e) => e.link === 'lost')
      b.connect()
      await b.event('link', (e) => e.link === 'failed')
      await b.pause(1600)
      b.connect()
      await b.until(() => b.links().filter((l) => l === 'up').length === 2, 'up again')
      expect(b.links()).toEqual(['up', 'lost', 'failed', 'up'])
    }),
  )

  it(
    'F-01, F-15: maintenance in the middle of a session: books are not delivered, never flat, and come back',
    onStage(async ({ up }) => {
      const b = await up(LIVE)
      const id = b.submit('005930', 1, 3)
      await b.event('filled', (e) => e.orderId === id)
      await b.fault({ kind: 'maintenance', for_ms: 7000 })
      await b.event('link', (e) => e.link === 'lost')
      const away = await b.books()
      expect([away.orders, away.fills, away.positions, away.cash]).toEqual([null, null, null, null])
      b.connect()
      await b.event('link', (e) => e.link === 'failed')
      while (b.links().at(-1) !== 'up') {
        const tries = b.links().length
        b.connect()
        await b.until(() => b.links().length > tries, 'an outcome')
        await b.pause(300)
      }
      expect((await b.books()).positions?.map((p) => p.qty)).toEqual([3])
    }),
  )

  it(
    'F-17: a throttled token issue fails the attempt, and is not asked for again within a minute',
    onStage(async ({ made }) => {
      let wall = Date.now() * 1000
      const b = await made({ options: { wall: () => wall }, withoutQuotes: true })
      const asked = (): number => b.raw.filter((f) => f.channel === '/oauth2/tokenP' && f.direction === 'out').length
      await b.fault({ kind: 'token-throttled' })
      b.kis.broker.start()
      await b.until(() => b.links().length === 1, 'a first attempt')
      b.connect()
      await b.until(() => b.links().length === 2, 'a second one')
      expect([b.links(), asked()]).toEqual([['failed', 'failed'], 1])
      wall += 61_000_000
      b.connect()
      await b.until(() => b.links().length === 3, 'a third one')
      expect([b.links().at(-1), asked()]).toEqual(['up', 2])
    }),
  )
})

describe.concurrent('frames', () => {
  it.each([
    ['F-19 cut', { kind: 'frame-truncated', tr_id: 'H0STCNT0' }],
    ['F-19 miscounted', { kind: 'frame-count', tr_id: 'H0STCNT0' }],
    ['F-19 no UTF-8', { kind: 'frame-utf8' }],
  ])('%s: counted and not used; the stream goes on', (_, fault) =>
    play(async ({ up }) => {
      const b = await up(LIVE)
      await b.fault(fault)
      await b.until(() => b.kis.source.quarantined.size > 0, 'quarantine')
      const before = b.market.length
      await b.until(() => b.market.length > before + 2, 'more data')
      expect(b.links()).toEqual(['up'])
    }),
  )

  it(
    'F-20: an oversize frame ends the connection with its reason',
    onStage(async ({ up }) => {
      const b = await up(LIVE)
      await b.fault({ kind: 'frame-oversize' })
      await b.event('link', (e) => e.link === 'lost')
      b.connect()
      await b.until(() => b.links().length === 3, 'up again')
    }),
  )

  it(
    'F-21: a flood neither loses a notice nor the link',
    onStage(async ({ up }) => {
      const b = await up(LIVE)
      await b.until(() => b.emulator.publisher.lastTrade !== '', 'a trade')
      await b.fault({ kind: 'frame-flood', count_frames: 50_000 })
      const id = b.submit('005930', 1, 3)
      await b.event('filled', (e) => e.orderId === id, 30_000)
      expect(b.links()).toEqual(['up'])
    }),
  )

  it(
    'F-21: an answer that trickles runs into its deadline',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'trickle', path: 'order-cash', ms: 200 })
      await b.fault({ kind: 'notice-lost', count: 50 })
      b.submit('005930', 1, 1, { limit: b.farBelow('005930') })
      await b.pause(10_800)
      expect(b.events.filter((e) => 'orderId' in e)).toEqual([])
    }),
  )

  it(
    'F-38, F-40, F-42: wrong prices and old stamps are handed on as they are, for the ingress to judge',
    onStage(async ({ up }) => {
      const b = await up(LIVE)
      const price = b.board('005930').last
      await b.fault({ kind: 'bad-print', tr_id: 'H0STCNT0', factor: 10 })
      await b.until(
        () => b.market.some((e) => e.type === 'trade' && e.price > 5 * price && e.price < 1e6),
        'a bad print',
      )
      await b.fault({ kind: 'stale-stamp', tr_id: 'H0STCNT0', seconds: 3600 })
      const old = (): boolean =>
        b.market.some((e) => e.type === 'trade' && b.context.clock.now() - e.venueT > 3_000_000_000)
      await b.until(old, 'an old stamp')
    }),
  )

  it(
    'F-44: a halt and its end are status events',
    onStage(async ({ up }) => {
      const b = await up(LIVE)
      await b.fault({ kind: 'halt', symbol: '005930', for_ms: 800 })
      const statuses = (): string[] => b.market.flatMap((e) => (e.type === 'status' ? [e.status] : []))
      await b.until(() => statuses().length === 2, 'both ends')
      expect(statuses()).toEqual(['halted', 'trading'])
    }),
  )

  it(
    'F-42: a delayed feed is found by its first data, recorded, and not traded, with one reason',
    onStage(async ({ made }) => {
      const b = await made(LIVE)
      await b.fault({ kind: 'feed-delayed', symbol: 'NVDA', minutes: 15, for_ms: 60_000 })
      b.start()
      const of = (symbol: string) => b.kis.source.feeds$.value.find((f) => f.instrument === b.instrument(symbol).id)
      await b.until(() => of('NVDA')?.delay === 'delayed', 'the class')
      expect(of('NVDA')?.note).toMatch(/^NVDA comes 15 minutes late: recorded, not traded; apply for/)
      const { id } = b.instrument('NVDA')
      const rows = (): number =>
        b.market.filter((e) => e.type !== 'status' && 'instrument' in e && e.instrument === id).length
      const before = rows()
      await b.until(() => rows() > before + 5, 'rows for the recording')
      const said = b.market.filter((e) => e.type === 'status')
      expect(said.map((e) => [e.instrument, e.status, e.reason])).toEqual([[id, 'halted', 'outage']])
      await b.until(() => of('005930')?.delay === 'realtime', 'the other is real time')
    }),
  )

  it(
    'F-45: silence of one venue leaves the other and the link alone',
    onStage(async ({ up }) => {
      const b = await up(LIVE)
      await b.fault({ kind: 'quotes-silent', symbol: '005930', for_ms: 3000 })
      const at = b.market.length
      await b.pause(2000)
      const later = b.market.slice(at + 5).filter((e) => 'instrument' in e)
      expect(new Set(later.map((e) => ('instrument' in e ? e.instrument : -1)))).toEqual(
        new Set([b.instrument('NVDA').id]),
      )
      expect(b.links()).toEqual(['up'])
    }),
  )
})
