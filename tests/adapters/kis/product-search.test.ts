/** `instruments find CODE --broker kis` against the emulator: the service is at the live address alone. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { searchKis } from '../../../adapters/kis/product-search.ts'
import { BIN } from '../../cli/run-cli.ts'
import { Bench } from './bench.ts'

let b: Bench
const dir = mkdtempSync(join(tmpdir(), 'sametape-search-'))
beforeAll(async () => {
  const asia = ['TSE:7203', 'HK:00700', 'SSE:600519', 'SZSE:000001']
  b = await Bench.create({ emulator: { symbols: ['005930', 'NVDA', ...asia] } })
})
afterAll(async () => {
  await b.close()
  rmSync(dir, { recursive: true, force: true })
})

const found = async (code: string) => searchKis(b.settings, code, b.context.clock)

describe('search-info', () => {
  it('finds a Korean and an American listing with exchange and ISIN', async () => {
    expect(await found('005930')).toMatchObject({ found: [{ symbol: '005930', venue: 'KRX', isin: 'KR7005930003' }] })
    expect(await found('nvda')).toMatchObject({ found: [{ symbol: 'NVDA', venue: 'US', exchange: 'NASDAQ' }] })
    expect(await found('ZZZZ')).toEqual({ found: [] })
  })

  it('finds a share of Tokyo, Hong Kong and China by the form of its code', async () => {
    expect(await found('7203')).toMatchObject({ found: [{ symbol: '7203', venue: 'TSE', exchange: undefined }] })
    expect(await found('00700')).toMatchObject({ found: [{ symbol: '00700', venue: 'HK' }] })
    expect(await found('600519')).toMatchObject({ found: [{ symbol: '600519', venue: 'SSE' }] })
    expect(await found('000001')).toMatchObject({ found: [{ symbol: '000001', venue: 'SZSE' }] })
  })

  it('says where the service is, and what went wrong', async () => {
    const paper = await searchKis({ ...b.settings, quotes: undefined }, '005930', b.context.clock)
    expect(paper).toEqual({ failure: expect.stringContaining('KIS_QUOTE_APP_KEY') })
    await b.fault({ kind: 'gateway-error', path: 'search-info', msg_cd: 'EGW00206' })
    expect(await found('005930')).toEqual({ failure: expect.stringContaining('EGW00206') })
  })

  it('the command prints how to add what it found', async () => {
    const [trading, quotes] = b.emulator.addresses
    if (trading === undefined || quotes === undefined) throw new Error('no addresses')
    const config = join(dir, 'config')
    mkdirSync(config)
    const hosts = (d: typeof trading): string => `{ rest: "${d.rest}", ws: "${d.ws}" }`
    const kis = `brokers:\n  kis:\n    hosts: ${hosts(trading)}\n    quotes: ${hosts(quotes)}\n    state_dir: ${b.settings.stateDir}\n`
    writeFileSync(join(config, 'brokers.yaml'), kis)
    const { credentials: c } = trading
    const env = {
      ...process.env,
      KIS_PAPER_APP_KEY: c.appkey,
      KIS_PAPER_APP_SECRET: c.appsecret,
      KIS_PAPER_ACCOUNT_NO: c.account,
      KIS_HTS_ID: c.hts_id,
      KIS_QUOTE_APP_KEY: quotes.credentials.appkey,
      KIS_QUOTE_APP_SECRET: quotes.credentials.appsecret,
    }
    const args = [BIN, 'instruments', 'find', 'NVDA', '--broker', 'kis', '--config', config]
    const child = spawn(process.execPath, args, { cwd: dir, env })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => void (out += String(chunk)))
    child.stderr.on('data', (chunk: Buffer) => void (out += String(chunk)))
    const code = await new Promise((resolve) => void child.on('close', resolve))
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('instruments add NVDA --venue US --currency USD --segment NASDAQ'),
    ])
  })
})
