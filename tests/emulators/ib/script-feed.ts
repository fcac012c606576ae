/** A market that a test writes line by line: two US stocks with quotes and trades, no time but what it says. */
import type { Micros } from '../../../src/core/base/time.ts'
import type { Calendar } from '../../../src/core/domain/calendar.ts'
import type { MarketEvent } from '../../../src/core/domain/event.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import type { StreamKinds } from '../../../src/core/sim/config.ts'
import { calendarOf } from '../../../src/reference/calendars.ts'
import { buildInstruments } from '../../../src/reference/instruments.ts'
import { IbEmulator } from '../../../adapters/ib/emulator/emulator.ts'
import type { EmulatorOptions } from '../../../adapters/ib/emulator/options.ts'
import { alwaysOpen as openAlways, type FeedEntry, type MarketFeed } from '../../../adapters/common/emulator/feed.ts'

/** 2026-01-12 15:00 UTC, a Monday, 10:00 in New York. */
export const START: Micros = 1_768_230_000_000_000

/** US prices have four decimals here, for the steps below a dollar. */
export const CENT = 100

export class ScriptFeed implements MarketFeed {
  readonly instruments: readonly Instrument[]
  readonly streams: readonly StreamKinds[]
  readonly calendars: readonly Calendar[]
  readonly start = START
  readonly alwaysOpen: boolean
  readonly needsLoad = false
  readonly #entries: FeedEntry[] = []

  constructor(alwaysOpen = true) {
    this.alwaysOpen = alwaysOpen
    this.instruments = buildInstruments(
      ['NVDA', 'PLTR'].map((symbol) => ({
        instrument: {
          symbol,
          venue: 'US',
          currency: 'USD',
          price_decimals: 2,
          qty_decimals: 0,
          economic_id: `US:${symbol}`,
        },
        day: 20_465,
        tape: 'script',
      })),
    )
    const kinds = { quotes: true, trades: true, bars: false, sessionBars: false, oneSided: false }
    this.streams = this.instruments.map(() => kinds)
    const calendar = alwaysOpen ? openAlways(calendarOf('US')) : calendarOf('US')
    this.calendars = this.instruments.map(() => calendar)
  }

  nextTime(): Micros {
    return this.#entries[0]?.event.t ?? Infinity
  }

  next(): FeedEntry {
    return this.#entries.shift() as FeedEntry
  }

  load(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  push(event: MarketEvent): void {
    this.#entries.push({ event, open: false })
  }
}

/** The emulator with a clock and a market that stand still until the test moves them. */
export class Stage {
  readonly feed: ScriptFeed
  readonly emulator: IbEmulator
  readonly clock: { t: Micros }

  private constructor(feed: ScriptFeed, emulator: IbEmulator, clock: { t: Micros }) {
    this.feed = feed
    this.emulator = emulator
    this.clock = clock
  }

  static async open(options: Partial<EmulatorOptions> = {}, alwaysOpen = true, start = START): Promise<Stage> {
    const feed = new ScriptFeed(alwaysOpen)
    const clock = { t: start }
    for (const instrument of [0, 1]) feed.push(quote(start - 1000, instrument, 10_000, 10_002, 500, 500))
    const emulator = await IbEmulator.create(options, { clock: { now: () => clock.t }, feed })
    return new Stage(feed, emulator, clock)
  }

  get port(): number {
    return this.emulator.port
  }

  /** Moves the clock and plays. */
  async wait(ms: number): Promise<void> {
    this.clock.t += ms * 1000
    await this.emulator.advance()
  }

  /** A quote of NVDA (0) or PLTR (1) in cents, ten milliseconds on. */
  async quote(bid: number, ask: number, bidSize = 500, askSize = 500, instrument = 0): Promise<void> {
    this.feed.push(quote(this.clock.t + 10_000, instrument, bid, ask, bidSize, askSize))
    await this.wait(10)
  }

  async trade(price: number, size = 100, instrument = 0): Promise<void> {
    const t = this.clock.t + 10_000
    this.feed.push({ type: 'trade', t, venueT: t, instrument, price: price * CENT, size, flags: 0 })
    await this.wait(10)
  }

  fault(kind: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const { faults, now } = this.emulator.world
    faults.post({ kind, ...fields }, now())
    this.emulator.settle()
  }

  async close(): Promise<void> {
    this.emulator.close()
    await this.feed.close()
  }
}

function quote(t: Micros, instrument: number, bid: number, ask: number, bidSize: number, askSize: number): MarketEvent {
  return { type: 'quote', t, venueT: t, instrument, bid: bid * CENT, ask: ask * CENT, bidSize, askSize, flags: 0 }
}

/** PLACE_ORDER at 178 as `@stoqey/ib` writes it: everything that is not named is empty. */
export function placeOrder(orderId: number, order: Readonly<Record<number, string | number>>): (string | number)[] {
  const tokens = Array.from({ length: 114 }, (): string | number => '')
  const usual = { 0: 3, 1: orderId, 3: 'NVDA', 4: 'STK', 9: 'SMART', 11: 'USD', 21: 'DAY', 27: 1, 81: 0, 89: 0 }
  for (const [at, value] of Object.entries({ ...usual, ...order })) tokens[Number(at)] = value
  return tokens
}

/** Indices of PLACE_ORDER that tests set. */
export const AT = {
  conId: 2,
  symbol: 3,
  exchange: 9,
  action: 16,
  qty: 17,
  type: 18,
  limit: 19,
  aux: 20,
  tif: 21,
  ocaGroup: 22,
  account: 23,
  ref: 26,
  transmit: 27,
  parentId: 28,
  goodTill: 38,
  ocaType: 46,
  whatIf: 84,
} as const
