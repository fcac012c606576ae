/** A user's own TypeScript source becomes a tape; a bad row is named and leaves no tape. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Failure } from '../../src/cli/failure.ts'
import { checkUserSource, importSource, type SourceRow, type UserSource } from '../../src/import/user-source.ts'
import { openTape } from '../../src/tape/read.ts'

const dir = mkdtempSync(join(tmpdir(), 'sametape-source-'))
afterAll(() => rmSync(dir, { recursive: true }))

const T0 = 1_760_000_000_000_000

function quotes(rows: readonly SourceRow[]): UserSource {
  return { symbol: 'ABC', venue: 'GEN', kind: 'quotes', rows: () => rows }
}

const GOOD = { t: T0, bid: 10.01, ask: 10.02, bidSize: 100, askSize: 200 }

describe('a user source', () => {
  it('is sealed into a tape with the decimals of its rows', async () => {
    const out = join(dir, 'good')
    await importSource('my.ts', quotes([GOOD, { ...GOOD, t: T0 + 1, ask: 10.025 }]), out, () => undefined)
    const tape = await openTape(out)
    expect(tape.manifest.instruments[0]).toMatchObject({ symbol: 'ABC', price_decimals: 3, qty_decimals: 0 })
    const seen: number[] = []
    for await (const chunk of tape.stream(0).chunks({ priceDecimals: 3, qtyDecimals: 0 })) {
      seen.push(...(chunk.columns.ask as Float64Array).subarray(0, chunk.rows))
    }
    expect(seen).toEqual([10_020, 10_025])
  })

  it.each([
    ['NaN', { ...GOOD, bid: Number.NaN }, 'bid NaN'],
    ['a negative size', { ...GOOD, askSize: -1 }, 'askSize -1'],
    ['a crossed quote', { ...GOOD, bid: 10.03 }, 'bid 10.03'],
    ['time going back', { ...GOOD, t: T0 - 1 }, `t ${T0 - 1}`],
    ['a zero price', { ...GOOD, ask: 0 }, 'ask 0'],
  ])('refuses %s by row and field and leaves no tape', async (name, bad, text) => {
    const out = join(dir, name.replaceAll(' ', '-'))
    const work = importSource('my.ts', quotes([GOOD, bad]), out, () => undefined)
    await expect(work).rejects.toThrow(Failure)
    await expect(work).rejects.toThrow(`my.ts: row 2: ${text}`)
    expect(existsSync(join(out, 'manifest.json'))).toBe(false)
  })

  it('refuses an export that is no source, and bars without a length', () => {
    expect(() => checkUserSource('x.ts', { symbol: 'A' })).toThrow('x.ts: the default export is not a source')
    const bars = { ...quotes([]), kind: 'bars' }
    expect(() => checkUserSource('x.ts', bars)).toThrow('interval undefined')
  })
})
