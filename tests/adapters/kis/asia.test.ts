/**
 * Tokyo, Hong Kong, Shanghai and Shenzhen over real sockets: quotes to fills, books in the currency, ids on the wire by
 * environment and market, history, exchange rates; and what each market refuses.
 */
import { describe, expect, it } from 'vitest'
import { codesOnWire, ids, MARKETS, requestOf, restingAt } from './asia.ts'
import type { Of } from '../../support/adapter-bench.ts'
import { onStage } from './stage.ts'
import { readCash } from '../../../adapters/kis/emulator/options.ts'
import { TRANSACTIONS } from '../../../adapters/kis/wire/transactions.ts'
import { DAY, MINUTE } from '../../../src/core/base/time.ts'
import { tickAt } from '../../../src/core/domain/instrument.ts'

const SYMBOLS = MARKETS.map((m) => m.listed)
const LOT = 100

describe.each(['paper', 'live'] as const)('%s', (env) => {
  it(
    'sees every market, trades in each with ids of its own (I-37), and its books agree to the money unit',
    onStage(async (stage) => {
      const b = await stage.up({ emulator: { env, symbols: SYMBOLS } })
      const seen = (symbol: string, type: string): boolean =>
        b.market.some((e) => e.type === type && 'instrument' in e && e.instrument === b.instrument(symbol).id)
      await b.until(() => MARKETS.every((m) => seen(m.symbol, 'quote') && seen(m.symbol, 'trade')), 'all feeds')
      await b.books()
      for (const { symbol } of MARKETS) {
        const bought = b.submit(symbol, 1, 2 * LOT)
        await b.event('filled', (e) => e.orderId === bought && e.cumQty === 2 * LOT)
        const sold = b.submit(symbol, -1, LOT)
        await b.event('filled', (e) => e.orderId === sold && e.cumQty === LOT)
        const rests = b.submit(symbol, 1, LOT, { limit: restingAt(b, symbol) })
        await b.event('accepted', (e) => e.orderId === rests)
        b.cancel(rests)
        await b.event('canceled', (e) => e.orderId === rests)
      }
      const { account } = b.emulator.world
      for (const fill of b.of('filled')) {
        const wire = b.venueFills.find((f) => f.listing.instrument.id === fill.instrument && f.side === fill.side)
        expect([fill.price, fill.qty]).toEqual([wire?.price, wire?.qty])
      }
      const books = await b.books()
      const held = books.positions?.map((p) => [p.instrument, p.qty, p.sellable]) ?? []
      expect(held.sort()).toEqual(MARKETS.map((m) => [b.instrument(m.symbol).id, LOT, LOT]).sort())
      // Cash that shows trades of today is left out: the broker may not have settled it.
      expect(books.cash?.map((c) => b.context.currencies[c.currency])).toEqual(['KRW'])
      expect([...account.currencies].sort()).toEqual(['CNY', 'HKD', 'JPY', 'KRW', 'USD'])
      const sent = codesOnWire(b)
      for (const { family } of MARKETS) {
        for (const action of ['buy', 'sell', 'change'] as const) expect(sent).toContain(ids(family, action, env))
      }
      const other = env === 'paper' ? 'live' : 'paper'
      const foreign = new Set(TRANSACTIONS.filter((t) => t.ledger).flatMap((t) => t[other]))
      expect(sent.filter((id) => foreign.has(id) || id === (env === 'paper' ? 'H0GSCNI0' : 'H0GSCNI9'))).toEqual([])
    }),
  )
})

describe('orders', () => {
  it(
    'fill in part, and the rest is canceled; modified where the market lets, refused where it does not',
    onStage(async (stage) => {
      const b = await stage.up({ emulator: { symbols: SYMBOLS } })
      for (const { symbol, modifies } of MARKETS) {
        const much = Math.ceil(b.board(symbol).askSize / LOT) * LOT + 100_000
        const part = b.submit(symbol, 1, much)
        const first = await b.event('filled', (e) => e.orderId === part)
        expect([first.fillNo, first.qty < much, first.qty % LOT]).toEqual([1, true, 0])
        b.cancel(part)
        await b.event('canceled', (e) => e.orderId === part)
        const rests = b.submit(symbol, 1, LOT, { limit: restingAt(b, symbol) })
        await b.event('accepted', (e) => e.orderId === rests)
        const t = b.context.clock.now()
        const limit = b.board(symbol).ask
        b.kis.broker.send({ type: 'replace', t, broker: 0, orderId: rests, qty: LOT, limit, stop: 0 })
        if (!modifies) {
          const refused = await b.event('replaceRejected', (e) => e.orderId === rests)
          expect(refused.reason).toBe('unsupported')
          b.cancel(rests)
          await b.event('canceled', (e) => e.orderId === rests)
          continue
        }
        await b.event('replaced', (e) => e.orderId === rests)
        await b.event('filled', (e) => e.orderId === rests && e.cumQty === LOT)
      }
    }),
  )

  it(
    'off the grid, of no whole lot, or beyond the day’s limits never leave; odd rests may be sold where the market lets',
    onStage(async (stage) => {
      const b = await stage.up({ emulator: { env: 'live', symbols: SYMBOLS } })
      const rejected = async (id: number): Promise<string> =>
        (await b.event('rejected', (e: Of<'rejected'>) => e.orderId === id)).reason
      for (const { symbol, limits, sellsOdd } of MARKETS) {
        const { ask, listing } = b.board(symbol)
        const tick = tickAt(listing.instrument, ask)
        const before = b.venueOrders.length
        if (tick > 1) expect(await rejected(b.submit(symbol, 1, LOT, { limit: ask + 1 }))).toBe('bad_price')
        expect(await rejected(b.submit(symbol, 1, LOT + 50))).toBe('bad_qty')
        if (limits) {
          const { upper } = b.board(symbol).limits()
          expect(Number.isFinite(upper)).toBe(true)
          const above = upper + tickAt(listing.instrument, upper)
          expect(await rejected(b.submit(symbol, 1, LOT, { limit: above }))).toBe('bad_price')
        }
        expect(b.venueOrders.length).toBe(before)
        const bought = b.submit(symbol, 1, LOT)
        await b.event('filled', (e) => e.orderId === bought)
        const odd = b.submit(symbol, -1, 30)
        if (sellsOdd) await b.event('filled', (e) => e.orderId === odd && e.cumQty === 30)
        else expect(await rejected(odd)).toBe('bad_qty')
      }
      // Hong Kong's odd lots have a division of their own (reference 7.3).
      const divisions = b.venueOrders.filter((o) => o.side < 0).map((o) => [o.listing.symbol, o.division])
      expect(divisions).toEqual([
        ['00700', '50'],
        ['600519', '00'],
        ['000001', '00'],
      ])
    }),
  )

  it(
    'at market are limits behind the best quote by the collar, and never beyond the day’s limits',
    onStage(async (stage) => {
      const b = await stage.up({ emulator: { env: 'live', symbols: SYMBOLS }, settings: { marketCollarBps: 1000 } })
      for (const { symbol, limits } of MARKETS) {
        const id = b.submit(symbol, 1, LOT, { orderType: 'market', limit: 0 })
        await b.event('filled', (e) => e.orderId === id)
        const order = b.venueOrders.at(-1)
        const { upper } = b.board(symbol).limits()
        const { ask } = b.board(symbol)
        expect(order?.price).toBeGreaterThan(ask * 1.04)
        if (limits) expect(order?.price).toBeLessThanOrEqual(upper)
        expect((order?.price ?? 1) % tickAt(b.instrument(symbol), order?.price ?? 1)).toBe(0)
      }
    }),
  )

  it(
    'without an answer are found by the list of their market, and proved absent by it in live alone (F-13, F-14)',
    onStage(async (stage) => {
      for (const env of ['live', 'paper'] as const) {
        const b = await stage.up({ emulator: { env, symbols: SYMBOLS } })
        for (const { symbol } of MARKETS) {
          await b.fault({ kind: 'lost-ack', path: 'overseas-stock/v1/trading/order' })
          const id = b.submit(symbol, 1, LOT, { limit: restingAt(b, symbol) })
          await b.until(() => b.venueOrders.some((o) => o.listing.symbol === symbol), 'the order at the venue')
          await b.pause(100)
          expect(b.has('rejected')).toBe(false)
          b.query(id)
          await b.event('accepted', (e) => e.orderId === id)
        }
        await b.fault({ kind: 'lost-request', path: 'overseas-stock/v1/trading/order', ms: 100 })
        const lost = b.submit('7203', 1, LOT, { limit: restingAt(b, '7203') - 10 })
        await b.pause(400)
        b.query(lost)
        const absent = await b.event('absent', (e) => e.orderId === lost)
        expect([env, absent.proves]).toEqual([env, env === 'live'])
      }
    }),
  )
})

describe('money', () => {
  it(
    'cash is compared by currency outside a market’s hours while it shows no trade, and never beside integrated margin (R-17)',
    onStage(async (stage) => {
      const b = await stage.up({ emulator: { env: 'live', symbols: SYMBOLS } })
      const { account } = b.emulator.world
      const named = (books: Of<'books'>): Record<string, number> =>
        Object.fromEntries(books.cash?.map((c) => [b.context.currencies[c.currency] ?? '', c.amount]) ?? [])
      const first = named(await b.books())
      expect(Object.keys(first).sort()).toEqual(['CNY', 'HKD', 'JPY', 'KRW'])
      for (const c of ['CNY', 'HKD', 'JPY'] as const) expect(first[c]).toBe(account.deposit(c))
      const id = b.submit('7203', 1, LOT)
      await b.event('filled', (e) => e.orderId === id)
      expect(Object.keys(named(await b.books())).sort()).toEqual(['CNY', 'HKD', 'KRW'])

      const margin = await stage.up({
        emulator: { symbols: ['005930', 'TSE:7203'], cash: readCash(['KRW=100000000']) },
        settings: { usFunding: 'integrated' },
      })
      expect((await margin.books()).cash?.map((c) => margin.context.currencies[c.currency])).toEqual(['KRW'])
      const [power] = margin.of('buyingPower')
      const { power: venue } = margin.emulator.world
      expect(margin.context.currencies[power?.currency ?? -1]).toBe('JPY')
      expect(power?.amount).toBe(venue.freeAbroad('JPY'))
      const bought = margin.submit('7203', 1, LOT)
      await margin.event('filled', (e) => e.orderId === bought)
      expect(margin.emulator.world.account.deposit('JPY')).toBe(0)
      expect(margin.emulator.world.account.depositAfter('KRW', 2)).toBeLessThan(100_000_000e4)
    }),
  )
})

describe('market data', () => {
  it(
    'a free feed of Asia is late by the vendor’s word: recorded, said, never traded on',
    onStage(async (stage) => {
      const b = await stage.made({ emulator: { symbols: ['TSE:7203', 'HK:00700'] }, settings: { realtime: ['HK'] } })
      b.start()
      const trades = (symbol: string) =>
        b.market.flatMap((e) => (e.type === 'trade' && e.instrument === b.instrument(symbol).id ? [e] : []))
      await b.until(() => trades('7203').length > 3 && trades('00700').length > 3, 'both feeds')
      const feeds = b.kis.source.feeds$.value
      expect(feeds.find((f) => f.instrument === b.instrument('00700').id)?.delay).toBe('realtime')
      const late = feeds.find((f) => f.instrument === b.instrument('7203').id)
      expect(late?.delay).toBe('delayed')
      expect(late?.note).toContain('JP in brokers.kis.realtime')
      const [tokyo] = trades('7203')
      expect(b.context.clock.now() - (tokyo?.venueT ?? 0)).toBeGreaterThan(14 * MINUTE)
      const status = b.market.filter((e) => e.type === 'status')
      expect(status).toEqual([
        expect.objectContaining({ instrument: b.instrument('7203').id, status: 'halted', reason: 'outage' }),
      ])
      const registered = b.emulator.sessions().flatMap((s) => [...s.registrations()].map((r) => `${r.tr} ${r.key}`))
      expect(registered).toEqual(
        expect.arrayContaining(['HDFSASP1 DTSE7203', 'HDFSCNT0 DTSE7203', 'HDFSASP0 RHKS00700', 'HDFSCNT0 RHKS00700']),
      )
    }),
  )

  it(
    'past bars come by day and by minute, oldest first, in the exchange’s own days',
    onStage(async (stage) => {
      const b = await stage.up({ emulator: { symbols: SYMBOLS } })
      for (const { symbol, zone } of MARKETS) {
        const { id } = b.instrument(symbol)
        const today = Math.floor((b.context.clock.now() + zone) / DAY)
        const daily = await b.kis.source.history.daily(id, today - 400)
        const minutes = await b.kis.source.history.minutes(id, b.context.clock.now() - 10 * MINUTE)
        if ('failure' in daily || 'failure' in minutes) throw new Error(JSON.stringify([daily, minutes]))
        expect(daily.bars.length).toBeGreaterThan(200)
        expect(minutes.bars.length).toBeGreaterThan(1)
        for (const bars of [daily.bars, minutes.bars]) {
          expect(bars.map((x) => x.t)).toEqual(bars.map((x) => x.t).sort((x, y) => x - y))
        }
        const last = b.board(symbol).days.at(-1)
        expect(daily.bars.at(-1)).toMatchObject({ close: last?.close, high: last?.high, low: last?.low })
      }
      expect(requestOf(b, 'HHDFS76240000').map((f) => f.EXCD)).toEqual(
        expect.arrayContaining(['TSE', 'HKS', 'SHS', 'SZS']),
      )
    }),
  )

  it(
    'rates of the broker value the run: won a unit, and pairs of two foreign currencies through it (R-33)',
    onStage(async (stage) => {
      const b = await stage.up({ emulator: { symbols: ['005930', 'NVDA', 'TSE:7203', 'HK:00700'] }, pairs: true })
      await b.until(() => b.market.filter((e) => e.type === 'fx').length >= 3, 'rates')
      const rates = Object.fromEntries(
        b.market.flatMap((e) => (e.type === 'fx' ? [[b.context.instruments[e.instrument]?.symbol, e.rate]] : [])),
      )
      // Without a share of New York the dollar is asked about by Apple; a rate that cannot be had holds no other up.
      const apart = await stage.up({ emulator: { symbols: ['TSE:7203'] }, pairs: true })
      await apart.until(() => apart.market.some((e) => e.type === 'fx'), 'a rate')
      const [yen] = apart.market.filter((e) => e.type === 'fx')
      expect(apart.context.instruments[yen?.instrument ?? 0]?.symbol).toBe('JPY/KRW')
      expect(requestOf(apart, 'VTTS3007R').map((f) => f.ITEM_CD)).toEqual(expect.arrayContaining(['AAPL', '7203']))
      // 1400 won a dollar, 9.3 a yen, 180 a Hong Kong dollar; four decimals.
      expect(rates).toEqual({ 'USD/KRW': 14_000_000, 'JPY/KRW': 93_000, 'USD/JPY': 1_505_376, 'USD/HKD': 77_777 })
    }),
  )
})
