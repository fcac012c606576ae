/**
 * What every broker port must do, as one suite (see contract tests of KIS and of the simulated broker). A harness says
 * where the market stands and plays what cannot be commanded; what it cannot play is skipped by name, with its reason.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SubmitOrder } from '../../src/core/domain/command.ts'
import type { Money, Price, Qty, Side } from '../../src/core/domain/units.ts'
import type { AdapterContext, Broker, BrokerInbound } from '../../src/runtime/ports.ts'

export type Case = 'partial' | 'modify' | 'unknown' | 'notReceived' | 'reconnect'

export interface Venue {
  readonly broker: Broker
  readonly context: AdapterContext
  /** Symbols of two listings in two currencies: won and dollars, where nothing else is said. */
  readonly symbols: readonly [won: string, dollar: string]
  /** Currencies of the account's books. */
  readonly currencies?: readonly string[]
  /** Shares of a lot; absent: 1. Quantities of the cases are lots. */
  readonly lot?: Qty
  /** Limits: one that fills at once, one that rests. */
  price(symbol: string, side: Side, kind: 'fills' | 'rests'): Price
  /** More than stands at the touch, within the account's means. */
  moreThanShown(symbol: string): Qty
  /** The next order arrives and its answer does not; or neither does. */
  loseAnswer(arrives: boolean): Promise<void>
  dropLink(): Promise<void>
  /** By the venue itself, in money units of the currency. */
  cash(currency: string): Money
  position(symbol: string): Qty
  orders(): number
  close(): Promise<void>
}

export interface Harness {
  readonly skips: Readonly<Partial<Record<Case, string>>>
  make(): Promise<Venue>
}

type Of<T> = Extract<BrokerInbound, { type: T }>

class Client {
  readonly venue: Venue
  readonly events: BrokerInbound[] = []
  #orderId = 0
  #requestId = 0

  constructor(venue: Venue) {
    this.venue = venue
    venue.broker.events$.subscribe((events) => this.events.push(...events))
  }

  of<T extends BrokerInbound['type']>(type: T): Of<T>[] {
    return this.events.filter((e): e is Of<T> => e.type === type)
  }

  async event<T extends BrokerInbound['type']>(type: T, is: (e: Of<T>) => boolean = () => true): Promise<Of<T>> {
    const end = performance.now() + 20_000
    for (;;) {
      const found = this.of(type).find(is)
      if (found !== undefined) return found
      if (performance.now() > end) throw new Error(`no ${type} within 20 s: ${JSON.stringify(this.events.slice(-8))}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  instrument(symbol: string): number {
    return this.venue.context.instruments.findIndex((i) => i.symbol === symbol)
  }

  place(symbol: string, side: Side, qty: Qty, limit: Price, more: Partial<SubmitOrder> = {}): number {
    const orderId = ++this.#orderId
    const t = this.venue.context.clock.now()
    const head = { type: 'submit', t, broker: 0, orderId, intentId: orderId, stop: 0 } as const
    const terms = {
      instrument: this.instrument(symbol),
      side,
      qty,
      limit,
      orderType: 'limit',
      timeInForce: 'DAY',
    } as const
    this.venue.broker.send({ ...head, ...terms, ...more })
    return orderId
  }

  buy(symbol: string, qty: Qty, kind: 'fills' | 'rests' = 'fills'): number {
    return this.place(symbol, 1, qty, this.venue.price(symbol, 1, kind))
  }

  request(type: 'cancel' | 'query', orderId: number): void {
    this.venue.broker.send({ type, t: this.venue.context.clock.now(), broker: 0, orderId })
  }

  replace(orderId: number, qty: Qty, limit: Price): void {
    const t = this.venue.context.clock.now()
    this.venue.broker.send({ type: 'replace', t, broker: 0, orderId, qty, limit, stop: 0 })
  }

  connect(): void {
    const t = this.venue.context.clock.now()
    this.venue.broker.send({ type: 'connect', t, broker: 0, at: t })
  }

  books(): Promise<Of<'books'>> {
    const requestId = ++this.#requestId
    this.venue.broker.send({ type: 'reconcile', t: this.venue.context.clock.now(), broker: 0, requestId })
    return this.event('books', (e) => e.requestId === requestId)
  }
}

export function brokerContract(name: string, harness: Harness): void {
  const when = (which: Case, title: string, run: () => Promise<void>): void => {
    const reason = harness.skips[which]
    if (reason === undefined) it(title, run)
    else it.skip(`${title} (skipped: ${reason})`, run)
  }

  describe(`broker contract: ${name}`, () => {
    let c: Client
    let venue: Venue
    let won: string
    let dollar: string
    const lots = (n: number): Qty => n * (venue.lot ?? 1)

    beforeEach(async () => {
      venue = await harness.make()
      c = new Client(venue)
      ;[won, dollar] = venue.symbols
      venue.broker.start()
      await c.event('link', (e) => e.link === 'up')
    })
    afterEach(() => venue.close())

    it('places an order that rests, and cancels it', async () => {
      const id = c.buy(won, lots(2), 'rests')
      await c.event('accepted', (e) => e.orderId === id)
      c.request('cancel', id)
      await c.event('canceled', (e) => e.orderId === id)
      const books = await c.books()
      expect(books.orders?.find((o) => o.orderId === id)?.state).toBe('canceled')
      expect(c.of('filled')).toEqual([])
    })

    it('fills in both currencies, and its books agree with the venue to the money unit', async () => {
      const before = await c.books()
      const ids = [c.buy(won, lots(3)), c.buy(dollar, lots(2))]
      for (const id of ids) await c.event('filled', (e) => e.orderId === id && e.cumQty > 0)
      expect(venue.position(won)).toBe(lots(3))
      expect(venue.position(dollar)).toBe(lots(2))
      const books = await c.books()
      const byInstrument = (a: readonly number[], b: readonly number[]): number => (a[0] ?? 0) - (b[0] ?? 0)
      const held = books.positions?.map((p) => [p.instrument, p.qty, p.sellable]).sort(byInstrument)
      expect(held).toEqual(
        [
          [c.instrument(won), lots(3), lots(3)],
          [c.instrument(dollar), lots(2), lots(2)],
        ].sort(byInstrument),
      )
      // What the books name agrees with the venue; dollars may be left out where they cannot be compared.
      for (const { currency, amount } of books.cash ?? []) {
        expect(amount).toBe(venue.cash(venue.context.currencies[currency] ?? ''))
      }
      expect(before.cash?.map((x) => venue.context.currencies[x.currency]).sort()).toEqual(
        venue.currencies ?? ['KRW', 'USD'],
      )
      expect(books.cash?.some((x) => venue.context.currencies[x.currency] === 'KRW')).toBe(true)
      expect(books.fills?.map((f) => [f.orderId, f.fillNo, f.qty]).sort()).toEqual([
        [ids[0], 1, lots(3)],
        [ids[1], 1, lots(2)],
      ])
    })

    it('sells what it bought', async () => {
      const bought = c.buy(won, lots(3))
      await c.event('filled', (e) => e.orderId === bought)
      const sold = c.place(won, -1, lots(3), venue.price(won, -1, 'fills'))
      const fill = await c.event('filled', (e) => e.orderId === sold)
      expect([fill.side, fill.cumQty]).toEqual([-1, lots(3)])
      expect((await c.books()).positions).toEqual([])
    })

    when('partial', 'reports a partial fill with its ordinal, and cancels the rest', async () => {
      const qty = venue.moreThanShown(won)
      const id = c.buy(won, qty)
      const part = await c.event('filled', (e) => e.orderId === id)
      expect(part.fillNo).toBe(1)
      expect(part.cumQty).toBe(part.qty)
      expect(part.qty).toBeLessThan(qty)
      c.request('cancel', id)
      await c.event('canceled', (e) => e.orderId === id)
      const fills = c.of('filled').filter((e) => e.orderId === id)
      expect(fills.map((e) => e.fillNo)).toEqual(fills.map((_, i) => i + 1))
      expect(fills.reduce((sum, e) => sum + e.qty, 0)).toBe(venue.position(won))
    })

    when('modify', 'moves an order to another price', async () => {
      for (const symbol of [won, dollar]) {
        const id = c.buy(symbol, lots(2), 'rests')
        await c.event('accepted', (e) => e.orderId === id)
        c.replace(id, lots(2), venue.price(symbol, 1, 'fills'))
        const replaced = await c.event('replaced', (e) => e.orderId === id)
        expect(replaced.qty).toBe(lots(2))
        await c.event('filled', (e) => e.orderId === id && e.cumQty === lots(2))
      }
    })

    it('refuses a price that is not on the grid, and nothing of it exists', async () => {
      const id = c.place(won, 1, lots(1), venue.price(won, 1, 'rests') + 1)
      const rejected = await c.event('rejected', (e) => e.orderId === id)
      expect(rejected.reason).toBe('bad_price')
      expect((await c.books()).positions).toEqual([])
    })

    it('refuses to cancel what is over', async () => {
      const id = c.buy(won, lots(1))
      await c.event('filled', (e) => e.orderId === id)
      c.request('cancel', id)
      const refused = await c.event('cancelRejected', (e) => e.orderId === id)
      expect(refused.reason).toBe('too_late')
    })

    it('takes the same command twice for one order', async () => {
      const id = c.buy(won, lots(1), 'rests')
      const orders = venue.orders()
      const t = venue.context.clock.now()
      const terms = {
        instrument: c.instrument(won),
        side: 1,
        qty: lots(1),
        orderType: 'limit',
        timeInForce: 'DAY',
      } as const
      const limit = venue.price(won, 1, 'rests')
      venue.broker.send({ type: 'submit', t, broker: 0, orderId: id, intentId: id, limit, stop: 0, ...terms })
      await c.event('accepted', (e) => e.orderId === id)
      await c.books()
      expect(venue.orders()).toBeLessThanOrEqual(Math.max(1, orders))
    })

    when('unknown', 'says nothing of an order without an answer, and finds it when asked (F-12, F-13)', async () => {
      await venue.loseAnswer(true)
      const id = c.buy(won, lots(2), 'rests')
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(c.of('rejected')).toEqual([])
      c.request('query', id)
      await c.event('accepted', (e) => e.orderId === id)
      expect(venue.orders()).toBe(1)
      c.request('cancel', id)
      await c.event('canceled', (e) => e.orderId === id)
    })

    when('notReceived', 'never calls an order rejected because it got no answer (F-14)', async () => {
      await venue.loseAnswer(false)
      const id = c.buy(won, lots(2), 'rests')
      await new Promise((resolve) => setTimeout(resolve, 500))
      expect(c.of('rejected')).toEqual([])
      c.request('query', id)
      const absent = await c.event('absent', (e) => e.orderId === id)
      expect(typeof absent.proves).toBe('boolean')
      expect(venue.orders()).toBe(0)
    })

    it('asked to connect while the link stands, says that it stands (R-44)', async () => {
      const ups = (): number => c.of('link').filter((e) => e.link === 'up').length
      const before = ups()
      c.connect()
      await c.event('link', () => ups() > before)
      expect(c.of('link').every((e) => e.link === 'up')).toBe(true)
    })

    when('reconnect', 'tells of a lost link, connects again, and knows what happened meanwhile (F-03)', async () => {
      const id = c.buy(won, lots(2), 'rests')
      await c.event('accepted', (e) => e.orderId === id)
      await venue.dropLink()
      await c.event('link', (e) => e.link === 'lost')
      const ups = c.of('link').filter((e) => e.link === 'up').length
      c.connect()
      await c.event('link', () => c.of('link').filter((e) => e.link === 'up').length > ups)
      const books = await c.books()
      expect(books.orders?.find((o) => o.orderId === id)?.state).toBe('working')
      c.request('cancel', id)
      await c.event('canceled', (e) => e.orderId === id)
    })
  })
}
