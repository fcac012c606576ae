/** What shows only late in a session: a second doubt beside the first, a stop reached while the session ends. */
import { describe, expect, test } from 'vitest'
import { atBrokers, sent } from '../support/engine-rig.ts'

describe('R-36, I-35 a second order that stays unknown', () => {
  test('is told of by itself, though REDUCE_ONLY stands already', () => {
    const rig = atBrokers(100, { symbols: ['AAA', 'BBB'] })
    const first = sent(rig.buy('AAA', 100, 100))
    rig.pass(20, 5)
    const second = sent(rig.buy('BBB', 100, 100))
    rig.pass(160, 5)
    expect(rig.state).toBe('REDUCE_ONLY')
    const told = rig.alerts('unknown_unresolved').map((a) => a.values[0])
    expect(told).toEqual([first, second])
  })

  test('and once, however long it lasts', () => {
    const rig = atBrokers()
    const id = sent(rig.buy('AAA', 100, 100))
    rig.pass(300, 5)
    expect(rig.alerts('unknown_unresolved')).toHaveLength(1)
    rig.ack(id)
    expect(rig.state).toBe('LIVE')
  })
})

describe('D-08, R-25, R-26 a stop that is reached when the session ends', () => {
  test('LIQUIDATING: the liquidation is the exit; there is no second one', () => {
    const rig = atBrokers()
    rig.hold('AAA', 100, 100)
    rig.operator('kill').books(0)
    expect(rig.exit()?.origin).toBe('liquidation')
    rig.wait(1).mark('AAA', 90).pass(1)
    expect(rig.sent('AAA')).toHaveLength(2)
    expect(rig.alerts('stop_loss')).toHaveLength(0)
  })

  test('STOPPED: nothing is sent; what is held was named, and a restart protects it (R-38, R-44)', () => {
    const rig = atBrokers()
    rig.hold('AAA', 100, 100)
    rig.operator('stop')
    rig.wait(1).mark('AAA', 90).pass(1)
    expect(rig.sent('AAA')).toHaveLength(1)
    expect(rig.alerts('residual').map((a) => a.values[0])).toEqual([100])
    rig.restart(60).link(0, 'up').books(0)
    expect(rig.state).toBe('REDUCE_ONLY')
    rig.wait(1).mark('AAA', 90)
    expect(rig.alerts('stop_loss')).toHaveLength(1)
    expect(rig.exit()?.origin).toBe('stop')
  })
})
