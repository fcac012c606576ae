/** From opened tapes and a specification to the parts of a virtual run: instruments, calendars, feeds, cash, venue. */
import { Failure } from '../cli/failure.ts'
import type { EffectiveConfig } from '../config/load.ts'
import { fromScaled, toScaled } from '../core/base/decimal.ts'
import { mulDiv } from '../core/base/fixed.ts'
import { dayOf, formatDay, type Micros, parseStamp } from '../core/base/time.ts'
import type { FeedShape } from '../core/data/feed-shape.ts'
import type { Calendar } from '../core/domain/calendar.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import { CURRENCIES, type Currency, type Money, moneyDecimals } from '../core/domain/units.ts'
import type { EngineSetup } from '../core/engine/setup.ts'
import type { RiskLimits } from '../core/execution/limits.ts'
import type { FxRoute } from '../core/execution/valuation.ts'
import { calendarOf, sessionTimes } from '../reference/calendars.ts'
import { feeModel, type FeeTableId, feeTableId, isFeeTable, withholdingOf } from '../reference/fees.ts'
import { parsePair } from '../reference/fx-direction.ts'
import type { InstrumentTable } from '../reference/instrument-table.ts'
import { buildInstruments, compareCodePoints, type InstrumentEntry } from '../reference/instruments.ts'
import { type ListingFacts, listingFacts } from '../reference/listing-facts.ts'
import { venueRules } from '../reference/price-limits.ts'
import type { TapeStream } from '../tape/manifest.ts'
import type { Tape } from '../tape/read.ts'
import { actionCursor, type TaxedAction } from './action-cursor.ts'
import { Cursor, type CursorSide } from './cursor.ts'
import type { LoadedAgent } from './agent-load.ts'
import type { RunSpec } from './run-spec.ts'
import { readSimOptions, type SimOptions } from './sim-options.ts'
import { tapeActions } from './tape-actions.ts'

export interface RunSetup {
  readonly engine: EngineSetup
  readonly sim: SimOptions
  readonly instruments: readonly Instrument[]
  /** Fresh cursors over all streams; a run consumes them. */
  cursors(): Cursor[]
  readonly initialCash: ReadonlyMap<Currency, Money>
  /** The fee table that the run is charged by, where there is one. */
  readonly feeTable?: FeeTableId
  /** Things the user should know: days no calendar speaks for, and the like. */
  readonly notes: readonly string[]
}

interface StreamOf {
  readonly tape: Tape
  readonly index: number
  readonly info: TapeStream
}

function micros(iso: string): Micros {
  const stamp = parseStamp(iso)
  if (stamp === undefined) throw new Failure(`manifest stamp ${iso} is not an ISO time`)
  return stamp.t
}

/** All streams of all tapes in source-rank order: (venue, symbol, kind), then first time, then content (`contract.md` 1). */
function rankStreams(tapes: readonly Tape[]): StreamOf[] {
  const all = tapes.flatMap((tape) => tape.manifest.streams.map((info, index) => ({ tape, index, info })))
  return all.sort(
    (a, b) =>
      compareCodePoints(a.info.venue, b.info.venue) ||
      compareCodePoints(a.info.symbol, b.info.symbol) ||
      compareCodePoints(a.info.kind, b.info.kind) ||
      micros(a.info.first) - micros(b.info.first) ||
      compareCodePoints(a.info.row_hash, b.info.row_hash),
  )
}

function entriesOf(tapes: readonly Tape[]): InstrumentEntry[] {
  return tapes.flatMap((tape) =>
    tape.manifest.instruments.map((instrument) => {
      const last = tape.manifest.streams.filter((s) => s.symbol === instrument.symbol).map((s) => micros(s.last))
      return { instrument, day: dayOf(Math.max(0, ...last)), tape: tape.dir }
    }),
  )
}

function instrumentsOf(tapes: readonly Tape[], facts: RunSpec['reference']): Instrument[] {
  return buildInstruments(entriesOf(tapes), facts)
}

/** What the instrument table adds to the tapes of a run: part of its specification. */
export function referenceOf(tapes: readonly Tape[], table: InstrumentTable): ListingFacts[] {
  return listingFacts(entriesOf(tapes), table)
}

function shapeOf(streams: readonly TapeStream[]): FeedShape {
  const bars = streams.filter((s) => s.kind === 'bars')
  const lengths = new Set(bars.map((b) => b.interval_us))
  if (lengths.size > 1) {
    const { symbol } = bars[0] as TapeStream
    throw new Failure(`${symbol}: its tapes have bars of different lengths (${[...lengths].join(', ')}); give one`, 2)
  }
  const interval = bars[0]?.interval_us
  const day = 86_400_000_000
  return {
    quotes: streams.some((s) => s.kind === 'quotes'),
    trades: streams.some((s) => s.kind === 'trades'),
    bars: bars.length > 0,
    sessionBars: interval === 'session' || (typeof interval === 'number' && interval >= day),
    oneSided: streams.some((s) => s.one_sided === true),
    barMicros: typeof interval === 'number' ? interval : 0,
  }
}

/** Base: the one currency of cash and tapes, else USD (`contract.md` 2). */
function baseCurrency(config: EffectiveConfig, instruments: readonly Instrument[], cash: readonly string[]): Currency {
  if (config.risk.baseCurrency !== undefined) return config.risk.baseCurrency
  const all = new Set<string>(cash)
  for (const i of instruments) {
    all.add(i.currency)
    const pair = i.venue === 'FX' ? parsePair(i.symbol) : undefined
    if (pair !== undefined) all.add(pair.base).add(pair.quote)
  }
  const [only] = all
  return all.size === 1 && only !== undefined ? (only as Currency) : 'USD'
}

function fxRoute(currency: Currency, base: Currency, instruments: readonly Instrument[]): FxRoute | undefined {
  for (const i of instruments) {
    if (i.venue !== 'FX') continue
    const pair = parsePair(i.symbol)
    if (pair?.base === base && pair.quote === currency) return { currency, instrument: i.id, inverse: true }
    if (pair?.base === currency && pair.quote === base) return { currency, instrument: i.id, inverse: false }
  }
  throw new Failure(
    `no exchange rate between ${currency} and ${base}: add a tape of ${base}/${currency} (import csv … --venue FX), or set risk.base_currency=${currency}`,
    2,
  )
}

function readCash(spec: RunSpec, base: Currency): Map<Currency, Money> {
  const cash = new Map<Currency, Money>()
  const given = Object.entries(spec.cash)
  if (given.length === 0) return cash.set(base, toScaled('1000000', moneyDecimals(base)) as Money)
  for (const [name, text] of given) {
    const currency = CURRENCIES.find((c) => c === name)
    if (currency === undefined)
      throw new Failure(`--cash ${name}=${text}: ${name} is none of ${CURRENCIES.join(', ')}`, 2)
    const amount = toScaled(text, moneyDecimals(currency))
    if (amount === undefined || amount < 0) {
      throw new Failure(`--cash ${name}=${text}: not an amount of at most ${moneyDecimals(currency)} decimals`, 2)
    }
    cash.set(currency, amount)
  }
  return cash
}

/** The currency of an amount given without one: the only one of the tapes, else USD. */
export function cashCurrency(config: EffectiveConfig, tapes: readonly Tape[]): Currency {
  return baseCurrency(config, instrumentsOf(tapes, undefined), [])
}

const MIN_ORDER_DEFAULTS: readonly (readonly [Currency, string])[] = [
  ['KRW', '100000'],
  ['JPY', '15000'],
  ['HKD', '800'],
  ['CNY', '700'],
  ['EUR', '90'],
  ['GBP', '80'],
  ['USDT', '100'],
]

/** R-22; not configurable: a strategy that needs more is not one for this engine. */
const RUNAWAY = { orders: 10, refusals: 5 } as const

export function limitsOf(config: EffectiveConfig, base: Currency): RiskLimits {
  const { risk } = config
  return {
    dailyLoss: risk.dailyLossLimit,
    positionSize: risk.positionSizeLimit,
    stopLoss: risk.stopLossPct,
    emergencyLoss: risk.emergencyShutdownLoss,
    maxDailyOrders: risk.maxDailyOrders,
    maxPositions: risk.maxPositionCount,
    minOrder: risk.minOrderValue,
    minOrderDefault: new Map(MIN_ORDER_DEFAULTS.map(([c, text]) => [c, toScaled(text, moneyDecimals(c)) as Money])),
    quarantineMove: risk.quarantineMovePct,
    fxMaxAge: risk.fxMaxAge,
    orderTimeout: risk.orderTimeout,
    maxAttempts: risk.maxRetryAttempts,
    brokerLossMax: risk.brokerLossMax,
    allotted: toScaled(config.capital.allotted ?? '0', moneyDecimals(base)) ?? 0,
    onBlind: risk.onBlind,
    runaway: RUNAWAY,
    onDailyLoss: risk.onDailyLoss,
    totalLossBase: risk.totalLossBase,
  }
}

export function setUp(tapes: readonly Tape[], spec: RunSpec, config: EffectiveConfig, agent: LoadedAgent): RunSetup {
  const streams = rankStreams(tapes)
  const instruments = instrumentsOf(tapes, spec.reference)
  const idOf = (s: TapeStream): number => instruments.findIndex((i) => i.symbol === s.symbol && i.venue === s.venue)
  const ofInstrument = instruments.map((i) => streams.filter((s) => idOf(s.info) === i.id))
  const shapes = ofInstrument.map((of) => shapeOf(of.map((s) => s.info)))
  const calendars = instruments.map((i) => calendarOf(i.venue))
  const base = baseCurrency(config, instruments, Object.keys(spec.cash))
  const cash = readCash(spec, base)
  const currencies = heldCurrencies(instruments, base, [...cash.keys()])
  const routes = currencies.map((c) => (c === base ? undefined : fxRoute(c, base, instruments)))
  const sim = withRules(
    readSimOptions(spec.simulation, (name) => feeModel(name, instruments, config.fees)),
    instruments,
  )
  const ledgerInstruments = instruments
  const engine: EngineSetup = {
    instruments: ledgerInstruments,
    calendars,
    shapes,
    currencies: currenciesOf(instruments, base, [...cash.keys()]),
    base,
    routes: [...routes, ...extraCurrencies(instruments, currencies).map(() => undefined)],
    brokers: ['sim'],
    cash: [[...currencies.map((c) => cash.get(c) ?? 0), ...extraCurrencies(instruments, currencies).map(() => 0)]],
    limits: limitsOf(config, base),
    fees: sim.config.fees,
    rules: spec.schema_version === 1 ? [] : instruments.map((i) => (i.venue === 'FX' ? [] : venueRules(i))),
    ...(config.trading.auctions === undefined ? {} : { auctions: config.trading.auctions }),
    agent: agent.definition,
    agentParams: config.agent,
    audit: spec.schema_version,
  }
  const from = spec.from ?? -Infinity
  const to = spec.to ?? Infinity
  const auctions = config.trading.auctions ?? 'none'
  if (auctions !== 'none' && sim.config.auctions !== 'cross')
    throw new Failure(`trading.auctions=${auctions}: the simulated venue crosses no auctions; add --auctions cross`, 2)
  const actions = actionsOf(tapes, instruments, spec.simulation.fees, config.fees.account)
  const cursors = (): Cursor[] => [
    ...streams.flatMap((s, rank) => {
      const instrument = instruments[idOf(s.info)] as Instrument
      const of = (order: number, side?: CursorSide): Cursor => cursorOf(s, order, instrument, shapes, [from, to], side)
      // On the venue's clock each row is two moments: the venue's first where both are one.
      const apart = sim.venueClock && (s.info.kind === 'quotes' || s.info.kind === 'trades')
      return apart ? [of(rank - 0.5, 'venue'), of(rank, 'engine')] : [of(rank)]
    }),
    // Ranked before every stream: `actions` sorts before the kinds of streams, and only ties of one moment ask for it.
    ...actions.map((of, id) => actionCursor(of, { instrument: id, rank: id - actions.length, from, to })),
  ]
  const { fees } = spec.simulation
  return {
    engine,
    sim,
    instruments,
    cursors,
    initialCash: cash,
    ...(isFeeTable(fees) ? { feeTable: feeTableId(fees) } : {}),
    notes: notesOf(instruments, calendars, ofInstrument),
  }
}

/** By instrument id, with the tax that its dividends bear by the fee table in use. */
function actionsOf(
  tapes: readonly Tape[],
  instruments: readonly Instrument[],
  fees: string,
  account: string | undefined,
): TaxedAction[][] {
  const all = tapeActions(tapes).map((a): TaxedAction => {
    const { num, den } = a.kind === 'dividend' ? withholdingOf(fees, a.venue, a.day, account) : { num: 0, den: 1 }
    return { ...a, withheld: mulDiv(a.amount, num, den, 'up') }
  })
  return instruments.map((i) => all.filter((a) => a.symbol === i.symbol && a.venue === i.venue))
}

/** `--rules venue`: what each instrument's venue forbids and interrupts, by the dated data of `config/limits`. */
function withRules(sim: SimOptions, instruments: readonly Instrument[]): SimOptions {
  if (!sim.rules) return sim
  const rules = instruments.map(venueRules)
  if (rules.every((dated) => dated.length === 0))
    throw new Failure(`--rules venue: no rules are known of ${instruments.map((i) => i.venue).join(', ')}`, 2)
  return { ...sim, config: { ...sim.config, rules } }
}

/** Currencies in which something can be held. */
function heldCurrencies(instruments: readonly Instrument[], base: Currency, cash: readonly Currency[]): Currency[] {
  const traded = instruments.filter((i) => i.venue !== 'FX')
  return [...new Set<Currency>([base, ...cash, ...traded.map((i) => i.currency)])].sort()
}

/** The currencies of a virtual run in the order in which its records number them. */
export function currenciesOf(
  instruments: readonly Instrument[],
  base: Currency,
  cash: readonly Currency[],
): Currency[] {
  const held = heldCurrencies(instruments, base, cash)
  return [...held, ...extraCurrencies(instruments, held)]
}

/** Currencies that only FX pairs are quoted in: nothing is held in them, they need no rate. */
function extraCurrencies(instruments: readonly Instrument[], currencies: readonly Currency[]): Currency[] {
  return [...new Set(instruments.map((i) => i.currency))].filter((c) => !currencies.includes(c)).sort()
}

function cursorOf(
  s: StreamOf,
  rank: number,
  instrument: Instrument,
  shapes: readonly FeedShape[],
  [from, to]: readonly [Micros, Micros],
  side: CursorSide | undefined,
): Cursor {
  const chunks = s.tape
    .stream(s.index)
    .chunks({ priceDecimals: instrument.priceDecimals, qtyDecimals: instrument.qtyDecimals })
  return new Cursor({
    kind: s.info.kind,
    instrument: instrument.id,
    rank,
    barMicros: (shapes[instrument.id] as FeedShape).barMicros,
    sessionOf: (day) => sessionTimes(instrument.venue, day),
    chunks: chunks[Symbol.asyncIterator](),
    from,
    to,
    ...(side === undefined ? {} : { side }),
  })
}

function notesOf(
  instruments: readonly Instrument[],
  calendars: readonly Calendar[],
  streams: readonly (readonly StreamOf[])[],
): string[] {
  const notes: string[] = []
  instruments.forEach((i, id) => {
    const calendar = calendars[id] as Calendar
    if (calendar.always || i.venue === 'FX') return
    const first = Math.min(...(streams[id] as StreamOf[]).map((s) => dayOf(micros(s.info.first))))
    const last = Math.max(...(streams[id] as StreamOf[]).map((s) => dayOf(micros(s.info.last))))
    if (first >= calendar.firstDay && last <= calendar.lastDay) return
    const range = `${formatDay(calendar.firstDay)} to ${formatDay(calendar.lastDay)}`
    notes.push(`${i.symbol}: the ${i.venue} calendar speaks for ${range}; days outside are closed for opening`)
  })
  return notes
}

/** Instruments as the digest's header lists them. */
export function headerInstruments(setup: RunSetup): unknown {
  return setup.instruments.map((i) => ({ ...i, shape: setup.engine.shapes[i.id] }))
}

export function headerCash(setup: RunSetup): Record<string, string> {
  return Object.fromEntries([...setup.initialCash].map(([c, amount]) => [c, fromScaled(amount, moneyDecimals(c))]))
}
