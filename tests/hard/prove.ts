/** Walks a run's tables in the order of its events and says what they show against the limits. */
import { Account } from './account.ts'
import { Limits, type Reached } from './limits.ts'
import { type Close, Marks } from './marks.ts'
import { type DecisionRow, type OrderRow, readTables, units } from './run-tables.ts'

/** Rules that act by time alone: their decisions stand before the facts of the event on which they are looked at. */
const UPKEEP = /^R-(30|36) /

export interface TableProof {
  readonly faults: readonly string[]
  readonly reached: Reached
  readonly rows: number
}

export interface RunFacts {
  /** Opening balances as decimals, by broker; one currency. */
  readonly cash: ReadonlyMap<string, string>
  readonly closes: ReadonlyMap<string, readonly Close[]>
}

/** Decisions that are exits of the risk rules, by order id; and what limit each order was made with. */
function termsOf(decisions: readonly DecisionRow[]): Map<string, { limit: bigint; exit: boolean }> {
  const terms = new Map<string, { limit: bigint; exit: boolean }>()
  for (const d of decisions) {
    if (!d.approved || d.order === '' || terms.has(d.order)) continue
    terms.set(d.order, { limit: d.limit, exit: d.rule === 'R-26 stop-loss' || d.rule === 'R-25 liquidation' })
  }
  return terms
}

export function proveTables(dir: string, facts: RunFacts): TableProof {
  const { fills, orders, equity, decisions } = readTables(dir)
  const faults: string[] = []
  const fault = (id: string, seq: number, what: string): void => void faults.push(`${id} at event ${seq}: ${what}`)
  const account = new Account(new Map([...facts.cash].map(([broker, text]) => [broker, units(text)])), fault)
  const marks = new Marks(facts.closes, new Map(orders.map((o) => [o.order, o.broker])))
  const limits = new Limits(account, marks, fault)
  const terms = termsOf(decisions)
  const walk = {
    fill: cursor(fills),
    order: cursor(orders),
    equity: cursor(equity),
    decision: cursor(decisions),
  }
  const ordered = (o: OrderRow): void => {
    const of = terms.get(o.order)
    account.order(o, of?.limit ?? 0n, of?.exit ?? false)
  }
  const decided = (d: DecisionRow, row: OrderRow | undefined): void => {
    if (row?.order !== d.order)
      fault('I-03', d.seq, `decision of order ${d.order} is followed by ${row?.order ?? 'none'}`)
    else ordered(row)
    const live = account.live.get(d.order)
    if (d.action === 'replace' && live !== undefined && d.limit > live.limit) live.limit = d.limit
  }
  const carriedOut = (d: DecisionRow): boolean => d.approved && d.order !== ''
  for (const seq of seqsOf([fills, orders, equity, decisions])) {
    const said = walk.order(seq)
    const made = walk.decision(seq)
    // Upkeep comes before what the event itself brings.
    while (made[0] !== undefined && UPKEEP.test(made[0].rule)) decided(made.shift() as DecisionRow, said.shift())
    const before = account.total()
    for (const f of walk.fill(seq)) account.fill(f)
    // Every decision that was carried out writes one row of its order; what stands before those the broker reported.
    for (const o of said.splice(0, said.length - made.filter(carriedOut).length)) ordered(o)
    for (const e of walk.equity(seq)) {
      account.agrees(e, before)
      limits.equity(e)
    }
    for (const d of made) {
      limits.decision(d)
      if (carriedOut(d)) decided(d, said.shift())
    }
  }
  const rows = fills.length + orders.length + equity.length + decisions.length
  return { faults, reached: limits.reached, rows }
}

/** Takes the rows of a sequence number; asked in rising order. */
function cursor<R extends { readonly seq: number }>(rows: readonly R[]): (seq: number) => R[] {
  let at = 0
  return (seq) => {
    const from = at
    while (rows[at]?.seq === seq) at++
    return rows.slice(from, at)
  }
}

function seqsOf(tables: readonly (readonly { readonly seq: number }[])[]): number[] {
  return [...new Set(tables.flatMap((rows) => rows.map((r) => r.seq)))].sort((a, b) => a - b)
}
