/** The log of a session: without secrets, bounded in size, rotated, and never in the way. */
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Redactor } from '../../../src/config/redactor.ts'
import { Secret } from '../../../src/config/secret.ts'
import { logDirOf, type LogOptions, openLog, type SessionLog } from '../../../src/runtime/log.ts'
import { Repeats } from '../../../src/runtime/log-repeats.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-log-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const NOON = Date.UTC(2025, 2, 10, 12)
const MINUTE = 60_000

class Hand {
  ms = NOON
  readonly dir = mkdtempSync(join(root, 'l-'))

  open(o: Partial<LogOptions> = {}): SessionLog {
    return openLog({ dir: this.dir, now: () => this.ms, redactor: new Redactor(), ...o })
  }

  get files(): string[] {
    return readdirSync(this.dir).sort()
  }

  get lines(): Record<string, unknown>[] {
    const text = this.files.map((name) => readFileSync(join(this.dir, name), 'utf8')).join('')
    // A line that is being written has no end yet.
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }
}

describe('a line', () => {
  it('is one JSON object: level, time, part, message, fields', async () => {
    const hand = new Hand()
    const log = hand.open()
    log.info('ready', { symbols: 4 })
    log.child('kis').child('rest').warn('slow\nanswer', { ms: 812.5 })
    log.debug('not at this level')
    await log.close()
    expect(hand.lines).toEqual([
      { level: 'info', time: '2025-03-10T12:00:00.000Z', message: 'ready', symbols: 4 },
      { level: 'warn', time: '2025-03-10T12:00:00.000Z', part: 'kis.rest', message: 'slow\nanswer', ms: 812.5 },
    ])
  })

  it('of an error has its name, message and code, and nothing that hangs on it', async () => {
    const hand = new Hand()
    const log = hand.open()
    const error = Object.assign(new Error('refused', { cause: new TypeError('inner') }), {
      code: 'ECONNREFUSED',
      config: { headers: { authorization: 'Bearer x' }, data: 'planted' },
    })
    log.error('order service away', { error })
    // An error is on the disk at once.
    expect(hand.lines[0]?.error).toMatchObject({ name: 'Error', message: 'refused', code: 'ECONNREFUSED' })
    expect(JSON.stringify(hand.lines)).not.toMatch(/headers|planted|Bearer/)
    expect(JSON.stringify(hand.lines)).toContain('inner')
    await log.close()
  })

  it('has no secret of the process, in message, fields, keys, nested values, errors or encoded', async () => {
    const hand = new Hand()
    const canary = 'CANARY-7f3a"9c\\b1d0+e/x=Q'
    const secret = new Secret(canary)
    const log = hand.open({ redactor: (await import('../../../src/config/redactor.ts')).processSecrets })
    log.info(`with ${canary}`, { [canary]: 1, deep: { list: [canary] }, url: encodeURIComponent(canary), secret })
    log.error('failed', { error: new Error(`at ${canary}`), b64: Buffer.from(`id:${canary}:`).toString('base64') })
    await log.close()
    const text = readFileSync(log.path, 'utf8')
    for (const form of [canary, JSON.stringify(canary).slice(1, -1), encodeURIComponent(canary)]) {
      expect(text.includes(form.slice(0, 12)) || text.includes(form.slice(-12))).toBe(false)
    }
    expect(text).not.toContain(Buffer.from(canary).toString('base64').slice(4, 16))
    expect(text.match(/\*\*\*/g)?.length).toBeGreaterThan(5)
    expect(hand.lines).toHaveLength(2)
  })
})

describe('what is said again', () => {
  it('is written ten times a minute, then counted; numbers do not make it another message', async () => {
    const hand = new Hand()
    const log = hand.open()
    for (let i = 0; i < 500; i++) {
      log.warn(`order ${i} late by ${i}.5 ms`, { i })
      hand.ms += 10
    }
    log.warn('something else')
    expect(hand.lines.length).toBeLessThanOrEqual(11)
    hand.ms += MINUTE
    log.info('tick')
    await log.close()
    const { lines } = hand
    expect(lines).toHaveLength(13)
    expect(lines.find((l) => l.message === 'said again and only counted')).toMatchObject({
      ...{ level: 'warn', times: 490, of: 'order 0 late by 0.5 ms', since: '2025-03-10T12:00:00.000Z' },
    })
  })

  it('is told of at the end, and remembered in bounds', async () => {
    const hand = new Hand()
    const log = hand.open()
    for (let i = 0; i < 12; i++) log.info('again')
    await log.close()
    expect(hand.lines.at(-1)).toMatchObject({ times: 2, of: 'again' })
    const repeats = new Repeats(1)
    for (let i = 0; i < 5000; i++) {
      const message = `m${'x'.repeat(i % 3000)}`
      repeats.admit(30, message, NOON)
      repeats.due(NOON)
    }
    expect(repeats.due(NOON, true).length).toBeLessThanOrEqual(1000)
  })
})

describe('files', () => {
  it('lie beside the state of the program, not in a run', () => {
    expect(logDirOf({ HOME: '/home/a' })).toBe('/home/a/.local/state/sametape/logs')
    expect(logDirOf({ HOME: '/home/a', XDG_STATE_HOME: '/state' })).toBe('/state/sametape/logs')
  })

  it('are the owner’s, one a day, a new one when full', async () => {
    const hand = new Hand()
    const log = hand.open({ fileMax: 1000 })
    for (let i = 0; i < 40; i++) {
      log.error(`${'m'.repeat(i + 1)}`)
      await new Promise((done) => setImmediate(done))
      hand.ms += 1
    }
    hand.ms += 24 * 60 * MINUTE
    log.info('tomorrow')
    await log.close()
    expect(hand.files[0]).toBe('sametape-2025-03-10.1.log')
    expect(hand.files.at(-1)).toBe('sametape-2025-03-11.log')
    expect(hand.files.length).toBeGreaterThan(3)
    for (const name of hand.files) {
      const stat = statSync(join(hand.dir, name))
      expect(stat.mode & 0o777).toBe(0o600)
      expect(stat.size).toBeLessThan(2000)
    }
    expect(hand.lines).toHaveLength(41)
  })

  it('of too old days go, others’ files stay; one of today is gone on with and made private', async () => {
    const hand = new Hand()
    for (const name of [
      'sametape-2025-02-20.log',
      'sametape-2025-03-01.2.log',
      'notes.txt',
      'sametape-2025-03-10.log',
    ]) {
      writeFileSync(join(hand.dir, name), '{}\n')
      chmodSync(join(hand.dir, name), 0o644)
    }
    const log = hand.open({ keepDays: 10 })
    log.info('here')
    await log.close()
    expect(hand.files).toEqual(['notes.txt', 'sametape-2025-03-01.2.log', 'sametape-2025-03-10.log'])
    const today = join(hand.dir, 'sametape-2025-03-10.log')
    expect(readFileSync(today, 'utf8').split('\n')).toHaveLength(3)
    expect(statSync(today).mode & 0o777).toBe(0o600)
  })

  it('stay under the bound of a day, whatever is said; the last tenth is for warnings', async () => {
    const hand = new Hand()
    const log = hand.open({ dayMax: 20_000 })
    for (let i = 0; i < 2000; i++) log.info(`${String.fromCharCode(97 + (i % 26))}${'.'.repeat(Math.floor(i / 26))}`)
    log.warn('still heard')
    for (let i = 0; i < 2000; i++) log.error(`${String.fromCharCode(97 + (i % 26))}${'.'.repeat(Math.floor(i / 26))}`)
    await log.close()
    const size = hand.files.reduce((n, name) => n + statSync(join(hand.dir, name)).size, 0)
    expect(size).toBeLessThanOrEqual(20_000)
    expect(size).toBeGreaterThan(18_000)
    const messages = hand.lines.map((l) => l.message)
    expect(messages.filter((m) => String(m).includes('log is full'))).toHaveLength(1)
    expect(messages).toContain('still heard')
    expect(log.dropped).toBeGreaterThan(0)
  })

  it('of a flood hold ten lines of each message and what was counted', async () => {
    const hand = new Hand()
    const log = hand.open()
    const words = Array.from({ length: 200 }, (_, i) => `message ${'abcdefghij'[i % 10]}${'z'.repeat(i / 10)}`)
    for (let second = 0; second < 50; second++) {
      for (const word of words) log.info(word, { second })
      hand.ms += 1000
    }
    await log.close()
    expect(hand.lines).toHaveLength(200 * 10 + 200)
    expect(hand.lines.slice(-200).every((l) => l.times === 40)).toBe(true)
  })

  it.skipIf(process.platform !== 'linux')('a disk that takes nothing stops nobody: lines are counted', async () => {
    const hand = new Hand()
    symlinkSync('/dev/full', join(hand.dir, 'sametape-2025-03-10.log'))
    const log = hand.open()
    log.info('one')
    log.error('two')
    await new Promise((done) => setTimeout(done, 20))
    log.info('three')
    await log.close()
    expect(log.dropped).toBeGreaterThanOrEqual(2)
  })
})
