/** The whole way once: connect, quotes, an order to its fill, books; in both environments over real sockets. */
import { afterEach, describe, expect, it } from 'vitest'
import { Bench } from './bench.ts'

const open: Bench[] = []
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.close()
})

async function bench(env: 'paper' | 'live'): Promise<Bench> {
  const made = await Bench.create({ emulator: { env } })
  open.push(made)
  return made.up()
}

describe.each(['paper', 'live'] as const)('%s', (env) => {
  it('connects, sees both markets, fills an order in each and gives its books', async () => {
    const b = await bench(env)
    const seen = (symbol: string, type: string): boolean =>
      b.market.some((e) => e.type === type && 'instrument' in e && e.instrument === b.instrument(symbol).id)
    await b.until(() => ['005930', 'NVDA'].every((s) => seen(s, 'quote') && seen(s, 'trade')), 'both feeds')
    const kr = b.submit('005930', 1, 3)
    const us = b.submit('NVDA', 1, 2)
    const [first, second] = [
      await b.event('filled', (e) => e.orderId === kr),
      await b.event('filled', (e) => e.orderId === us),
    ]
    expect(
      b
        .of('accepted')
        .map((e) => e.orderId)
        .sort(),
    ).toEqual([kr, us])
    expect([first.qty, first.fillNo, first.cumQty, second.qty]).toEqual([3, 1, 3, 2])
    expect(first.fee).toBeGreaterThan(0)
    const books = await b.books()
    expect(books.orders?.map((o) => [o.orderId, o.state])).toEqual([
      [kr, 'filled'],
      [us, 'filled'],
    ])
    expect(books.positions?.map((p) => [p.instrument, p.qty, p.sellable])).toEqual([
      [b.instrument('005930').id, 3, 3],
      [b.instrument('NVDA').id, 2, 2],
    ])
    expect(books.cash?.map((c) => c.currency)).toContain(0)
  })
})
