/**
 * The adapter against the emulator over real sockets: a generated market that has run for three minutes at 10:03 in
 * Korea, one clock for both, and a collector of what the adapter says.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKis, type Kis, type KisOptions } from '../../../adapters/kis/index.ts'
import { clientSettings } from '../../../adapters/kis/emulator/client-settings.ts'
import { KisEmulator } from '../../../adapters/kis/emulator/emulator.ts'
import { GeneratedFeed } from '../../../adapters/common/emulator/generated-feed.ts'
import { type EmulatorOptions, readCash } from '../../../adapters/kis/emulator/options.ts'
import type { KisSettings } from '../../../adapters/kis/settings.ts'
import type { Price } from '../../../src/core/domain/units.ts'
import { DAY, epochDay, HOUR, MINUTE } from '../../../src/core/base/time.ts'
import { type Instrument, tickAt } from '../../../src/core/domain/instrument.ts'
import { SystemClock } from '../../../src/runtime/clock.ts'
import type { AdapterContext } from '../../../src/runtime/ports.ts'
import { AdapterBench } from '../../support/adapter-bench.ts'

export const TEN_IN_SEOUL = epochDay(2026, 3, 3) * DAY + HOUR

export interface BenchOptions {
  readonly emulator?: Partial<EmulatorOptions>
  readonly settings?: Partial<KisSettings>
  readonly options?: KisOptions
  /** Paper without the live-key door. */
  readonly withoutQuotes?: boolean
  readonly from?: number
  /** The run has use for exchange rates: of won, and of dollars with the others. */
  readonly pairs?: boolean
}

/** More than any test spends. */
const PURSE: Readonly<Record<string, string>> = {
  KRW: 'KRW=100000000000',
  USD: 'USD=10000000',
  JPY: 'JPY=1000000000',
  HKD: 'HKD=1000000000',
  CNY: 'CNY=1000000000',
}

/** Pairs of currencies; ids go on from `first`. */
function pairsOf(first: number): Instrument[] {
  return ['USD/KRW', 'JPY/KRW', 'USD/JPY', 'USD/HKD'].map((symbol, i) => ({
    ...{ id: first + i, symbol, venue: 'FX', currency: 'KRW', priceDecimals: 4, qtyDecimals: 0, lot: 1 },
    ...{ ticks: [{ from: 0, tick: 1 }], economicId: `FX:${symbol}`, allowShort: false },
  }))
}

export class Bench extends AdapterBench {
  readonly emulator: KisEmulator
  readonly kis: Kis
  readonly settings: KisSettings

  private constructor(emulator: KisEmulator, context: AdapterContext, settings: KisSettings, options: KisOptions) {
    super(context, settings.stateDir)
    this.emulator = emulator
    this.settings = settings
    this.kis = createKis(settings, context, options)
    this.listen(this.kis)
  }

  protected get adapter(): Kis {
    return this.kis
  }

  static async create(given: BenchOptions = {}): Promise<Bench> {
    const from = given.from ?? TEN_IN_SEOUL
    const clock = new SystemClock({ start: from + 3 * MINUTE })
    const symbols = given.emulator?.symbols ?? ['005930', 'NVDA']
    const seed = given.emulator?.seed ?? 1
    const feed = new GeneratedFeed(symbols, seed, from)
    const currencies = [...new Set(['KRW', 'USD', ...feed.instruments.map((i) => i.currency)])] as const
    const rate = { requestsPerSecond: 1000, cash: readCash(currencies.map((c) => PURSE[c] ?? '')) }
    const emulator = await KisEmulator.create(
      { ...rate, pingSeconds: 1, ...given.emulator, symbols, seed },
      { clock, feed },
    )
    emulator.run()
    const instruments = [...feed.instruments, ...(given.pairs === true ? pairsOf(feed.instruments.length) : [])]
    const context = { broker: 0, instruments, currencies, clock }
    const settings: KisSettings = {
      ...clientSettings(emulator, mkdtempSync(join(tmpdir(), 'sametape-kis-'))),
      requestsPerSecond: 1000,
      ...(given.withoutQuotes === true ? { quotes: undefined } : {}),
      ...given.settings,
    }
    return new Bench(emulator, context, settings, { isTrading: () => false, ...given.options })
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

  board(symbol: string): NonNullable<ReturnType<KisEmulator['world']['boards']['get']>> {
    const board = this.emulator.world.boards.get(symbol)
    if (board === undefined) throw new Error(`no board of ${symbol}`)
    return board
  }

  /** At the other side's best. */
  fills(symbol: string, side: 1 | -1): Price {
    const board = this.board(symbol)
    return side > 0 ? board.ask : board.bid
  }

  /** A price that does not fill. */
  farBelow(symbol: string): Price {
    const board = this.board(symbol)
    const raw = Math.floor(board.bid * 0.9)
    const { instrument } = board.listing
    const tick = { KRX: 1000, US: 100 }[instrument.venue] ?? tickAt(instrument, raw)
    return raw - (raw % tick)
  }

  /** What the venue knows. */
  get venueOrders() {
    return this.emulator.world.desk.orders
  }

  get venueFills() {
    return this.emulator.world.account.fills
  }
}
