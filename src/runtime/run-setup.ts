/** From opened tapes and a specification to the parts of a virtual run: instruments, calendars, feeds, cash, venue. */
import { Failure } from '../cli/failure.ts'
import type { EffectiveConfig } from '../config/load.ts'
import { fromScaled } from '../core/base/decimal.ts'
import { mulDiv } from '../core/base/fixed.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import { type Currency, type Money, moneyDecimals } from '../core/domain/units.ts'
import type { EngineSetup } from '../core/engine/setup.ts'
import { calendarOf } from '../reference/calendars.ts'
import { feeModel, type FeeTableId, feeTableId, isFeeTable, withholdingOf } from '../reference/fees.ts'
import { venueRules } from '../reference/price-limits.ts'
import type { TapeStream } from '../tape/manifest.ts'
import type { Tape } from '../tape/read.ts'
import { actionCursor, type TaxedAction } from './action-cursor.ts'
import type { Cursor, CursorSide } from './cursor.ts'
import type { LoadedAgent } from './agent-load.ts'
import { limitsOf } from './risk-limits.ts'
import { baseCurrency, currenciesOf, extraCurrencies, fxRoute, heldCurrencies, readCash } from './run-money.ts'
import type { RunSpec } from './run-spec.ts'
import { readSimOptions, type SimOptions } from './sim-options.ts'
import { tapeActions } from './tape-actions.ts'
import { cursorOf, instrumentsOf, notesOf, rankStreams, shapeOf } from './tape-streams.ts'

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

/** The currency of an amount given without one: the only one of the tapes, else USD. */
export function cashCurrency(config: EffectiveConfig, tapes: readonly Tape[]): Currency {
  return baseCurrency(config, instrumentsOf(tapes, undefined), [])
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
  const engine: EngineSetup = {
    instruments,
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

/** Instruments as the digest's header lists them. */
export function headerInstruments(setup: RunSetup): unknown {
  return setup.instruments.map((i) => ({ ...i, shape: setup.engine.shapes[i.id] }))
}

export function headerCash(setup: RunSetup): Record<string, string> {
  return Object.fromEntries([...setup.initialCash].map(([c, amount]) => [c, fromScaled(amount, moneyDecimals(c))]))
}
