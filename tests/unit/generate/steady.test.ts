/** A symbol that never falls silent, and is otherwise the market it was. */
import { describe, expect, it } from 'vitest'
import { DAY, epochDay, SECOND } from '../../../src/core/base/time.ts'
import { generateMarket, type MarketMinute } from '../../../src/generate/market.ts'
import { planSymbol } from '../../../src/generate/market-plan.ts'
import { Steady } from '../../../src/generate/steady.ts'
import { QUOTE, type TickChunk } from '../../../src/generate/ticks.ts'

const QUIET = 6 * SECOND
const request = { symbols: ['NVDA'], days: 2, seed: 5, start: epochDay(2026, 3, 9), rate: 5 }

function rowsOf(c: TickChunk): number[][] {
  return Array.from({ length: c.rows }, (_, i) =>
    [c.venue, c.recv, c.a, c.b, c.asz, c.bsz, c.kind].map((column) => column[i] as number),
  )
}

describe('a steady market', () => {
  const plain: number[][] = []
  const steady: number[][] = []
  const filler = new Steady(QUIET)
  const opens: number[] = []
  for (const minute of generateMarket({ ...request, symbols: [planSymbol('NVDA', request)] })) {
    if (minute.opens) opens.push(minute.venue[0] as number)
    plain.push(...rowsOf(minute as MarketMinute))
    steady.push(...rowsOf(filler.fill(minute)))
  }

  it('says something at least every six seconds of a session', () => {
    const gaps = steady.slice(1).map((row, i) => (row[0] as number) - (steady[i]?.[0] as number))
    // Once the night between the two sessions.
    expect(gaps.filter((gap) => gap > QUIET)).toHaveLength(1)
    expect(opens).toHaveLength(2)
    expect((opens[1] as number) - (opens[0] as number)).toBe(
      DAY + ((opens[1] as number) % DAY) - ((opens[0] as number) % DAY),
    )
    const sparse = plain.slice(1).filter((row, i) => (row[0] as number) - (plain[i]?.[0] as number) > QUIET)
    expect(sparse.length).toBeGreaterThan(100)
  })

  it('keeps every row, rises in both clocks, and only repeats the standing quote', () => {
    const known = new Set(plain.map((row) => row.join()))
    expect(steady.filter((row) => known.has(row.join()))).toEqual(plain)
    let standing = ''
    let last = [0, 0]
    for (const row of steady) {
      expect(row[0]).toBeGreaterThan(last[0] as number)
      expect(row[1]).toBeGreaterThan(last[1] as number)
      last = row
      const quote = row.slice(2, 6).join()
      if (!known.has(row.join())) expect([row[6], quote]).toEqual([QUOTE, standing])
      if (row[6] === QUOTE) standing = quote
    }
  })

  it('is received before a row that comes a moment after the repeat', () => {
    const [first] = generateMarket({ ...request, symbols: [planSymbol('NVDA', request)] })
    if (first === undefined) throw new Error('no market')
    const at = first.venue[0] as number
    const minute = { ...first, rows: 2, kind: first.kind.slice(), venue: first.venue.slice(), recv: first.recv.slice() }
    minute.kind.fill(QUOTE)
    minute.venue.set([at, at + QUIET + 300])
    minute.recv.set([at + 100, at + QUIET + 400])
    const rows = rowsOf(new Steady(QUIET).fill(minute))
    expect(rows.map((row) => (row[1] as number) - at)).toEqual([100, QUIET + 399, QUIET + 400])
  })
})
