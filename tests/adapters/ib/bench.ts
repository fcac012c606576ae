/**
 * The adapter against the emulator over a real socket: a generated market that has run for three hours, one clock for
 * both, and a collector of what the adapter says.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIb, type Ib, type IbOptions } from '../../../adapters/ib/index.ts'
import { IbEmulator, WARM_UP } from '../../../adapters/ib/emulator/emulator.ts'
import type { IbOrder } from '../../../adapters/ib/emulator/order.ts'
import { clientSettings } from '../../../adapters/ib/emulator/client-settings.ts'
import { type EmulatorOptions, readCash } from '../../../adapters/ib/emulator/options.ts'
import { GeneratedFeed } from '../../../adapters/common/emulator/generated-feed.ts'
import type { IbSettings } from '../../../adapters/ib/settings.ts'
import { DAY, epochDay, HOUR } from '../../../src/core/base/time.ts'
import type { SubmitOrder } from '../../../src/core/domain/command.ts'
import { type Instrument, tickAt } from '../../../src/core/domain/instrument.ts'
import type { Money, Price } from '../../../src/core/domain/units.ts'
import { SystemClock } from '../../../src/runtime/clock.ts'
import type { AdapterContext, BarInbound, BrokerInbound, MarketInbound, RawFrame } from '../../../src/runtime/ports.ts'

/** A Tuesday, 10:00 in New York. */
export const TEN_IN_NEW_YORK = epochDay(2026, 3, 3) * DAY + 15 * HOUR

export type Of<T> = Extract<BrokerInbound, { type: T }>

export interface BenchOptions {
  readonly emulator?: Partial<EmulatorOptions>
  readonly settings?: Partial<IbSettings>
  readonly options?: IbOptions
  readonly at?: number
  readonly instruments?: readonly Instrument[]
  /** The venue's clock runs ahead of ours by so much. */
  readonly skew?: { micros: number }
}

export class Bench {
  readonly emulator: IbEmulator
  readonly context: AdapterContext
  readonly settings: IbSettings
  readonly options: IbOptions
  readonly dir: string
  ib: Ib
  readonly events: BrokerInbound[] = []
  readonly market: (MarketInbound | BarInbound)[] = []
  readonly raw: RawFrame[] = []
  nextOrder = 1
  nextRequest = 1

  private constructor(emulator: IbEmulator, context: AdapterContext, settings: IbSettings, options: IbOptions) {
    this.emulator = emulator
    this.context = context
    this.settings = settings
    this.dir = mkdtempSync(join(tmpdir(), 'sametape-ib-'))
    this.options = { ordersFile: join(this.dir, 'orders.jsonl'), ...options }
    this.ib = this.#plug()
  }

  #plug(): Ib {
    const ib = createIb(this.settings, this.context, this.options)
    ib.broker.events$.subscribe((events) => this.events.push(...events))
    ib.source.events$.subscribe((events) => this.market.push(...events))
    ib.broker.raw$.subscribe((frame) => this.raw.push(frame))
    return ib
  }

  static async create(given: BenchOptions = {}): Promise<Bench> {
    const at = given.at ?? TEN_IN_NEW_YORK
    const clock = new SystemClock({ start: at })
    const symbols = given.emulator?.symbols ?? ['005930', 'NVDA']
    const seed = given.emulator?.seed ?? 1
    const feed = new GeneratedFeed(symbols, seed, at - WARM_UP)
    const cash = readCash(['USD=10000000', 'KRW=100000000000'])
    const { skew } = given
    const theirs = skew === undefined ? clock : { now: () => clock.now() + skew.micros }
    const emulator = await IbEmulator.create({ cash, ...given.emulator, symbols, seed }, { clock: theirs, feed })
    emulator.run()
    const instruments = given.instruments ?? feed.instruments
    const context = { broker: 0, instruments, currencies: ['KRW', 'USD'], clock }
    const settings: IbSettings = {
      ...clientSettings(emulator),
      clientId: 7,
      markets: ['US', 'KRX'],
      ...given.settings,
    }
    return new Bench(emulator, context, settings, given.options ?? {})
  }

  start(): void {
    this.ib.source.start()
    this.ib.broker.start()
  }

  /** Started, logged in, and with data of everything. */
  async up(): Promise<this> {
    this.start()
    await this.until(() => this.has('link', (e) => e.link === 'up'), 'the link is up')
    await this.until(() => this.ib.source.feeds$.value.every((f) => f.delay === 'realtime'), 'feeds')
    await this.until(() => this.market.length > 0, 'market data')
    return this
  }

  /** The process dies and comes again with the same files. */
  async restart(): Promise<void> {
    await this.ib.source.stop()
    await this.ib.broker.stop()
    this.events.length = 0
    this.ib = this.#plug()
    this.start()
    await this.event('link', (e) => e.link === 'up')
  }

  async close(): Promise<void> {
    await this.ib.source.stop()
    await this.ib.broker.stop()
    this.emulator.close()
    rmSync(this.dir, { recursive: true, force: true })
  }

  instrument(symbol: string): Instrument {
    const found = this.context.instruments.find((i) => i.symbol === symbol)
    if (found === undefined) throw new Error(`no ${symbol}`)
    return found
  }

  board(symbol: string) {
    const board = [...this.emulator.world.boards.values()].find((b) => b.listing.symbol === symbol)
    if (board === undefined) throw new Error(`no board of ${symbol}`)
    return board
  }

  of<T extends BrokerInbound['type']>(type: T): Of<T>[] {
    return this.events.filter((e): e is Of<T> => e.type === type)
  }

  has<T extends BrokerInbound['type']>(type: T, is: (e: Of<T>) => boolean = () => true): boolean {
    return this.of(type).some(is)
  }

  async until(done: () => boolean, what: string, ms = 15_000): Promise<void> {
    const end = performance.now() + ms
    while (!done()) {
      if (performance.now() > end) {
        throw new Error(`not within ${ms} ms: ${what}; events: ${JSON.stringify(this.events.slice(-12))}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  async event<T extends BrokerInbound['type']>(
    type: T,
    is: (e: Of<T>) => boolean = () => true,
    ms?: number,
  ): Promise<Of<T>> {
    await this.until(() => this.has(type, is), `an event ${type}`, ms)
    return this.of(type).find(is) as Of<T>
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms))
  }

  /** A limit that fills with the next quote, wherever that has moved to meanwhile. */
  fills(symbol: string, side: 1 | -1): Price {
    const board = this.board(symbol)
    const best = side > 0 ? board.ask : board.bid
    return best + side * 10 * tickAt(this.instrument(symbol), best)
  }

  /** A limit order that fills unless more says otherwise. */
  submit(symbol: string, side: 1 | -1, qty: number, more: Partial<SubmitOrder> = {}): number {
    const orderId = this.nextOrder++
    const t = this.context.clock.now()
    const terms = { orderType: 'limit', limit: this.fills(symbol, side), stop: 0, timeInForce: 'DAY' } as const
    const head = { type: 'submit', t, broker: 0, orderId, intentId: orderId } as const
    this.ib.broker.send({ ...head, instrument: this.instrument(symbol).id, side, qty, ...terms, ...more })
    return orderId
  }

  /** Rests; accepted. */
  async resting(symbol: string, qty: number): Promise<number> {
    const id = this.submit(symbol, 1, qty, { limit: this.farBelow(symbol) })
    await this.event('accepted', (e) => e.orderId === id)
    return id
  }

  /** A price that does not fill, on the tick. */
  farBelow(symbol: string): Price {
    const raw = Math.floor(this.board(symbol).bid * 0.9)
    return raw - (raw % Math.max(100, tickAt(this.instrument(symbol), raw)))
  }

  replace(orderId: number, qty: number, limit: Price): void {
    this.ib.broker.send({ type: 'replace', t: this.context.clock.now(), broker: 0, orderId, qty, limit, stop: 0 })
  }

  cancel(orderId: number): void {
    this.ib.broker.send({ type: 'cancel', t: this.context.clock.now(), broker: 0, orderId })
  }

  query(orderId: number): void {
    this.ib.broker.send({ type: 'query', t: this.context.clock.now(), broker: 0, orderId })
  }

  /** As the engine does when its back-off is over. */
  connect(): void {
    const t = this.context.clock.now()
    this.ib.broker.send({ type: 'connect', t, broker: 0, at: t })
  }

  async books(): Promise<Of<'books'>> {
    const requestId = this.nextRequest++
    this.ib.broker.send({ type: 'reconcile', t: this.context.clock.now(), broker: 0, requestId })
    return this.event('books', (e) => e.requestId === requestId)
  }

  async fault(request: Readonly<Record<string, unknown>>): Promise<void> {
    const response = await fetch(`${this.emulator.control}/fault`, { method: 'POST', body: JSON.stringify(request) })
    if (!response.ok) throw new Error(await response.text())
  }

  links(): string[] {
    return this.of('link').map((e) => e.link)
  }

  /** Up again after the link was lost; asks for it as the engine would. */
  async upAgain(): Promise<void> {
    await this.event('link', (e) => e.link === 'lost')
    const ups = this.links().filter((l) => l === 'up').length
    const end = performance.now() + 20_000
    while (this.links().filter((l) => l === 'up').length === ups || this.links().at(-1) !== 'up') {
      if (performance.now() > end) throw new Error(`not up again: ${this.links().join()}`)
      this.connect()
      await this.pause(100)
    }
  }

  /* What the venue knows. */

  get venueOrders(): readonly IbOrder[] {
    return this.emulator.world.desk.orders
  }

  /** In cents, as IB tells it. */
  venueCash(currency: 'USD' | 'KRW'): Money {
    const cent = currency === 'USD' ? 10_000 : 100
    const money = this.emulator.world.accounts[0]?.cash.get(currency) ?? 0
    return Math.trunc(money / cent) * cent
  }

  venuePosition(symbol: string): number {
    const { listing } = this.board(symbol)
    return this.emulator.world.accounts[0]?.held(listing) ?? 0
  }
}
