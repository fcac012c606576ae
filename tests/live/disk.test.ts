/** What a session does when its journal cannot be written: F-63, F-64, F-68 (I-02, R-39). */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { JournalError } from '../../src/tape/error.ts'
import { scanJournal } from '../../src/tape/journal-read.ts'
import { JournalWriter } from '../../src/tape/journal.ts'
import { books, Play, T0 } from '../support/live-play.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-disk-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Runs a shell command in a mount namespace of its own; undefined where the machine does not allow that. */
function withMounts(command: string): string | undefined {
  if (spawnSync('unshare', ['-rm', 'true']).status !== 0) return undefined
  const done = spawnSync('unshare', ['-rm', 'sh', '-ec', command], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`${command}: ${done.stderr}`)
  return done.stdout
}

/** Closes the journal's file behind its writer's back: from now on writing fails, as on a disk that went away. */
function pullDisk(journal: string): void {
  const open = readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(join(journal, '0'))
    } catch {
      return false
    }
  })
  expect(open).toHaveLength(1)
  closeSync(Number(open[0]))
}

describe('F-63 disk full', () => {
  test('the spare space carries an orderly end: sold out, every order on record, sealed, verified', (ctx) => {
    const dir = join(root, 'small')
    mkdirSync(dir)
    const script = fileURLToPath(new URL('disk-full.ts', import.meta.url))
    const mount = `mount -t tmpfs -o size=18m none '${dir}'`
    const said = withMounts(`${mount}; '${process.execPath}' '${script}' '${dir}'`)
    if (said === undefined) return ctx.skip('no mount namespaces here')
    const seen = JSON.parse(said) as Record<string, unknown>
    expect(seen).toMatchObject({ full: true, failure: null, state: 'STOPPED', heldBefore: 100, held: 0, twice: 0 })
    expect(seen.identical).toBe(true)
    expect(seen.recorded).toBe(seen.fills)
  }, 120_000)

  test('a journal without spare space says where and how much is missing', (ctx) => {
    const dir = join(root, 'tiny')
    mkdirSync(dir)
    const journal = new URL('../../src/tape/journal.ts', import.meta.url).href
    const code = `const { JournalWriter } = await import('${journal}')
      try { JournalWriter.create('${dir}/j', {}, { spareBytes: 16 << 20 }) } catch (e) { console.log(e.message) }`
    const run = `'${process.execPath}' --input-type=module -e "${code}"`
    const said = withMounts(`mount -t tmpfs -o size=1m none '${dir}'; ${run}`)
    if (said === undefined) return ctx.skip('no mount namespaces here')
    expect(said).toContain(`${dir}/j/spare`)
    expect(said).toContain('no 16 MiB to spare')
  })
})

describe('F-64 a failed write or sync', () => {
  test('is never tried again, and nothing leaves the process after it', async () => {
    const dir = join(root, 'gone')
    const account = books()
    const play = new Play(dir, account, T0, 0)
    play.quotes(9)
    expect(account.received.size).toBe(0)
    pullDisk(join(dir, 'journal'))
    // The tenth quote brings an order, whose record cannot be made durable.
    play.quotes(30)
    expect(account.received.size).toBe(0)
    expect(play.session.failure).toBeInstanceOf(JournalError)
    expect(String(play.session.failure)).toContain('cannot be written')
    await play.session.end()
    expect(account.received.size).toBe(0)
  })

  test('the writer refuses everything after a failure, and what was durable before is read again', () => {
    const dir = join(root, 'refuses')
    const journal = JournalWriter.create(dir, { test: true })
    const record = new Uint8Array(16)
    const one = new Uint16Array([16])
    for (let i = 0; i < 5; i++) journal.append(record, one, 1, false)
    journal.sync()
    pullDisk(dir)
    journal.append(record, one, 1, false)
    expect(() => journal.sync()).toThrow(/cannot be written/)
    expect(() => journal.sync()).toThrow(/an earlier write failed/)
    expect(() => journal.flush()).toThrow(/an earlier write failed/)
    expect(scanJournal(dir).report.records).toBe(5)
  })
})

describe('F-68 a place that cannot be written', () => {
  test('a read-only disk is refused before anything starts', (ctx) => {
    const dir = join(root, 'ro')
    mkdirSync(dir)
    const play = new URL('../support/live-play.ts', import.meta.url).href
    const code = `const { Play, books, T0 } = await import('${play}')
      try { new Play('${dir}/run', books(), T0, 0) } catch (e) { console.log(e.exitCode, e.message) }`
    const run = `'${process.execPath}' --input-type=module -e "${code}"`
    const said = withMounts(`mount -t tmpfs -o ro none '${dir}'; ${run}`)
    if (said === undefined) return ctx.skip('no mount namespaces here')
    expect(said).toContain(`2 --out ${dir}/run: cannot be created or written`)
  })
})
