/**
 * The engine: a synchronous step over one totally ordered list of events. Facts first (roll, market, orders, cash),
 * then the risk rules that act by themselves, then the agent, whose wishes pass the gate one by one. What it wants
 * done is left in `commands`; what happened is in the record stream. Nothing here knows which mode it runs in.
 */
import { assert, unreachable } from '../base/assert.ts'
import type { Command } from '../domain/command.ts'
import type {
  ActionEvent,
  BarEvent,
  CashEvent,
  EngineEvent,
  FxEvent,
  HistoryEvent,
  QuoteEvent,
  ReportEvent,
  TradeEvent,
} from '../domain/event.ts'
import { riskDay, riskDayStart } from '../execution/loss.ts'
import { applyAction } from './actions.ts'
import { Desk } from './desk.ts'
import { AgentHost } from './host.ts'
import { KIND, type RecordSink, RecordWriter } from './records.ts'
import { applyReport } from './reports.ts'
import type { EngineSetup } from './setup.ts'
import { reconcileDue } from './ask-books.ts'
import { applyControl } from './control.ts'
import { loadDesk, saveDesk } from './desk-state.ts'
import { armAtFirstEvent, settleReconciling } from './start.ts'
import { overdue, sees, upkeep } from './upkeep.ts'
import { checkDrift, progressExits, roll, watchDrift, watchLosses, watchStops } from './watch.ts'

/** Equity is recomputed from scratch this often and must agree (I-17). */
const DRIFT_CHECK_EVENTS = 1000

export class Engine {
  readonly desk: Desk
  readonly host: AgentHost
  readonly records: RecordWriter
  #nextRoll = -Infinity
  /** Time of the last event that was no history; 0 before the first. */
  #livedT = 0
  #stepping = false
  readonly #buildsBars: boolean
  readonly #wantsQuotes: boolean
  readonly #wantsTrades: boolean
  /** Has any broker books of its own to be compared with ours? */
  readonly #reconciles: boolean

  constructor(setup: EngineSetup, sink: RecordSink) {
    this.records = new RecordWriter(sink)
    this.desk = new Desk(setup, this.records)
    this.host = new AgentHost(this.desk, setup)
    this.#buildsBars = this.host.buildsBars
    this.#wantsQuotes = this.host.wantsQuotes
    this.#wantsTrades = this.host.wantsTrades
    this.#reconciles = this.desk.brokers.some((b) => b.reconcileEvery > 0)
    this.host.onEachBar(() => {
      if (this.desk.state !== 'UNARMED') this.desk.equityRow()
    })
  }

  /** First row of the record stream: everything that determines the outputs besides the inputs. */
  begin(headerJson: string): void {
    this.records.header(headerJson)
  }

  /** Takes the commands of the last step; the loop hands them to the brokers. */
  takeCommands(): readonly Command[] {
    const { desk } = this
    if (desk.commands.length === 0) return NO_COMMANDS
    const taken = desk.commands
    desk.commands = []
    return taken
  }

  step(e: EngineEvent): void {
    assert(!this.#stepping, 'an event handler re-entered the engine (I-41)')
    const { desk } = this
    const t = e.t
    // The message is built only when it is needed: this line runs for every event.
    if (!(t >= desk.t)) assert(false, `time went back from ${desk.t} to ${t} (I-21)`)
    this.#stepping = true
    desk.seq++
    if (t >= this.#nextRoll) this.#roll(t, e)
    // Before its first event nobody was away; history is told of a past, and no sign of life.
    const away = this.#livedT === 0 ? 0 : t - this.#livedT
    if (e.type !== 'history') this.#livedT = t
    desk.t = t
    if (desk.deadline < t) overdue(desk)
    if (t >= desk.nextUpkeep) upkeep(desk, 'instrument' in e ? e.instrument : -1)
    if (this.#buildsBars && e.type !== 'bar' && e.type !== 'history') this.host.advance(t)
    this.#apply(e, away)
    if (desk.exits.wanted.length > 0 || desk.state === 'LIQUIDATING') progressExits(desk)
    if (this.#reconciles) reconcileDue(desk)
    if (desk.seq % DRIFT_CHECK_EVENTS === 0 && desk.state !== 'UNARMED') checkDrift(desk)
    this.#stepping = false
  }

  /** A process that was down at the boundary takes the better of two equities for the day's start. */
  #roll(t: number, e: EngineEvent): void {
    const day = riskDay(t)
    const { desk } = this
    if (this.#nextRoll !== -Infinity) {
      roll(desk, day)
      // History is told before the restart that needs it.
      desk.sodPending = e.type === 'history' || (e.type === 'system' && e.fact === 'restarted')
    }
    this.#nextRoll = riskDayStart(day + 1)
  }

  #apply(e: EngineEvent, away: number): void {
    const { desk } = this
    switch (e.type) {
      case 'quote':
        return this.#quote(e)
      case 'trade':
        return this.#trade(e)
      case 'bar':
        return this.#bar(e)
      case 'fx':
        return this.#fx(e)
      case 'status':
        this.records.status(e, this.desk.seq)
        return this.desk.market.onStatus(e)
      case 'action':
        return this.#action(e)
      case 'history':
        return this.#history(e)
      case 'timer':
        this.records.row(KIND.timer, -1, this.desk.seq, [e.t, e.timerId])
        return this.host.timer(e.timerId)
      case 'cash':
        return this.#cash(e)
      case 'accepted':
      case 'rejected':
      case 'filled':
      case 'canceled':
      case 'expired':
      case 'replaced':
      case 'cancelRejected':
      case 'replaceRejected':
      case 'busted':
      case 'corrected':
      case 'commission':
      case 'absent':
        return this.#report(e)
      case 'link':
      case 'books':
      case 'buyingPower':
      case 'externalFill':
      case 'operator':
      case 'system':
      case 'limits':
        return applyControl(desk, this.host, e, away)
      default:
        return unreachable(e)
    }
  }

  #quote(e: QuoteEvent): void {
    const { desk } = this
    this.records.market(e)
    if (desk.market.onQuote(e, desk.seq)) this.#marked(e.instrument)
    if (desk.blind.size > 0 && desk.market.accepted) sees(desk, e.instrument)
    if (this.#buildsBars && desk.market.accepted) this.host.quote(e)
    if (this.#wantsQuotes && desk.state !== 'STOPPED') this.host.onQuote(e)
  }

  #trade(e: TradeEvent): void {
    const { desk } = this
    this.records.market(e)
    if (desk.market.onTrade(e, desk.seq)) this.#marked(e.instrument)
    if (desk.blind.size > 0 && desk.market.accepted) sees(desk, e.instrument)
    if (this.#buildsBars && desk.market.accepted) this.host.trade(e)
    if (this.#wantsTrades && desk.state !== 'STOPPED') this.host.onTrade(e)
  }

  #bar(e: BarEvent): void {
    const { desk } = this
    this.records.market(e)
    if (desk.market.onBar(e, desk.seq)) this.#marked(e.instrument)
    else if (desk.state === 'UNARMED') armAtFirstEvent(desk)
    if (!desk.market.accepted) return
    if (desk.blind.size > 0) sees(desk, e.instrument)
    if (desk.state !== 'UNARMED') desk.equityRow()
    this.host.tapeBar(e)
  }

  #history(e: HistoryEvent): void {
    this.records.history(e, this.desk.seq)
    this.host.past(e)
  }

  #fx(e: FxEvent): void {
    const { desk } = this
    this.records.market(e)
    if (!desk.market.onFx(e, desk.seq)) return
    if (desk.state === 'UNARMED') armAtFirstEvent(desk)
    // Everything agreed, and only this rate was missing: a broker that is its own books is not asked again.
    else if (desk.state === 'RECONCILING') settleReconciling(desk)
    if (desk.losses.initial !== 0 && desk.valuation.dependsOn(e.instrument)) {
      desk.valuation.settle()
      watchLosses(desk)
    }
  }

  #action(e: ActionEvent): void {
    this.records.action(e, this.desk.seq)
    applyAction(this.desk, this.host, e)
    this.host.acted(e)
  }

  /** A new valid mark: equity first, then the lines, then the stops. */
  #marked(instrument: number): void {
    const { desk } = this
    if (desk.state === 'UNARMED') {
      desk.valuation.revalue(instrument)
      // Disarmed by the operator: equity is kept, for he may arm again.
      if (desk.losses.initial === 0) return armAtFirstEvent(desk)
      desk.valuation.settle()
      return watchLosses(desk)
    }
    if (!desk.ledger.holds(instrument, true)) return
    desk.valuation.revalue(instrument)
    desk.valuation.settle()
    // A first arming waits for the price of all that is held.
    if (desk.state === 'RECONCILING' && desk.losses.initial === 0) settleReconciling(desk)
    watchLosses(desk)
    watchStops(desk, instrument)
    watchDrift(desk, instrument)
    if (desk.exits.wanted.length > 0) progressExits(desk)
  }

  #report(e: ReportEvent): void {
    const reported = applyReport(this.desk, e)
    if (reported === undefined) return
    this.host.reported(reported.row, reported.fill)
  }

  #cash(e: CashEvent): void {
    const { desk } = this
    this.records.cash(e, desk.seq)
    desk.ledger.move(e.broker, e.currency, e.amount)
    // From the first arming on flows count, whatever the state is now.
    if (desk.losses.initial === 0) return
    if (e.kind === 'deposit' || e.kind === 'withdrawal') desk.losses.flow(desk.valuation.toBase(e.currency, e.amount))
    desk.valuation.settle()
    watchLosses(desk)
    desk.equityRow()
  }

  /** Everything needed to go on from here, as plain JSON. */
  snapshot(): unknown {
    return { desk: saveDesk(this.desk), host: this.host.snapshot(), nextRoll: this.#nextRoll }
  }

  restore(s: unknown): void {
    const from = s as { desk: unknown; host: unknown; nextRoll: number | null }
    loadDesk(this.desk, from.desk)
    this.host.restore(from.host)
    this.#nextRoll = from.nextRoll ?? -Infinity
    this.#livedT = this.desk.t
  }
}

const NO_COMMANDS: readonly Command[] = []
