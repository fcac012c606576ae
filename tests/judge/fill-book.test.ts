/**
 * What the records say was booked is what the engine's ledger booked, in random scenarios of two brokers with repeated,
 * late, busted and corrected fills, books that tell of more, trades by hand, adoptions and splits.
 */
import { describe, expect, it } from 'vitest'
import { netOf, RoundTrips } from '../../src/report/round-trips.ts'
import { type LedgerLine, Lots } from '../../src/report/lots.ts'
import { FillBook, type Movement } from '../../src/runtime/fill-book.ts'
import { viewRecord } from '../../src/runtime/record-fields.ts'
import { drawn } from './campaign.ts'
import { run } from './run-scenario.ts'
import { INSTRUMENTS } from './scene.ts'

/** With those of the first thousand in which somebody sold shares of ours by hand, which is rare. */
const SEEDS = [...Array.from({ length: 120 }, (_, i) => i + 1), 763, 988]

interface Told {
  readonly kinds: Map<string, number>
  readonly faults: string[]
}

/** Plays one seed and holds the movements against the ledger after every event. */
function play(seed: number, told: Told): void {
  const moved: number[] = [0, 0]
  const lines: LedgerLine[] = []
  let results = 0
  const trips = new RoundTrips(INSTRUMENTS, (trip) => {
    results += netOf(trip)
  })
  const lots = new Lots((line) => lines.push(line))
  const currencies = ['KRW', 'USD']
  const add = (instrument: number, amount: number): void => {
    const c = currencies.indexOf(INSTRUMENTS[instrument]?.currency ?? '')
    moved[c] = (moved[c] as number) + amount
  }
  const book = new FillBook(INSTRUMENTS, (m: Movement) => {
    const kind = m.kind === 'fill' && m.sign < 0 ? 'reversal' : m.kind
    told.kinds.set(kind, (told.kinds.get(kind) ?? 0) + 1)
    trips.movement(m)
    lots.movement(m)
    if (m.kind === 'fill') add(m.instrument, -m.sign * (m.side * m.value + m.fee + m.tax))
    else if (m.kind === 'costs') add(m.instrument, -m.fee - m.tax)
    else if (m.kind === 'adopted') add(m.instrument, -m.value)
  })
  const played = run(drawn(seed, 120), true, (_, rows) => {
    for (const row of rows) book.record(viewRecord(Float64Array.from(row.w)))
  })
  const { ledger } = played.world.engine.desk
  const say = (what: string, ours: unknown, theirs: unknown): void => {
    if (ours !== theirs) told.faults.push(`seed ${seed}: ${what} ${String(ours)} told, ${String(theirs)} in the ledger`)
  }
  for (const { id, symbol } of INSTRUMENTS) say(`${symbol} held`, trips.held(id), ledger.held(id))
  currencies.forEach((code, c) => say(`${code} moved`, moved[c], ledger.managedFlow[c]))
  // The ledger for tax adds up to the same money, and holds the same shares.
  lots.rest()
  const open = lines.filter((line) => line.closed === undefined)
  for (const { id, symbol } of INSTRUMENTS) {
    const held = open.filter((l) => l.instrument === id).reduce((n, l) => n + (l.side === 'long' ? l.qty : -l.qty), 0)
    say(`${symbol} in lots`, held, ledger.held(id))
  }
  currencies.forEach((code, c) => {
    const of = lines.filter((l) => INSTRUMENTS[l.instrument]?.currency === code)
    const sum = of.reduce((n, l) => n + l.proceeds - l.cost - l.costs, 0)
    say(`${code} in lots`, sum, ledger.managedFlow[c])
  })
  expect(Number.isSafeInteger(results)).toBe(true)
}

describe('FillBook, RoundTrips and Lots', () => {
  it(`agree with the engine's ledger in ${SEEDS.length} random scenarios`, () => {
    const told: Told = { kinds: new Map(), faults: [] }
    for (const seed of SEEDS) play(seed, told)
    expect(told.faults).toEqual([])
    // A run of the test in which these did not happen would say nothing of them.
    for (const kind of ['fill', 'reversal', 'costs', 'adopted', 'lost', 'split']) {
      expect(told.kinds.get(kind) ?? 0, kind).toBeGreaterThan(0)
    }
  })
})
