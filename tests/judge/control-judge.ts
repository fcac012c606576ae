/** Checks of states, links, the operator and limits: D-08, I-26, I-30, I-32, I-34, I-45, R-04, R-08, R-37, R-44. */
import { ceil, frac } from './exact.ts'
import { inStep, type Limits, SECOND } from './facts.ts'
import type { Judge } from './judge.ts'
import { stateName } from './layout.ts'
import { K, LIMIT, LINK, OPERATOR, type Row, STATE, SYSTEM } from './layout.ts'
import { awaits } from './orders.ts'

export class ControlJudge {
  readonly #j: Judge
  /** Causes of REDUCE_ONLY that the judge is sure of. */
  readonly #holds = new Set<string>()
  #operator = ''
  #restarted: number | undefined
  /** `value` of the last restart. */
  #resume = 0
  #killedNow = false

  constructor(judge: Judge) {
    this.#j = judge
  }

  overfilled(): void {
    this.#holds.add('overfill')
  }

  mismatch(): void {
    this.#holds.add('mismatch')
  }

  agreed(): void {
    this.#holds.delete('mismatch')
  }

  unexplained(): void {
    this.#holds.add('cash')
  }

  input(row: Row): void {
    switch (row.kind) {
      case K.link:
        return this.#link(row)
      case K.buyingPower: {
        const [, , t, broker, currency, amount] = row.w as [number, number, number, number, number, number]
        const cash = this.#j.world.ledger.cash[broker]?.[currency] ?? 0n
        this.#j.world.power.set(`${broker} ${currency}`, { amount: BigInt(amount), t, cash })
        return
      }
      case K.externalFill:
        return this.#external(row)
      case K.operator:
        return this.#operate(row)
      case K.system:
        return this.#system(row)
      case K.limits:
        return this.#limits(row)
      default:
        this.#j.fail('I-03', `an input of kind ${row.kind}, which the judge does not know`)
    }
  }

  #link(row: Row): void {
    const { world } = this.#j
    const [, , t, broker, what] = row.w as [number, number, number, number, number]
    const link = world.links[broker]
    if (link === undefined) return
    const name = LINK[what] as string
    this.#j.count(`link ${name}`)
    if (name === 'planned' || name === 'plannedEnd') {
      link.planned = name === 'planned'
      return
    }
    // What people must do changes nothing by itself.
    if (name.startsWith('login') || name === 'readOnly') return
    link.losses = link.losses.filter((at) => at > t - 3600 * SECOND)
    if (name !== 'up') {
      if (link.up) link.losses.push(t)
      link.up = false
      return
    }
    if (link.up) return
    link.up = true
    link.reconciled = inStep(world.facts, broker)
    link.askedAt = 0
    for (const o of world.orders.live) if (o.broker === broker) o.absentAt = 0
  }

  /** F-30: sales by hand take what is not ours first. */
  #external(row: Row): void {
    const { world } = this.#j
    const [, , , broker, side, qty, price, fee, tax] = row.w as number[] as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const i = row.instrument
    const h = world.ledger.at(broker, i)
    const units = BigInt(qty)
    const value = { broker, instrument: i, side, qty: units, price: BigInt(price) }
    world.ledger.external({ ...value, fee: BigInt(fee), tax: BigInt(tax) })
    const over = units - h.external > 0n ? units - h.external : 0n
    const ours = side < 0 ? (over < h.qty ? over : h.qty) : 0n
    if (ours > 0n) {
      world.ledger.writeOff(broker, i, ours)
      h.fillSeq = world.seq
    }
    h.external += BigInt(side) * units + (ours > 0n ? ours : 0n)
    world.waiting.add(i)
    this.#j.orders.race(broker, i)
    this.#j.exits.changed(i)
    this.#j.count('external fill')
  }

  #operate(row: Row): void {
    const { world, losses, exits } = this.#j
    const [, , , action, broker, value] = row.w as [number, number, number, number, number, number]
    this.#operator = OPERATOR[action] as string
    this.#adoptPrice = BigInt(row.w[6] as number)
    this.#j.count(`operator ${this.#operator}`)
    switch (this.#operator) {
      case 'arm':
        if (losses.emergencyTripped || world.state === 'STOPPED' || world.state === 'LIQUIDATING') return
        // Nobody can say yet what the account is worth.
        if (!losses.armed && world.ledger.equity() === undefined) return
        this.#holds.delete('restart')
        exits.killed = undefined
        return
      case 'kill':
        this.#kill()
        return
      case 'acknowledge': {
        const h = world.ledger.at(broker, row.instrument)
        if (value > 0 && BigInt(value) <= h.qty) {
          world.ledger.writeOff(broker, row.instrument, BigInt(value))
          this.#j.orders.race(broker, row.instrument)
        }
        world.waiting.delete(row.instrument)
        world.missing.delete(`${broker} ${row.instrument}`)
        if (world.missing.size === 0) this.#holds.delete('mismatch')
        return this.#j.exits.changed(row.instrument)
      }
      case 'explainCash':
        this.#holds.delete('cash')
        return this.#j.books.explaining(broker, '')
      case 'enable':
        world.runaway = false
        this.#j.orders.enabled()
        this.#holds.delete('overfill')
        return
      case 'clearEmergency':
        if (!losses.armed || (world.state !== 'STOPPED' && world.state !== 'UNARMED')) return
        losses.rebase(this.#j.equity(), world.ledger.limitBase())
        exits.killed = undefined
        return
      case 'allot':
        world.ledger.allotted = BigInt(value)
        losses.dayBase = world.ledger.limitBase()
        losses.allBase = value === 0 ? undefined : frac(value)
        return
      default:
        return
    }
  }

  /** I-34. An engine that had ended before has nothing to kill. */
  #kill(): void {
    const { world, exits } = this.#j
    exits.kill('the kill')
    // A liquidation under way has canceled, and repeats what was refused by its own rule.
    if (world.state !== 'LIQUIDATING') exits.mustCancel(false)
    this.#killedNow = true
    if (world.state === 'STOPPED' || world.state === 'LIQUIDATING') this.#killedNow = false
  }

  /** at most what is external there, at the price given or the mark. */
  adopted(instrument: number, broker: number, qty: bigint, price: bigint): void {
    const { world } = this.#j
    const h = world.ledger.at(broker, instrument)
    if (qty <= 0n || qty > h.external) this.#j.fail('R-43', `adopted ${qty} of ${h.external} external`)
    const mark = ceil(frac(BigInt(world.markets.at(instrument).mark2), 2n))
    if (price <= 0n || (this.#adoptPrice > 0n ? price !== this.#adoptPrice : price !== mark)) {
      this.#j.fail('R-43', `adopted at ${price}, asked ${this.#adoptPrice}, mark ${mark}`)
    }
    world.ledger.adopt(broker, instrument, qty, price, world.seq)
    this.#j.exits.changed(instrument)
  }

  #adoptPrice = 0n

  #system(row: Row): void {
    const { world } = this.#j
    const [, , , fact, value] = row.w as [number, number, number, number, number]
    const name = SYSTEM[fact] as string
    this.#j.count(`system ${name}`)
    if (name === 'failed') this.#kill()
    else if (name === 'clockOffset') world.clockOff = Math.abs(value) > SECOND
    else if (name === 'restarted') {
      this.#restarted = this.#resume = value
      if (value === 1) this.#holds.add('restart')
      world.facts.brokers.forEach((_, broker) => {
        if (inStep(world.facts, broker)) return
        Object.assign(world.links[broker] ?? {}, { up: false, planned: false, reconciled: false, askedAt: 0 })
      })
      for (const o of world.orders.live) {
        if (awaits(o) && !inStep(world.facts, o.broker)) this.#j.orders.move(o, 'unknown')
      }
      this.#j.sodPending = this.#j.rolled || this.#j.sodPending
    }
  }

  /** I-32, I-45. */
  #limits(row: Row): void {
    const { world } = this.#j
    const armed = world.state !== 'UNARMED' && world.state !== 'STOPPED'
    let next: Limits = world.limits
    let tighter = true
    for (let at = 3; at + 2 < row.w.length; at += 3) {
      const [code, num, den] = row.w.slice(at, at + 3) as [number, number, number]
      const name = LIMIT[code] as (typeof LIMIT)[number]
      const now = world.limits[name]
      const was = typeof now === 'number' ? frac(now) : frac(now.num, now.den)
      if (!(num > 0 && den > 0) || BigInt(num) * was.d > was.n * BigInt(den)) tighter = false
      next = { ...next, [name]: typeof now === 'number' ? num : { num, den } }
    }
    this.#j.count(tighter ? 'limits tighter' : 'limits looser')
    if (armed && !tighter) return
    world.limits = next
  }

  state(row: Row): void {
    const { world } = this.#j
    const [, , , fromCode, toCode] = row.w as [number, number, number, number, number]
    const [from, to] = [stateName(fromCode), stateName(toCode)]
    if (from !== world.state) this.#j.fail('D-08', `left ${from}, it was ${world.state}`)
    if (toCode < fromCode) this.#leftwards(from, to)
    // Ended or killed before its books agreed, it never settles; a latched loss settles it into a liquidation.
    const latched = to === 'LIQUIDATING' && this.#j.losses.emergencyTripped && !this.#killedNow
    const settles = toCode < STATE.indexOf('LIQUIDATING') || latched
    if (this.#j.sodPending && from === 'RECONCILING' && settles) {
      this.#j.losses.raise(this.#j.equity(), this.#j.world.ledger.limitBase())
      this.#j.sodPending = false
    }
    this.#j.entered(to)
  }

  /** D-08: leftwards only by the operator, a healed cause, a roll, or a restart. */
  #leftwards(from: string, to: string): void {
    if (this.#operator !== '') return
    if (this.#restarted !== undefined && (to === 'RECONCILING' || from === 'RECONCILING')) return
    if (from === 'RECONCILING' && to === 'UNARMED' && this.#resume === 0) return
    if (from === 'REDUCE_ONLY' && to === 'LIVE') return
    this.#j.fail('D-08', `${from} → ${to} without an operator`)
  }

  endOfStep(): void {
    const { world } = this.#j
    if (world.state === 'LIVE') {
      if (world.dailyTripped) this.#j.fail('I-06', 'LIVE on a day that is lost (R-02)')
      for (const cause of this.#holds) this.#j.fail('D-08', `LIVE while ${cause} stands`)
      if (this.#j.exits.killed !== undefined) this.#j.fail('I-07', `LIVE after ${this.#j.exits.killed}`)
    }
    if (this.#killedNow) {
      const code = STATE.indexOf(world.state)
      if (code < STATE.indexOf('LIQUIDATING')) this.#j.fail('I-34', `${world.state} after a kill`)
      if (!this.#j.alerted('shutdown') && !this.#j.alerted('operator')) this.#j.fail('I-34', 'a kill told of nowhere')
    }
    this.#killedNow = false
    this.#operator = ''
    this.#restarted = undefined
  }
}
