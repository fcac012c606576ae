/** Market data as clients get it: first answers, sizes with prices, tick by tick, bars, depth, history. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { IbEmulator } from '../../../adapters/ib/emulator/emulator.ts'
import { RawClient } from './raw-client.ts'
import { readCash } from '../../../adapters/ib/emulator/options.ts'
import { AT, placeOrder, Stage } from './script-feed.ts'

const NVDA = [0, 'NVDA', 'STK', '', '0.0', '', '', 'SMART', '', 'USD', '', '']

describe('on a market that the test moves', () => {
  let stage: Stage
  let client: RawClient

  beforeEach(async () => {
    stage = await Stage.open()
    client = await RawClient.start(stage.port, 7)
    await stage.trade(10_001, 50)
  })

  afterEach(async () => {
    client.close()
    await stage.close()
  })

  async function quotes(reqId: number, generics = '', snapshot = 0): Promise<void> {
    client.send(1, 11, reqId, ...NVDA, 0, generics, snapshot, 0, '')
    await client.settle()
  }

  const ticks = (from = 0): string[] =>
    client.frames
      .slice(from)
      .flatMap(({ id, tokens }) => (['1', '2'].includes(id) ? [`${tokens[3]}=${tokens[4]}`] : []))

  test('first the type, the parameters, then a size with each price', async () => {
    await quotes(5)
    const ids = client.frames.map((f) => f.id).slice(client.frames.findIndex((f) => f.id === '58'))
    expect(ids.slice(0, 4)).toEqual(['58', '81', '1', '2'])
    expect(ticks().slice(0, 7)).toEqual(['1=100', '0=500', '2=100.02', '3=500', '4=100.01', '5=50', '8=50'])
    expect(client.of('46')[0]?.slice(2)).toEqual(['5', '45', '1768230000'])
  })

  test('only what changed, at most four times a second', async () => {
    await quotes(5)
    const from = client.frames.length
    await stage.quote(10_000, 10_002, 700, 500)
    await stage.quote(10_001, 10_002, 700, 500)
    await client.settle()
    expect(ticks(from)).toEqual([])
    await stage.wait(250)
    await client.settle()
    expect(ticks(from)).toEqual(['1=100.01', '0=700'])
    client.send(2, 1, 5)
    await client.settle()
    const then = client.frames.length
    await stage.quote(9_990, 9_992)
    await stage.wait(300)
    await client.settle()
    expect(ticks(then)).toEqual([])
  })

  test('a snapshot ends, RTVolume comes when asked, an id serves once', async () => {
    await quotes(5, '', 1)
    await client.next('57')
    await quotes(6, '233')
    expect(client.of('46').some((t) => t[3] === '48' && t[4]?.startsWith('100.01;50;'))).toBe(true)
    await quotes(6)
    await quotes(7, '233', 1)
    client.send(2, 1, 99)
    await client.settle()
    expect(
      client
        .of('4')
        .slice(-3)
        .map((e) => e.slice(2, 4)),
    ).toEqual([
      ['6', '102'],
      ['7', '414'],
      ['99', '300'],
    ])
  })

  test('tick by tick: every print, every quote, history first', async () => {
    for (const [reqId, kind, before] of [
      [10, 'Last', 1],
      [11, 'BidAsk', 0],
      [12, 'MidPoint', 0],
    ] as const) {
      client.send(97, reqId, ...NVDA, kind, before, 0)
    }
    await client.settle()
    expect(client.of('98').map((t) => t.slice(1, 6))).toEqual([['10', '1', '1768230000', '0', '100.01']])
    await stage.trade(10_002, 5)
    await stage.trade(10_002, 6)
    await stage.quote(10_002, 10_004, 300, 200)
    await client.settle()
    expect(client.of('99').map((t) => [t[1], ...t.slice(4, 8)])).toEqual([
      ['10', '100.02', '5', '0', 'NASDAQ'],
      ['10', '100.02', '6', '0', 'NASDAQ'],
      ['11', '100.02', '100.04', '300', '200'],
      ['12', '100.03'],
    ])
    client.send(97, 13, ...NVDA, 'last', 0, 0)
    await client.settle()
    expect(client.of('4').at(-1)?.slice(2, 4)).toEqual(['13', '321'])
  })

  test('five-second bars at their end', async () => {
    client.send(50, 3, 14, ...NVDA, 5, 'TRADES', 0, '')
    await client.settle()
    await stage.trade(10_010, 5)
    await stage.trade(9_990, 7)
    await stage.wait(4900)
    await client.settle()
    expect(client.of('50')).toEqual([])
    await stage.wait(200)
    await client.settle()
    // The print before the subscription lies in the same bar.
    expect(client.of('50').map((b) => b.slice(2, 9))).toEqual([
      ['14', '1768230000', '100.01', '100.1', '99.9', '99.9', '62'],
    ])
  })

  test('depth: inserted once, then updated', async () => {
    client.send(10, 5, 15, ...NVDA, 2, 0, '')
    await client.settle()
    expect(client.of('12').map((d) => d.slice(3, 7).join(' '))).toEqual([
      '0 0 0 100.02',
      '1 0 0 100.03',
      '0 0 1 100',
      '1 0 1 99.99',
    ])
    const from = client.of('12').length
    await stage.quote(10_000, 10_002, 510, 500)
    await client.settle()
    expect(
      client
        .of('12')
        .slice(from)
        .map((d) => d[4]),
    ).toEqual(['1', '1'])
  })

  test('history: one frame, sorted, then the bar under way', async () => {
    await stage.wait(60_000)
    await stage.trade(10_050, 9)
    client.send(20, 16, ...NVDA, 0, '', '1 min', '600 S', 0, 'TRADES', 2, 1, '')
    await client.settle()
    const [answer] = client.of('17')
    expect(answer?.slice(4, 13)).toEqual([
      '2',
      '1768230000',
      '100.01',
      '100.01',
      '100.01',
      '100.01',
      '50',
      '100.01',
      '1',
    ])
    await stage.trade(10_060, 1)
    await stage.wait(1100)
    await client.settle()
    // bar count, date, open, close, high, low: the order of this message alone
    expect(client.of('90')[0]?.slice(2, 8)).toEqual(['2', '1768230060', '100.5', '100.6', '100.6', '100.5'])
    client.send(25, 1, 16)
    client.send(25, 1, 16)
    await client.settle()
    expect(
      client
        .of('4')
        .slice(-2)
        .map((e) => e[3]),
    ).toEqual(['162', '366'])
    expect(client.of('4').at(-2)?.[4]).toContain('API historical data query cancelled: 16')
  })

  test.each([
    ['an end with keep up to date', ['20260112-15:00:00', '1 min', '600 S', 0, 'TRADES', 1, 1], 321],
    ['no bar size', ['', '7 mins', '600 S', 0, 'TRADES', 1, 0], 321],
    ['nothing there', ['20250101-15:00:00', '1 min', '600 S', 0, 'TRADES', 1, 0], 162],
  ])('history refused: %s', async (_, rest, code) => {
    client.send(20, 17, ...NVDA, 0, ...(rest as (string | number)[]), '')
    await client.settle()
    expect(client.of('4').at(-1)?.slice(2, 4)).toEqual(['17', String(code)])
  })

  test('contract fields may be empty, zero or full, and must fit', async () => {
    const ask = async (...contract: (string | number)[]): Promise<number> => {
      const from = client.frames.length
      client.send(9, 8, 3, ...contract, 0, '', '', '')
      await client.settle()
      return client.frames.slice(from).filter((f) => f.id === '10').length
    }
    const { conId } = stage.emulator.world.listings[0] as { conId: number }
    expect(await ask(...NVDA)).toBe(1)
    expect(await ask(conId, '', '', '', '', '', '', '', '', '', '', '')).toBe(1)
    expect(await ask(conId, 'NVDA', 'STK', '', 0, '?', '', 'SMART', 'NASDAQ', 'USD', 'NVDA', 'NMS')).toBe(1)
    expect(await ask('', 'NVDA', 'STK', '', '', '', '', 'SMART/ISLAND', '', 'USD', '', '')).toBe(1)
    expect(await ask(12, '', '', '', '', '', '', '', '', '', '', '')).toBe(0)
    expect(await ask('', 'NVDA', 'OPT', '20260116', '100', 'C', '100', 'SMART', '', 'USD', '', '')).toBe(0)
    expect(await ask('', 'NVDA', 'STK', '', '', '', '', 'SMART', '', 'EUR', '', '')).toBe(0)
  })
})

describe('the generated market', () => {
  test('equal seeds and clocks: equal frames; three hours of minutes; quotes and trades keep coming', async () => {
    const told: string[][] = []
    for (let run = 0; run < 2; run++) {
      const clock = { t: 1_768_230_000_000_000 }
      const emulator = await IbEmulator.create({ seed: 5 }, { clock: { now: () => clock.t } })
      const client = await RawClient.start(emulator.port, 1)
      client.send(20, 1, ...NVDA, 0, '', '1 min', '10800 S', 0, 'TRADES', 2, 0, '')
      for (const [i, kind] of ['AllLast', 'BidAsk'].entries()) client.send(97, 10 + i, ...NVDA, kind, 0, 0)
      await client.settle()
      expect(Number(client.of('17')[0]?.[4])).toBe(180)
      for (let i = 0; i < 10; i++) {
        const before = client.of('99').length
        clock.t += 10_000_000
        await emulator.advance()
        await client.settle()
        const kinds = new Set(
          client
            .of('99')
            .slice(before)
            .map((t) => t[2]),
        )
        expect(kinds).toEqual(new Set(['2', '3']))
      }
      told.push(client.frames.map((f) => f.tokens.join('·')))
      client.close()
      emulator.close()
    }
    expect(told[0]?.length).toBeGreaterThan(500)
    expect(told[0]).toEqual(told[1])
  }, 30_000)

  test('won and dollars: a Korean share is paid in won, free of IB fees, and counts in dollars', async () => {
    const clock = { t: 1_768_230_000_000_000 }
    const cash = readCash(['USD=1000', 'KRW=100000000'])
    const emulator = await IbEmulator.create({ symbols: ['005930'], cash }, { clock: { now: () => clock.t } })
    const client = await RawClient.start(emulator.port, 1)
    const order = { [AT.symbol]: '005930', 9: 'KSE', 11: 'KRW', [AT.action]: 'BUY', [AT.qty]: 10, [AT.type]: 'MKT' }
    client.send(...placeOrder(1, order))
    await client.settle()
    clock.t += 5_000_000
    await emulator.advance()
    client.send(6, 2, 1, '')
    await client.next('54')
    const [fill] = client.of('11')
    const price = Number(fill?.[20])
    expect([fill?.[19], fill?.[11], client.of('59')[0]?.slice(3, 5)]).toEqual(['10', 'KRW', ['0', 'KRW']])
    const [account] = emulator.world.accounts
    expect(account?.cash.get('KRW')).toBe((100_000_000 - 10 * price) * 10_000)
    expect(account?.cash.get('USD')).toBe(1_000_000_000)
    const value = (key: string, currency: string): number =>
      Number(client.of('6').findLast((v) => v[2] === key && v[4] === currency)?.[3])
    expect(value('CashBalance', 'KRW')).toBe(100_000_000 - 10 * price)
    expect(value('ExchangeRate', 'KRW')).toBeCloseTo(1 / 1400, 7)
    expect(value('NetLiquidation', 'USD')).toBeCloseTo(1000 + 100_000_000 / 1400, -1)
    client.close()
    emulator.close()
  }, 20_000)
})
