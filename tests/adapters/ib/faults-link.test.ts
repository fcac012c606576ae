/** Faults of the session over real sockets, each with the outcome that the fault table asks for. */
import { describe, expect, it } from 'vitest'
import { IbLink } from '../../../adapters/ib/link.ts'
import { Redactor } from '../../../adapters/ib/redact.ts'
import { IBApi } from '@stoqey/ib'
import { openBenches } from './open-benches.ts'

const { made, up } = openBenches()

describe('connecting (R-35)', () => {
  it('F-01: a refused connection (502) fails at once and leaves nothing behind', async () => {
    const b = await made()
    await b.fault({ kind: 'connect-refused', for_ms: 60_000 })
    b.ib.broker.start()
    await b.event('link')
    expect(b.links()).toEqual(['failed'])
    expect(b.emulator.world.sessions.size).toBe(0)
  })

  it('F-02: a login that never completes ends at 10.000 s, with its socket', async () => {
    const b = await made()
    await b.fault({ kind: 'login-silent', for_ms: 60_000 })
    const start = performance.now()
    b.ib.broker.start()
    await b.event('link', () => true, 12_000)
    expect(b.links()).toEqual(['failed'])
    expect(performance.now() - start).toBeGreaterThan(9900)
    expect(performance.now() - start).toBeLessThan(10_800)
    await b.until(() => b.emulator.world.sessions.size === 0, 'no session is left')
  })

  it('F-02: accounts and next id that come late are waited for', async () => {
    const b = await made()
    await b.fault({ kind: 'start-late', ms: 1500 })
    b.ib.broker.start()
    await b.event('link', (e) => e.link === 'up')
    expect(b.links()).toEqual(['up'])
  })

  it('F-35: without a list of accounts there is no session', async () => {
    const b = await made()
    await b.fault({ kind: 'accounts-missing' })
    b.ib.broker.start()
    await b.event('link', () => true, 12_000)
    expect(b.links()).toEqual(['failed'])
  })

  it.each(['accept', 'hello', 'start'])('F-06: a clean close at %s is a failure', async (when) => {
    const b = await made()
    await b.fault({ kind: 'accept-and-close', when })
    b.ib.broker.start()
    await b.event('link')
    expect(b.links()).toEqual(['failed'])
    b.connect()
    await b.event('link', (e) => e.link === 'up')
  })

  it('326: a client id in use is a failure, the same id is tried again and never another', async () => {
    const b = await made()
    await b.fault({ kind: 'client-in-use', count: 2 })
    b.ib.broker.start()
    await b.event('link')
    b.connect()
    await b.until(() => b.links().length === 2, 'two failures')
    b.connect()
    await b.event('link', (e) => e.link === 'up')
    expect(b.links()).toEqual(['failed', 'failed', 'up'])
    expect([...b.emulator.world.sessions].map((s) => s.clientId)).toEqual([7])
  })

  it('nautechsystems/nautilus_trader#3796, ib-api-reloaded/ib_async#152, stoqey/ibkr#133: the rightful owner meets its own ghost (326) and gets in when it is gone', async () => {
    const b = await up()
    await b.fault({ kind: 'ghost-session', for_ms: 1500 })
    await b.fault({ kind: 'socket-reset' })
    await b.event('link', (e) => e.link === 'lost')
    b.connect()
    await b.event('link', (e) => e.link === 'failed')
    await b.pause(1600)
    b.connect()
    await b.until(() => b.links().at(-1) === 'up', 'up again')
    expect(b.links()).toEqual(['up', 'lost', 'failed', 'up'])
  })

  it('F-79, I-37: a session of another account never comes up, whatever the port', async () => {
    const b = await made({ emulator: { accounts: ['U0000001'] } })
    b.ib.broker.start()
    await b.event('link')
    expect(b.links()).toEqual(['failed'])
    expect(b.raw.some((f) => f.direction === 'out' && !['API', '71'].includes(f.channel))).toBe(false)
  })

  it('connects when the engine says so; a second command opens no second session, it is told that the first stands', async () => {
    const b = await made()
    const t = b.context.clock.now()
    b.ib.broker.send({ type: 'connect', t, broker: 0, at: t + 300_000 })
    b.connect()
    await b.event('link')
    await b.pause(600)
    expect(b.links()).toEqual(['up', 'up'])
    expect(b.emulator.world.sessions.size).toBe(1)
  })
})

describe('losing the session', () => {
  it.each(['socket-reset', 'socket-close'])('F-03 by %s: told once, orders kept, subscribed anew', async (kind) => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    await b.fault({ kind })
    await b.event('link', (e) => e.link === 'lost')
    expect(b.ib.source.feeds$.value.every((f) => f.delay === 'none')).toBe(true)
    await b.upAgain()
    expect(b.links()).toEqual(['up', 'lost', 'up'])
    await b.until(() => b.ib.source.feeds$.value.every((f) => f.delay === 'realtime'), 'feeds')
    expect((await b.books()).orders?.map((o) => [o.orderId, o.state])).toEqual([[id, 'working']])
    const before = b.market.length
    await b.until(() => b.market.length > before, 'market data again')
  })

  it('stoqey/ib#195: connecting again in the moment of the loss gives one working session', async () => {
    const b = await up()
    let again = false
    b.ib.broker.events$.subscribe((events) => {
      if (again || !events.some((e) => e.type === 'link' && e.link === 'lost')) return
      again = true
      b.connect()
    })
    await b.fault({ kind: 'socket-reset' })
    await b.until(() => b.links().join() === 'up,lost,up', 'up again')
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
    expect([...b.emulator.world.sessions].filter((s) => s.ready)).toHaveLength(1)
  })

  it('stoqey/ib#234, F-04: a half-open socket is found within 10 s although it says that it is connected', async () => {
    const b = await up()
    await b.fault({ kind: 'socket-half-open', for_ms: 60_000 })
    const start = performance.now()
    await b.event('link', (e) => e.link === 'lost', 12_000)
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  it('F-04: a quiet market is no loss: the own heartbeat keeps the session', async () => {
    const b = await up()
    await b.fault({ kind: 'data-silent', for_ms: 60_000 })
    await b.pause(10_500)
    expect(b.links()).toEqual(['up'])
  })

  it('QuantConnect/Lean#9496, F-18: a competing session takes the data (10197); one reclaim, then the feed says why', async () => {
    const b = await up()
    await b.fault({ kind: 'competing-session', for_ms: 60_000 })
    await b.until(() => b.ib.source.feeds$.value.every((f) => f.note.startsWith('10197')), '10197', 30_000)
    expect(b.ib.source.feeds$.value.every((f) => f.delay === 'none' && f.note.includes('another session'))).toBe(true)
    const asked = (): number => b.raw.filter((f) => f.direction === 'out' && f.channel === '1').length
    await b.pause(6000)
    const before = asked()
    await b.pause(3000)
    expect(asked() - before).toBe(0)
    expect(b.links()).toEqual(['up'])
  }, 60_000)
})

describe('the gateway and IB', () => {
  it.each([1101, 1102])('1100 then %i: lost and up again on the same socket', async (restore) => {
    const b = await up()
    const [session] = b.emulator.world.sessions
    const asked = (): number => b.raw.filter((f) => f.direction === 'out' && f.channel === '1').length
    const before = asked()
    await b.fault({ kind: 'connectivity-lost', ms: 1500, restore, repeat: 5 })
    await b.until(() => b.links().join() === 'up,lost,up', 'lost and up')
    expect([...b.emulator.world.sessions]).toEqual([session])
    await b.pause(200)
    // After 1101 the subscriptions are gone, after 1102 they stand.
    expect(asked() - before).toBe(restore === 1101 ? 2 : 0)
    const seen = b.market.length
    await b.until(() => b.market.length > seen, 'market data again')
  })

  it('1100: an attempt waits for IB, and fails after 10 s without the socket being touched', async () => {
    const b = await up()
    await b.fault({ kind: 'connectivity-lost', ms: 20_000, restore: 1102 })
    await b.event('link', (e) => e.link === 'lost')
    b.connect()
    await b.event('link', (e) => e.link === 'failed', 12_000)
    expect(b.links()).toEqual(['up', 'lost', 'failed'])
    expect(b.emulator.world.sessions.size).toBe(1)
  }, 30_000)

  it('1100 and then a close is the shape of a nightly restart', async () => {
    const b = await up()
    await b.fault({ kind: 'connectivity-lost', ms: 500, restore: 0 })
    await b.upAgain()
    // The attempt that waited for IB ended with the socket; the loss is told once.
    expect(b.links()).toEqual(['up', 'lost', 'failed', 'up'])
  })

  it('a session that begins while the gateway is away is not up before 1102', async () => {
    const b = await made()
    await b.fault({ kind: 'connectivity-lost', ms: 2000, restore: 1102 })
    b.ib.broker.start()
    await b.pause(1000)
    expect(b.links()).toEqual([])
    await b.event('link')
    expect(b.links()).toEqual(['up'])
  })

  it('2110 is as 1100', async () => {
    const b = await up()
    await b.fault({ kind: 'server-broken', ms: 500 })
    await b.until(() => b.links().join() === 'up,lost,up', 'lost and up')
  })

  it('the nightly reset: one loss for many 1100s, farms break and mend, then the books agree', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    await b.fault({ kind: 'nightly-reset', ms: 1500 })
    await b.until(() => b.links().filter((l) => l === 'lost').length === 2, 'two losses')
    await b.until(() => b.links().at(-1) === 'up', 'up again')
    expect(b.links()).toEqual(['up', 'lost', 'up', 'lost', 'up'])
    expect((await b.books()).orders?.map((o) => [o.orderId, o.state])).toEqual([[id, 'working']])
  })

  it('nautechsystems/nautilus_trader#4412, F-45: a broken farm (2103) is a gap in the data and nothing else', async () => {
    const b = await up()
    await b.fault({ kind: 'farm-broken', ms: 1500 })
    await b.until(() => b.ib.source.feeds$.value.every((f) => f.delay === 'none'), 'no data')
    expect(b.ib.source.feeds$.value[0]?.note).toContain('usfarm')
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
    await b.until(() => b.ib.source.feeds$.value.every((f) => f.delay === 'realtime'), 'data again')
    expect(b.links()).toEqual(['up'])
  })

  it('1300: the gateway goes on at another port, and so do we', async () => {
    const b = await up()
    await b.fault({ kind: 'port-reset' })
    await b.upAgain()
    expect(b.links()).toEqual(['up', 'lost', 'up'])
  })

  it('QuantConnect/Lean.Brokerages.InteractiveBrokers#249: a fill during 1100 is found after it, once', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 5)
    await b.fault({ kind: 'connectivity-lost', ms: 2000, restore: 1102 })
    await b.event('link', (e) => e.link === 'lost')
    const order = b.venueOrders[0]
    if (order === undefined) throw new Error('no order')
    b.emulator.world.desk.fillNow(order, b.emulator.world.now())
    await b.until(() => b.links().at(-1) === 'up', 'up again')
    expect(b.has('filled')).toBe(false)
    await b.books()
    expect(b.of('filled').map((e) => [e.orderId, e.qty, e.cumQty])).toEqual([[id, 5, 5]])
    expect(b.venuePosition('NVDA')).toBe(5)
  })
})

describe('commands without a link', () => {
  it('D1: an order without a session is refused here, and is never sent later', async () => {
    const b = await up()
    await b.fault({ kind: 'socket-reset' })
    await b.event('link', (e) => e.link === 'lost')
    const id = b.submit('NVDA', 1, 3)
    const refused = await b.event('rejected', (e) => e.orderId === id)
    expect(refused.reason).toBe('not_received')
    await b.upAgain()
    await b.books()
    expect(b.venueOrders).toEqual([])
  })

  it('D1: an order while the gateway is away from IB is refused here too', async () => {
    const b = await up()
    await b.fault({ kind: 'connectivity-lost', ms: 1000, restore: 1102 })
    await b.event('link', (e) => e.link === 'lost')
    const id = b.submit('NVDA', 1, 3)
    expect((await b.event('rejected', (e) => e.orderId === id)).reason).toBe('not_received')
    await b.until(() => b.links().at(-1) === 'up', 'up again')
    await b.books()
    expect(b.venueOrders).toEqual([])
  })

  it('D2: what waits for its turn when the session ends is not sent in the next one', async () => {
    const b = await up({ settings: { messagesPerSecond: 5 } })
    const ids = Array.from({ length: 12 }, () => b.submit('NVDA', 1, 1, { limit: b.farBelow('NVDA') }))
    await b.fault({ kind: 'socket-reset' })
    await b.event('link', (e) => e.link === 'lost')
    const unsent = b.of('rejected').filter((e) => e.reason === 'not_received')
    expect(unsent.length).toBeGreaterThan(0)
    await b.upAgain()
    await b.pause(3000)
    expect(b.venueOrders.length).toBe(ids.length - unsent.length)
    const placed = b.venueOrders.map((o) => o.terms.orderRef)
    for (const e of unsent) expect(placed.some((ref) => ref.endsWith(`:${e.orderId}`))).toBe(false)
  })
})

describe('pacing', () => {
  it('I-28: 120 orders at once leave at no more than 40 a second, and a cancel overtakes them', async () => {
    const b = await up()
    await b.fault({ kind: 'pacing', rate: 50, for_ms: 60_000 })
    const first = await b.resting('NVDA', 1)
    const low = b.farBelow('NVDA')
    const ids = Array.from({ length: 120 }, () => b.submit('NVDA', 1, 1, { limit: low }))
    b.cancel(first)
    await b.event('canceled', (e) => e.orderId === first)
    expect(b.venueOrders.length).toBeLessThan(100)
    await b.until(() => b.of('accepted').length >= ids.length, 'all accepted')
    const refused = b.raw.filter((f) => f.direction === 'in' && f.channel === '4' && f.text.split('\0')[3] === '100')
    expect(refused).toEqual([])
    expect(b.links()).toEqual(['up'])
  })
})

describe('the client library (pinned)', () => {
  it('stoqey/ib#162: a session that is ended while it connects leaves no socket behind', async () => {
    const b = await made()
    const { settings } = b
    const link = new IbLink({
      settings,
      clock: b.context.clock,
      redactor: new Redactor(),
      raw: () => undefined,
      isRecorded: () => false,
    })
    const failure = link.connect()
    await link.close()
    expect(await failure).toBe('stopped')
    await b.until(() => b.emulator.world.sessions.size === 0, 'no session is left')
  })

  it('is the version whose socket the guard knows', () => {
    const api = new IBApi({ host: '127.0.0.1', port: 1, clientId: 1, maxReqPerSec: 1 }) as unknown as {
      controller: { socket: Record<string, unknown> }
    }
    expect(typeof api.controller.socket.onData).toBe('function')
    expect(typeof api.controller.socket.onMessage).toBe('function')
  })
})
