/** The effective configuration: precedence, exact percentages, and refusals that name file, line, field and mend. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { type ConfigSource, type EffectiveConfig, loadConfig } from '../../../src/config/load.ts'
import { ROOT } from '../../check/source-files.ts'

const SEED = 20260721

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sametape-config-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const write = (name: string, text: string): void => writeFileSync(join(dir, name), text)

function load(change: Partial<ConfigSource> = {}): EffectiveConfig {
  return loadConfig({ dir: undefined, sets: [], env: {}, ...change })
}

/** The message of the failure, with the temporary directory shown as `config`; fails when nothing is refused. */
function refusal(change: Partial<ConfigSource>): string {
  try {
    load(change)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    expect(error.exitCode).toBe(2)
    return error.message.replaceAll(dir, 'config')
  }
  throw new Error('nothing was refused')
}

const sourceOf = (config: EffectiveConfig, path: string): string | undefined =>
  config.entries.find((entry) => entry.path === path)?.source

describe('values', () => {
  it('has the defaults of the plan', () => {
    const { risk, trading, brokers } = load()
    expect(risk.dailyLossLimit).toEqual({ num: 5, den: 100, text: '0.05' })
    expect(risk.positionSizeLimit).toEqual({ num: 3, den: 10, text: '0.30' })
    expect(risk.stopLossPct).toEqual({ num: 2, den: 100, text: '0.02' })
    expect(risk.emergencyShutdownLoss).toEqual({ num: 1, den: 10, text: '0.10' })
    expect([risk.maxDailyOrders, risk.maxPositionCount, risk.maxRetryAttempts]).toEqual([100, 10, 3])
    expect([...risk.minOrderValue]).toEqual([['USD', 100_000_000]])
    expect([risk.connectionTimeout, risk.orderTimeout]).toEqual([10_000_000, 30_000_000])
    expect(risk.fxMaxAge).toBe(86_400_000_000)
    expect([risk.onDailyLoss, risk.totalLossBase, risk.baseCurrency]).toEqual(['reduce', 'initial', undefined])
    expect(trading.symbols).toEqual(['NVDA', 'PLTR', '005930', '000660'])
    expect([trading.sizing.step.text, trading.sizing.max.text]).toEqual(['0.14', '0.28'])
    expect([brokers.kis.enabled, brokers.ib.enabled]).toEqual([false, false])
  })

  it('the shipped files say what the defaults say', () => {
    expect(load({ dir: join(ROOT, 'config') }).hash).toBe(load().hash)
  })

  it('takes default, then file, then --set, the last one winning, and remembers which', () => {
    write('risk.yaml', 'risk:\n  daily_loss_limit: 0.04\n  stop_loss_pct: 0.03\n')
    const config = load({ dir, sets: ['risk.stop_loss_pct=0.01', 'risk.stop_loss_pct=0.015'] })
    expect(config.risk.dailyLossLimit.text).toBe('0.04')
    expect(config.risk.stopLossPct.text).toBe('0.015')
    expect(sourceOf(config, 'risk.daily_loss_limit')).toBe(`${join(dir, 'risk.yaml')}:2`)
    expect(sourceOf(config, 'risk.stop_loss_pct')).toBe('--set risk.stop_loss_pct=0.015')
    expect(sourceOf(config, 'risk.max_daily_orders')).toBe('default')
  })

  it('keeps a percentage exact, however it was written', () => {
    const property = fc.property(fc.integer({ min: 1, max: 999_999_999_999 }), (millionths) => {
      const text = `0.${String(millionths).padStart(12, '0')}`
      const { num, den } = load({ sets: [`risk.daily_loss_limit=${text}`] }).risk.dailyLossLimit
      expect(BigInt(num) * 10n ** 12n).toBe(BigInt(millionths) * BigInt(den))
    })
    fc.assert(property, { seed: SEED, numRuns: 200 })
  })

  it('reads minima per currency, in the money unit of each', () => {
    write('risk.yaml', 'risk:\n  min_order_value: {KRW: 100000, JPY: 15000.5}\n')
    const { minOrderValue } = load({ dir, sets: ['risk.min_order_value.HKD=800'] }).risk
    expect(Object.fromEntries(minOrderValue)).toEqual({
      USD: 100_000_000,
      KRW: 1_000_000_000,
      JPY: 150_005_000,
      HKD: 800_000_000,
    })
  })

  it('hands agent parameters on as texts', () => {
    write('trading.yaml', 'agent:\n  size: 0.250\n  filter:\n    fast: 010\n')
    expect([...load({ dir, sets: ['agent.slow=20'] }).agent]).toEqual([
      ['size', '0.250'],
      ['filter.fast', '010'],
      ['slow', '20'],
    ])
  })

  it('reads symbols from --set as they stand', () => {
    expect(load({ sets: ['trading.symbols=005930, NVDA'] }).trading.symbols).toEqual(['005930', 'NVDA'])
  })
})

describe('hash', () => {
  it('depends on values, not on where or how they were written', () => {
    write('risk.yaml', '# a comment\nrisk: {position_size_limit: 0.3, daily_loss_limit: "5e-2"}\n')
    expect(load({ dir }).hash).toBe(load().hash)
    expect(load({ sets: ['risk.daily_loss_limit=0.049'] }).hash).not.toBe(load().hash)
    expect(load({ sets: ['agent.fast=5'] }).hash).not.toBe(load().hash)
  })

  it('is a frozen identity', () => {
    expect(load().hash).toMatchInlineSnapshot(`"de958f2ec50c239b977db6bb10e28c8cca91cf0bf9d2295c31d4a76a3a0b347d"`)
  })

  it('and no output holds a secret', () => {
    const env = {
      KIS_PAPER_APP_KEY: 'canary-key',
      KIS_PAPER_APP_SECRET: 'canary-secret',
      KIS_PAPER_ACCOUNT_NO: '50000000-01',
      KIS_HTS_ID: 'me',
    }
    const sets = ['brokers.kis.enabled=true']
    const config = load({ env, sets })
    expect(config.brokers.kis.credentials?.appKey.reveal()).toBe('canary-key')
    expect(JSON.stringify(config)).not.toContain('canary')
    expect(config.hash).toBe(load({ env: { ...env, KIS_PAPER_APP_KEY: 'another' }, sets }).hash)
    expect(config.entries.find((entry) => entry.path === 'brokers.kis.paper_app_key')).toMatchObject({
      value: '***',
      secret: true,
    })
  })
})

describe('refusals', () => {
  it('name file, line, field, value and mend, all at once', () => {
    write('risk.yaml', 'risk:\n  # limits\n\n  daily_loss_limit: 5\n  max_daily_orders: 2.5\n  stop_los_pct: 0.02\n')
    expect(refusal({ dir }).split('\n').sort()).toEqual([
      'config/risk.yaml:4: risk.daily_loss_limit: 5 is not a fraction between 0 and 1; write 0.05',
      'config/risk.yaml:5: risk.max_daily_orders: 2.5 is not a whole number of 1 or more',
      'config/risk.yaml:6: risk.stop_los_pct: unknown name; did you mean "stop_loss_pct"?',
    ])
  })

  it('a symbol that YAML reads as something else', () => {
    write('trading.yaml', 'trading:\n  symbols:\n    - NVDA\n    - 005930\n    - TRUE\n')
    expect(refusal({ dir }).split('\n')).toEqual([
      'config/trading.yaml:4: trading.symbols[1]: 005930 was read as 5930; write "005930"',
      'config/trading.yaml:5: trading.symbols[2]: TRUE was read as boolean; write "TRUE"',
    ])
  })

  const fractions = [
    '0',
    '1',
    '5',
    '-0.1',
    'NaN',
    'Infinity',
    '-Infinity',
    '',
    'null',
    '0x1',
    '1e400',
    '0.5.5',
    '.',
    '5%',
  ]
  it.each(fractions)('a fraction of %j, in a file and by --set', (value) => {
    write('risk.yaml', `risk:\n  daily_loss_limit: ${value}\n`)
    expect(refusal({ dir })).toMatch(/^config\/risk\.yaml:2: risk\.daily_loss_limit: /)
    expect(refusal({ sets: [`risk.daily_loss_limit=${value}`] })).toMatch(/^--set .*: risk\.daily_loss_limit: /)
  })

  it.each(['0', '-1', '1.5', 'NaN', 'Infinity', '', 'ten', '1e30'])('a count of %j', (value) => {
    for (const name of ['max_daily_orders', 'max_position_count', 'max_retry_attempts']) {
      expect(refusal({ sets: [`risk.${name}=${value}`] })).toContain(`risk.${name}: `)
    }
  })

  it.each([
    ['no_such_part.x=1', 'there is no part "no_such_part"'],
    ['rsk.daily_loss_limit=0.1', 'did you mean "risk"?'],
    ['risk=1', '"risk" is not the path of a value'],
    ['risk.daily_loss_limit', 'write path=value'],
    ['risk.dayly_loss_limit=0.1', 'did you mean "daily_loss_limit"?'],
    ['risk.daily_loss_limit.x=0.1', 'is a group of values; one value is needed'],
    ['trading.execution=market', 'trading.execution: must be a group of values'],
    ['risk.__proto__.x=1', 'risk.__proto__: unknown name'],
    ['risk.toString=1', 'risk.toString: unknown name'],
    ['risk.base_currency=XXX', 'XXX is not one of USD'],
    ['risk.fx_max_age=1y', '1y is not a duration'],
    ['risk.min_order_value.KRX=5', '"KRX" is no known currency; did you mean KRW?'],
    ['trading.sizing.step=0.3', '0.3 is more than sizing.max 0.28'],
    ['trading.symbols=NVDA,NVDA', 'trading.symbols[1]: NVDA is named twice'],
    ['trading.symbols=[]', 'is an empty list'],
    ['brokers.kis.hosts.rest=https://openapi.koreainvestment.com:9443', 'is the live host, but env is paper'],
  ])('--set %s', (argument, message) => {
    expect(refusal({ sets: [argument] })).toContain(message)
  })

  it.each([
    ['risk.yaml', 'risk: [1\n', /^config\/risk\.yaml:\d+: not valid YAML: /],
    ['risk.yaml', 'risk:\n  stop_loss_pct: 0.01\n  stop_loss_pct: 0.02\n', /^config\/risk\.yaml:3: not valid YAML: /],
    ['risk.yaml', 'a: &x 1\nrisk: *x\n', /aliases/],
    ['risk.yaml', 'risk: !!str x\n', /tags/],
    ['risk.yaml', 'trading: {}\n', /^config\/risk\.yaml:1: trading: belongs into trading\.yaml/],
    ['risk.yaml', 'riks: {}\n', /did you mean "risk"\?/],
    ['risk.yaml', 'risk: 5\n', /must be a group of values/],
    ['risk.yaml', '- 1\n', /must consist of names and values/],
    ['risk.yaml', `risk: ${'['.repeat(5000)}`, /^config\/risk\.yaml/],
    ['risk.yaml', `risk: "${'x'.repeat(300_000)}"`, /larger than/],
  ])('%s: %s', (name, text, message) => {
    write(name, text)
    expect(refusal({ dir })).toMatch(message)
  })

  it('a directory without configuration', () => {
    expect(refusal({ dir: join(dir, 'none') })).toBe('--config config/none: no such directory')
    expect(refusal({ dir })).toContain('holds none of risk.yaml')
  })

  it('never end in anything but a Failure, whatever the file holds', () => {
    const pieces = fc.constantFrom(
      'risk:',
      ' ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      '&a',
      '*a',
      '|',
      '${A}',
      '0.1',
      '<<',
      '\t',
      '#',
    )
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
    )
    const property = fc.property(anything, (text) => {
      write('risk.yaml', text)
      try {
        load({ dir })
      } catch (error) {
        expect(error).toBeInstanceOf(Failure)
      }
    })
    fc.assert(property, { seed: SEED, numRuns: 500 })
  })
})

describe('environment', () => {
  const enabled = ['brokers.kis.enabled=true']

  it('a disabled broker needs no credentials', () => {
    expect(load({ dir: join(ROOT, 'config') }).brokers.kis.credentials).toBeUndefined()
  })

  it('an enabled one names file, line, field and variable that is missing', () => {
    write('brokers.yaml', 'brokers:\n  kis:\n    enabled: true\n    paper_app_key: ${MY_KEY}\n')
    const message = refusal({
      dir,
      env: { KIS_PAPER_APP_SECRET: 's', KIS_PAPER_ACCOUNT_NO: '50000000-01', KIS_HTS_ID: '' },
    })
    expect(message.split('\n').sort()).toEqual([
      'config/brokers.yaml:4: brokers.kis.paper_app_key: the environment variable MY_KEY is not set (nor MY_KEY_FILE)',
      'default: brokers.kis.hts_id: the environment variable KIS_HTS_ID is not set (nor KIS_HTS_ID_FILE)',
    ])
  })

  it("takes the plan's fields of a KIS broker, and refuses markets that are not served", () => {
    const plan = [
      'brokers:',
      '  kis:',
      '    enabled: true',
      '    name: "한국투자증권"',
      '    markets: [KR, US]',
      '    api_type: rest',
      '    env: live',
      '    hosts: { rest: "http://127.0.0.1:1", ws: "ws://127.0.0.1:1" }',
      '    app_key: "${KIS_APP_KEY}"',
      '    app_secret: "${KIS_APP_SECRET}"',
      '    account_no: "${MY_ACCOUNT}"',
    ]
    write('brokers.yaml', plan.join('\n'))
    const env = { KIS_APP_KEY: 'k', KIS_APP_SECRET: 's', MY_ACCOUNT: '12345678-01', KIS_HTS_ID: 'h' }
    const { kis } = load({ dir, env }).brokers
    expect([kis.markets, kis.account, kis.name]).toEqual([['KRX', 'US'], '12345678-01', '한국투자증권'])
    expect(refusal({ dir, env: { ...env, MY_ACCOUNT: '12345678' } })).toContain('lacks its two-digit product code')
    write('brokers.yaml', plan.join('\n').replace('[KR, US]', '[KR, US, EU]'))
    expect(refusal({ dir, env })).toContain('EU is not one of KR, KRX, NXT, US, JP, HK, CN')
  })

  it('Tokyo, Hong Kong and China are markets of KIS; real-time quotes belong to one that is traded', () => {
    const asia = (markets: string, realtime: string): void =>
      write('brokers.yaml', `brokers:\n  kis:\n    markets: [${markets}]\n    realtime: [${realtime}]\n`)
    asia('KRX, JP, HK, CN', 'JP, CN')
    const { kis } = load({ dir }).brokers
    expect([kis.markets, kis.realtime]).toEqual([
      ['KRX', 'JP', 'HK', 'CN'],
      ['JP', 'CN'],
    ])
    asia('KRX, HK', 'JP')
    expect(refusal({ dir })).toContain('JP is not among markets')
    asia('KRX, US', 'US')
    expect(refusal({ dir })).toContain('US is not one of JP, HK, CN')
  })

  it('${NAME:-text} falls back, NAME_FILE is read, an empty variable counts as not set', () => {
    write('key', 'from-a-file\n')
    const env = {
      KIS_PAPER_APP_KEY: '',
      KIS_PAPER_APP_KEY_FILE: join(dir, 'key'),
      KIS_PAPER_APP_SECRET: 's',
      KIS_PAPER_ACCOUNT_NO: '50000000-01',
      KIS_HTS_ID: 'h',
    }
    const { brokers } = load({ env: { ...env, IB_PORT: '7497', IB_HOST: '' }, sets: enabled })
    expect(brokers.kis.credentials?.appKey.reveal()).toBe('from-a-file')
    expect([brokers.ib.port, brokers.ib.host]).toEqual([7497, '127.0.0.1'])
  })

  it('a NAME_FILE that cannot be read', () => {
    expect(refusal({ env: { KIS_PAPER_APP_KEY_FILE: join(dir, 'none') } })).toBe(
      'KIS_PAPER_APP_KEY_FILE: cannot read config/none (ENOENT)',
    )
  })

  it('a symbol out of the environment keeps its zeros', () => {
    write('trading.yaml', 'trading:\n  symbols: ["${A}"]\n')
    expect(load({ dir, env: { A: '005930' } }).trading.symbols).toEqual(['005930'])
  })

  it('what is no reference is refused, and what a variable held is never quoted', () => {
    expect(refusal({ sets: ['trading.mode=${A-B}'] })).toContain('write ${NAME} or ${NAME:-default}')
    const message = refusal({ sets: ['brokers.ib.port=${SECRET}'], env: { SECRET: 'canary' } })
    expect(message).toContain('${SECRET} is not a port')
    expect(message).not.toContain('canary')
  })
})
