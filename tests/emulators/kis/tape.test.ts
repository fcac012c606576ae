/** A tape as the emulator's market: hours and holidays of the calendar, fills at the tape's prices, exchange rate. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { KisEmulator } from '../../../adapters/kis/emulator/emulator.ts'
import { DAY, epochDay, HOUR, MINUTE } from '../../../src/core/base/time.ts'
import { writeMarketTape } from '../../../src/generate/market-tape.ts'
import { Bench, rows, SECOND } from './support.ts'

/** Monday, a session of both markets. */
const MONDAY = epochDay(2025, 1, 6)
const OPEN = MONDAY * DAY
const request = { symbols: ['005930', 'NVDA'], days: 1, seed: 3, start: MONDAY, rate: 60 }

let dir = ''
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sametape-kis-tape-'))
  await writeMarketTape({ ...request, bars: false, fx: true }, join(dir, 'ticks'))
  await writeMarketTape({ ...request, bars: true, fx: false }, join(dir, 'bars'))
  await writeMarketTape({ ...request, symbols: ['AAA'], venue: 'GEN', bars: true, fx: false }, join(dir, 'gen'))
})
afterAll(() => rmSync(dir, { recursive: true }))

let bench: Bench | undefined
afterEach(() => bench?.close())

/** Now is `t`; the market is played up to it. */
async function at(t: number, tape = 'ticks'): Promise<Bench> {
  bench?.close()
  bench = await Bench.create({ tape: join(dir, tape) }, t - 3 * MINUTE)
  await bench.emulator.advance(t)
  return bench
}

describe('hours', () => {
  it.each([
    ['before the open', OPEN - HOUR, '40570000'],
    ['in the session', OPEN + HOUR, '40600000'],
    ['after the close', OPEN + 7 * HOUR, '40580000'],
    ['on a Saturday', (MONDAY - 2) * DAY + HOUR, '40100000'],
    ['on New Year’s Day', epochDay(2025, 1, 1) * DAY + HOUR, '40100000'],
  ])('of the KRX: %s', async (_, t, code) => {
    const b = await at(t)
    expect((await b.order('buy', 1, 153_400)).body.msg_cd).toBe(code)
  })

  it('of New York: closed while Korea trades, open in the Korean night', async () => {
    const morning = await at(OPEN + HOUR)
    expect((await morning.usOrder('buy', 1, '100.00')).body.msg_cd).toBe('40570000')
    const night = await at(OPEN + 16 * HOUR)
    const { ask } = night.board('NVDA')
    expect(ask).toBeGreaterThan(0)
    expect((await night.usOrder('buy', 1, (ask / 10_000 + 1).toFixed(2))).body.rt_cd).toBe('0')
    expect(night.emulator.world.account.holding('NVDA')?.qty).toBe(1)
  })
})

describe('matching', () => {
  it('fills at the tape’s quotes, and orders end at the close', async () => {
    const b = await at(OPEN + HOUR)
    const { ask, bid, tick } = b.board('005930')
    await b.order('buy', 1, ask + 5 * tick)
    expect(b.emulator.world.account.fills[0]).toMatchObject({ price: ask, qty: 1 })
    await b.order('buy', 1, bid - 300 * tick)
    b.now = OPEN + 6.5 * HOUR + SECOND
    await b.emulator.advance(b.now)
    expect(b.emulator.world.desk.orders[1]).toMatchObject({ filled: 0, canceled: 1 })
  })

  it('an American order lives across Korean midnight and ends at the American close', async () => {
    const b = await at(OPEN + 14 * HOUR + 45 * MINUTE)
    const low = (b.board('NVDA').bid / 10_000 - 20).toFixed(2)
    const number = (await b.usOrder('buy', 1, low)).body.output.ODNO as string
    b.now = OPEN + 15.5 * HOUR
    await b.emulator.advance(b.now)
    const [order] = b.emulator.world.desk.orders
    expect([order?.canceled, order?.filled]).toEqual([0, 0])
    // A new Korean day numbers anew; the old order is still found by its number.
    const second = (await b.usOrder('buy', 1, low)).body.output.ODNO as string
    expect(second).toBe(number)
    b.now = OPEN + 21 * HOUR + SECOND
    await b.emulator.advance(b.now)
    expect(b.emulator.world.desk.orders.map((o) => o.canceled)).toEqual([1, 1])
  })

  it('bars are told as prints at their four prices and fill at the next open', async () => {
    const b = await at(OPEN + HOUR, 'bars')
    const listener = await b.listen()
    await listener.register('H0STCNT0', '005930')
    await b.order('buy', 1)
    const before = b.emulator.world.account.fills.length
    b.now += MINUTE
    await b.emulator.advance(b.now)
    expect([before, b.emulator.world.account.fills.length]).toEqual([1, 1])
    await listener.next((t) => t.startsWith('0|H0STCNT0|'))
    const bars = rows(
      await b.call('kr.minutes', { FID_COND_MRKT_DIV_CODE: 'J', FID_INPUT_ISCD: '005930', FID_INPUT_HOUR_1: '235959' }),
      'output2',
    )
    expect(bars).toHaveLength(30)
    expect(Number(bars[1]?.stck_hgpr)).toBeGreaterThanOrEqual(Number(bars[1]?.stck_lwpr))
  })

  it('USD/KRW of the tape is the exchange rate', async () => {
    const b = await at(OPEN + HOUR)
    const rate = b.emulator.world.rates.of('USD') / 10_000
    expect(rate).not.toBe(1400)
    expect(rate).toBeGreaterThan(900)
    expect(rate).toBeLessThan(2000)
    expect(b.emulator.symbols).toEqual(['005930', 'NVDA'])
  })

  it('a tape of another venue is refused by name', async () => {
    await expect(KisEmulator.create({ tape: join(dir, 'gen') })).rejects.toThrow('AAA is listed at GEN')
    await expect(KisEmulator.create({ tape: join(dir, 'nothing') })).rejects.toThrow('nothing')
  })
})
