/** Scripted faults: each kind can be played, and those of the order path tell the story they promise. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FAULT_KINDS } from '../../../adapters/ib/emulator/fault-kinds.ts'
import { helloOf, RawClient } from './raw-client.ts'
import { AT, placeOrder, Stage } from './script-feed.ts'

let stage: Stage
let client: RawClient

beforeEach(async () => {
  stage = await Stage.open()
  client = await RawClient.start(stage.port, 7)
})

afterEach(async () => {
  client.close()
  await stage.close()
})

const BUY = { [AT.action]: 'BUY', [AT.qty]: 100, [AT.type]: 'MKT', [AT.ref]: 'r1' }
const LIMIT = { ...BUY, [AT.type]: 'LMT', [AT.limit]: '99.5' }
const codes = (from = 0): string[] =>
  client.frames.slice(from).flatMap((f) => (f.id === '4' ? [f.tokens[3] ?? ''] : []))
const working = (): number => stage.emulator.world.desk.index.working().length
const held = (): number => stage.emulator.world.accounts[0]?.positions.values().next().value?.qty ?? 0

async function place(id: number, order: Parameters<typeof placeOrder>[1]): Promise<void> {
  client.send(...placeOrder(id, order))
  await client.settle()
}

/** Moves the clock, and hears out what was said. */
async function wait(ms: number): Promise<void> {
  await stage.wait(ms)
  await client.settle()
}

test.each(FAULT_KINDS.map((spec) => [spec.kind] as const))('%s is played, and the emulator serves on', async (kind) => {
  await place(1, LIMIT)
  stage.fault(kind)
  client.send(1, 11, 5, 0, 'NVDA', 'STK', '', '', '', '', 'SMART', '', 'USD', '', '', 0, '', 0, 0, '')
  client.send(...placeOrder(2, BUY))
  client.send(4, 1, 1, '')
  await new Promise((resolve) => setTimeout(resolve, 5))
  for (let i = 0; i < 4; i++) {
    await stage.quote(10_000, 10_002 + i)
    await stage.trade(10_001, 5)
    await stage.wait(4000)
  }
  client.close()
  stage.emulator.world.faults.clear()
  await stage.wait(60_000)
  await new Promise((resolve) => setTimeout(resolve, 20))
  const after = await RawClient.start(stage.port, 99)
  await after.settle()
  after.close()
  // Whatever was told: what the venue filled is what the account holds.
  const { desk, accounts } = stage.emulator.world
  const filled = desk.book.all.reduce((sum, e) => sum + e.side * e.qty, 0)
  expect([...(accounts[0]?.positions.values() ?? [])].reduce((sum, p) => sum + p.qty, 0)).toBe(filled)
})

test('the catalogue: at least eight kinds, each with the rows of the fault table that it plays', () => {
  expect(FAULT_KINDS.length).toBeGreaterThan(50)
  for (const { rows } of FAULT_KINDS) for (const row of rows) expect(row).toMatch(/^F-\d\d$/)
})

test.each([
  [{ kind: 'no-such' }, /kind "no-such"/],
  [{ kind: 'socket-reset', when: 1 }, /field when: unknown/],
  [{ kind: 'ack-late', ms: 'soon' }, /field ms: "soon": write a number/],
  [{ kind: 'ack-late', count: -1 }, /field count/],
  [[], /write a JSON object/],
])('a request that is none: %j', (request, message) => {
  const { faults, now } = stage.emulator.world
  expect(() => faults.post(request, now())).toThrow(message)
})

test('a fault at a stamp of the run clock', async () => {
  stage.fault('farm-broken', { at: '2026-01-12T15:00:05Z', ms: 1000 })
  await wait(4999)
  expect(codes()).not.toContain('2103')
  await wait(2000)
  expect(codes().slice(-2)).toEqual(['2103', '2104'])
  const { faults, now } = stage.emulator.world
  expect(() => faults.post({ kind: 'farm-broken', at: 'noon' }, now())).toThrow(/field at: "noon"/)
})

describe('of the order path', () => {
  test('F-14: a lost request leaves no trace', async () => {
    stage.fault('request-lost')
    const from = client.frames.length
    await place(1, BUY)
    expect(client.story(from)).toEqual([])
    expect(working()).toBe(0)
  })

  test('F-12: an order is live and nothing was said of it', async () => {
    stage.fault('ack-lost')
    const from = client.frames.length
    await place(1, LIMIT)
    expect(client.story(from)).toEqual([])
    client.send(16, 1)
    await client.next('53')
    expect(client.of('5').map((o) => [o[1], o[23]])).toEqual([['1', 'r1']])
    await wait(1)
    client.send(4, 1, 1, '')
    await client.settle()
    expect(client.story().slice(-2)).toEqual(['OS Cancelled 0/100', 'E 202'])
  })

  test('F-11: a late acknowledgement', async () => {
    stage.fault('ack-late', { ms: 3000 })
    const from = client.frames.length
    await place(1, LIMIT)
    expect(client.story(from)).toEqual([])
    await wait(3000)
    expect(client.story(from)).toEqual(['OO Submitted', 'OS Submitted 0/100'])
  })

  test('F-10: a fill before the acknowledgement', async () => {
    stage.fault('execution-first')
    const from = client.frames.length
    await place(1, BUY)
    await stage.quote(10_000, 10_002)
    await client.settle()
    expect(client.story(from)[0]).toBe('EX 100.02')
  })

  test('F-09, F-27: everything twice, counted once by the venue', async () => {
    stage.fault('status-duplicate', { times: 3 })
    stage.fault('execution-duplicate')
    await place(1, BUY)
    expect(client.of('3')).toHaveLength(3)
    await stage.quote(10_000, 10_002)
    await client.settle()
    const ids = client.of('11').map((e) => e[14])
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
    expect(held()).toBe(100)
  })

  test('F-05: a fill, a status, a commission that are not told are known when asked for', async () => {
    stage.fault('execution-lost')
    await place(1, BUY)
    await stage.quote(10_000, 10_002)
    await client.settle()
    expect(client.of('11')).toEqual([])
    client.send(7, 3, 9, '', '', '', '', '', '', '')
    await client.next('55')
    expect([client.of('11').length, client.of('59').length]).toEqual([1, 1])
  })

  test('F-31: refused with a status and without', async () => {
    stage.fault('order-refused', { text: 'no', count: 1 })
    const from = client.frames.length
    await place(1, BUY)
    expect(client.story(from)).toEqual(['E 201', 'OO Inactive', 'OS Inactive 0/100'])
    stage.fault('order-refused', { text: 'no', status: 0 })
    stage.fault('order-refused', { code: 460 })
    const then = client.frames.length
    await place(2, BUY)
    await place(3, BUY)
    expect(client.story(then).filter((line) => line !== '')).toEqual(['E 201', 'E 460'])
    expect(working()).toBe(0)
  })

  test('399 and 404 with an order that lives', async () => {
    stage.fault('order-message', { code: 399 })
    stage.fault('order-locate')
    const from = client.frames.length
    await place(1, BUY)
    expect(client.story(from)[0]).toBe('E 399')
    expect(client.story(from).slice(-2)).toEqual(['E 404', 'OS PreSubmitted 0/100'])
    expect(client.of('3').at(-1)?.[10]).toBe('locate')
    await stage.quote(10_000, 10_002)
    expect(held()).toBe(100)
  })

  test('F-10: the status before its open order', async () => {
    stage.fault('status-first')
    const from = client.frames.length
    await place(1, BUY)
    expect(client.story(from)).toEqual(['OS PreSubmitted 0/100', 'OO PreSubmitted'])
  })

  test('F-24: a fill beats the cancel', async () => {
    await place(1, LIMIT)
    stage.fault('cancel-late', { ms: 1000 })
    const from = client.frames.length
    client.send(4, 1, 1, '')
    await client.settle()
    await stage.quote(9_940, 9_950)
    await wait(1000)
    expect(client.story(from)[0]).toBe('OS PendingCancel 0/100')
    expect(client.story(from)).toContain('OS Filled 100/0')
    expect(client.story(from)).not.toContain('E 202')
  })

  test('F-23: a fill after the confirmation', async () => {
    await place(1, LIMIT)
    stage.fault('cancel-then-fill', { ms: 500 })
    const from = client.frames.length
    client.send(4, 1, 1, '')
    await client.settle()
    await wait(500)
    const story = client.story(from)
    expect(story.slice(0, 2)).toEqual(['OS Cancelled 0/100', 'E 202'])
    expect(story[2]).toBe('EX 99.5')
    expect(held()).toBe(100)
  })

  test('a cancel that succeeds and says 10147', async () => {
    await place(1, LIMIT)
    stage.fault('cancel-not-found')
    client.send(4, 1, 1, '')
    await client.settle()
    expect(codes().at(-1)).toBe('10147')
    expect(working()).toBe(0)
  })

  test('F-29: a correction is the same execution with another last group', async () => {
    await place(1, BUY)
    await stage.quote(10_000, 10_002)
    await client.settle()
    const before = stage.emulator.world.accounts[0]?.cash.get('USD') ?? 0
    stage.fault('execution-correction', { ticks: 2 })
    await client.settle()
    const [first, second] = client.of('11')
    expect([first?.[14]?.slice(0, -2), first?.[14]?.slice(-2)]).toEqual([second?.[14]?.slice(0, -2), '01'])
    expect([second?.[14]?.slice(-2), second?.[20]]).toEqual(['02', '100.04'])
    expect(before - (stage.emulator.world.accounts[0]?.cash.get('USD') ?? 0)).toBe(2_000_000)
    expect(held()).toBe(100)
  })

  test('F-30: somebody else trades on the account', async () => {
    client.send(61, 1)
    await client.next('62')
    stage.fault('external-order', { qty: 3 })
    await stage.quote(10_000, 10_002)
    await client.settle()
    expect(client.of('61').map((p) => p[14])).toEqual(['3'])
    expect([client.of('11').length, client.of('5').length]).toEqual([0, 0])
  })

  test('F-25: the exchange cancels', async () => {
    await place(1, LIMIT)
    stage.fault('order-cancelled', { text: 'halted' })
    await client.settle()
    expect(client.story().slice(-2)).toEqual(['OS Cancelled 0/100', 'E 202'])
    expect(client.of('4').at(-1)?.[4]).toContain('halted')
  })
})

describe('of the connection', () => {
  test('1100, fills meanwhile unsaid, 1102 and the subscriptions kept', async () => {
    await place(1, BUY)
    stage.fault('connectivity-lost', { ms: 2000, repeat: 3 })
    await stage.quote(10_000, 10_002)
    client.send(...placeOrder(2, LIMIT))
    await client.settle()
    expect(codes().filter((c) => c === '1100')).toHaveLength(3)
    expect([client.of('11').length, working()]).toEqual([0, 0])
    await wait(2000)
    expect(codes().at(-1)).toBe('1102')
    // The order that waited is sent on; the fill has to be asked for.
    expect([client.of('11').length, working(), held()]).toEqual([0, 1, 100])
    client.send(7, 3, 9, '', '', '', '', '', '', '')
    await client.next('55')
    expect(client.of('11')).toHaveLength(1)
  })

  test('1101 loses the subscriptions, orders that were dropped stay away', async () => {
    client.send(1, 11, 5, 0, 'NVDA', 'STK', '', '', '', '', 'SMART', '', 'USD', '', '', 0, '', 0, 0, '')
    await client.next('1')
    stage.fault('connectivity-lost', { ms: 1000, restore: 1101, orders: 'drop' })
    client.send(...placeOrder(1, LIMIT))
    await client.settle()
    await wait(1000)
    expect(codes().at(-1)).toBe('1101')
    const from = client.frames.length
    await stage.quote(9_000, 9_002)
    await wait(1000)
    expect(client.frames.slice(from).filter((f) => f.id === '1')).toEqual([])
    expect(working()).toBe(0)
  })

  test('F-32: a modify during an outage leaves two live orders of one reference', async () => {
    await place(1, LIMIT)
    stage.fault('connectivity-lost', { ms: 1000, modify: 'double' })
    client.send(...placeOrder(1, { ...LIMIT, [AT.limit]: '99.4' }))
    await client.settle()
    await wait(1000)
    client.send(16, 1)
    await client.next('53')
    const open = client.of('5').slice(-2)
    expect(open.map((o) => [o[1], o[16], o[23]])).toEqual([
      ['1', '99.5', 'r1'],
      ['1', '99.4', 'r1'],
    ])
    expect(new Set(open.map((o) => o[25])).size).toBe(2)
    client.send(4, 1, 1, '')
    await client.settle()
    expect(stage.emulator.world.desk.index.working().map((o) => o.terms.limit)).toEqual([995_000])
  })

  test('F-04: half open', async () => {
    stage.fault('socket-half-open', { for_ms: 1000 })
    client.send(49, 1)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect([client.of('49').length, client.closed]).toEqual([0, false])
    await stage.wait(1000)
    await client.settle()
  })

  test('F-03, F-33: a restart: the port refuses, ids fall back, GTC orders live on', async () => {
    await place(1, { ...LIMIT, [AT.tif]: 'GTC' })
    await place(2, { ...LIMIT, [AT.tif]: 'GTC' })
    stage.fault('restart', { ms: 2000, rollback: 1 })
    await client.until(() => client.closed)
    const refused = new RawClient(stage.port)
    await refused.until(() => refused.closed)
    await stage.wait(2000)
    await new Promise((resolve) => setTimeout(resolve, 20))
    client = await RawClient.start(stage.port, 7)
    await client.settle()
    expect(client.of('9')[0]?.[2]).toBe('2')
    expect(client.of('5')).toHaveLength(2)
  })

  test('F-06: accepted and closed', async () => {
    stage.fault('accept-and-close', { when: 'hello' })
    const other = new RawClient(stage.port)
    other.socket.write(helloOf('v100..178'))
    await other.until(() => other.closed)
    expect(other.version).toBe(0)
  })

  test('F-02: a hello that is never answered', async () => {
    stage.fault('login-silent', { for_ms: 500 })
    const other = new RawClient(stage.port)
    other.socket.write(helloOf('v100..178'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect([other.version, other.closed]).toEqual([0, false])
    other.close()
  })

  test('F-16: 100 above the limit, and the end at the third time', async () => {
    stage.fault('pacing', { rate: 5, for_ms: 60_000 })
    for (let second = 0; second < 3; second++) {
      for (let i = 0; i < 20; i++) client.send(49, 1)
      await new Promise((resolve) => setTimeout(resolve, 20))
      await stage.wait(1000)
    }
    await client.until(() => client.closed)
    expect(codes().filter((c) => c === '100')).toHaveLength(3)
    expect(client.of('49')).toHaveLength(15)
  })

  test('the night: 1100 and farms down, up again, 1102 last', async () => {
    stage.fault('nightly-reset', { ms: 3000 })
    await wait(3001)
    expect(codes().slice(3)).toEqual(['1100', '2103', '2105', '2157', '1102', '1100', '2104', '2106', '2158', '1102'])
  })
})

describe('of data', () => {
  const ask = async (reqId: number): Promise<void> => {
    client.send(1, 11, reqId, 0, 'NVDA', 'STK', '', '', '', '', 'SMART', '', 'USD', '', '', 0, '', 0, 0, '')
    await client.settle()
  }

  test.each([354, 10089, 10168, 10197, 10190])('refused with %i', async (code) => {
    stage.fault('data-refused', { code })
    await ask(5)
    expect(client.of('4').at(-1)?.slice(2, 4)).toEqual(['5', String(code)])
    expect(client.of('1')).toEqual([])
  })

  test('delayed: 354 for live, 10167 and other ids for delayed', async () => {
    stage.fault('delayed-data', { for_ms: 60_000 })
    await ask(5)
    client.send(59, 1, 3)
    await ask(6)
    expect(
      client
        .of('4')
        .slice(-2)
        .map((e) => [e[2], e[3]]),
    ).toEqual([
      ['5', '354'],
      ['6', '10167'],
    ])
    expect(client.of('58').at(-1)?.slice(2)).toEqual(['6', '3'])
    expect(client.of('1').map((p) => p[3])).toEqual(['66', '67', '75'])
  })

  test('F-38, F-40, F-41: no quote, a bad print, a crossed quote', async () => {
    await stage.trade(10_000)
    await ask(5)
    const last = (type: string): string | undefined => client.of('1').findLast((p) => p[3] === type)?.[4]
    for (const [kind, type, price] of [
      ['no-quote', '1', '-1'],
      ['bad-print', '4', '1000'],
      ['crossed-quote', '1', '100.02'],
    ] as const) {
      stage.fault(kind)
      await stage.quote(10_000, 10_002)
      await wait(300)
      await stage.quote(10_000, 10_002)
      await client.settle()
      expect(
        client.of('1').some((p) => p[3] === type && p[4] === price),
        kind,
      ).toBe(true)
      await wait(300)
      await stage.quote(10_000, 10_002)
      await wait(300)
      expect(last('1')).toBe('100')
    }
  })

  test('F-44: a halt is told, nothing trades, orders wait', async () => {
    await ask(5)
    stage.fault('halt', { symbol: 'NVDA', for_ms: 5000 })
    await place(1, BUY)
    await stage.quote(10_000, 10_002)
    await wait(300)
    expect(client.of('45').at(-1)?.slice(3)).toEqual(['49', '1'])
    expect(held()).toBe(0)
    await wait(5000)
    await stage.quote(10_000, 10_002)
    await wait(300)
    expect(client.of('45').at(-1)?.slice(3)).toEqual(['49', '0'])
    expect(held()).toBe(100)
  })
})
