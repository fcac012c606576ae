/** The command: what it answers, and that every wrong usage is refused with its field, value and mend. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CommandContext, CommandResult } from '../../../src/cli/command.ts'
import { Failure } from '../../../src/cli/failure.ts'
import { command } from '../../../src/cli/generate.ts'
import { openTape } from '../../../src/tape/read.ts'

let dir: string
const notes: string[] = []
const ctx: CommandContext = {
  json: true,
  progress: { update: () => {}, end: () => {} },
  note: (line) => void notes.push(line),
  say: () => {},
  announce: () => {},
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'generate-command-'))
})

afterAll(async () => {
  await rm(dir, { recursive: true })
})

const run = (options: Record<string, unknown>): Promise<CommandResult> => {
  if (command.run === undefined) throw new Error('generate has no runner')
  return command.run([], options, ctx)
}

describe('generate', () => {
  test('--symbols answers tape, events, sha256, the identity of the tape', async () => {
    const out = join(dir, 'market')
    const { json } = await run({ symbols: 'NVDA, PLTR', days: '1', seed: '7', rate: '3', out })
    const { manifest } = await openTape(out)
    const events = manifest.streams.reduce((sum, stream) => sum + stream.rows, 0)
    expect(json).toEqual({ tape: out, events, sha256: manifest.row_hash })
    expect(events).toBeGreaterThan(1000)
  })

  test('--bench adds canonical_sha256, the published one', async () => {
    const { json } = await run({ bench: 'B1', out: join(dir, 'b1') })
    expect(json).toMatchObject({
      events: 1_000_000,
      canonical_sha256: '5e1e70b9543953014bcf2945bc2d434467e394faad09f100efb09e4cd102e385',
    })
  })

  test('--fx without a symbol in won is said, not hidden', async () => {
    notes.length = 0
    await run({ symbols: 'NVDA', fx: true, rate: '1', out: join(dir, 'no-fx') })
    expect(notes).toEqual([expect.stringContaining('--fx')])
  })

  test.each([
    [{ symbols: 'A' }, '--out'],
    [{ out: 'x' }, '--symbols'],
    [{ symbols: 'A,,B', out: 'x' }, '--symbols ""'],
    [{ symbols: 'A/B', out: 'x' }, '--symbols "A/B"'],
    [{ symbols: 'A,A', out: 'x' }, '--symbols: A'],
    [{ symbols: 'A', days: '0', out: 'x' }, '--days 0'],
    [{ symbols: 'A', days: 'NaN', out: 'x' }, '--days NaN'],
    [{ symbols: 'A', seed: '-1', out: 'x' }, '--seed -1'],
    [{ symbols: 'A', seed: '4294967296', out: 'x' }, '--seed 4294967296'],
    [{ symbols: 'A', rate: '1.5', out: 'x' }, '--rate 1.5'],
    [{ symbols: 'A', start: '2025-02-30', out: 'x' }, '--start 2025-02-30'],
    [{ symbols: 'A', venue: 'NYSE', out: 'x' }, '--venue NYSE'],
    [{ symbols: 'A', bars: '5m', out: 'x' }, '--bars 5m'],
    [{ bench: 'toString', out: 'x' }, '--bench toString'],
    [{ bench: 'Q1', seed: '1', out: 'x' }, '--seed'],
  ])('refuses %j, naming %s', async (options, named) => {
    const failure = await run(options).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Failure)
    expect((failure as Failure).exitCode).toBe(2)
    expect((failure as Failure).message).toContain(named)
  })

  test('refuses a directory with something in it, and a file', async () => {
    const full = join(dir, 'full')
    await mkdir(full)
    await writeFile(join(full, 'mine.txt'), 'mine')
    await expect(run({ symbols: 'A', out: full })).rejects.toMatchObject({ exitCode: 2 })
    await expect(run({ symbols: 'A', out: join(full, 'mine.txt') })).rejects.toMatchObject({ exitCode: 2 })
    expect(await readdir(full)).toEqual(['mine.txt'])
  })
})
