/**
 * What the simulated broker knows of our holdings, from the fills it made: enough to pay what a corporate action
 * brings. A dividend goes to who holds the shares at the start of the day on which they trade without it; the tax that
 * is withheld comes as a movement of its own. A split leaves whole units; the fraction is paid out at `mark`, the last
 * price carried over to the new shares. Amounts are rounded against the holder once per holding, to the money unit.
 *
 * Not modelled: the days between ex-date and payment.
 */
import { mulDiv, pow10 } from '../base/fixed.ts'
import type { ActionEvent, CashEvent, CashKind, ReportEvent } from '../domain/event.ts'
import { type Instrument, notionalScale } from '../domain/instrument.ts'
import { type Mark2, type Money, moneyDecimals, type Qty } from '../domain/units.ts'

/** Decimals of a dividend per share (`ActionEvent.amount`). */
const DIVIDEND_DECIMALS = 8

export class SimAccount {
  readonly #instruments: readonly Instrument[]
  /** Index of each instrument's currency in the run's list. */
  readonly #currencies: readonly number[]
  readonly #broker: number
  #held: Qty[]

  constructor(instruments: readonly Instrument[], currencies: readonly number[], broker: number) {
    this.#instruments = instruments
    this.#currencies = currencies
    this.#broker = broker
    this.#held = instruments.map(() => 0)
  }

  held(instrument: number): Qty {
    return this.#held[instrument] as Qty
  }

  report(e: ReportEvent): void {
    if (e.type === 'filled') this.#held[e.instrument] = this.held(e.instrument) + e.side * e.qty
  }

  /** `mark` is the last price before the action, doubled; 0 when none is known, then a fraction is worth nothing. */
  action(e: ActionEvent, mark: Mark2, out: CashEvent[]): void {
    const held = this.held(e.instrument)
    if (held === 0 || e.kind === 'rename') return
    if (e.kind === 'dividend') this.#dividend(e, held, out)
    else this.#split(e, held, mark, out)
  }

  #dividend(e: ActionEvent, held: Qty, out: CashEvent[]): void {
    const i = this.#instruments[e.instrument] as Instrument
    const spare = DIVIDEND_DECIMALS + i.qtyDecimals - moneyDecimals(i.currency)
    const [mul, div] = spare >= 0 ? [1, pow10(spare)] : [pow10(-spare), 1]
    this.#pay(e, 'dividend', mulDiv(held, e.amount * mul, div, 'down'), out)
    this.#pay(e, 'withholding', mulDiv(-held, e.withheld * mul, div, 'down'), out)
  }

  #split(e: ActionEvent, held: Qty, mark: Mark2, out: CashEvent[]): void {
    const i = this.#instruments[e.instrument] as Instrument
    const sign = held > 0 ? 1 : -1
    const size = Math.abs(held)
    const whole = mulDiv(size, e.num, e.den, 'down')
    this.#held[e.instrument] = sign > 0 ? whole : 0 - whole
    // size · num − whole · den parts of 1/den new shares are left, worth mark · den / num / 2 each.
    const rest = Number(BigInt(size) * BigInt(e.num) - BigInt(whole) * BigInt(e.den))
    if (rest === 0) return
    const { mul, div } = notionalScale(i)
    this.#pay(e, 'correction', sign * mulDiv(rest * mul, mark, 2 * e.num * div, 'down'), out)
  }

  #pay(e: ActionEvent, kind: CashKind, amount: Money, out: CashEvent[]): void {
    if (amount === 0) return
    const currency = this.#currencies[e.instrument] as number
    out.push({ type: 'cash', t: e.t, broker: this.#broker, currency, amount, kind })
  }

  snapshot(): unknown {
    return [...this.#held]
  }

  restore(s: unknown): void {
    this.#held = [...(s as Qty[])]
  }
}
