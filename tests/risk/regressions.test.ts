/** What the engine once did wrong, found by the rules' own text: each test failed before the commit that brought it. */
import { describe, expect, test } from 'vitest'
import { atBrokers, usd } from '../support/engine-rig.ts'

describe('R-01 every event that changes equity is looked at', () => {
  test('cash that an operator explains, and shares that are written off', () => {
    const rig = atBrokers()
    rig.pass(30).books(0, { cash: rig.dollars(usd(95_000)) })
    rig.pass(30).books(0, { cash: rig.dollars(usd(95_000)) })
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.operator('explainCash', { broker: 0, value: 1 })
    expect(rig.desk.losses.dailyTripped).toBe(true)
    expect(rig.state).toBe('REDUCE_ONLY')
    const other = atBrokers()
    other.hold('AAA', 250, 100)
    other.pass(31).books(0, { positions: other.holdings({ AAA: 190 }) })
    other.operator('acknowledge', { broker: 0, symbol: 'AAA', value: 60 })
    expect(other.held('AAA')).toBe(190)
    expect(other.desk.losses.dailyTripped).toBe(true)
  })
})
