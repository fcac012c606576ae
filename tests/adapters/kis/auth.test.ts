/** The access token (F-17): one issue for all, kept between processes, renewed at its hour, nothing hammered. */
import { execFile, spawnSync } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TokenDesk } from '../../../adapters/kis/auth.ts'
import { Http } from '../../../adapters/kis/http.ts'
import { Redactor } from '../../../adapters/kis/redact.ts'
import { DAY, epochDay, HOUR, MINUTE } from '../../../src/core/base/time.ts'

/** 2026-03-03 06:00 in Korea. */
const SIX: number = epochDay(2026, 3, 2) * DAY + 21 * HOUR

let server: Server
let dir: string
let now: number
let asked: number
let refuse: boolean
let life: number
const desks: Http[] = []

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sametape-token-'))
  now = SIX
  asked = 0
  refuse = false
  life = DAY
  server = createServer((_, response) => {
    asked++
    response.setHeader('Content-Type', 'application/json')
    if (refuse) {
      response.statusCode = 403
      response.end(JSON.stringify({ error_code: 'EGW00133', error_description: 'later' }))
      return
    }
    const until = new Date((now + life + 9 * HOUR) / 1000).toISOString().slice(0, 19).replace('T', ' ')
    const token = `canary-token-${asked}`
    setTimeout(
      () => response.end(JSON.stringify({ access_token: token, access_token_token_expired: until, expires_in: 86400 })),
      30,
    )
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
})

afterEach(() => {
  for (const http of desks.splice(0)) http.close()
  server.closeAllConnections()
  server.close()
  rmSync(dir, { recursive: true, force: true })
})

function desk(key = 'K'.repeat(36)): TokenDesk {
  const http = new Http(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  desks.push(http)
  const sealed = (text: string) => ({ reveal: () => text })
  return new TokenDesk({
    env: 'paper',
    keys: { appKey: sealed(key), appSecret: sealed('S'.repeat(180)) },
    dir,
    refreshAt: 7.5 * HOUR,
    http,
    redactor: new Redactor(),
    wall: () => now,
    raw: () => undefined,
  })
}

describe('token', () => {
  it('that cannot be kept still serves the process that asked', async () => {
    const one = desk()
    const first = one.token()
    // The directory goes away while the answer is on its way.
    await new Promise((resolve) => setTimeout(resolve, 15))
    rmSync(dir, { recursive: true, force: true })
    expect(await first).toBe('canary-token-1')
    expect(await one.token()).toBe('canary-token-1')
    expect(asked).toBe(1)
  })

  it('is one for many callers, and for other processes of the same key', async () => {
    const one = desk()
    const tokens = await Promise.all([one.token(), one.token(), desk().token(), desk().token()])
    expect(new Set(tokens)).toEqual(new Set(['canary-token-1']))
    expect(asked).toBe(1)
    expect(await desk('L'.repeat(36)).token()).toBe('canary-token-2')
  })

  it('lies in a file for its owner alone, without key or secret', async () => {
    await desk().token()
    const [name = ''] = readdirSync(dir)
    expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
    const text = readFileSync(join(dir, name), 'utf8')
    expect(text + name).not.toMatch(/KKKKKK|SSSSSS/)
    expect(readdirSync(dir).length).toBe(1)
  })

  it('is not taken from a file that others may write', async () => {
    await desk().token()
    const [name = ''] = readdirSync(dir)
    chmodSync(join(dir, name), 0o666)
    expect(await desk().token()).toBe('canary-token-2')
  })

  it('is renewed at 07:30 in Korea and not before, once a day', async () => {
    const d = desk()
    await d.token()
    now = SIX + 89 * MINUTE
    await d.token()
    expect(asked).toBe(1)
    now = SIX + 90 * MINUTE
    expect(await d.token()).toBe('canary-token-2')
    now += 10 * HOUR
    await d.token()
    expect(asked).toBe(2)
    now = SIX + DAY + 91 * MINUTE
    await d.token()
    expect(asked).toBe(3)
  })

  it('is renewed ten minutes before it ends', async () => {
    life = 60 * MINUTE
    const d = desk()
    await d.token()
    now += 49 * MINUTE
    await d.token()
    expect(asked).toBe(1)
    now += 2 * MINUTE
    await d.token()
    expect(asked).toBe(2)
  })

  it('F-17: after a throttled issue nothing is asked for a minute; a token that is still good serves on', async () => {
    const d = desk()
    refuse = true
    expect(typeof (await d.token())).toBe('object')
    for (let i = 0; i < 20; i++) await d.token()
    expect(asked).toBe(1)
    now += 61_000_000
    refuse = false
    expect(await d.token()).toBe('canary-token-2')
    now = SIX + 90 * MINUTE
    refuse = true
    expect(await d.token()).toBe('canary-token-2')
  })

  it('F-17: a token that the broker refused is never used again', async () => {
    const d = desk()
    const bad = await d.token()
    d.drop(String(bad))
    expect(await d.token()).toBe('canary-token-2')
    // Another process that read the bad one meanwhile reads the new one.
    expect(await desk().token()).toBe('canary-token-2')
  })

  it('that cannot be kept serves all the same', async () => {
    const d = desk()
    rmSync(dir, { recursive: true })
    writeFileSync(dir, 'no directory')
    expect(await d.token()).toBe('canary-token-1')
    expect(await d.token()).toBe('canary-token-1')
    expect(asked).toBe(1)
  })

  it('does not wait for the lock of a process that died', async () => {
    await desk().token()
    const [name = ''] = readdirSync(dir)
    rmSync(join(dir, name))
    const dead = spawnSync(process.execPath, ['-e', '']).pid
    writeFileSync(join(dir, `${name}.lock`), String(dead))
    const start = performance.now()
    expect(await desk().token()).toBe('canary-token-2')
    expect(performance.now() - start).toBeLessThan(3000)
  })

  it('is one for two processes that ask in the same moment', async () => {
    now = Date.now() * 1000
    const child = fileURLToPath(new URL('./token-child.ts', import.meta.url))
    const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const start = String(Date.now() + 1500)
    const run = promisify(execFile)
    const made = await Promise.all([1, 2, 3].map(() => run(process.execPath, [child, host, dir, start])))
    expect(made.map((m) => m.stdout)).toEqual(Array(3).fill('canary-token-1'))
    expect(asked).toBe(1)
    expect(readdirSync(dir).filter((name) => name.endsWith('.lock'))).toEqual([])
  })
})
