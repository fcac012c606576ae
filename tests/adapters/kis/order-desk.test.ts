/** What decides about fills without ids: notices, cumulative quantities, restarts. No sockets. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ListedOrder } from '../../../adapters/kis/decode.ts'
import { Listings } from '../../../adapters/kis/instruments.ts'
import { kstDate } from '../../../adapters/kis/kst.ts'
import { OrderDesk } from '../../../adapters/kis/order-desk.ts'
import { type OwnOrder, OwnOrders } from '../../../adapters/kis/own-orders.ts'
import type { NoticeFacts } from '../../../adapters/kis/wire/notice.ts'
import { GeneratedFeed } from '../../../adapters/common/emulator/generated-feed.ts'
import type { BrokerInbound } from '../../../src/runtime/ports.ts'
import { TEN_IN_SEOUL } from './bench.ts'

const { instruments } = new GeneratedFeed(['005930', 'NVDA'], 1, TEN_IN_SEOUL)
const kr = instruments.find((i) => i.symbol === '005930') as (typeof instruments)[number]
const listings = new Listings(instruments, ['KRX', 'US'])

let now: number
let events: BrokerInbound[]
let checks: string[]
let orders: OwnOrders
let desk: OrderDesk

function make(file?: string): void {
  const clock = { now: () => now, after: () => () => undefined }
  orders = new OwnOrders(listings, file)
  desk = new OrderDesk({
    broker: 0,
    clock,
    listings,
    orders,
    fees: { kind: 'none' },
    tell: (batch) => events.push(...batch),
    check: (market) => checks.push(market),
  })
}

beforeEach(() => {
  now = TEN_IN_SEOUL
  events = []
  checks = []
  make()
})

function sent(orderId = 1, qty = 10): OwnOrder {
  const listing = listings.of(kr.id)
  if (listing === undefined) throw new Error('no listing')
  const terms = {
    instrument: kr.id,
    side: 1,
    orderType: 'limit',
    qty,
    limit: 70_000,
    stop: 0,
    timeInForce: 'DAY',
  } as const
  const order = orders.sent(orderId, listing, terms, now)
  orders.wire(order, 70_000, '00')
  return order
}

function numbered(orderId = 1, qty = 10): OwnOrder {
  const order = sent(orderId, qty)
  desk.numbered(order, { number: 100 + orderId, org: '00950', date: kstDate(now), limit: 70_000 })
  return order
}

function notice(qty: number, change: Partial<NoticeFacts> = {}): NoticeFacts {
  return {
    account: '5000000001',
    order: 101,
    original: 0,
    side: 1,
    action: 'new',
    symbol: '005930',
    qty,
    price: 70_000,
    time: '100001',
    rejected: false,
    filled: true,
    accepted: '2',
    branch: '00950',
    ...change,
  }
}

function row(cum: number, change: Partial<ListedOrder> = {}): ListedOrder {
  const listing = listings.of(kr.id)
  if (listing === undefined) throw new Error('no listing')
  const qty = change.qty ?? 10
  return {
    market: 'kr',
    listing,
    date: kstDate(now),
    at: now,
    number: 101,
    original: 0,
    org: '00950',
    action: 'new',
    side: 1,
    qty,
    limit: 70_000,
    cum,
    amount: cum * 70_000,
    leaves: qty - cum,
    rejected: 0,
    ...change,
  }
}

const fills = (): number[] => events.flatMap((e) => (e.type === 'filled' ? [e.qty] : []))

describe('F-27', () => {
  it('two identical partials count twice when the cumulative quantity says so', () => {
    numbered()
    desk.notice('kr', notice(4))
    desk.notice('kr', notice(4))
    expect([fills(), checks]).toEqual([[4], ['kr']])
    now += 1_000_000
    desk.absorb('kr', [row(8)], now)
    expect(fills()).toEqual([4, 4])
    expect(events.flatMap((e) => (e.type === 'filled' ? [e.fillNo, e.cumQty] : []))).toEqual([1, 4, 2, 8])
  })

  it('a copy counts once when the cumulative quantity says so', () => {
    numbered()
    desk.notice('kr', notice(4))
    desk.notice('kr', notice(4))
    now += 1_000_000
    desk.absorb('kr', [row(4)], now)
    expect(fills()).toEqual([4])
    // And a later partial of the same size is counted again.
    desk.notice('kr', notice(4, { time: '100009' }))
    expect(fills()).toEqual([4, 4])
  })

  it('a list that was asked for before the second notice came decides nothing about it', () => {
    const order = numbered()
    desk.notice('kr', notice(4))
    const askedAt = now
    now += 1_000_000
    desk.notice('kr', notice(4))
    desk.absorb('kr', [row(4)], askedAt)
    expect([fills(), order.held.length]).toEqual([[4], 1])
    desk.absorb('kr', [row(8)], now + 1)
    expect([fills(), order.held.length]).toEqual([[4, 4], 0])
  })

  it('more than was ordered is not believed from a notice alone (I-15)', () => {
    numbered()
    desk.notice('kr', notice(10))
    desk.notice('kr', notice(1, { time: '100005' }))
    expect([fills(), checks]).toEqual([[10], ['kr']])
    desk.absorb('kr', [row(11, { leaves: 0 })], now + 1)
    expect(fills()).toEqual([10, 1])
  })

  it('late notices of what a list brought add nothing, whatever their partition', () => {
    const order = numbered()
    desk.absorb('kr', [row(7)], now)
    expect(fills()).toEqual([7])
    desk.notice('kr', notice(3))
    desk.notice('kr', notice(4))
    now += 1_000_000
    desk.absorb('kr', [row(7)], now)
    expect([fills(), order.recovered]).toEqual([[7], 0])
    desk.notice('kr', notice(3, { time: '100030' }))
    expect(fills()).toEqual([7, 3])
  })
})

describe('prices', () => {
  it('a fill from a list has the price between the two sums', () => {
    numbered()
    desk.notice('kr', notice(4, { price: 69_900 }))
    desk.absorb('kr', [row(10, { amount: 4 * 69_900 + 6 * 70_000, leaves: 0 })], now)
    expect(events.flatMap((e) => (e.type === 'filled' ? [e.price] : []))).toEqual([69_900, 70_000])
  })
})

describe('R-36', () => {
  it('an order in doubt takes the one row that fits, and none where two fit', () => {
    const order = sent()
    desk.doubted(order)
    desk.absorb('kr', [row(0, { number: 7 }), row(0, { number: 8 })], now)
    expect([order.phase, events]).toEqual(['doubt', []])
    desk.absorb('kr', [row(0, { number: 8 })], now)
    expect(order.leg?.number).toBe(8)
    expect(events.map((e) => e.type)).toEqual(['accepted'])
  })

  it.each([
    ['another price', { limit: 69_900 }],
    ['another quantity', { qty: 9 }],
    ['the other side', { side: -1 as const }],
    ['long before', { at: TEN_IN_SEOUL - 60_000_000 }],
    ['long after', { at: TEN_IN_SEOUL + 90_000_000 }],
    ['a modification', { action: 'modify' as const, original: 3 }],
  ])('and no row with %s', (_, change) => {
    const order = sent()
    desk.doubted(order)
    desk.absorb('kr', [row(0, { number: 7, ...change })], now)
    expect(order.phase).toBe('doubt')
  })

  it('while one is on its way or in doubt, a row like it is no stranger', () => {
    desk.absorb('kr', [], now)
    const order = sent()
    desk.absorb('kr', [row(5, { number: 7, limit: 1000 })], now)
    expect(events).toEqual([])
    desk.refused(order, 'broker')
    desk.absorb('kr', [row(5, { number: 7, limit: 1000 })], now)
    expect(events.map((e) => e.type)).toEqual(['rejected', 'externalFill'])
  })
})

describe('F-33', () => {
  it('the same number on another day is another order', () => {
    const order = numbered()
    desk.absorb('kr', [row(10, { date: '20250102', leaves: 0 })], now)
    expect([fills(), order.phase]).toEqual([[], 'working'])
  })
})

describe('ends', () => {
  it('a day order that is over without a cancellation has expired, one with has been canceled', () => {
    const order = numbered(1)
    desk.absorb('kr', [row(4, { leaves: 0 })], now)
    expect(events.at(-1)?.type).toBe('expired')
    expect(order.ending).toBe('expired')
    const second = numbered(2)
    second.canceling = true
    desk.absorb('kr', [row(4, { number: 102, leaves: 0 })], now)
    expect(events.at(-1)?.type).toBe('canceled')
  })

  it('F-23: a fill after the cancellation was confirmed is counted', () => {
    const order = numbered()
    desk.canceled(order)
    desk.notice('kr', notice(4))
    expect(fills()).toEqual([4])
  })
})

describe('restart', () => {
  it('knows numbers and fills again from the file of the run, up to a line that was cut', () => {
    const dir = mkdtempSync(join(tmpdir(), 'sametape-orders-'))
    const file = join(dir, 'kis-orders.jsonl')
    make(file)
    numbered(1)
    desk.notice('kr', notice(4))
    sent(2, 3)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, `${text}{"k":"fill","id":1,"fi`)
    events = []
    make(file)
    expect([orders.get(1)?.cum, orders.get(1)?.leg?.number, orders.get(2)?.phase]).toEqual([4, 101, 'doubt'])
    // The notice comes again: a list decides.
    desk.notice('kr', notice(4))
    expect([fills(), checks]).toEqual([[], ['kr']])
    desk.absorb('kr', [row(4), row(0, { number: 55, qty: 3 })], now + 1)
    expect(fills()).toEqual([])
    expect(orders.get(2)?.leg?.number).toBe(55)
    desk.absorb('kr', [row(10, { leaves: 0 })], now + 2)
    expect(events.flatMap((e) => (e.type === 'filled' ? [e.fillNo, e.qty] : []))).toEqual([2, 6])
    rmSync(dir, { recursive: true })
  })
})
