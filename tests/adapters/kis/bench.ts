/**
 * The adapter against the emulator over real sockets: a generated market that has run for three minutes at 10:03 in
 * Korea, one clock for both, and a collector of what the adapter says.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKis, type Kis, type KisOptions } from '../../../adapters/kis/index.ts'
import { clientSettings } from '../../../adapters/kis/emulator/client-settings.ts'
import { KisEmulator } from '../../../adapters/kis/emulator/emulator.ts'
import { GeneratedFeed } from '../../../adapters/common/emulator/generated-feed.ts'
import { type EmulatorOptions, readCash } from '../../../adapters/kis/emulator/options.ts'
import type { KisSettings } from '../../../adapters/kis/settings.ts'
import { DAY, epochDay, HOUR, MINUTE, SECOND } from '../../../src/core/base/time.ts'
import type { SubmitOrder } from '../../../src/core/domain/command.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { SystemClock } from '../../../src/runtime/clock.ts'
import type { AdapterContext, BarInbound, BrokerInbound, MarketInbound, RawFrame } from '../../../src/runtime/ports.ts'

export const TEN_IN_SEOUL = epochDay(2026, 3, 3) * DAY + HOUR

export type Of<T> = Extract<BrokerInbound, { type: T }>

export interface BenchOptions {
  readonly emulator?: Partial<EmulatorOptions>
  readonly settings?: Partial<KisSettings>
  readonly options?: KisOptions
  /** Paper without the live-key door. */
  readonly withoutQuotes?: boolean
  readonly from?: number
}

export class Bench {
  readonly emulator: KisEmulator
  readonly kis: Kis
  readonly context: AdapterContext
  readonly settings: KisSettings
  readonly events: BrokerInbound[] = []
  readonly market: (MarketInbound | BarInbound)[] = []
  readonly raw: RawFrame[] = []
  readonly dir: string
  nextOrder = 1
  nextRequest = 1

  private constructor(emulator: KisEmulator, context: AdapterContext, settings: KisSettings, options: KisOptions) {
    this.emulator = emulator
    this.context = context
    this.settings = settings
    this.dir = settings.stateDir
    this.kis = createKis(settings, context, options)
    this.kis.broker.events$.subscribe((events) => this.events.push(...events))
    this.kis.source.events$.subscribe((events) => this.market.push(...events))
    this.kis.broker.raw$.subscribe((frame) => this.raw.push(frame))
  }

  static async create(given: BenchOptions = {}): Promise<Bench> {
    const from = given.from ?? TEN_IN_SEOUL
    const clock = new SystemClock({ start: from + 3 * MINUTE })
    const symbols = given.emulator?.symbols ?? ['005930', 'NVDA']
    const seed = given.emulator?.seed ?? 1
    const feed = new GeneratedFeed(symbols, seed, from)
    const rate = { requestsPerSecond: 1000, cash: readCash(['KRW=100000000000', 'USD=10000000']) }
    const emulator = await KisEmulator.create(
      { ...rate, pingSeconds: 1, ...given.emulator, symbols, seed },
      { clock, feed },
    )
    emulator.run()
    const instruments: readonly Instrument[] = feed.instruments
    const context = { broker: 0, instruments, currencies: ['KRW', 'USD'], clock }
    const settings: KisSettings = {
      ...clientSettings(emulator, mkdtempSync(join(tmpdir(), 'sametape-kis-'))),
      requestsPerSecond: 1000,
      ...(given.withoutQuotes === true ? { quotes: undefined } : {}),
      ...given.settings,
    }
    return new Bench(emulator, context, settings, { isUsTrading: () => false, ...given.options })
  }

  start(): void {
    this.kis.source.start()
    this.kis.broker.start()
  }

  /** Started, logged in, and with a quote of everything that has a feed. */
  async up(): Promise<this> {
    this.start()
    await this.until(() => this.has('link', (e) => e.link === 'up'), 'the link is up')
    await this.until(
      () => this.kis.source.feeds$.value.every((f) => f.delay === 'realtime' || f.note.includes('paper environment')),
      'feeds',
    )
    return this
  }

  async close(): Promise<void> {
    await this.kis.source.stop()
    await this.kis.broker.stop()
    await this.emulator.close()
    rmSync(this.dir, { recursive: true, force: true })
  }

  instrument(symbol: string): Instrument {
    const found = this.context.instruments.find((i) => i.symbol === symbol)
    if (found === undefined) throw new Error(`no ${symbol}`)
    return found
  }

  board(symbol: string): NonNullable<ReturnType<KisEmulator['world']['boards']['get']>> {
    const board = this.emulator.world.boards.get(symbol)
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

  /** A limit order; at the ask (bid) and beyond it fills at once. */
  submit(symbol: string, side: 1 | -1, qty: number, more: Partial<SubmitOrder> = {}): number {
    const orderId = this.nextOrder++
    const t = this.context.clock.now()
    const instrument = this.instrument(symbol)
    const board = this.board(symbol)
    const terms = { orderType: 'limit', limit: side > 0 ? board.ask : board.bid, stop: 0, timeInForce: 'DAY' } as const
    this.kis.broker.send({
      type: 'submit',
      t,
      broker: 0,
      orderId,
      intentId: orderId,
      instrument: instrument.id,
      side,
      qty,
      ...terms,
      ...more,
    })
    return orderId
  }

  /** A price that does not fill. */
  farBelow(symbol: string): number {
    const board = this.board(symbol)
    const raw = Math.floor(board.bid * 0.9)
    const tick = symbol.startsWith('0') ? 1000 : 100
    return raw - (raw % tick)
  }

  cancel(orderId: number): void {
    this.kis.broker.send({ type: 'cancel', t: this.context.clock.now(), broker: 0, orderId })
  }

  query(orderId: number): void {
    this.kis.broker.send({ type: 'query', t: this.context.clock.now(), broker: 0, orderId })
  }

  async books(): Promise<Of<'books'>> {
    const requestId = this.nextRequest++
    this.kis.broker.send({ type: 'reconcile', t: this.context.clock.now(), broker: 0, requestId })
    return this.event('books', (e) => e.requestId === requestId)
  }

  async fault(request: Readonly<Record<string, unknown>>): Promise<void> {
    const response = await fetch(`${this.emulator.control}/fault`, { method: 'POST', body: JSON.stringify(request) })
    if (!response.ok) throw new Error(await response.text())
  }

  /** What the venue knows. */
  get venueOrders() {
    return this.emulator.world.desk.orders
  }

  get venueFills() {
    return this.emulator.world.account.fills
  }
}

export { SECOND }
