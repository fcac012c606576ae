/** Faults of orders and fills over real sockets, each with the outcome that the fault table asks for. */
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Bench } from './bench.ts'
import { openBenches } from './open-benches.ts'

const { up } = openBenches()

/** What was told of an order, in order. */
function told(b: Bench, id: number): string[] {
  return b.events.flatMap((e) => ('orderId' in e && e.orderId === id ? [e.type] : []))
}

describe('acknowledgements', () => {
  it('F-10: a fill before the acknowledgement counts, the acknowledgement later changes nothing', async () => {
    const b = await up()
    await b.fault({ kind: 'execution-first' })
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
    await b.pause(300)
    // The cost is that of the estimate: nothing more to tell.
    expect(told(b, id)).toEqual(['accepted', 'filled'])
  })

  it('F-10: a status before its open order', async () => {
    const b = await up()
    await b.fault({ kind: 'status-first' })
    expect(told(b, await b.resting('NVDA', 2))).toEqual(['accepted'])
  })

  it('F-11: an acknowledgement that comes late is the truth, and there is no second order', async () => {
    const b = await up()
    await b.fault({ kind: 'ack-late', ms: 1500 })
    const id = b.submit('NVDA', 1, 2, { limit: b.farBelow('NVDA') })
    await b.pause(500)
    expect(told(b, id)).toEqual([])
    await b.event('accepted', (e) => e.orderId === id)
    expect(b.venueOrders).toHaveLength(1)
  })

  it('stoqey/ib#239, F-09: statuses told three times are one', async () => {
    const b = await up()
    await b.fault({ kind: 'status-duplicate', count: 20, times: 3 })
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
    await b.pause(300)
    // The cost is that of the estimate: nothing more to tell.
    expect(told(b, id)).toEqual(['accepted', 'filled'])
  })

  it('F-05: a status that is not told leaves nothing out: fills come from executions', async () => {
    const b = await up()
    await b.fault({ kind: 'status-lost', count: 20 })
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id && e.cumQty === 3)
    expect((await b.books()).orders?.map((o) => o.state)).toEqual(['filled'])
  })

  it('F-12, F-65: orders whose lines a crash tore off are taken back under their own ids, by the reference they carry', async () => {
    const b = await up()
    const working = await b.resting('NVDA', 7)
    const filled = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === filled)
    const file = b.options.ordersFile as string
    const [first = ''] = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, `${first}\n{"k":"sent","id":1,"wi`)
    await b.restart()
    const books = await b.books()
    expect(books.orders?.map((o) => [o.orderId, o.qty, o.state]).sort()).toEqual([
      [working, 7, 'working'],
      [filled, 3, 'filled'],
    ])
    expect(books.fills?.map((f) => [f.orderId, f.fillNo, f.qty])).toEqual([[filled, 1, 3]])
    b.nextOrder = 10
    const next = await b.resting('NVDA', 1)
    for (const id of [working, next]) b.cancel(id)
    await b.until(() => b.of('canceled').length === 2, 'both canceled')
    await b.restart()
    expect((await b.books()).orders?.map((o) => o.orderId).sort((x, y) => x - y)).toEqual([working, filled, next])
  })

  it('F-13: an order of a crashed process is known after the restart, under its own id', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    const done = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === done)
    await b.restart()
    expect(b.has('filled')).toBe(false)
    const books = await b.books()
    expect(books.orders?.map((o) => [o.orderId, o.state])).toEqual([
      [id, 'working'],
      [done, 'filled'],
    ])
    expect(books.fills?.map((f) => [f.orderId, f.fillNo, f.qty])).toEqual([[done, 1, 3]])
    b.nextOrder = 10
    const next = await b.resting('NVDA', 1)
    expect(b.venueOrders.map((o) => o.orderId)).toEqual([1, 2, 3])
    b.cancel(next)
    b.cancel(id)
    await b.until(() => b.of('canceled').length === 2, 'both canceled')
  })
})

describe('refusals (R-24)', () => {
  it.each([
    [201, 'broker'],
    [200, 'broker'],
    [203, 'broker'],
    [10052, 'unsupported'],
    [321, 'broker'],
    [460, 'broker'],
    [10311, 'broker'],
    [110, 'bad_price'],
    [388, 'bad_qty'],
    [387, 'unsupported'],
  ])(
    'QuantConnect/Lean.Brokerages.InteractiveBrokers#245, F-31: %i without a status is a rejection (%s)',
    async (code, reason) => {
      const b = await up()
      await b.fault({ kind: 'order-refused', code, status: 0 })
      const id = b.submit('NVDA', 1, 1)
      expect((await b.event('rejected', (e) => e.orderId === id)).reason).toBe(reason)
      expect(told(b, id)).toEqual(['rejected'])
    },
  )

  it('erdewit/ib_insync#554: 201 and Inactive behind it are one rejection', async () => {
    const b = await up()
    await b.fault({ kind: 'order-refused', code: 201, status: 1 })
    const id = b.submit('NVDA', 1, 1)
    await b.event('rejected', (e) => e.orderId === id)
    await b.pause(800)
    expect(told(b, id)).toEqual(['rejected'])
  })

  it('nautechsystems/nautilus_trader#4958, F-15: a code that nobody knows proves nothing: the order is asked about and lives', async () => {
    const b = await up()
    await b.fault({ kind: 'order-message', code: 9999 })
    const id = await b.resting('NVDA', 2)
    await b.pause(800)
    expect(told(b, id)).toEqual(['accepted'])
    b.cancel(id)
    await b.event('canceled', (e) => e.orderId === id)
  })

  it.each([399, 2109, 2137])('%i is a note on an order that lives', async (code) => {
    const b = await up()
    await b.fault({ kind: 'order-message', code })
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
    expect(told(b, id).slice(0, 2)).toEqual(['accepted', 'filled'])
  })

  it('ib-api-reloaded/ib_async#191, #217: 10349 is no false cancel', async () => {
    const b = await up()
    await b.fault({ kind: 'order-message', code: 10349, text: 'Order TIF was set to DAY based on order preset.' })
    const id = await b.resting('NVDA', 2)
    expect(told(b, id)).toEqual(['accepted'])
    b.cancel(id)
    await b.event('canceled', (e) => e.orderId === id)
  })

  it('nautechsystems/nautilus_trader#3723: 404 holds an order while shares are located', async () => {
    const b = await up()
    await b.fault({ kind: 'order-locate' })
    const id = await b.resting('NVDA', 2)
    await b.pause(300)
    expect(told(b, id)).toEqual(['accepted'])
  })

  it('F-36: more than the margin allows is refused, and nothing of it exists', async () => {
    const b = await up({ emulator: { cash: new Map([['USD', 1_000_000_000]] as const) } })
    const id = b.submit('NVDA', 1, 500_000)
    expect((await b.event('rejected', (e) => e.orderId === id)).reason).toBe('broker')
    expect((await b.books()).positions).toEqual([])
  })

  it('the read-only interface (321) refuses orders and lists; no list is taken for an empty one (F-35)', async () => {
    const b = await up({ emulator: { readOnly: true } })
    const id = b.submit('NVDA', 1, 1)
    expect((await b.event('rejected', (e) => e.orderId === id)).reason).toBe('broker')
    const requestId = b.nextRequest++
    b.ib.broker.send({ type: 'reconcile', t: b.context.clock.now(), broker: 0, requestId })
    const books = await b.event('books', () => true, 15_000)
    expect([books.orders, books.fills]).toEqual([null, null])
    await b.event('link', (e) => e.link === 'readOnly')
  }, 30_000)

  it('what cannot be said there is refused here: a quantity off the step, the closing auction with a stop', async () => {
    const b = await up()
    const stop = b.submit('NVDA', 1, 1, { orderType: 'stop', stop: b.board('NVDA').ask, timeInForce: 'CLS' })
    expect((await b.event('rejected', (e) => e.orderId === stop)).reason).toBe('unsupported')
    const auction = b.submit('NVDA', 1, 1, { orderType: 'market', limit: 0, timeInForce: 'OPG' })
    expect((await b.event('rejected', (e) => e.orderId === auction)).reason).toBe('unsupported')
  })
})

describe('fills', () => {
  it('F-05: an execution that is not told is found by the next look, once', async () => {
    const b = await up()
    await b.fault({ kind: 'execution-lost' })
    const id = b.submit('NVDA', 1, 3)
    await b.until(() => b.venuePosition('NVDA') === 3, 'filled there')
    await b.pause(200)
    expect(b.has('filled')).toBe(false)
    await b.books()
    expect(b.of('filled').map((e) => [e.orderId, e.fillNo, e.qty])).toEqual([[id, 1, 3]])
    await b.books()
    expect(b.of('filled')).toHaveLength(1)
  })

  it('nautechsystems/nautilus_trader#1001, F-09, F-27: an execution told twice, and again by every list, is one fill', async () => {
    const b = await up()
    await b.fault({ kind: 'execution-duplicate' })
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
    await b.books()
    await b.books()
    expect(b.of('filled').map((e) => [e.fillNo, e.qty, e.cumQty])).toEqual([[1, 3, 3]])
  })

  it('F-27: two partial fills alike are two', async () => {
    const b = await up()
    const qty = b.board('NVDA').askSize + 50
    const id = b.submit('NVDA', 1, qty)
    await b.until(() => b.of('filled').at(-1)?.cumQty === qty, 'filled', 30_000)
    const fills = b.of('filled').filter((e) => e.orderId === id)
    expect(fills.map((e) => e.fillNo)).toEqual(fills.map((_, i) => i + 1))
    expect(fills.reduce((sum, e) => sum + e.qty, 0)).toBe(qty)
    expect(b.venuePosition('NVDA')).toBe(qty)
  }, 40_000)

  it('erdewit/ib_insync#364, F-29: a correction replaces what was told, whatever IB does besides', async () => {
    const b = await up()
    const id = b.submit('NVDA', 1, 3)
    const fill = await b.event('filled', (e) => e.orderId === id)
    await b.fault({ kind: 'execution-correction', ticks: 2 })
    const corrected = await b.event('corrected', (e) => e.orderId === id)
    expect([corrected.fillNo, corrected.qty, corrected.price]).toEqual([1, 3, fill.price + 200])
    await b.books()
    expect(b.of('corrected')).toHaveLength(1)
    expect(b.of('filled')).toHaveLength(1)
    expect((await b.books()).fills?.map((f) => [f.qty, f.price])).toEqual([[3, fill.price + 200]])
  })

  it('F-28: a fill taken back is a bust', async () => {
    const b = await up()
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
    const [execution] = b.emulator.world.desk.book.all
    if (execution === undefined) throw new Error('no execution')
    // The same execution with nothing left of it, as its next revision.
    Object.assign(execution, { qty: 0, revision: 2, execId: execution.execId.replace(/\d\d$/, '02') })
    await b.books()
    expect(b.of('busted').map((e) => [e.orderId, e.fillNo])).toEqual([[id, 1]])
    expect((await b.books()).fills).toEqual([])
  })

  it('wboayue/rust-ibapi#811: a cost that comes late is of its fill, and the estimate stands until then', async () => {
    const b = await up({ options: { feeTable: 'ib-fixed' } })
    await b.fault({ kind: 'commission-late', ms: 800 })
    const id = b.submit('NVDA', 1, 3)
    const fill = await b.event('filled', (e) => e.orderId === id)
    expect(fill.fee).toBeGreaterThan(0)
    expect(b.has('commission')).toBe(false)
    const cost = await b.event('commission', (e) => e.orderId === id)
    expect(cost.fillNo).toBe(1)
    expect(cost.fee).toBe(b.emulator.world.desk.book.all[0]?.costs)
  })

  it('F-05: a cost that is never told is found by the list of executions', async () => {
    const b = await up({ options: { feeTable: 'ib-fixed' } })
    await b.fault({ kind: 'commission-lost' })
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
    await b.books()
    expect(b.of('commission').map((e) => e.orderId)).toEqual([id])
  })

  it('F-30: what somebody else trades on the account is told apart', async () => {
    const b = await up()
    await b.books()
    await b.fault({ kind: 'external-order', symbol: 'NVDA', qty: 4 })
    await b.until(() => b.venuePosition('NVDA') === 4, 'the stranger is filled')
    const books = await b.books()
    const fill = await b.event('externalFill')
    expect([fill.side, fill.qty]).toEqual([1, 4])
    expect(books.positions?.map((p) => p.qty)).toEqual([4])
    await b.books()
    expect(b.of('externalFill')).toHaveLength(1)
  })

  it('nautechsystems/nautilus_trader#3465: a manual order (id 0) is an external one, and never touched', async () => {
    const b = await up()
    await b.fault({ kind: 'external-order', symbol: 'NVDA', qty: 4, limit: '1.00' })
    const books = await b.books()
    expect(books.orders?.map((o) => [o.orderId, o.qty, o.state])).toEqual([[0, 4, 'working']])
    expect(books.orders?.[0]?.externalId).toBe(b.venueOrders[0]?.permId)
  })
})

describe('cancellations', () => {
  it('F-23: a fill behind a confirmed cancellation is told', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 3)
    await b.fault({ kind: 'cancel-then-fill', ms: 300 })
    b.cancel(id)
    await b.event('canceled', (e) => e.orderId === id)
    const fill = await b.event('filled', (e) => e.orderId === id)
    expect(fill.cumQty).toBe(3)
    expect(b.venuePosition('NVDA')).toBe(3)
  })

  it('scmhub/ibsync#23, F-24: a fill that beats the cancellation', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 3)
    await b.fault({ kind: 'cancel-late', ms: 1000 })
    b.cancel(id)
    const [order] = b.venueOrders
    if (order === undefined) throw new Error('no order')
    await b.pause(200)
    b.emulator.world.desk.fillNow(order, b.emulator.world.now())
    await b.event('filled', (e) => e.orderId === id)
    b.cancel(id)
    expect((await b.event('cancelRejected', (e) => e.orderId === id)).reason).toBe('too_late')
    expect(b.has('canceled')).toBe(false)
  })

  it('wboayue/rust-ibapi#312: 10147 after a cancellation that succeeded is no refusal', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    await b.fault({ kind: 'cancel-not-found' })
    b.cancel(id)
    await b.event('canceled', (e) => e.orderId === id)
    expect(b.has('cancelRejected')).toBe(false)
  })

  it('erdewit/ib_insync#656: 10148 of an order that was filled unseen: the fill first, then the refusal', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 3)
    await b.fault({ kind: 'execution-lost' })
    const [order] = b.venueOrders
    if (order === undefined) throw new Error('no order')
    b.emulator.world.desk.fillNow(order, b.emulator.world.now())
    b.cancel(id)
    const refused = await b.event('cancelRejected', (e) => e.orderId === id)
    expect(refused.reason).toBe('too_late')
    expect(told(b, id).indexOf('filled')).toBeLessThan(told(b, id).indexOf('cancelRejected'))
  })

  it('F-14: a cancellation that never arrives says nothing; asked, the order still works', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    await b.fault({ kind: 'cancel-lost' })
    b.cancel(id)
    await b.pause(500)
    expect(told(b, id)).toEqual(['accepted'])
    b.query(id)
    await b.until(() => b.of('accepted').length === 2, 'the answer')
    b.cancel(id)
    await b.event('canceled', (e) => e.orderId === id)
  })

  it('F-25: a partial fill and then a cancellation keep what was filled', async () => {
    const b = await up()
    const id = b.submit('NVDA', 1, 50 * b.board('NVDA').askSize)
    const fill = await b.event('filled', (e) => e.orderId === id)
    b.cancel(id)
    await b.event('canceled', (e) => e.orderId === id)
    const [order] = (await b.books()).orders ?? []
    expect(order?.state).toBe('canceled')
    expect(order?.cumQty).toBeGreaterThanOrEqual(fill.qty)
    expect(b.venuePosition('NVDA')).toBe(order?.cumQty)
  })

  it('F-25, F-31: what the exchange cancels is canceled, not expired, while the day is on', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    await b.fault({ kind: 'order-cancelled', symbol: 'NVDA', text: 'Exchange' })
    await b.event('canceled', (e) => e.orderId === id)
  })
})

describe('modifications', () => {
  it('erdewit/ib_insync#502: a price off the tick is refused here, and the order works on', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    b.replace(id, 2, b.farBelow('NVDA') + 1)
    expect((await b.event('replaceRejected', (e) => e.orderId === id)).reason).toBe('bad_price')
    expect((await b.books()).orders?.[0]?.state).toBe('working')
  })

  it('104: a modification of what was filled', async () => {
    const b = await up()
    const id = b.submit('NVDA', 1, 2)
    await b.event('filled', (e) => e.orderId === id)
    b.replace(id, 3, b.board('NVDA').ask)
    expect((await b.event('replaceRejected', (e) => e.orderId === id)).reason).toBe('too_late')
  })

  it('201 on a modification refuses the change and not the order', async () => {
    const b = await up({ emulator: { cash: new Map([['USD', 1_000_000_000]] as const) } })
    const id = await b.resting('NVDA', 2)
    b.replace(id, 900_000, b.farBelow('NVDA'))
    expect((await b.event('replaceRejected', (e) => e.orderId === id)).reason).toBe('broker')
    expect(told(b, id)).toEqual(['accepted', 'replaceRejected'])
    expect((await b.books()).orders?.map((o) => [o.state, o.qty])).toEqual([['working', 2]])
  })

  it('erdewit/ib_insync#509: a change is told once, when the echo has the new terms', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    await b.fault({ kind: 'status-duplicate', count: 5, times: 3 })
    const limit = b.farBelow('NVDA') - 100
    b.replace(id, 4, limit)
    const replaced = await b.event('replaced', (e) => e.orderId === id)
    expect([replaced.qty, replaced.limit]).toEqual([4, limit])
    await b.pause(300)
    expect(told(b, id)).toEqual(['accepted', 'replaced'])
  })

  it('F-14: a change that never arrives is refused once a list shows the old terms', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    await b.fault({ kind: 'request-lost' })
    b.replace(id, 4, b.farBelow('NVDA'))
    await b.pause(2200)
    expect(told(b, id)).toEqual(['accepted'])
    b.query(id)
    expect((await b.event('replaceRejected', (e) => e.orderId === id)).reason).toBe('not_received')
    expect((await b.books()).orders?.map((o) => o.qty)).toEqual([2])
  })

  it('nautechsystems/nautilus_trader#4564, F-32: a modification that crossed an outage leaves two live orders; both are canceled', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    // An outage that this client has not heard of yet.
    await b.fault({ kind: 'connectivity-lost', ms: 1500, restore: 1102, modify: 'double', client: 99 })
    b.replace(id, 2, b.farBelow('NVDA') - 100)
    await b.until(() => b.venueOrders.length === 2, 'two orders')
    expect(new Set(b.venueOrders.map((o) => o.orderId)).size).toBe(1)
    await b.pause(1600)
    await b.books()
    await b.event('canceled', (e) => e.orderId === id)
    expect(b.venueOrders.map((o) => o.status)).toEqual(['Cancelled', 'Cancelled'])
    expect(b.of('canceled')).toHaveLength(1)
    expect((await b.books()).orders?.map((o) => [o.orderId, o.state])).toEqual([[id, 'canceled']])
  })
})

describe('ids', () => {
  it('QuantConnect/Lean.Brokerages.InteractiveBrokers#242, F-33: ids that roll back at a restart are not used again', async () => {
    const b = await up()
    const first = await b.resting('NVDA', 2)
    await b.fault({ kind: 'restart', ms: 300, rollback: 5 })
    await b.upAgain()
    const second = await b.resting('NVDA', 3)
    const ids = b.venueOrders.map((o) => o.orderId)
    expect(new Set(ids).size).toBe(2)
    b.cancel(first)
    b.cancel(second)
    await b.until(() => b.of('canceled').length === 2, 'both canceled')
  })

  it('nautechsystems/nautilus_trader#4276, F-33: an order of another run under the same number is not ours', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    const [theirs] = b.venueOrders
    if (theirs === undefined) throw new Error('no order')
    Object.assign(theirs, { permId: 1_234_567, terms: { ...theirs.terms, orderRef: 'st:otherrun:1' } })
    await b.restart()
    const books = await b.books()
    expect(books.orders?.filter((o) => o.orderId === 0).map((o) => o.qty)).toEqual([2])
    expect(books.orders?.some((o) => o.orderId === id)).toBe(false)
  })

  it('103: a number that somebody used is a refusal, not a second order', async () => {
    const b = await up()
    b.emulator.world.ids.use(7, 40)
    const id = b.submit('NVDA', 1, 2, { limit: b.farBelow('NVDA') })
    expect((await b.event('rejected', (e) => e.orderId === id)).reason).toBe('broker')
    expect(b.venueOrders).toEqual([])
  })
})
