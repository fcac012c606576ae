/** F-62: a session that other code goes on with protects what it holds and opens nothing until somebody arms it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { buildId, recordedBuild } from '../../src/runtime/build.ts'
import { PaperBench } from '../support/paper-bench.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-build-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const OTHER = new URL('other-build.ts', import.meta.url)

it('F-62: the build stands in journal and lease; another one does not arm itself, the same one does', async () => {
  const bench = await PaperBench.open(join(root, 'bench'), [], 6)
  try {
    const state = async (): Promise<string | undefined> => {
      const asked = bench.run('status', bench.out, '--json')
      await asked.closed
      return asked.stdout === '' ? undefined : (JSON.parse(asked.stdout) as { state: string }).state
    }
    const reach = async (wanted: string): Promise<void> => {
      const end = performance.now() + 60_000
      for (let now = await state(); now !== wanted; now = await state()) {
        if (performance.now() > end) throw new Error(`not ${wanted} within a minute but ${now}`)
      }
    }
    const first = bench.paper()
    await first.begun
    await reach('LIVE')
    first.child.kill('SIGKILL')
    await first.closed
    const [part = ''] = bench.parts
    expect(recordedBuild(part)).toBe(buildId())
    expect(buildId()).toMatch(/^\d+\.\d+\.\d+\+[0-9a-f]{12}$/)

    const changed = bench.paperWith(OTHER)
    await reach('REDUCE_ONLY')
    expect(changed.stdout).toContain(`recorded by build ${buildId()}, this is `)
    const sent = (await bench.state()).orders.filter((o) => o.side === 'buy').length
    await new Promise((resolve) => setTimeout(resolve, 9000))
    expect((await bench.state()).orders.filter((o) => o.side === 'buy')).toHaveLength(sent)
    const arm = bench.run('arm', bench.out, '--json')
    expect(await arm.closed).toBe(0)
    await reach('LIVE')
    changed.child.kill('SIGKILL')
    await changed.closed

    const same = bench.paper('--for', '20s')
    await reach('LIVE')
    expect(await same.closed).toBe(0)
    expect(same.stdout).not.toContain('recorded by build')
  } finally {
    await bench.close()
  }
}, 240_000)
