/** `sametape instruments`: what it finds, shows and adds, and that a run keeps what the table said. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runCli } from './run-cli.ts'

const dir = mkdtempSync(join(tmpdir(), 'sametape-instruments-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function json(args: readonly string[]): Record<string, unknown> {
  const { code, stdout, stderr } = runCli(['instruments', ...args, '--json'], { cwd: dir })
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as Record<string, unknown>
}

describe('show', () => {
  it('everything in force on a day, for people', () => {
    const { code, stdout } = runCli(['instruments', 'show', 'NVDA', '--date', '2025-11-28'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^NVDA on US NASDAQ: NVIDIA Corporation, 엔비디아/)
    expect(stdout).toContain('2025-11-28 (Friday): 09:30–13:00 America/New_York')
    expect(stdout).toContain('orders NASD, quotes NAS, daytime BAQ, realtime DNASNVDA')
    expect(stdout).toContain('conId 4815747')
    expect(stdout).toContain('US67066G1040, on tapes US:NVDA')
  })

  it('both venues of a Korean share, or one, as JSON', () => {
    const { instruments } = json(['show', '005930', '--date', '2025-06-04']) as { instruments: unknown[] }
    expect(instruments).toHaveLength(2)
    expect(instruments[0]).toMatchObject({ venue: 'KRX', economic_id: 'KRX:005930', price_limit: '0.30', lot: '1' })
    expect(instruments[1]).toMatchObject({ venue: 'NXT', economic_id: 'KRX:005930' })
    const one = json(['show', '005930', '--date', '2025-06-04', '--venue', 'NXT']) as { instruments: unknown[] }
    expect(one.instruments).toHaveLength(1)
    const holiday = json(['show', '005930', '--date', '2025-06-03', '--venue', 'KRX']) as { instruments: unknown[] }
    expect(holiday.instruments[0]).toMatchObject({ date: '2025-06-03', session: null })
  })

  it.each([
    [['show', 'NVDAA'], 'NVDAA: no instrument of this symbol is known. Did you mean NVDA?'],
    [['show', 'GOOCV'], 'from 2014-03-27 to 2014-04-02'],
    [['show', 'NVDA', '--venue', 'KRX'], 'NVDA: not listed at KRX on '],
    [['show', 'NVDA', '--date', '3.6.2025'], '--date 3.6.2025: is not a date'],
  ])('%j exits 2 and says what there is', (args, message) => {
    const { code, stdout, stderr } = runCli(['instruments', ...args])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })
})

describe('find', () => {
  it('by Korean name, ISIN and broker code', () => {
    for (const text of ['삼성전자', 'KR7005930003']) expect((json(['find', text]).found as unknown[]).length).toBe(2)
    expect(json(['find', 'DAMSSPY']).found).toMatchObject([{ symbol: 'SPY', segment: 'ARCA', product: 'etf' }])
  })

  it('nothing: exit 1 with what is near', () => {
    const { code, stdout, stderr } = runCli(['instruments', 'find', 'NVDI', '--json'])
    expect([code, JSON.parse(stdout)]).toEqual([1, { found: [] }])
    expect(stderr).toContain('Did you mean NVDA?')
  })
})

describe('add', () => {
  const config = join(dir, 'mine')
  const file = join(config, 'instruments.local.yaml')
  const add = (...args: string[]) => runCli(['instruments', 'add', ...args, '--config', config])

  it('writes a file of its own, keeps what people wrote there, and is found again', () => {
    const first = add(
      '035720',
      '--venue',
      'KRX',
      '--currency',
      'KRW',
      '--name',
      'Kakao',
      '--alias',
      '카카오',
      '--id',
      'KR7035720002',
    )
    expect([first.code, first.stderr]).toEqual([0, ''])
    writeFileSync(file, readFileSync(file, 'utf8').replace('name: Kakao', 'name: Kakao # checked by hand'))
    expect(add('INTC', '--venue', 'US', '--currency', 'USD', '--segment', 'NASDAQ', '--from', '2000-01-03').code).toBe(
      0,
    )
    expect(add('035720', '--venue', 'NXT', '--currency', 'KRW', '--id', 'KR7035720002').code).toBe(0)
    const text = readFileSync(file, 'utf8')
    expect(text).toContain('# checked by hand')
    expect(text.match(/KR7035720002/g)).toHaveLength(1)
    const { found } = json(['find', '카카오', '--config', config]) as { found: unknown[] }
    expect(found).toMatchObject([{ venue: 'KRX' }, { venue: 'NXT', economic_id: 'KRX:035720' }])
    expect(json(['show', 'INTC', '--config', config]).instruments).toMatchObject([
      { id: 'US:INTC', from: '2000-01-03' },
    ])
  })

  it.each([
    [['NVDA', '--venue', 'US', '--currency', 'USD'], 'NVDA on US is known already: US67066G1040'],
    [
      ['NVD', '--venue', 'US', '--currency', 'EUR', '--id', 'US67066G1040'],
      '--currency EUR: US67066G1040 is NVIDIA Corporation, in USD',
    ],
    [['XX', '--venue', 'US', '--currency', 'USD', '--id', 'US0000000000'], 'its check digit would have to be 2'],
    [['XX', '--venue', 'MOON', '--currency', 'USD'], 'venue "MOON": unknown'],
    [['XX', '--venue', 'US', '--currency', 'USD', '--segment', 'KOSDAQ'], 'KOSDAQ is no segment of US'],
    [['XX', '--venue', 'US', '--currency', 'USD', '--lot', '-1'], '-1 is no decimal above zero'],
  ])('refuses %j and writes nothing', (args, message) => {
    const before = readFileSync(file, 'utf8')
    const { code, stderr } = add(...args)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  it('says so where it cannot write', () => {
    const nowhere = join(dir, 'no', 'such', 'place')
    const { code, stderr } = runCli([
      'instruments',
      'add',
      'XX',
      '--venue',
      'US',
      '--currency',
      'USD',
      '--config',
      nowhere,
    ])
    expect(code).toBe(1)
    expect(stderr).toContain('instruments.local.yaml: cannot be written')
  })

  it('help says where it writes and when a broker is asked', () => {
    const { stdout } = runCli(['instruments', '--help'])
    expect(stdout).toContain('instruments.local.yaml')
    expect(stdout).toContain('asks the broker what it lists')
    expect(runCli(['instruments', 'add', '--help']).stdout).toContain('Example:')
  })
})

describe('a run', () => {
  it('keeps what the table added, and verifies after the table has changed', () => {
    const place = join(dir, 'run')
    mkdirSync(place)
    const rows = ['2025-06-02', '2025-06-03', '2025-06-04'].map((day) => `${day},10,11,9,10,100\n`).join('')
    writeFileSync(join(place, 'spy.csv'), `date,open,high,low,close,volume\n${rows}`)
    const cli = (...args: string[]) => runCli(args, { cwd: place })
    expect(cli('import', 'csv', 'spy.csv', '--symbol', 'ZZSP', '--out', 'tape').code).toBe(0)
    const plain = cli('backtest', 'tape', '--out', 'plain', '--json')
    expect(JSON.parse(readFileSync(join(place, 'plain', 'config.json'), 'utf8'))).not.toHaveProperty('reference')
    const add = ['instruments', 'add', 'ZZSP', '--venue', 'US', '--currency', 'USD', '--product', 'etf', '--lot', '5']
    expect(cli(...add).code).toBe(0)
    const known = cli('backtest', 'tape', '--out', 'known', '--json')
    expect(JSON.parse(readFileSync(join(place, 'known', 'config.json'), 'utf8'))).toMatchObject({
      reference: [{ symbol: 'ZZSP', venue: 'US', product: 'etf', lot: '5' }],
    })
    const digest = (of: { stdout: string }) => (JSON.parse(of.stdout) as { digest: string }).digest
    expect(digest(known)).not.toBe(digest(plain))
    expect(cli('verify', 'plain').code).toBe(0)
    rmSync(join(place, 'config', 'instruments.local.yaml'))
    expect(cli('verify', 'known').code).toBe(0)
    expect(existsSync(join(place, 'config', 'instruments.local.yaml'))).toBe(false)
  })
})
