/** Fees of the own account: paths, values that are refused, and what a configuration without them looks like. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { type EffectiveConfig, loadConfig } from '../../../src/config/load.ts'

const load = (...sets: string[]): EffectiveConfig => loadConfig({ dir: undefined, sets, env: {} })

function refusal(...sets: string[]): string {
  try {
    load(...sets)
  } catch (error) {
    if (error instanceof Failure && error.exitCode === 2) return error.message
    throw error
  }
  throw new Error('nothing was refused')
}

it('commissions are exact ratios by path, and part of the hash once they are set', () => {
  const plain = load()
  expect([plain.fees.account, plain.fees.commissions.size]).toEqual([undefined, 0])
  expect(plain.entries.some((e) => e.path.startsWith('fees'))).toBe(false)
  const own = load('fees.kis.kr_commission_bps=0.36396', 'fees.account=us-individual')
  expect(own.fees).toEqual({
    account: 'us-individual',
    commissions: new Map([['fees.kis.kr_commission_bps', { num: 36396, den: 100_000 }]]),
  })
  expect(own.hash).not.toBe(plain.hash)
})

it('they may stand in brokers.yaml', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sametape-fees-config-'))
  try {
    writeFileSync(join(dir, 'brokers.yaml'), 'fees:\n  kis:\n    us_commission_bps: 7\n')
    const { fees, entries } = loadConfig({ dir, sets: [], env: {} })
    expect(fees.commissions.get('fees.kis.us_commission_bps')).toEqual({ num: 7, den: 1 })
    expect(entries.find((e) => e.path === 'fees.kis.us_commission_bps')?.source).toMatch(/brokers\.yaml:3$/)
  } finally {
    rmSync(dir, { recursive: true })
  }
})

it.each(['-1', '1001', '25%', 'NaN', '0.000000001', ''])('a commission of "%s" is refused, naming its path', (text) => {
  expect(refusal(`fees.kis.us_commission_bps=${text}`)).toMatch(/fees\.kis\.us_commission_bps: /)
})

it('an unknown name is refused with the nearest one', () => {
  expect(refusal('fees.kis.us_comission_bps=7')).toMatch(/did you mean "us_commission_bps"/)
})
