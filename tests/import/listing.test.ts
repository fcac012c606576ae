/** What an import makes of the instrument table: identity, shares that a symbol joins, direction of rates. */
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadDefault } from '../../src/runtime/agent-load.ts'
import { checkUserSource, importSource } from '../../src/import/user-source.ts'
import { cleanUp, freshPath, importText, write } from './import-for-test.ts'

cleanUp()

const daily = (rows: readonly string[]): string =>
  `date,open,high,low,close,volume\n${rows.map((day) => `${day},10,11,9,10,100\n`).join('')}`

describe('a symbol that meant two shares', () => {
  it('is said when the rows cross the day, and the map becomes an action of the tape', async () => {
    const map = write('date,ticker,exchange\n2014-03-27,goocv,Q\n2014-04-02,goocv,Q\n2050-12-31,goog,Q\n', 'map.csv')
    const rows = daily(['2014-04-01', '2014-04-02', '2014-04-03'])
    const { manifest, notes } = await importText(rows, { symbol: 'GOOG', actions: [map] })
    expect(notes.join('\n')).toMatch(
      /GOOG: these rows join different shares: .*class A \(US02079K3059, now GOOGL\) .*to 2014-04-02; .*class C \(US02079K1079\) since 2014-04-03/,
    )
    expect(manifest?.actions).toEqual([
      { symbol: 'GOOG', date: '2014-04-03', kind: 'rename', from: 'GOOCV', to: 'GOOG' },
    ])
    expect(manifest?.instruments[0]?.economic_id).toBe('US:GOOG')
  })

  it('is not said of either part, and the older part has the identity of the share it is', async () => {
    const older = await importText(daily(['2014-04-01', '2014-04-02']), { symbol: 'GOOG' })
    expect(older.notes).toEqual([])
    expect(older.manifest?.instruments[0]?.economic_id).toBe('US:GOOGL')
    const newer = await importText(daily(['2014-04-03', '2014-04-04']), { symbol: 'GOOG' })
    expect([newer.notes, newer.manifest?.instruments[0]?.economic_id]).toEqual([[], 'US:GOOG'])
  })
})

describe('identity', () => {
  it('of a share on NXT is that on KRX; an unknown symbol imports under its own name', async () => {
    const nxt = await importText(daily(['2025-06-04']), { symbol: '005930', venue: 'NXT' })
    expect(nxt.manifest?.instruments[0]?.economic_id).toBe('KRX:005930')
    const unknown = await importText(daily(['2025-06-04']), { symbol: 'ZZZZ' })
    expect(unknown.manifest?.instruments[0]?.economic_id).toBe('US:ZZZZ')
  })
})

describe('rates', () => {
  const rates = (values: readonly number[]): string =>
    `date,close\n${values.map((v, i) => `2024-06-0${i + 3},${v}\n`).join('')}`

  it('the wrong way round are refused and leave no tape', async () => {
    const out = freshPath('tape')
    const wrong = importText(rates([0.92, 0.93, 0.91]), { symbol: 'EUR/USD', venue: 'FX', out })
    await expect(wrong).rejects.toThrow(/EUR\/USD: the rates are the wrong way round: .*--symbol USD\/EUR/)
    expect(existsSync(out)).toBe(false)
    const asked = importText(rates([1380, 1385, 1379]), { symbol: 'KRW/USD', venue: 'FX' })
    await expect(asked).rejects.toThrow(/--symbol USD\/KRW/)
  })

  it('the right way round pass in silence, one bad tick among them too; an unknown pair with a note', async () => {
    const right = await importText(rates([1380, 21_353, 1379]), { symbol: 'USD/KRW', venue: 'FX' })
    expect([right.notes, right.accepted]).toEqual([[], 3])
    const { notes, accepted } = await importText(rates([0.66, 0.67]), { symbol: 'AUD/USD', venue: 'FX' })
    expect(accepted).toBe(2)
    expect(notes.join()).toMatch(/AUD\/USD: no plausible range is known/)
  })

  it("of a user's source are checked too", async () => {
    const path = write(
      `export default { symbol: 'USD/KRW', venue: 'FX', currency: 'KRW', kind: 'fx', rows: () => [{ t: ${Date.UTC(2024, 5, 3) * 1000}, rate: 0.00072 }] }\n`,
      'source.mjs',
    )
    const source = checkUserSource(path, await loadDefault(path, '<file.ts>'))
    await expect(importSource(path, source, freshPath('tape'), () => undefined)).rejects.toThrow(/wrong way round/)
  })
})
