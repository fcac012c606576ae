/** Canonical JSON, sealed manifests, and tapes that were changed after sealing. */
import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { TapeError } from '../../../src/tape/error.ts'
import { canonicalJson, hashFile, hashText, readManifest, sealManifest } from '../../../src/tape/manifest.ts'
import { openTape } from '../../../src/tape/read.ts'
import { TapeWriter } from '../../../src/tape/write.ts'
import { AAA, freshDir, META, tradeColumns } from './columns-for-test.ts'

describe('canonicalJson', () => {
  it('sorts keys as text, integer-like ones too, and leaves undefined members out', () => {
    const text =
      '{\n  "10": 1,\n  "9": [],\n  "a": {\n    "b": [\n      null,\n      -0.5\n    ],\n    "é": "\\n"\n  }\n}\n'
    expect(canonicalJson({ a: { é: '\n', b: [null, -0.5], c: undefined }, 9: [], 10: 1 })).toBe(text)
  })

  it('is undone by JSON.parse and does not depend on the order of members', () => {
    const property = fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const text = canonicalJson(value)
      expect(canonicalJson(JSON.parse(text))).toBe(text)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
    })
    fc.assert(property, { seed: 20260105 })
  })

  it.each([
    [{ a: [1, Number.NaN] }, '$.a[1] is NaN'],
    [{ a: 1n }, '$.a is a bigint'],
    [[undefined], '$[0] is a undefined'],
  ])('refuses what JSON cannot say', (value, message) => {
    expect(() => canonicalJson(value)).toThrow(message)
  })
})

describe('a sealed manifest', () => {
  const schema = z.object({ format: z.string(), version: z.number(), n: z.number(), manifest_sha256: z.string() })
  const EXPECTED = { format: 'x', version: 1 }
  const sealed = (rest: object): string => canonicalJson(sealManifest(rest))
  const reading = async (text: string | Uint8Array): Promise<unknown> => {
    const file = join(await freshDir(), 'manifest.json')
    await writeFile(file, text)
    return readManifest(file, schema, EXPECTED)
  }

  it('carries the hash of its canonical rest', async () => {
    const rest = { format: 'x', version: 1, n: 3 }
    expect(sealManifest({ ...rest, manifest_sha256: 'old' }).manifest_sha256).toBe(hashText(canonicalJson(rest)))
    await expect(reading(sealed(rest))).resolves.toMatchObject(rest)
  })

  it.each([
    ['no JSON', 'hello', 'is not JSON'],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'is not UTF-8'],
    ['a list', '[]\n', 'does not hold a JSON object'],
    ['another indentation', JSON.stringify(sealManifest({ format: 'x', version: 1, n: 3 })), 'not in the form'],
    ['a changed value', sealed({ format: 'x', version: 1, n: 3 }).replace('3,\n', '4,\n'), 'manifest_sha256 says'],
    ['no hash', canonicalJson({ format: 'x', version: 1, n: 3 }), 'manifest_sha256 says undefined'],
    ['another format', sealed({ format: 'y', version: 1, n: 3 }), 'format is "y", expected "x"'],
    ['a newer version', sealed({ format: 'x', version: 2, n: 3 }), 'use a Sametape that reads version 2'],
    ['a wrong field', sealed({ format: 'x', version: 1, n: 'three' }), 'field n, value "three"'],
  ])('is refused with %s', async (_, text, message) => {
    await expect(reading(text)).rejects.toThrow(message)
    await expect(reading(text)).rejects.toBeInstanceOf(TapeError)
  })

  it('F-66 is refused with any bit flipped', async () => {
    const file = join(await freshDir(), 'manifest.json')
    const whole = Buffer.from(sealed({ format: 'x', version: 1, n: 3 }))
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const bad = Buffer.from(whole)
      bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7))
      await writeFile(file, bad)
      await expect(readManifest(file, schema, EXPECTED), `bit ${bit}`).rejects.toBeInstanceOf(TapeError)
    }
  })
})

describe('a tape that was changed after sealing', () => {
  let dir = ''
  let parquet = ''
  let whole = Buffer.alloc(0)
  beforeAll(async () => {
    dir = join(await freshDir(), 'tape')
    const writer = await TapeWriter.create(dir, { ...META, extra: { actions: [{ split: '7' }], note: 'kept' } })
    writer.addInstrument(AAA)
    writer.openStream('AAA', 'trades').append(tradeColumns(50), 50)
    await writer.seal()
    parquet = join(dir, 'AAA.trades.parquet')
    whole = await readFile(parquet)
  })

  it('is read while nothing is changed, with its further members', async () => {
    const { manifest } = await openTape(dir)
    expect(manifest).toMatchObject({ actions: [{ split: '7' }], note: 'kept', label: 'generated', version: 1 })
    expect(manifest.files).toEqual([
      { path: 'AAA.trades.parquet', bytes: whole.length, sha256: await hashFile(parquet) },
    ])
    expect(manifest.streams[0]).toMatchObject({ rows: 50, first: '2026-01-01T00:00:00Z', venue: 'GEN' })
  })

  it('is refused with any byte of a file changed, before it is parsed', async () => {
    for (let i = 0; i < whole.length; i += 7) {
      const bad = Buffer.from(whole)
      bad[i] = (bad[i] as number) ^ 0x10
      await writeFile(parquet, bad)
      await expect(openTape(dir)).rejects.toThrow(`${parquet}: is damaged`)
    }
    await writeFile(parquet, whole)
  })

  it('is refused with a file cut or gone', async () => {
    await truncate(parquet, whole.length - 1)
    await expect(openTape(dir)).rejects.toThrow(`has ${whole.length - 1} bytes, the manifest says ${whole.length}`)
    await rm(parquet)
    await expect(openTape(dir)).rejects.toThrow('is listed in the manifest and not there')
    await writeFile(parquet, whole)
    await expect(openTape(dir)).resolves.toBeDefined()
  })

  it('is refused when the manifest reaches outside or contradicts itself', async () => {
    const file = join(dir, 'manifest.json')
    const text = await readFile(file, 'utf8')
    const change = async (edit: (m: { files: object[]; streams: object[] }) => void): Promise<void> => {
      const manifest = JSON.parse(text)
      edit(manifest)
      await writeFile(file, canonicalJson(sealManifest(manifest)))
    }
    await change((m) => Object.assign(m.files[0] as object, { path: '../x' }))
    await expect(openTape(dir)).rejects.toThrow('field files.0.path, value "../x": is not a plain file name')
    await change((m) => Object.assign(m.streams[0] as object, { file: 'BBB.trades.parquet' }))
    await expect(openTape(dir)).rejects.toThrow('BBB.trades.parquet is not among its files')
    await change((m) => Object.assign(m, { row_hash: '0'.repeat(64) }))
    await expect(openTape(dir)).rejects.toThrow('is not the hash of its streams')
    await change((m) => Object.assign(m, { version: 2 }))
    await expect(openTape(dir)).rejects.toThrow('version 2 of sametape-tape is newer')
    await writeFile(file, text)
  })
})
