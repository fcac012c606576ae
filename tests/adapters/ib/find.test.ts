/** `instruments find --broker ib`: contract details of the gateway beside the table, without an order. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { findContracts } from '../../../adapters/ib/find.ts'
import { openBenches } from './open-benches.ts'

const { made, up } = openBenches()
const dirs: string[] = []
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
})

describe('instruments find --broker ib', () => {
  it('finds by symbol and by name, beside a session that trades', async () => {
    const b = await up({ emulator: { symbols: ['NVDA', 'PLTR', '005930'] } })
    const found = await findContracts(b.settings, 'NVDA', b.context.clock)
    expect(found).toEqual({
      contracts: [
        {
          ...{ symbol: 'NVDA', name: 'NVIDIA CORPORATION', exchange: 'NASDAQ', currency: 'USD', conId: 4_815_747 },
          ...{ minTick: '0.01', lot: '1', zone: 'US/Eastern' },
        },
      ],
    })
    const korean = await findContracts(b.settings, 'SAMSUNG', b.context.clock)
    expect('contracts' in korean && korean.contracts.map((c) => [c.symbol, c.currency])).toEqual([['005930', 'KRW']])
    expect(await findContracts(b.settings, 'NOTHING', b.context.clock)).toEqual({ contracts: [] })
    expect(b.links()).toEqual(['up'])
  })

  it('names steps and currencies as they are here: pounds of London, yuan of Shanghai', async () => {
    const b = await up({ emulator: { symbols: ['LSE:VOD', 'SSE:600519'] } })
    const vod = await findContracts(b.settings, 'VOD', b.context.clock)
    const moutai = await findContracts(b.settings, '600519', b.context.clock)
    expect(vod).toMatchObject({ contracts: [{ exchange: 'LSE', currency: 'GBP', minTick: '0.000001' }] })
    expect(moutai).toMatchObject({ contracts: [{ exchange: 'SEHKNTL', currency: 'CNY', minTick: '0.01' }] })
  })

  it('a gateway that is not there is a failure with its reason', async () => {
    const b = await made()
    const found = await findContracts({ ...b.settings, port: 9 }, 'NVDA', b.context.clock)
    expect('failure' in found && found.failure).toContain('ECONNREFUSED')
  })

  it('the command prints one line a share, and says which the table does not have', async () => {
    const b = await made({ emulator: { symbols: ['NVDA', 'ZZZQ'] } })
    const dir = mkdtempSync(join(tmpdir(), 'sametape-find-'))
    dirs.push(dir)
    const bin = fileURLToPath(new URL('../../../src/cli/bin.mjs', import.meta.url))
    const run = (wanted: string): Promise<{ code: number | null; out: string }> =>
      new Promise((resolve) => {
        const sets = ['--set', `brokers.ib.port=${b.settings.port}`, '--set', 'brokers.ib.account=DU0000001']
        const child = spawn(process.execPath, [bin, 'instruments', 'find', wanted, '--broker', 'ib', ...sets], {
          cwd: dir,
        })
        let out = ''
        child.stdout.on('data', (chunk) => (out += String(chunk)))
        child.stderr.on('data', (chunk) => (out += String(chunk)))
        child.on('close', (code) => resolve({ code, out }))
      })
    const known = await run('NVDA')
    expect([known.code, known.out.includes('con_id 4815747'), known.out.includes('not in the table')]).toEqual([
      0,
      true,
      false,
    ])
    expect((await run('ZZZQ')).out).toContain('(not in the table)')
    expect((await run('NOTHING')).code).toBe(1)
  }, 60_000)
})
