/** The section `ib` of brokers.yaml: what it takes, what it refuses and in which words, and what the adapter is told. */
import { describe, expect, it } from 'vitest'
import { ibSettings } from '../../../src/cli/ib-settings.ts'
import { loadConfig } from '../../../src/config/load.ts'

const load = (sets: readonly string[], env: Readonly<Record<string, string>> = { IB_ACCOUNT: 'DU0000001' }) =>
  loadConfig({ dir: undefined, sets: ['brokers.ib.enabled=true', ...sets.map((s) => `brokers.ib.${s}`)], env }).brokers
    .ib

function refusal(sets: readonly string[], env?: Readonly<Record<string, string>>): string {
  try {
    load(sets, env)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

describe('brokers.ib', () => {
  it('is paper on the gateway by default, for all of its markets but Korea', () => {
    const settings = ibSettings(load([]))
    expect(settings).toMatchObject({
      env: 'paper',
      host: '127.0.0.1',
      port: 4002,
      clientId: 1,
      data: 'level1',
      delayed: 'refuse',
    })
    expect(settings.markets).toEqual(['US', 'EU', 'JP', 'HK'])
  })

  it('takes Korean shares from those who name them', () => {
    expect(ibSettings(load(['markets=[US, KRX]'])).markets).toEqual(['US', 'KRX'])
  })

  it('takes every setting', () => {
    const settings = ibSettings(
      load([
        'data=ticks',
        'delayed=record',
        'outside_hours=true',
        'messages_per_second=20',
        'region=asia',
        'restart_at=23:45',
        'restart_zone=Asia/Seoul',
      ]),
    )
    expect(settings).toMatchObject({
      ...{ data: 'ticks', delayed: 'record', outsideHours: true, messagesPerSecond: 20, region: 'asia' },
      ...{ restartAt: (23 * 60 + 45) * 60_000_000, restartZone: 'Asia/Seoul' },
    })
  })

  it.each([
    [['port=7496'], {}, 'brokers.ib.port: 7496 is a live port, but env is paper; use 4002 or 7497'],
    [['env=live', 'port=7497'], { IB_ACCOUNT: 'U0000001' }, 'brokers.ib.port: 7497 is a paper port, but env is live'],
    [
      [],
      { IB_ACCOUNT: 'U0000001' },
      'brokers.ib.account: is a live account, but env is paper; one that begins with DU or DF',
    ],
    [
      ['env=live', 'port=4001'],
      {},
      'brokers.ib.account: is a paper account, but env is live; one that begins with U, F or I',
    ],
    [[], { IB_ACCOUNT: '50000000-01' }, 'brokers.ib.account: is no account of IB'],
    [[], { IB_ACCOUNT: '' }, 'IB_ACCOUNT'],
    [['markets=[MARS]'], {}, 'MARS is not one of US, EU, ASIA'],
    [['messages_per_second=51'], {}, 'messages_per_second'],
    [['restart_at=25:00'], {}, 'is not a time of day'],
    [['restart_zone=Nowhere/City'], {}, 'is not a time zone'],
    [['env=live', 'port=4001', 'delayed=trade'], { IB_ACCOUNT: 'U0000001' }, 'brokers.ib.delayed: trade is for paper'],
  ])('refuses %j %j', (sets, env, words) => {
    const message = refusal(sets, { IB_ACCOUNT: 'DU0000001', ...env })
    expect(message).toContain(words)
    expect(message).not.toContain('U0000001')
  })

  it('a disabled broker may name anything', () => {
    const env = { IB_ACCOUNT: 'U0000001' }
    expect(loadConfig({ dir: undefined, sets: ['brokers.ib.port=4001'], env }).brokers.ib.enabled).toBe(false)
  })
})
