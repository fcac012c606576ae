/** `sametape inspect`: the state at any event of a run, and why an order was made or denied, from its journal. */
import { fromScaled } from '../core/base/decimal.ts'
import { formatMicros, parseStamp } from '../core/base/time.ts'
import { ORDER_STATES } from '../core/domain/order.ts'
import { ACTIONS } from '../core/engine/desk.ts'
import { FIRST_NUMBERED, KIND, REPORT_TYPES } from '../core/engine/records.ts'
import { ALERT_CODES } from '../core/execution/alerts.ts'
import { ENGINE_STATES, reasonsOf } from '../core/execution/gate.ts'
import { textOf, type RecordView, VERDICT_FIELDS } from '../runtime/record-fields.ts'
import { CHECKPOINT } from '../runtime/record-sink.ts'
import { journalRecords } from '../runtime/record-reader.ts'
import { openRun } from '../runtime/run-dir.ts'
import type { CliCommand } from './command.ts'
import { Failure } from './failure.ts'
import { text } from './run-options.ts'

interface HeaderInstrument {
  readonly symbol: string
  readonly priceDecimals: number
  readonly qtyDecimals: number
}

interface Decision {
  seq: number
  t: string
  symbol: string
  action: string
  rule: string
  verdict: string
  reasons: string[]
  qty: string
  order: number | null
  notes: Record<string, number>
  /** The numbers it was judged by; null in sessions of 0.1.0, which did not keep them. */
  judged_by: Record<string, number | string> | null
}

const FILLED = REPORT_TYPES.indexOf('filled')
const LAST_DECISIONS = 5
const LAST_ALERTS = 10

const PRICES: ReadonlySet<string> = new Set(['limit', 'stop'])
const QUANTITIES: ReadonlySet<string> = new Set(['qty', 'held', 'external', 'sellable'])
const MONEY: ReadonlySet<string> = new Set([
  ...['equity', 'limit_base', 'exposure', 'cash_need', 'cash_free', 'daily_line', 'emergency_line'],
])

/** Folds records into the state a person wants to see. */
class Picture {
  #instruments: readonly HeaderInstrument[] = []
  #texts = new Map<number, string>()
  #positions = new Map<number, number>()
  #orders = new Map<number, { symbol: string; state: string; side: string; qty: string; filled: string }>()
  decisions: Decision[] = []
  alerts: { seq: number; t: string; code: string; critical: boolean; symbol: string; text: string }[] = []
  equity: { equity: number; cash: number } | undefined
  state = 'UNARMED'
  seq = 0
  t = 0
  #base = 'USD'

  add(r: RecordView): void {
    const w = r.words
    if (r.kind === KIND.header) {
      const header = JSON.parse(textOf(r)) as { instruments: HeaderInstrument[]; base: string }
      this.#instruments = header.instruments
      this.#base = header.base
    } else if (r.kind === KIND.text) this.#texts.set(w[2] as number, textOf(r))
    else if (r.kind === KIND.equity) this.equity = { equity: w[3] as number, cash: w[4] as number }
    else if (r.kind === KIND.state) this.state = ENGINE_STATES[w[4] as number] ?? '?'
    else if (r.kind === KIND.order) this.#order(r)
    else if (r.kind === KIND.decision) this.#decision(r)
    else if (r.kind === KIND.verdict) this.#verdict(r)
    else if (r.kind === KIND.alert) this.#alert(r)
    else if (r.kind === KIND.report && w[3] === FILLED) {
      const held = this.#positions.get(r.instrument) ?? 0
      this.#positions.set(r.instrument, held + (w[7] as number) * (w[8] as number))
    }
  }

  #alert({ words: w, instrument }: RecordView): void {
    const [seq, t, code, critical, , text] = w.subarray(1) as unknown as number[]
    this.alerts.push({
      seq: seq as number,
      t: formatMicros(t as number),
      code: ALERT_CODES[code as number] ?? '?',
      critical: critical === 1,
      symbol: this.#symbol(instrument).symbol,
      text: this.#texts.get(text as number) ?? '',
    })
  }

  #symbol(id: number): HeaderInstrument {
    return this.#instruments[id] ?? { symbol: '', priceDecimals: 0, qtyDecimals: 0 }
  }

  #order({ words: w, instrument }: RecordView): void {
    const i = this.#symbol(instrument)
    const state = ORDER_STATES[w[12] as number] ?? '?'
    const id = w[3] as number
    if (['filled', 'canceled', 'expired', 'rejected'].includes(state)) this.#orders.delete(id)
    else {
      const [qty, filled] = [fromScaled(w[9] as number, i.qtyDecimals), fromScaled(w[14] as number, i.qtyDecimals)]
      this.#orders.set(id, { symbol: i.symbol, state, side: (w[6] as number) > 0 ? 'buy' : 'sell', qty, filled })
    }
  }

  #decision({ words: w, instrument }: RecordView): void {
    const i = this.#symbol(instrument)
    const reasons = reasonsOf(w[5] as number)
    const notes: Record<string, number> = {}
    for (let k = 9; k + 1 < w.length; k += 2) notes[this.#texts.get(w[k] as number) ?? '?'] = w[k + 1] as number
    this.decisions.push({
      seq: w[1] as number,
      t: formatMicros(w[2] as number),
      symbol: i.symbol,
      action: ACTIONS[w[3] as number] ?? '?',
      rule: this.#texts.get(w[4] as number) ?? '',
      verdict: reasons.length > 0 ? 'denied' : 'approved',
      reasons,
      qty: fromScaled(w[6] as number, i.qtyDecimals),
      order: w[8] === 0 ? null : (w[8] as number),
      notes,
      judged_by: null,
    })
  }

  /** The row behind a decision: what the gate looked at, in decimals where the number is a price, quantity or money. */
  #verdict({ words: w, instrument }: RecordView): void {
    const decision = this.decisions.at(-1)
    if (decision === undefined) return
    const i = this.#symbol(instrument)
    const money = this.#base === 'KRW' || this.#base === 'JPY' ? 4 : 6
    const judged: Record<string, number | string> = {}
    VERDICT_FIELDS.forEach((name, k) => {
      const x = w[k + 2] as number
      if (name === 't' || name === 'reasons' || name === 'order_id') return
      if (name === 'state') judged[name] = ENGINE_STATES[x] ?? '?'
      else if (name === 'mark2') judged.mark = fromScaled(x * 5, i.priceDecimals + 1)
      else if (PRICES.has(name)) judged[name] = fromScaled(x, i.priceDecimals)
      else if (QUANTITIES.has(name)) judged[name] = fromScaled(x, i.qtyDecimals)
      else if (MONEY.has(name)) judged[name] = Number.isSafeInteger(x) ? fromScaled(x, money) : x
      else judged[name] = x
    })
    decision.judged_by = judged
  }

  json(decisions: readonly Decision[]): unknown {
    const money = this.#base === 'KRW' || this.#base === 'JPY' ? 4 : 6
    const positions = [...this.#positions].filter(([, qty]) => qty !== 0)
    return {
      seq: this.seq,
      t: this.t === 0 ? null : formatMicros(this.t),
      state: this.state,
      base_currency: this.#base,
      equity: this.equity === undefined ? null : fromScaled(this.equity.equity, money),
      cash: this.equity === undefined ? null : fromScaled(this.equity.cash, money),
      positions: Object.fromEntries(
        positions.map(([id, qty]) => [this.#symbol(id).symbol, fromScaled(qty, this.#symbol(id).qtyDecimals)]),
      ),
      live_orders: Object.fromEntries(this.#orders),
      alerts: this.alerts.slice(-LAST_ALERTS),
      decisions,
    }
  }
}

/** `--at`: a sequence number, or a stamp with zone. */
function readAt(written: string | undefined): { seq: number; t: number } {
  if (written === undefined) return { seq: Infinity, t: Infinity }
  if (/^\d+$/.test(written)) return { seq: Number(written), t: Infinity }
  const stamp = parseStamp(written)
  if (stamp?.hasZone === true) return { seq: Infinity, t: stamp.t }
  throw new Failure(`--at ${written}: write an event number or a stamp such as 2013-10-08T14:30:00Z`, 2)
}

function readOrder(written: string | undefined): number | undefined {
  if (written === undefined) return undefined
  const id = /^(?:[0-9a-f]+-)?(\d+)$/.exec(written)?.[1]
  if (id === undefined) throw new Failure(`--order ${written}: write an order id as in orders.csv`, 2)
  return Number(id)
}

export const command: CliCommand = {
  configure(command) {
    command
      .argument('<run>', 'run directory')
      .option('--at <event|time>', 'state after this event (default: the end)')
      .option('--order <id>', 'the decisions about this order only')
  },
  async run([dir], options, ctx) {
    const run = dir as string
    const { manifest } = await openRun(run)
    if (manifest.journal === 'none') throw new Failure(`${run}: it has no journal (--journal none)`)
    const at = readAt(text(options, 'at'))
    const order = readOrder(text(options, 'order'))
    const picture = new Picture()
    for (const r of journalRecords(run)) {
      const numbered = r.kind >= FIRST_NUMBERED && r.kind !== KIND.header && r.kind !== CHECKPOINT
      if (numbered && ((r.words[1] as number) > at.seq || (r.kind !== KIND.text && (r.words[2] as number) > at.t)))
        break
      picture.add(r)
      if (numbered) picture.seq = r.words[1] as number
      if (numbered && r.kind !== KIND.text) picture.t = r.words[2] as number
    }
    const about = picture.decisions.filter((d) => order === undefined || d.order === order)
    const shown = order === undefined ? about.slice(-LAST_DECISIONS) : about
    const json = picture.json(shown) as Record<string, unknown>
    for (const [name, value] of Object.entries(json)) {
      if (name !== 'decisions')
        ctx.say(`${name.padEnd(14)}${typeof value === 'string' ? value : JSON.stringify(value)}`)
    }
    for (const d of shown) {
      const why = d.reasons.length === 0 ? '' : ` because of ${d.reasons.join(', ')}`
      const notes = Object.entries(d.notes).map(([k, v]) => `${k}=${v}`)
      ctx.say(
        `${d.seq} ${d.t} ${d.symbol} ${d.action} ${d.qty} "${d.rule}" ${d.verdict}${why} ${notes.join(' ')}`.trimEnd(),
      )
      const judged = Object.entries(d.judged_by ?? {}).map(([k, v]) => `${k} ${v}`)
      if (judged.length > 0) ctx.say(`  judged by ${judged.join(', ')}`)
    }
    return { json }
  },
}
