/** What others met with this broker and its clients, by the issue that tells of it; more of them stand in the fault tests. */
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ReferenceClock } from '../../../src/runtime/reference-clock.ts'
import { corpus } from './fuzz/fuzz.ts'
import { openBenches } from './open-benches.ts'

const { made, up } = openBenches()

describe('what happened while nobody was connected', () => {
  it('wboayue/rust-ibapi#220: an order that ended meanwhile is in the completed orders, without its number', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    await b.fault({ kind: 'socket-reset' })
    await b.event('link', (e) => e.link === 'lost')
    await b.fault({ kind: 'order-cancelled' })
    await b.upAgain()
    expect((await b.books()).orders?.map((o) => [o.orderId, o.state])).toEqual([[id, 'canceled']])
    expect(b.of('canceled').map((e) => e.orderId)).toEqual([id])
  })

  it('wboayue/rust-ibapi#340: own working orders that are pushed unasked, before the session is up, are heard', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 7)
    const file = b.options.ordersFile as string
    writeFileSync(file, `${readFileSync(file, 'utf8').split('\n')[0]}\n`)
    await b.ib.source.stop()
    await b.ib.broker.stop()
    await b.fault({ kind: 'start-late', ms: 300 })
    await b.restart()
    // Without any question of ours: the reference says whose it is.
    await b.event('accepted', (e) => e.orderId === id)
    expect(b.raw.filter((f) => f.direction === 'out' && f.channel === '16')).toEqual([])
  })

  it('hadrianl/ibapi#18: a completed order whose quantity is zero has it in what was filled', async () => {
    const b = await up()
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
    const [order] = b.venueOrders
    if (order === undefined) throw new Error('no order')
    Object.assign(order, { terms: { ...order.terms, qty: 0 } })
    const file = b.options.ordersFile as string
    writeFileSync(file, `${readFileSync(file, 'utf8').split('\n')[0]}\n`)
    await b.restart()
    expect((await b.books()).orders?.map((o) => [o.orderId, o.qty, o.cumQty, o.state])).toEqual([[id, 3, 3, 'filled']])
  })

  it('QuantConnect/Lean.Brokerages.InteractiveBrokers#186, nautechsystems/nautilus_trader#3104, F-34: what was held before is in the first books', async () => {
    const b = await made()
    await b.fault({ kind: 'external-order', symbol: 'NVDA', qty: 4 })
    await b.until(() => b.venuePosition('NVDA') === 4, 'held')
    b.start()
    await b.event('link', (e) => e.link === 'up')
    expect((await b.books()).positions?.map((p) => [p.instrument, p.qty, p.sellable])).toEqual([
      [b.instrument('NVDA').id, 4, 4],
    ])
    expect(b.of('externalFill')).toEqual([])
  })
})

describe('what never arrived', () => {
  it('deepentropy/ibx#116, F-14: an order into a dead socket is proved absent by the next session, and not sent again', async () => {
    const b = await up()
    await b.fault({ kind: 'socket-half-open', for_ms: 11_000 })
    const id = b.submit('NVDA', 1, 2, { limit: b.farBelow('NVDA') })
    await b.event('link', (e) => e.link === 'lost', 12_000)
    expect(b.has('rejected')).toBe(false)
    await b.pause(2000)
    await b.upAgain()
    b.query(id)
    expect((await b.event('absent', (e) => e.orderId === id)).proves).toBe(true)
    expect(b.venueOrders).toEqual([])
  }, 60_000)

  it('nautechsystems/nautilus_trader#3176: the same command again, in a later session too, is no second order', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    b.nextOrder = id
    b.submit('NVDA', 1, 2)
    await b.restart()
    b.nextOrder = id
    b.submit('NVDA', 1, 2)
    await b.books()
    expect(b.venueOrders).toHaveLength(1)
  })
})

describe('clocks', () => {
  it('R-31, F-43: a venue whose clock is three seconds ahead is known of at the login, one that agrees is not suspected', async () => {
    const certain: number[] = []
    for (const micros of [3_000_000, 0]) {
      const b = await made({ skew: { micros } })
      const clock = new ReferenceClock()
      const told = new Promise<number>((resolve) => {
        b.ib.source.time$.subscribe((sample) => resolve(clock.take('ib', sample) ?? Number.NaN))
      })
      b.start()
      certain.push(await told)
    }
    const [skewed = 0, right] = certain
    expect(skewed).toBeLessThan(-1_000_000)
    expect(skewed).toBeGreaterThan(-3_100_000)
    expect(right).toBe(0)
  })
})

describe('words of the broker', () => {
  it('QuantConnect/Lean.Brokerages.InteractiveBrokers#256: a cancellation that is confirmed late is confirmed', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    await b.fault({ kind: 'cancel-late', ms: 2500 })
    b.cancel(id)
    await b.pause(1500)
    expect(b.has('canceled') || b.has('cancelRejected')).toBe(false)
    await b.event('canceled', (e) => e.orderId === id)
  })

  it('wboayue/rust-ibapi#365: 202 alone, without a status, is a cancellation too', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    await b.fault({ kind: 'status-lost', count: 5 })
    b.cancel(id)
    await b.event('canceled', (e) => e.orderId === id)
    expect(b.of('canceled')).toHaveLength(1)
  })

  it('erdewit/ib_insync#380: the answer to a what-if is no order', async () => {
    const b = await up()
    await b.books()
    const open = corpus().find((f) => f[0] === '5')
    const asked = (open ?? []).map((field, i) => (i === 92 ? '1' : i === 23 ? '' : field))
    for (const session of b.emulator.world.sessions) session.write(asked)
    await b.pause(300)
    expect((await b.books()).orders).toEqual([])
  })

  it('stoqey/ib#219: positions are never asked for by model, whose cancellation names the wrong id', async () => {
    const b = await up()
    await b.books()
    expect(b.raw.filter((f) => f.direction === 'out' && ['74', '75'].includes(f.channel))).toEqual([])
  })
})
