/** A process that stands still, and a clock that is moved: F-51, F-52, F-58. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'sametape-stall-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const SCRIPT = fileURLToPath(new URL('stall.ts', import.meta.url))

interface Told {
  readonly states: readonly string[]
  readonly twice: number
  readonly [what: string]: unknown
}

/** Plays one of the stories; `holding` is called once the session has bought something. */
function play(how: string, holding: (child: ChildProcess) => void = () => undefined): Promise<Told> {
  const child = spawn(process.execPath, [SCRIPT, join(root, how), how], { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let errors = ''
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
    child.stdout.on('data', (text: Buffer) => {
      const first = out === ''
      out += text.toString()
      if (first) holding(child)
    })
    child.on('close', (code) => {
      if (code !== 0) reject(new Error(`ended with ${code}: ${errors}`))
      else resolve(JSON.parse(out.trim().split('\n').at(-1) as string) as Told)
    })
  })
}

describe('R-39 a process that stood still for more than 5 s', { timeout: 60_000 }, () => {
  test.concurrent('F-58 its own event loop: reconciles and goes on once, the second time it sells and ends', async () => {
    const told = await play('busy')
    expect(told).toMatchObject({ after: 'LIVE', held: 100, again: 'STOPPED', left: 0, twice: 0, failure: null })
    expect(told.states.filter((s) => s === 'RECONCILING').length).toBeGreaterThanOrEqual(1)
  })

  test.concurrent('F-52 stopped from outside for 6.5 s: reconciles, holds what it held, trades on', async () => {
    const told = await play('stop', (child) => {
      child.kill('SIGSTOP')
      setTimeout(() => child.kill('SIGCONT'), 6_500)
    })
    expect(told).toMatchObject({ after: 'LIVE', held: 100, twice: 0, failure: null })
  })
})

describe('R-31 the wall clock is moved', { timeout: 60_000 }, () => {
  test.concurrent('F-51 up to a second is nothing, more stops opening until it is put right', async () => {
    const told = await play('clock')
    expect(told).toMatchObject({ at900ms: true, atMinus1100ms: false, back: true, twice: 0, failure: null })
  })
})
