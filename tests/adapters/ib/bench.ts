/**
 * The adapter against the emulator over a real socket: a generated market that has run for three hours, one clock for
 * both, and a collector of what the adapter says.
 */
import { mkdtempSync } from 'node:fs'
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
import { type Instrument, tickAt } from '../../../src/core/domain/instrument.ts'
import { type Currency, type Money, moneyDecimals, type Price } from '../../../src/core/domain/units.ts'
import { SystemClock } from '../../../src/runtime/clock.ts'
import type { AdapterContext } from '../../../src/runtime/ports.ts'
import { AdapterBench } from '../../support/adapter-bench.ts'

/** A Tuesday, 10:00 in New York. */
export const TEN_IN_NEW_YORK = epochDay(2026, 3, 3) * DAY + 15 * HOUR

export interface BenchOptions {
  readonly emulator?: Partial<EmulatorOptions>
  readonly settings?: Partial<IbSettings>
  readonly options?: IbOptions
  readonly at?: number
  readonly instruments?: readonly Instrument[]
  /** The venue's clock runs ahead of ours by so much. */
  readonly skew?: { micros: number }
}

export class Bench extends AdapterBench {
  readonly emulator: IbEmulator
  readonly settings: IbSettings
  readonly options: IbOptions
  ib: Ib

  private constructor(emulator: IbEmulator, context: AdapterContext, settings: IbSettings, options: IbOptions) {
    super(context, mkdtempSync(join(tmpdir(), 'sametape-ib-')))
    this.emulator = emulator
    this.settings = settings
    this.options = { ordersFile: join(this.dir, 'orders.jsonl'), ...options }
    this.ib = this.#plug()
  }

  #plug(): Ib {
    const ib = createIb(this.settings, this.context, this.options)
    this.listen(ib)
    return ib
  }

  protected get adapter(): Ib {
    return this.ib
  }

  static async create(given: BenchOptions = {}): Promise<Bench> {
    const at = given.at ?? TEN_IN_NEW_YORK
    const clock = new SystemClock({ start: at })
    const symbols = given.emulator?.symbols ?? ['005930', 'NVDA']
    const seed = given.emulator?.seed ?? 1
    const feed = new GeneratedFeed(symbols, seed, at - WARM_UP)
    const currencies = [
      ...new Set<Currency>(['KRW', 'USD', ...feed.instruments.filter((i) => i.venue !== 'FX').map((i) => i.currency)]),
    ].sort()
    const more = currencies.flatMap((c) => (c === 'KRW' || c === 'USD' ? [] : [`${c}=1000000000`]))
    const cash = readCash(['USD=10000000', 'KRW=100000000000', ...more])
    const { skew } = given
    const theirs = skew === undefined ? clock : { now: () => clock.now() + skew.micros }
    const emulator = await IbEmulator.create({ cash, ...given.emulator, symbols, seed }, { clock: theirs, feed })
    emulator.run()
    const instruments = given.instruments ?? feed.instruments
    const context = { broker: 0, instruments, currencies, clock }
    const settings: IbSettings = {
      ...clientSettings(emulator),
      clientId: 7,
      markets: [...new Set(['US', 'KRX', ...feed.instruments.map((i) => i.venue)])],
      ...given.settings,
    }
    return new Bench(emulator, context, settings, given.options ?? {})
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
    await this.stop()
    this.events.length = 0
    this.ib = this.#plug()
    this.start()
    await this.event('link', (e) => e.link === 'up')
  }

  board(symbol: string) {
    const board = [...this.emulator.world.boards.values()].find((b) => b.listing.instrument.symbol === symbol)
    if (board === undefined) throw new Error(`no board of ${symbol}`)
    return board
  }

  /** A limit that fills with the next quote, wherever that has moved to meanwhile. */
  fills(symbol: string, side: 1 | -1): Price {
    const board = this.board(symbol)
    const best = side > 0 ? board.ask : board.bid
    return best + side * 10 * tickAt(this.instrument(symbol), best)
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
  venueCash(currency: Currency): Money {
    const cent = 10 ** (moneyDecimals(currency) - 2)
    const money = this.emulator.world.accounts[0]?.cash.get(currency) ?? 0
    return Math.trunc(money / cent) * cent
  }

  venuePosition(symbol: string): number {
    const { listing } = this.board(symbol)
    return this.emulator.world.accounts[0]?.held(listing) ?? 0
  }
}
