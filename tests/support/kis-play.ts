/**
 * A whole session of the engine on the KIS adapter against the emulator, over real sockets, with a clock that a test
 * moves: it steps on only when no request is out and no frame is under way, so an hour takes seconds and nothing is late.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKis, type Kis, type KisOptions } from '../../adapters/kis/index.ts'
import { clientSettings } from '../../adapters/kis/emulator/client-settings.ts'
import { KisEmulator } from '../../adapters/kis/emulator/emulator.ts'
import type { MarketFeed } from '../../adapters/common/emulator/feed.ts'
import { type EmulatorOptions, readCash } from '../../adapters/kis/emulator/options.ts'
import type { KisSettings } from '../../adapters/kis/settings.ts'
import { loadConfig } from '../../src/config/load.ts'
import { SECOND, type Micros } from '../../src/core/base/time.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { Currency } from '../../src/core/domain/units.ts'
import type { LiveSpec } from '../../src/runtime/live-spec.ts'
import { LiveSession } from '../../src/runtime/live-session.ts'
import { openLiveRun, type LiveRun } from '../../src/runtime/live-run.ts'
import { sealLiveRun } from '../../src/runtime/live-seal.ts'
import type { LoadedAgent } from '../../src/runtime/agent-load.ts'
import type { Inbound } from '../../src/runtime/ports.ts'
import { RawLog } from '../../src/runtime/raw-log.ts'
import { HandClock, HandSource } from './live-parts.ts'
import { liveSpec, QUOTES, SILENT } from './live-spec.ts'
import { Steps } from './steps.ts'

export interface PlayOptions {
  /** The session's directory; one that is there is gone on with. */
  readonly dir: string
  readonly feed: MarketFeed
  readonly agent: LoadedAgent
  readonly from: Micros
  readonly emulator?: Partial<EmulatorOptions>
  readonly kis?: KisOptions
  readonly settings?: Partial<KisSettings>
  readonly sets?: readonly string[]
  /** An emulator that goes on living while the session before it died. */
  readonly venue?: KisVenue
}

/** The broker's side: what outlives a session. */
export class KisVenue {
  readonly emulator: KisEmulator
  readonly clock: HandClock
  readonly state: string
  readonly steps: Steps
  /** Our exchange rate, as a source of its own: won per dollar. */
  readonly usdKrw = 1400

  private constructor(emulator: KisEmulator, clock: HandClock) {
    this.emulator = emulator
    this.clock = clock
    this.state = mkdtempSync(join(tmpdir(), 'sametape-kis-play-'))
    this.steps = new Steps(clock, emulator)
  }

  static async open(feed: MarketFeed, from: Micros, given: Partial<EmulatorOptions> = {}): Promise<KisVenue> {
    const clock = new HandClock(from)
    const more = currenciesOf(feed.instruments).flatMap((c) => (c === 'KRW' || c === 'USD' ? [] : [`${c}=1000000000`]))
    const cash = readCash(['KRW=100000000000', 'USD=10000000', ...more])
    return new KisVenue(await KisEmulator.create({ cash, ...given }, { clock, feed }), clock)
  }

  async close(): Promise<void> {
    this.steps.close()
    await this.emulator.close()
    rmSync(this.state, { recursive: true, force: true })
  }
}

export class KisPlay {
  readonly venue: KisVenue
  readonly kis: Kis
  readonly run: LiveRun
  readonly session: LiveSession
  readonly rates = new HandSource()
  readonly spec: LiveSpec
  readonly #agent: LoadedAgent
  readonly #raw: RawLog

  private constructor(o: PlayOptions, venue: KisVenue) {
    this.venue = venue
    this.#agent = o.agent
    const { clock } = venue
    const instruments = withRates(o.feed.instruments)
    const settings = { ...clientSettings(venue.emulator, venue.state), ...o.settings }
    const context = { broker: 0, instruments, currencies: currenciesOf(instruments), clock }
    this.kis = createKis(settings, context, { ordersFile: join(venue.state, 'orders.jsonl'), ...o.kis })
    const config = loadConfig({ dir: undefined, sets: [...(o.sets ?? [])], env: {} })
    this.spec = specOf(instruments, this.kis, o)
    this.run = openLiveRun({ dir: o.dir, spec: this.spec, config, agent: o.agent })
    const { setup, header, sink, recovered } = this.run
    this.session = new LiveSession({
      ...{ setup, header, sink, clock, sources: [this.kis.source, this.rates], brokers: [this.kis.broker] },
      ...(recovered === undefined ? {} : { recovered: recovered.engine }),
    })
    this.#raw = new RawLog(
      () => this.rawFile,
      { adapter: 'kis', instruments, generated: true },
      this.kis.broker.raw$,
      clock,
    )
  }

  static async open(o: PlayOptions): Promise<KisPlay> {
    return new KisPlay(o, o.venue ?? (await KisVenue.open(o.feed, o.from, o.emulator)))
  }

  get rawFile(): string {
    return join(this.run.dir, 'raw', 'kis.jsonl')
  }

  get desk(): LiveSession['engine']['desk'] {
    return this.session.engine.desk
  }

  input(event: Inbound): void {
    this.session.input(event)
  }

  arm(): void {
    this.input({ type: 'operator', action: 'arm', broker: -1, instrument: -1, value: 0, price: 0 })
  }

  /** Connected and reconciled: within some seconds of the session's time. */
  async start(resume: 0 | 1 | 2): Promise<void> {
    let linked = false
    this.kis.broker.events$.subscribe((events) => {
      linked ||= events.some((e) => e.type === 'link')
    })
    this.session.start(resume)
    // A connection is made in wall time, during which the session's stands all but still.
    while (!linked) {
      await new Promise((resolve) => setTimeout(resolve, 2))
      await this.pass(1000, 1000)
    }
    this.rate()
    await this.until(
      () => this.desk.state !== 'RECONCILING' && this.desk.state !== 'UNARMED',
      60,
      () => {
        if (this.desk.state === 'UNARMED') this.arm()
      },
    )
  }

  rate(): void {
    const i = this.run.setup.instruments.find((x) => x.symbol === 'USD/KRW')
    if (i === undefined) throw new Error('no exchange rate')
    const t = this.venue.clock.now()
    this.rates.events$.next([
      { type: 'fx', venueT: t, instrument: i.id, rate: this.venue.usdKrw * 10 ** i.priceDecimals },
    ])
  }

  async until(done: () => boolean, seconds: number, each: () => void = () => undefined): Promise<void> {
    for (let i = 0; i < seconds * 4 && !done(); i++) {
      each()
      await this.pass(SECOND / 4, SECOND / 4)
    }
    if (!done()) throw new Error(`not within ${seconds} s; the engine is ${this.desk.state}`)
  }

  /** Lets `span` go by in steps, each of them to its end. */
  async pass(span: Micros, step: Micros): Promise<void> {
    await this.venue.steps.pass(span, step)
    if (this.session.failure !== undefined) throw this.session.failure
  }

  /** The process dies: nothing is said to anybody, the journal holds what it holds. */
  async kill(): Promise<void> {
    await this.session.end()
    await this.#raw.close()
  }

  async seal(): ReturnType<typeof sealLiveRun> {
    await this.session.end()
    await this.#raw.close()
    return sealLiveRun(this.run, this.session, { mode: 'paper', agent: this.#agent, generated: true })
  }
}

/** Won, dollars, and what else shares are priced in; in the order of a specification. */
function currenciesOf(instruments: readonly Instrument[]): Currency[] {
  const own = instruments.filter((i) => i.venue !== 'FX').map((i) => i.currency)
  return [...new Set<Currency>(['KRW', 'USD', ...own])].sort()
}

/** The pair in which a currency is valued. */
const pairOf = (currency: Currency): string => `USD/${currency}`

/** The engine wants a rate between its currencies; a generated feed has none. Beyond won the adapter brings them. */
function withRates(instruments: readonly Instrument[]): readonly Instrument[] {
  const like = instruments[0] as Instrument
  const out = [...instruments]
  for (const currency of currenciesOf(instruments)) {
    const symbol = pairOf(currency)
    if (currency === 'USD' || instruments.some((i) => i.symbol === symbol)) continue
    out.push({
      ...{ id: out.length, symbol, venue: 'FX', currency, priceDecimals: 2, qtyDecimals: 0 },
      ...{ ticks: [{ from: 0, tick: 1 }], lot: like.lot, economicId: `FX:${symbol}`, allowShort: false },
    })
  }
  return out
}

function specOf(instruments: readonly Instrument[], kis: Kis, { agent, sets = [] }: PlayOptions): LiveSpec {
  const currencies = currenciesOf(instruments)
  const fxOf = (currency: Currency): number => instruments.findIndex((i) => i.symbol === pairOf(currency))
  return liveSpec(agent, instruments, [kis.broker], {
    config: Object.fromEntries(sets.map((s) => s.split('=') as [string, string])),
    shapes: instruments.map((i) => (i.venue === 'FX' ? SILENT : { ...QUOTES, trades: true })),
    currencies,
    routes: currencies.map((c) => (c === 'USD' ? null : { currency: c, instrument: fxOf(c), inverse: true })),
    cash: [currencies.map(() => 0)],
    fees: 'kis',
  })
}
