/** Checks of reconciliation: I-12, I-13, I-16, I-25, I-26, R-05, R-43, R-46, R-47. */
import { abs, cmp, frac, max, mul, ZERO } from './exact.ts'
import type { Judge } from './judge.ts'
import { BOOK, BOOKED, CASH, EXPLAIN, type OrderStateName, REQUEST, type Row } from './layout.ts'
import type { Fill } from './ledger.ts'
import { isLive, onItsWay, type Order } from './orders.ts'
import type { ForeignOrder, LinkView } from './state.ts'

interface Delivered {
  readonly broker: number
  askedSeq: number
  readonly orders: Map<number, string>
  /** Orders that are filled in whole, and at which quantity. */
  readonly whole: Map<number, bigint>
  readonly foreign: ForeignOrder[]
  readonly fills: Map<string, { order: Order; no: number; fill: Fill }>
  readonly positions: Map<number, { qty: bigint; sellable: bigint }>
  readonly cash: Map<number, bigint>
  /** Orders whose state the books change, and how. */
  readonly findings: Map<Order, { to: OrderStateName; must: boolean }>
}

export class BooksJudge {
  readonly #j: Judge
  #open: Delivered | undefined
  /** Complete books of this step. */
  #now: Delivered | undefined
  readonly #left = new Map<number, Set<number>>()
  /** A cash movement booked by the engine in this step, waiting for its explanation. */
  #booked: { broker: number; currency: number; amount: number; kind: string } | undefined
  #explaining: { broker: number; kind: string } | undefined

  constructor(judge: Judge) {
    this.#j = judge
  }

  #link(broker: number): LinkView {
    return this.#j.world.links[broker] as LinkView
  }

  request(row: Row): void {
    const [, seq, t, type, broker, about] = row.w as [number, number, number, number, number, number]
    this.#j.count(`request ${REQUEST[type]}`)
    if (REQUEST[type] !== 'reconcile') return
    Object.assign(this.#link(broker), { request: about, askedAt: t, askedSeq: seq })
  }

  row(row: Row): void {
    const [, , , broker, request, what, ...v] = row.w as [number, number, number, number, number, number, ...number[]]
    this.#open ??= {
      broker,
      askedSeq: 0,
      orders: new Map(),
      whole: new Map(),
      foreign: [],
      fills: new Map(),
      positions: new Map(),
      cash: new Map(),
      findings: new Map(),
    }
    const d = this.#open
    const at = row.instrument
    switch (BOOK[what]) {
      case 'order': {
        const [id, externalId, side, qty, cum, limit, state] = v as [
          number,
          number,
          number,
          number,
          number,
          number,
          number,
        ]
        if (BOOKED[state] === 'filled') d.whole.set(id, BigInt(qty))
        if (id > 0) d.orders.set(id, BOOKED[state] as string)
        else if (BOOKED[state] === 'working') {
          d.foreign.push({ broker, id: externalId, instrument: at, side, left: BigInt(qty - cum), limit })
        }
        return
      }
      case 'fill': {
        const [id, no, side, qty, price, fee, tax] = v as [number, number, number, number, number, number, number]
        const order = this.#j.world.orders.all.get(id)
        const big = { qty: BigInt(qty), price: BigInt(price), fee: BigInt(fee), tax: BigInt(tax) }
        if (order !== undefined && !order.fills.has(no)) {
          d.fills.set(`${id} ${no}`, { order, no, fill: { broker, instrument: at, side, ...big } })
        }
        return
      }
      case 'position':
        d.positions.set(at, { qty: BigInt(v[0] as number), sellable: BigInt(v[1] as number) })
        return
      case 'cash':
        d.cash.set(v[0] as number, BigInt(v[1] as number))
        return
      default:
        this.#open = undefined
        this.#end(d, request, v)
    }
  }

  #end(d: Delivered, request: number, delivered: readonly number[]): void {
    const { world } = this.#j
    const link = this.#link(d.broker)
    if (request !== link.request || link.askedAt === 0) return
    link.askedAt = 0
    d.askedSeq = link.askedSeq
    link.unsure = !link.reconciled
    // A list that did not come is evidence of nothing (F-35).
    if (delivered.some((x) => x === 0)) return this.#j.count('books failed')
    this.#j.count('books')
    this.#now = d
    world.ledger.holdings[d.broker]?.forEach((h, i) => {
      h.sellable = d.positions.get(i)?.sellable ?? 0n
    })
    const known = new Set(world.foreign.filter((o) => o.broker === d.broker).map((o) => o.id))
    for (const o of d.foreign) if (!known.has(o.id)) world.waiting.add(o.instrument)
    world.foreign = [...world.foreign.filter((o) => o.broker !== d.broker), ...d.foreign]
    this.#findings(d)
  }

  /** What the books say of the state of each order (I-12, F-14, F-32). */
  #findings(d: Delivered): void {
    const { world } = this.#j
    const filling = new Set([...d.fills.values()].map((f) => f.order))
    for (const [id, booked] of d.orders) {
      const o = world.orders.all.get(id)
      if (o === undefined || o.broker !== d.broker) continue
      const works = o.filled > 0n ? 'partiallyFilled' : 'new'
      const to = booked === 'working' ? works : (booked as OrderStateName)
      if (booked === 'filled') {
        this.#whole(d, o)
        continue
      }
      if (booked === 'working' && isLive(o) && o.state !== 'unknown' && o.state !== 'pendingNew') continue
      if (booked !== 'working' && !isLive(o)) continue
      d.findings.set(o, { to, must: !filling.has(o) && o.state !== 'filled' })
    }
    for (const o of world.orders.live) {
      if (o.broker !== d.broker || d.orders.has(o.id) || o.sentSeq === world.seq) continue
      const was = o.state
      // One that nobody answered may be on its way, unless the books themselves bring a fill of it.
      if (onItsWay(o) && !filling.has(o)) continue
      // Its fill ends the doubt, and that nobody lists it begins it anew.
      if (was !== 'unknown' || filling.has(o)) d.findings.set(o, { to: 'unknown', must: !filling.has(o) })
      else if (!o.known) {
        if (o.absentAt === 0) o.absentAt = world.t
        if (world.t - o.absentAt >= 5_000_000) d.findings.set(o, { to: 'rejected', must: !filling.has(o) })
      }
    }
  }

  /** All there is of it was filled: known for more after a lost answer to a replace, or brought back by old books. */
  #whole(d: Delivered, o: Order): void {
    let filled = o.filled
    for (const f of d.fills.values()) if (f.order === o) filled += f.fill.qty
    const qty = d.whole.get(o.id) as bigint
    // A fill that the books bring and that is all of it ends it by itself.
    const must = filled < o.qty || filled === o.filled
    if (isLive(o) && filled >= qty) d.findings.set(o, { to: 'filled', must })
  }

  /** An order row of this step that only the books can explain. */
  evidence(o: Order, state: OrderStateName): void {
    const finding = this.#now?.findings.get(o)
    if (finding === undefined) return
    const works = finding.to === 'new' || finding.to === 'partiallyFilled'
    const to = works ? (o.filled > 0n ? 'partiallyFilled' : 'new') : finding.to
    if (to !== state) return
    this.#now?.findings.delete(o)
    if (finding.to !== 'unknown' && finding.to !== 'rejected') o.known = true
    if (finding.to === 'filled') {
      const qty = this.#now?.whole.get(o.id) ?? o.qty
      // The quantity of a replace whose answer was lost says that it was taken, with its prices.
      const taken = o.next?.qty === qty && o.next
      Object.assign(o, taken, { qty, next: undefined })
    }
    this.#j.count(`books find ${finding.to}`)
    this.#j.orders.ends(o, state)
  }

  /** A cash row that is no input: the engine books what it explains. */
  ownCash(row: Row): void {
    const [, , , broker, currency, amount, kind] = row.w as [number, number, number, number, number, number, number]
    if (this.#booked !== undefined) this.#j.fail('R-46', 'cash booked without an explanation')
    this.#booked = { broker, currency, amount, kind: CASH[kind] as string }
    this.#ownCashFits(this.#booked)
    this.#j.cash(row)
  }

  #ownCashFits(b: { broker: number; currency: number; amount: number; kind: string }): void {
    const { world } = this.#j
    if (this.#explaining !== undefined) {
      const open = this.#left.get(b.broker)
      if (b.broker === this.#explaining.broker && open?.has(b.currency)) return
      this.#j.fail('R-46', `cash of currency ${b.currency} explained that was not unexplained`)
    }
    const d = this.#now
    if (d === undefined || d.broker !== b.broker) this.#j.fail('R-46', `cash ${b.amount} booked out of nowhere`)
    const gap = (d.cash.get(b.currency) ?? 0n) - (world.ledger.cash[b.broker]?.[b.currency] ?? 0n)
    if (gap !== BigInt(b.amount)) this.#j.fail('I-16', `cash ${b.amount} booked, the books differ by ${gap}`)
    const ever = this.#link(b.broker).ever
    if (!ever && b.kind !== 'deposit') this.#j.fail('R-46', `opening balance booked as ${b.kind}`)
    if (ever && b.kind !== 'correction') this.#j.fail('R-46', `unexplained cash booked as ${b.kind}`)
    if (ever && !this.#small(b.currency, gap)) this.#j.fail('R-05', `unexplained cash ${gap} booked in silence`)
  }

  /** $1 or one basis point of equity. */
  #small(currency: number, gap: bigint): boolean {
    const { ledger, facts } = this.#j.world
    const exact = ledger.inBase(currency, frac(gap))
    if (exact === undefined) return false
    const value = abs(exact)
    const dollar = facts.base === 'USD' ? frac(1_000_000) : ZERO
    return cmp(value, max(dollar, mul(ledger.equity() ?? ZERO, frac(1, 10_000)))) <= 0
  }

  explain(row: Row): void {
    const [, , , what, broker, a, b, c] = row.w as [number, number, number, number, number, number, number, number]
    const { world } = this.#j
    const kind = EXPLAIN[what] as string
    this.#j.count(`explained ${kind}`)
    if (kind === 'cash') {
      if (this.#booked === undefined || this.#booked.amount !== b) this.#j.fail('R-46', `cash ${b} explained twice`)
      this.#booked = undefined
    } else if (kind === 'fill') {
      const found = this.#now?.fills.get(`${a} ${b}`)
      if (found === undefined) this.#j.fail('I-14', `fill ${b} of order ${a} is not in the books, or known already`)
      this.#now?.fills.delete(`${a} ${b}`)
      if (found.fill.qty !== BigInt(c)) this.#j.fail('I-13', `fill ${b} of order ${a}: ${c}, booked ${found.fill.qty}`)
      this.#j.orders.fill(found.order, found.no, found.fill)
      this.#j.follow()
    } else if (kind === 'external' && this.#now !== undefined) this.#external(row.instrument, broker, BigInt(a))
    else if (kind === 'adopted') this.#j.control.adopted(row.instrument, broker, BigInt(a), BigInt(b))
    else if (kind === 'acknowledged') world.waiting.delete(row.instrument)
  }

  /** more than ours, or less of what is not ours. */
  #external(instrument: number, broker: number, difference: bigint): void {
    const gap = this.#gap(broker, instrument)
    if (gap !== difference) this.#j.fail('I-13', `holding explained by ${difference}, the books differ by ${gap}`)
    if (this.#underWay(broker, instrument))
      this.#j.fail('R-43', `holding ${instrument} explained while orders are live`)
    this.#j.world.ledger.at(broker, instrument).external += difference
    if (this.#link(broker).ever) this.#j.world.waiting.add(instrument)
  }

  #gap(broker: number, instrument: number): bigint {
    const h = this.#j.world.ledger.at(broker, instrument)
    return (this.#now?.positions.get(instrument)?.qty ?? 0n) - h.qty - h.external
  }

  #underWay(broker: number, instrument: number): boolean {
    const { ledger, orders } = this.#j.world
    const moved = ledger.at(broker, instrument).fillSeq > (this.#now?.askedSeq ?? 0)
    return moved || orders.at(broker, instrument).some((o) => this.#before(o))
  }

  /** Exits of this step left after the books were looked at. */
  #before(o: Order): boolean {
    return o.origin === 'agent' || o.sentSeq < this.#j.world.seq
  }

  /** Books are being compared in this step. */
  get comparing(): boolean {
    return this.#now !== undefined
  }

  /** The operator explains what is unexplained at a broker. */
  explaining(broker: number, kind: string): void {
    this.#explaining = { broker, kind }
  }

  endOfStep(): void {
    if (this.#explaining !== undefined) {
      this.#left.get(this.#explaining.broker)?.clear()
      this.#explaining = undefined
    }
    if (this.#booked !== undefined) this.#j.fail('R-46', 'cash booked without an explanation')
    const d = this.#now
    if (d === undefined) return
    for (const f of d.fills.values()) this.#j.fail('I-13', `fill ${f.no} of order ${f.order.id} stays unbooked`)
    for (const [o, finding] of d.findings) {
      if (!finding.must) continue
      this.#j.fail('I-12', `order ${o.id} is ${o.state}, the books say ${finding.to}`)
    }
    this.#holdings(d)
    this.#now = undefined
    this.#link(d.broker).unsure = false
  }

  /** I-13, I-16: what is not under way agrees now, or somebody is told. */
  #holdings(d: Delivered): void {
    const { world } = this.#j
    const link = this.#link(d.broker)
    let agreed = true
    for (const { id } of world.facts.instruments) {
      const gap = this.#gap(d.broker, id)
      const key = `${d.broker} ${id}`
      if (gap === 0n) {
        world.missing.delete(key)
        continue
      }
      if (this.#underWay(d.broker, id)) {
        agreed = agreed && link.ever
        continue
      }
      const { external } = world.ledger.at(d.broker, id)
      if (gap > 0n || external >= 0n - gap) {
        this.#j.fail('I-13', `holding ${id} at broker ${d.broker} differs by ${gap} and nothing explains it`)
      }
      agreed = false
      if (!world.missing.has(key)) this.#j.control.mismatch()
      world.missing.add(key)
    }
    if (world.missing.size === 0) this.#j.control.agreed()
    const settled = this.#cash(d, link)
    if (!agreed || !settled) return
    link.reconciled = link.ever = true
  }

  #cash(d: Delivered, link: LinkView): boolean {
    const { world } = this.#j
    const busy =
      [...world.orders.live].some((o) => o.broker === d.broker && this.#before(o)) ||
      (world.ledger.holdings[d.broker] ?? []).some((h) => h.fillSeq > d.askedSeq)
    if (busy) return link.ever
    const before = this.#left.get(d.broker) ?? new Set<number>()
    const left = new Set<number>()
    for (const [currency, amount] of d.cash) {
      const gap = amount - (world.ledger.cash[d.broker]?.[currency] ?? 0n)
      if (gap === 0n) continue
      if (!link.ever || this.#small(currency, gap))
        this.#j.fail('I-16', `cash of currency ${currency} differs by ${gap}`)
      left.add(currency)
      if (before.has(currency)) this.#j.control.unexplained()
    }
    this.#left.set(d.broker, left)
    return true
  }
}
