/** Faults of the order path over real sockets, each with the outcome that the fault table asks for. */
import { describe, expect, it } from 'vitest'
import type { Bench } from './bench.ts'
import { onStage, play } from './stage.ts'

const FILLS = 'H0STCNI9'

function filled(b: Bench, orderId: number): number {
  return b
    .of('filled')
    .filter((e) => e.orderId === orderId)
    .reduce((sum, e) => sum + e.qty, 0)
}

/** Nothing further comes of an order that had time to. */
async function settled(b: Bench): Promise<void> {
  await b.pause(600)
}

describe.concurrent('notices', () => {
  it(
    'F-09, F-27: a notice that comes twice is counted once',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'notice-duplicate', tr_id: FILLS, count: 5 })
      const id = b.submit('005930', 1, 3)
      await b.event('filled', (e) => e.orderId === id)
      await settled(b)
      expect(filled(b, id)).toBe(3)
      expect(b.venueFills.length).toBe(1)
    }),
  )

  it(
    'F-10: notices before the answer are applied, and the answer changes nothing',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'notice-first', path: 'order-cash' })
      await b.fault({ kind: 'late-ack', path: 'order-cash', ms: 400 })
      const id = b.submit('005930', 1, 3)
      await b.event('filled', (e) => e.orderId === id)
      await settled(b)
      expect(b.of('accepted').length).toBe(1)
      expect(filled(b, id)).toBe(3)
      expect(b.of('rejected')).toEqual([])
    }),
  )

  it(
    'F-10: a fill before its acceptance',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'notice-reorder', tr_id: FILLS })
      const id = b.submit('005930', 1, 3)
      await b.event('filled', (e) => e.orderId === id)
      await settled(b)
      expect(filled(b, id)).toBe(3)
      expect(b.of('accepted').length).toBe(1)
    }),
  )

  it(
    'F-05: a fill whose notice is lost is found by the books, once',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'notice-lost', tr_id: FILLS, count: 5 })
      const id = b.submit('005930', 1, 3)
      await b.event('accepted', (e) => e.orderId === id)
      await b.until(() => b.venueFills.length === 1, 'the venue fills')
      await b.books()
      expect(b.of('filled').map((e) => [e.fillNo, e.qty, e.price])).toEqual([[1, 3, b.venueFills[0]?.price]])
      await b.books()
      expect(filled(b, id)).toBe(3)
    }),
  )

  it(
    'F-23: the late notice of a fill that the books had found adds nothing',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'notice-late', tr_id: FILLS, count: 5, ms: 1200 })
      const id = b.submit('005930', 1, 3)
      await b.event('accepted', (e) => e.orderId === id)
      await b.until(() => b.venueFills.length === 1, 'the venue fills')
      await b.books()
      expect(filled(b, id)).toBe(3)
      await b.pause(1800)
      expect(filled(b, id)).toBe(3)
    }),
  )

  it(
    'F-19: a forged fill in plain text is not believed',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'notice-forged' })
      await settled(b)
      expect(b.of('filled')).toEqual([])
      expect(b.of('externalFill')).toEqual([])
      expect([...b.kis.source.quarantined.keys()]).toContain('a notice that is not encrypted')
    }),
  )

  it(
    'F-19: a notice that does not decrypt makes the lists be asked',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'frame-garbage', tr_id: FILLS, count: 5 })
      const id = b.submit('005930', 1, 3)
      await b.event('filled', (e) => e.orderId === id)
      expect(filled(b, id)).toBe(3)
    }),
  )

  it(
    'F-30: a fill of another terminal is told as external, once',
    onStage(async ({ up }) => {
      const b = await up()
      await b.books()
      await b.fault({ kind: 'external-order', symbol: '005930', side: 'buy', qty: 2 })
      const event = await b.event('externalFill')
      expect([event.qty, event.side]).toEqual([2, 1])
      await b.books()
      expect(b.of('externalFill').length).toBe(1)
      expect(b.of('filled')).toEqual([])
    }),
  )

  it(
    'F-30: what others did before we came is no event',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'notice-lost', count: 9 })
      await b.fault({ kind: 'external-order', symbol: '005930', side: 'buy', qty: 2 })
      await b.books()
      await b.books()
      expect(b.of('externalFill')).toEqual([])
    }),
  )

  it(
    'F-05: a balance that is ahead of the notices waits for them: the fill has its own price',
    onStage(async ({ up }) => {
      const b = await up()
      const bought = b.submit('005930', 1, 2)
      await b.event('filled', (e) => e.orderId === bought)
      const sold = b.submit('005930', -1, 1)
      await b.event('filled', (e) => e.orderId === sold)
      await b.fault({ kind: 'empty-list', path: 'inquire-daily-ccld', count: 50 })
      await b.fault({ kind: 'notice-late', tr_id: FILLS, count: 2, ms: 1500 })
      const id = b.submit('005930', 1, 3, { limit: b.board('005930').ask + 500 })
      await b.event('accepted', (e) => e.orderId === id)
      await b.until(() => b.venueFills.length === 3, 'the venue fills')
      await b.books()
      expect(
        b
          .of('filled')
          .filter((e) => e.orderId === id)
          .map((e) => [e.qty, e.price]),
      ).toEqual([[3, b.venueFills[2]?.price]])
      expect(b.venueFills[2]?.price).toBeLessThan(b.board('005930').ask + 500)
    }),
  )
})

describe.concurrent('orders without a proof', () => {
  const silent = [
    ['F-12, F-13', { kind: 'lost-ack' }],
    ['F-13 EGW00302', { kind: 'accepted-then-timeout' }],
    ['F-15 HTML', { kind: 'accepted-then-error', body: 'html', status: 502 }],
    ['F-15 empty', { kind: 'accepted-then-error', body: 'empty', status: 500 }],
    ['F-15 unparsable', { kind: 'malformed-body' }],
    ['F-15 cut', { kind: 'truncated-body' }],
  ] as const

  it.each(silent)('%s: the order is found by its notices, never sent again, never rejected', (_, fault) =>
    play(async ({ up }) => {
      const b = await up()
      await b.fault({ ...fault, path: 'order-cash' })
      const id = b.submit('005930', 1, 2, { limit: b.farBelow('005930') })
      await b.event('accepted', (e) => e.orderId === id)
      await settled(b)
      expect(b.of('rejected')).toEqual([])
      expect(b.venueOrders.length).toBe(1)
      b.cancel(id)
      await b.event('canceled', (e) => e.orderId === id)
    }),
  )

  it.each(silent)('%s: without notices it stays unsaid until asked, then the list has it', (_, fault) =>
    play(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'notice-lost', count: 50 })
      await b.fault({ ...fault, path: 'order-cash' })
      const id = b.submit('005930', 1, 3)
      await b.until(() => b.venueOrders.length === 1, 'the venue has it')
      await settled(b)
      expect(b.events.filter((e) => 'orderId' in e)).toEqual([])
      b.query(id)
      await b.event('filled', (e) => e.orderId === id)
      expect(filled(b, id)).toBe(3)
      expect(b.venueOrders.length).toBe(1)
    }),
  )

  it(
    'F-14: in live one list proves absence; nothing is rejected by the adapter',
    onStage(async ({ up }) => {
      const b = await up({ emulator: { env: 'live' } })
      await b.fault({ kind: 'lost-request', path: 'order-cash', ms: 50 })
      const id = b.submit('005930', 1, 2)
      await b.pause(300)
      b.query(id)
      expect((await b.event('absent', (e) => e.orderId === id)).proves).toBe(true)
      expect(b.of('rejected')).toEqual([])
    }),
  )

  it(
    'F-14: in paper absence takes two unchanged balances five seconds apart',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'lost-request', path: 'order-cash', ms: 50 })
      const id = b.submit('005930', 1, 2)
      await b.pause(300)
      b.query(id)
      expect((await b.event('absent')).proves).toBe(false)
      await b.pause(5200)
      b.query(id)
      await b.event('absent', (e) => e.proves)
      expect(b.venueOrders.length).toBe(0)
    }),
  )

  it(
    'F-14: in paper a resting order behind an empty list and without notices is never called absent',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'notice-lost', count: 50 })
      await b.fault({ kind: 'empty-list', path: 'inquire-daily-ccld', count: 50 })
      await b.fault({ kind: 'lost-ack', path: 'order-cash' })
      const id = b.submit('005930', 1, 20, { limit: b.farBelow('005930') })
      await b.until(() => b.venueOrders.length === 1, 'the venue has it')
      await b.pause(300)
      b.query(id)
      await b.event('absent')
      await b.pause(5200)
      b.query(id)
      await b.until(() => b.of('absent').length === 2, 'a second answer')
      expect(b.of('absent').map((e) => e.proves)).toEqual([false, false])
      // Its books are no answer while it is in doubt (F-35).
      expect((await b.books()).orders).toBeNull()
    }),
  )

  it(
    'F-11: a late answer is taken',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'notice-lost', count: 50 })
      await b.fault({ kind: 'late-ack', path: 'order-cash', ms: 1500 })
      const id = b.submit('005930', 1, 2, { limit: b.farBelow('005930') })
      await b.event('accepted', (e) => e.orderId === id)
      expect(b.venueOrders.length).toBe(1)
    }),
  )
})

describe.concurrent('refusals', () => {
  it(
    'F-16: too many requests: the order is rejected, a query waits and succeeds',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'rate-limit', path: 'order-cash' })
      const id = b.submit('005930', 1, 1)
      await b.event('rejected', (e) => e.orderId === id)
      expect(b.venueOrders.length).toBe(0)
      await b.fault({ kind: 'ledger-limit', path: 'inquire-balance', count: 2 })
      expect((await b.books()).positions).toEqual([])
    }),
  )

  it(
    'F-17: an order on a token that expired is rejected; one new token serves everything after',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'token-expiry' })
      const id = b.submit('005930', 1, 1)
      await b.event('rejected', (e) => e.orderId === id)
      const next = b.submit('005930', 1, 1)
      await b.event('filled', (e) => e.orderId === next)
      expect(b.venueOrders.length).toBe(1)
    }),
  )

  it(
    'F-17: a query on a revoked token gets a new one and succeeds',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'token-revocation' })
      expect((await b.books()).positions).toEqual([])
    }),
  )

  it(
    'F-31: a business refusal, with its reason',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'order-refused', msg_cd: '40580000', msg1: '모의투자 장종료 입니다.' })
      const id = b.submit('005930', 1, 1)
      expect((await b.event('rejected', (e) => e.orderId === id)).reason).toBe('closed')
    }),
  )

  it(
    'F-31: accepted, then rejected by a notice',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'order-rejected-later' })
      const id = b.submit('005930', 1, 1)
      await b.event('rejected', (e) => e.orderId === id)
      expect((await b.books()).orders?.map((o) => o.state)).toEqual(['rejected'])
    }),
  )

  it(
    'F-24: a refused cancellation brings the fill to light first',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'notice-lost', tr_id: FILLS, count: 50 })
      const id = b.submit('005930', 1, 3)
      await b.event('accepted', (e) => e.orderId === id)
      b.cancel(id)
      await b.event('cancelRejected', (e) => e.orderId === id)
      const order = b.events.filter((e) => e.type === 'filled' || e.type === 'cancelRejected').map((e) => e.type)
      expect(order).toEqual(['filled', 'cancelRejected'])
    }),
  )

  it(
    'confirms a cancellation by the list where its notice is lost',
    onStage(async ({ up }) => {
      const b = await up()
      const id = b.submit('005930', 1, 2, { limit: b.farBelow('005930') })
      await b.event('accepted', (e) => e.orderId === id)
      await b.fault({ kind: 'notice-lost', tr_id: FILLS, count: 50 })
      b.cancel(id)
      await b.event('canceled', (e) => e.orderId === id)
    }),
  )

  it(
    'never sends what is off the grid, beyond the limits, or no whole lot',
    onStage(async ({ up }) => {
      const b = await up()
      const { bid } = b.board('005930')
      const odd = b.submit('005930', 1, 1, { limit: bid - 1 })
      const far = b.submit('005930', 1, 1, { limit: Math.floor(bid * 0.5) - (Math.floor(bid * 0.5) % 1000) })
      const none = b.submit('005930', 1, 0)
      for (const id of [odd, far, none]) await b.event('rejected', (e) => e.orderId === id)
      expect(b.of('rejected').map((e) => e.reason)).toEqual(['bad_qty', 'bad_price', 'bad_price'].sort())
      expect(b.raw.some((f) => f.channel.includes('order-cash'))).toBe(false)
    }),
  )
})

describe.concurrent('lists', () => {
  it(
    'F-35: a balance without rows but with value is not delivered, never flat',
    onStage(async ({ up }) => {
      const b = await up()
      const id = b.submit('005930', 1, 3)
      await b.event('filled', (e) => e.orderId === id)
      await b.fault({ kind: 'empty-list', path: 'domestic-stock/v1/trading/inquire-balance' })
      const books = await b.books()
      expect(books.positions).toBeNull()
    }),
  )

  it(
    "paper's empty list of the day hides no order of ours",
    onStage(async ({ up }) => {
      const b = await up()
      const id = b.submit('005930', 1, 2, { limit: b.farBelow('005930') })
      await b.event('accepted', (e) => e.orderId === id)
      await b.fault({ kind: 'empty-list', path: 'inquire-daily-ccld', count: 9 })
      expect((await b.books()).orders?.map((o) => [o.orderId, o.state])).toEqual([[id, 'working']])
    }),
  )

  it(
    'F-15: lists that fail for good are null; those that fail once are asked again',
    onStage(async ({ up }) => {
      const b = await up()
      await b.fault({ kind: 'data-changed', path: 'inquire-daily-ccld' })
      expect((await b.books()).orders).toEqual([])
      await b.fault({ kind: 'http-error', path: 'inquire-daily-ccld', count: 9 })
      const books = await b.books()
      expect([books.orders, books.fills]).toEqual([null, null])
      expect(books.positions).toEqual([])
    }),
  )
})
