/** Life cycles of orders as a client sees them (reference 6.2), on a market and a clock that the test moves. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { helloOf, RawClient } from './raw-client.ts'
import { AT, placeOrder, Stage } from './script-feed.ts'

let stage: Stage
let client: RawClient

beforeEach(async () => {
  stage = await Stage.open()
  client = await RawClient.start(stage.port, 7)
})

afterEach(async () => {
  client.close()
  await stage.close()
})

async function place(id: number, order: Parameters<typeof placeOrder>[1], by = client): Promise<void> {
  by.send(...placeOrder(id, order))
  await by.settle()
}

const BUY = { [AT.action]: 'BUY', [AT.qty]: 100, [AT.type]: 'MKT', [AT.ref]: 'r1' }
const SELL = { ...BUY, [AT.action]: 'SELL' }
const LIMIT = { ...BUY, [AT.type]: 'LMT', [AT.limit]: '99.5' }

const state = (): { status: string; filled: number; at: string }[] =>
  stage.emulator.world.desk.orders.map((o) => ({ status: o.status, filled: o.filled, at: o.stage }))
const held = (): number => stage.emulator.world.accounts[0]?.positions.values().next().value?.qty ?? 0

describe('sequences', () => {
  test('a market order', async () => {
    await place(1, BUY)
    expect(client.story()).toEqual(['E 2104', 'E 2106', 'E 2158', 'OO PreSubmitted', 'OS PreSubmitted 0/100'])
    const from = client.frames.length
    await stage.quote(10_000, 10_002)
    await client.settle()
    expect(client.story(from)).toEqual(['EX 100.02', 'OO Filled', 'OS Filled 100/0', 'OO Filled', 'CR'])
    const [before, after] = client.of('5').slice(-2)
    expect([before?.[103], after?.[106]]).toEqual(['', 'USD'])
    expect(Number(after?.[103])).toBeGreaterThan(0)
    expect(held()).toBe(100)
  })

  test('fills in parts', async () => {
    await place(1, BUY)
    const from = client.frames.length
    await stage.quote(10_000, 10_002, 500, 40)
    await stage.quote(10_000, 10_003, 500, 500)
    await client.settle()
    const part = (status: string, rest: string): string[] => [
      `OO ${status}`,
      `OS ${status} ${rest}`,
      `OO ${status}`,
      'CR',
    ]
    expect(client.story(from)).toEqual([
      'EX 100.02',
      ...part('Submitted', '40/60'),
      'EX 100.03',
      ...part('Filled', '100/0'),
    ])
    const [first, second] = client.of('11')
    // shares, price, permId, clientId, liquidation, cumQty, avgPrice
    expect([first?.[19], first?.[24], second?.[19], second?.[24]]).toEqual(['40', '40', '60', '100'])
    expect(Number(second?.[25])).toBeCloseTo(100.026, 9)
    expect(new Set(client.of('11').map((e) => e[14])).size).toBe(2)
  })

  test('a limit rests, is changed, and is cancelled', async () => {
    const from = client.frames.length
    await place(1, LIMIT)
    const rests = ['OO PreSubmitted', 'OS PreSubmitted 0/100', 'OO Submitted', 'OS Submitted 0/100']
    expect(client.story(from)).toEqual(rests)
    await place(1, { ...LIMIT, [AT.qty]: 80, [AT.limit]: '99.6' })
    expect(client.story(from + rests.length + 1)).toEqual(['OO Submitted', 'OS Submitted 0/80'])
    const echo = client.of('5').at(-1)
    expect([echo?.[14], echo?.[16], echo?.[23], echo?.[24]]).toEqual(['80', '99.6', 'r1', '7'])
    const then = client.frames.length
    client.send(4, 1, 1, '')
    await client.settle()
    expect(client.story(then)).toEqual(['OS Cancelled 0/80', 'E 202'])
  })

  test('rejected for margin: 201, open order and status, all dead', async () => {
    const from = client.frames.length
    await place(1, { ...BUY, [AT.qty]: 500_000 })
    expect(client.story(from)).toEqual(['E 201', 'OO Inactive', 'OS Inactive 0/500000'])
    await stage.quote(10_000, 10_002)
    expect(held()).toBe(0)
  })

  test('what if: one frame with figures, and no order', async () => {
    await place(1, { ...LIMIT, [AT.whatIf]: 1 })
    const [frame] = client.of('5')
    expect([frame?.[92], frame?.[93]]).toEqual(['1', 'PreSubmitted'])
    expect(Number(frame?.[97])).toBe(2500.25)
    expect(Number(frame?.[103])).toBeGreaterThan(0)
    expect(state()).toEqual([])
    await place(1, LIMIT)
    expect(state()).toHaveLength(1)
  })

  test('a stop waits for its trigger, then works', async () => {
    await place(1, { ...SELL, [AT.type]: 'STP', [AT.aux]: '99' })
    expect(client.of('3').at(-1)?.slice(2, 3)).toEqual(['PreSubmitted'])
    expect(client.of('3').at(-1)?.[10]).toBe('trigger')
    await stage.trade(9_950)
    expect(client.of('11')).toEqual([])
    const from = client.frames.length
    await stage.trade(9_890)
    await stage.quote(9_880, 9_885)
    await client.settle()
    expect(client.story(from).slice(0, 3)).toEqual(['OO Submitted', 'OS Submitted 0/100', 'EX 98.8'])
    expect(held()).toBe(-100)
  })

  test('IOC ends its rest, FOK takes all or nothing', async () => {
    await place(1, { ...LIMIT, [AT.limit]: '100.02', [AT.tif]: 'IOC' })
    await place(2, { ...LIMIT, [AT.limit]: '100.02', [AT.tif]: 'FOK' })
    await stage.quote(10_000, 10_002, 500, 30)
    expect(state()).toEqual([
      { status: 'Cancelled', filled: 30, at: 'done' },
      { status: 'Cancelled', filled: 0, at: 'done' },
    ])
  })

  test('GTD ends by the clock', async () => {
    await place(1, { ...LIMIT, [AT.tif]: 'GTD', [AT.goodTill]: '20260112-15:00:05' })
    expect(client.of('5').at(-1)?.[18]).toBe('GTD')
    await stage.wait(4000)
    expect(state()[0]?.status).toBe('Submitted')
    await stage.wait(2000)
    await client.settle()
    expect(client.story().slice(-2)).toEqual(['OS Cancelled 0/100', 'E 202'])
  })
})

describe('refusals', () => {
  test.each([
    ['off the tick', { ...LIMIT, [AT.limit]: '99.505' }, 110],
    ['no such contract', { ...BUY, [AT.symbol]: 'QQQQ' }, 200],
    ['no exchange', { ...BUY, [AT.exchange]: '' }, 321],
    ['part of a share', { ...BUY, [AT.qty]: '0.5' }, 10243],
    ['no quantity', { ...BUY, [AT.qty]: '0' }, 321],
    ['MOC for longer than a day', { ...BUY, [AT.type]: 'MOC', [AT.tif]: 'GTC' }, 113],
    ['a type that the venue does not have', { ...BUY, [AT.type]: 'TRAIL' }, 387],
    ['a child without its parent', { ...BUY, [AT.parentId]: 40 }, 10006],
    ['somebody else’s account', { ...BUY, [AT.account]: 'DU9' }, 321],
    ['a number that is none', { ...LIMIT, [AT.parentId]: 'abc' }, 320],
  ])('%s', async (_, order, code) => {
    const from = client.frames.length
    await place(1, order)
    expect(client.story(from)).toEqual([`E ${code}`])
    expect(client.of('4').at(-1)?.[2]).toBe('1')
    expect(state()).toEqual([])
  })

  test('a dead id is 103, a filled one 104, one below the last 103', async () => {
    await place(5, LIMIT)
    client.send(4, 1, 5, '')
    await place(5, LIMIT)
    await place(6, BUY)
    await stage.quote(10_000, 10_002)
    await place(6, BUY)
    await place(2, BUY)
    expect(
      client
        .of('4')
        .slice(-4)
        .map((e) => [e[2], e[3]]),
    ).toEqual([
      ['5', '202'],
      ['5', '103'],
      ['6', '104'],
      ['2', '103'],
    ])
  })

  test('a change that is refused leaves the order as it was', async () => {
    await place(1, LIMIT)
    for (const change of [
      { ...LIMIT, [AT.limit]: '99.505' },
      { ...LIMIT, [AT.action]: 'SELL' },
      { ...LIMIT, [AT.qty]: 900_000 },
    ]) {
      await place(1, change)
    }
    expect(
      client
        .of('4')
        .slice(-3)
        .map((e) => e[3]),
    ).toEqual(['110', '105', '201'])
    expect(stage.emulator.world.desk.index.working().map((o) => [o.terms.qty, o.terms.limit, o.terms.side])).toEqual([
      [100, 995_000, 1],
    ])
    await stage.quote(9_940, 9_950)
    expect(held()).toBe(100)
  })

  test('a quantity at or below what is filled', async () => {
    await place(1, { ...LIMIT, [AT.limit]: '100.02' })
    await stage.quote(10_000, 10_002, 500, 40)
    await place(1, { ...LIMIT, [AT.limit]: '100.02', [AT.qty]: 40 })
    expect(client.of('4').at(-1)?.[3]).toBe('321')
    expect(state()[0]).toEqual({ status: 'Submitted', filled: 40, at: 'working' })
  })

  test('cancels of the unknown, the foreign and the finished', async () => {
    await place(1, LIMIT)
    const other = await RawClient.start(stage.port, 8)
    other.send(4, 1, 1, '')
    await other.settle()
    expect(other.of('4').at(-1)?.slice(2, 4)).toEqual(['1', '10147'])
    other.close()
    client.send(4, 1, 99, '')
    client.send(4, 1, 1, '')
    client.send(4, 1, 1, '')
    await client.settle()
    expect(
      client
        .of('4')
        .slice(-3)
        .map((e) => e[3]),
    ).toEqual(['10147', '202', '10148'])
  })
})

describe('orders that hang together', () => {
  test('nothing goes out before the last one is transmitted', async () => {
    await place(1, { ...LIMIT, [AT.limit]: '100.02', [AT.transmit]: 0 })
    await place(2, { ...SELL, [AT.type]: 'LMT', [AT.limit]: '101', [AT.parentId]: 1, [AT.transmit]: '' })
    await stage.quote(10_000, 10_002)
    expect(state().map((o) => o.at)).toEqual(['untransmitted', 'untransmitted'])
    await place(3, { ...SELL, [AT.type]: 'STP', [AT.aux]: '99', [AT.parentId]: 1, [AT.transmit]: 1 })
    expect(state().map((o) => o.at)).toEqual(['working', 'held', 'held'])
    expect(client.of('3').at(-1)?.[10]).toMatch(/^child/)
    await stage.quote(10_000, 10_002)
    expect(state().map((o) => o.at)).toEqual(['done', 'working', 'working'])
    await stage.quote(10_100, 10_102)
    await client.settle()
    // The target filled; the stop, of the same bracket, is gone.
    expect(state().map((o) => o.status)).toEqual(['Filled', 'Filled', 'Cancelled'])
    expect(held()).toBe(0)
  })

  test('children end with their parent', async () => {
    await place(1, { ...LIMIT, [AT.transmit]: 0 })
    await place(2, { ...SELL, [AT.type]: 'LMT', [AT.limit]: '101', [AT.parentId]: 1 })
    client.send(4, 1, 1, '')
    await client.settle()
    expect(state().map((o) => o.status)).toEqual(['Cancelled', 'Cancelled'])
  })

  test.each([
    [1, { status: 'Cancelled', filled: 0, at: 'done' }],
    [3, { status: 'Submitted', filled: 0, at: 'working' }],
  ])('a group of type %i', async (type, other) => {
    const group = { [AT.ocaGroup]: 'g', [AT.ocaType]: type }
    await place(1, { ...LIMIT, ...group, [AT.limit]: '100.02' })
    await place(2, { ...LIMIT, ...group })
    await stage.quote(10_000, 10_002, 500, 30)
    expect(state()[1]).toEqual(other)
    if (type === 3) expect(stage.emulator.world.desk.orders[1]?.terms.qty).toBe(70)
  })

  test('cancel all takes everything of everybody', async () => {
    const other = await RawClient.start(stage.port, 8)
    await place(1, LIMIT)
    await place(1, LIMIT, other)
    other.send(58, 1)
    await other.settle()
    await client.settle()
    expect(client.story().slice(-2)).toEqual(['OS Cancelled 0/100', 'E 202'])
    expect(stage.emulator.world.desk.index.working()).toEqual([])
    other.close()
  })
})

describe('who sees what', () => {
  test('orders live on without their client and are pushed when it returns', async () => {
    await place(1, { ...LIMIT, [AT.tif]: 'GTC' })
    await place(2, { ...BUY, [AT.ref]: 'gone' })
    client.close()
    await client.until(() => client.closed)
    await stage.quote(10_000, 10_002)
    client = await RawClient.start(stage.port, 7)
    await client.settle()
    expect(client.story().slice(3)).toEqual(['OO Submitted', 'OS Submitted 0/100'])
    expect(client.of('9')[0]?.[2]).toBe('3')
    client.send(7, 3, 31, '', '', '', '', '', '', '')
    const [fill] = [await client.next('11')]
    expect([fill[1], fill[18], fill[26]]).toEqual(['31', 'BOT', 'gone'])
    await client.next('55')
    client.send(99, 0)
    await client.next('102')
    expect(client.of('101').map((o) => [o[22], o[76], o[94]])).toEqual([['gone', 'Filled', 'Filled Size: 100']])
  })

  test('everybody’s open orders for who asks, pushes only for the owner and the master', async () => {
    const other = await RawClient.start(stage.port, 8)
    await place(1, LIMIT)
    await other.settle()
    expect(other.of('5')).toEqual([])
    other.send(5, 1)
    await other.next('53')
    expect(other.of('5')).toEqual([])
    other.send(16, 1)
    await other.until(() => other.of('53').length === 2)
    expect(other.of('5').map((o) => [o[1], o[24]])).toEqual([['1', '7']])
    other.close()
  })

  test('an id in use is refused with 326, and free at once when its socket ends', async () => {
    const twin = new RawClient(stage.port)
    twin.socket.write(helloOf('v100..178'))
    await twin.until(() => twin.version > 0)
    twin.send(71, 2, 7, '')
    await twin.until(() => twin.closed)
    expect(twin.of('4').map((e) => e[3])).toEqual(['326'])
    expect(client.closed).toBe(false)
    client.close()
    await new Promise((resolve) => setTimeout(resolve, 50))
    client = await RawClient.start(stage.port, 7)
  })

  test('executions by side, symbol and time', async () => {
    await place(1, BUY)
    await place(2, { ...SELL, [AT.symbol]: 'PLTR' })
    await stage.quote(10_000, 10_002)
    await stage.quote(10_000, 10_002, 500, 500, 1)
    await client.settle()
    const ask = async (...filter: readonly (string | number)[]): Promise<number> => {
      const from = client.frames.length
      client.send(7, 3, 40, ...filter)
      await client.next('55', () => true, from)
      return client.frames.slice(from).filter((f) => f.id === '11').length
    }
    expect(await ask(0, '', '', '', '', '', '')).toBe(2)
    expect(await ask('', '', '', 'PLTR', 'STK', '', '')).toBe(1)
    expect(await ask(7, 'DU0000001', '20260112-15:00:00', '', '', '', 'BUY')).toBe(1)
    expect(await ask(9, '', '', '', '', '', '')).toBe(0)
    expect(await ask('', '', '20260112-16:00:00', '', '', '', '')).toBe(0)
  })
})

describe('money', () => {
  test('cash, average cost and realized profit to the last digit', async () => {
    client.send(61, 1)
    await client.next('62')
    await place(1, BUY)
    await stage.quote(10_000, 10_002)
    await place(2, { ...SELL, [AT.qty]: 40 })
    await stage.quote(10_100, 10_102)
    await place(3, { ...SELL, [AT.qty]: 60 })
    await stage.quote(10_050, 10_052)
    await client.settle()
    const { accounts, desk } = stage.emulator.world
    const [account] = accounts
    const fills = desk.book.all
    const cash = fills.reduce((sum, e) => sum - e.side * e.qty * e.price * 100 - e.costs, 1_000_000_000_000)
    expect(account?.cash.get('USD')).toBe(cash)
    const realized = fills.reduce((sum, e) => sum + (e.realized ?? 0), 0)
    expect(realized).toBe(cash - 1_000_000_000_000)
    const [opening, , closing] = client.of('59')
    expect(opening?.[5]).toBe('1.7976931348623157E308')
    expect(Number(closing?.[5])).toBeCloseTo((fills[2]?.realized ?? 0) / 1e6, 9)
    const positions = client.of('61').map((p) => Number(p[14]))
    expect(positions).toEqual([100, 60, 0])
    const [first] = client.of('61')
    expect(Number(first?.[15])).toBeCloseTo(100.02 + (fills[0]?.costs ?? 0) / 1e6 / 100, 8)
  })

  test('through zero: what closes is realized, the rest opens short', async () => {
    await place(1, BUY)
    await stage.quote(10_000, 10_002)
    await place(2, { ...SELL, [AT.qty]: 150 })
    await stage.quote(10_100, 10_102)
    const p = stage.emulator.world.accounts[0]?.positions.values().next().value
    const [buy, sell] = stage.emulator.world.desk.book.all
    expect(p?.qty).toBe(-50)
    // All that was paid and received, with all costs, is the basis of what is left and the profit so far.
    const paid = (100 * 10_002 - 150 * 10_100) * 10_000 + (buy?.costs ?? 0) + (sell?.costs ?? 0)
    expect((p?.cost ?? 0) - (sell?.realized ?? 0)).toBe(paid)
    expect(sell?.realized).toBeGreaterThan(9_000_000 * 10)
  })

  test('orders of a flat account that crosses nothing change no money', async () => {
    await place(1, LIMIT)
    client.send(4, 1, 1, '')
    await client.settle()
    expect(stage.emulator.world.accounts[0]?.cash.get('USD')).toBe(1_000_000_000_000)
  })
})

test('two accounts: an order must say whose it is', async () => {
  await stage.close()
  stage = await Stage.open({ accounts: ['DU0000001', 'DU0000002'] })
  client = await RawClient.start(stage.port, 7)
  expect(client.of('15')[0]?.[2]).toBe('DU0000001,DU0000002')
  await place(1, BUY)
  await place(2, { ...BUY, [AT.account]: 'DU0000002' })
  await stage.quote(10_000, 10_002)
  expect(client.of('4').at(-1)?.slice(2, 4)).toEqual(['1', '435'])
  expect(stage.emulator.world.accounts.map((a) => [...a.positions.values()].map((p) => p.qty))).toEqual([[], [100]])
})

test('outside the hours an order waits, is noted with 399, and a DAY order ends with the session', async () => {
  await stage.close()
  // 2026-01-12 13:00 UTC: 08:00 in New York.
  stage = await Stage.open({}, false, 1_768_222_800_000_000)
  client = await RawClient.start(stage.port, 7)
  await place(1, LIMIT)
  expect(client.story().slice(3)).toEqual(['E 399', 'OO PreSubmitted', 'OS PreSubmitted 0/100'])
  expect(client.of('4').at(-1)?.[4]).toContain('20260112 09:30:00 US/Eastern')
  await stage.wait(91 * 60_000)
  await client.settle()
  expect(client.story().slice(-2)).toEqual(['OO Submitted', 'OS Submitted 0/100'])
  await stage.wait(7 * 3_600_000)
  await client.settle()
  expect(client.story().slice(-2)).toEqual(['OS Cancelled 0/100', 'E 202'])
})

test('the master client hears of everybody’s orders', async () => {
  await stage.close()
  stage = await Stage.open({ masterClient: 1 })
  client = await RawClient.start(stage.port, 7)
  const master = await RawClient.start(stage.port, 1)
  await place(1, LIMIT)
  await master.settle()
  expect(master.of('3').map((s) => [s[1], s[9]])).toEqual([
    ['1', '7'],
    ['1', '7'],
  ])
  master.close()
})

test('read only: orders and order queries are refused with 321', async () => {
  await stage.close()
  stage = await Stage.open({ readOnly: true })
  client = await RawClient.start(stage.port, 7)
  await place(1, BUY)
  client.send(16, 1)
  client.send(58, 1)
  await client.settle()
  expect(
    client
      .of('4')
      .slice(3)
      .map((e) => e[3]),
  ).toEqual(['321', '321', '321'])
  expect(state()).toEqual([])
})

test('orders made by hand: client 0 binds them and may cancel them, others are refused with 327', async () => {
  stage.fault('external-order', { limit: '99', qty: 4 })
  client.send(15, 1, 1)
  await client.settle()
  expect(client.of('4').at(-1)?.[3]).toBe('327')
  const zero = await RawClient.start(stage.port, 0)
  zero.send(15, 1, 1)
  await zero.next('53')
  expect(zero.of('100').map((b) => b.slice(2))).toEqual([['0', '-1']])
  expect(zero.of('5').map((o) => [o[1], o[14]])).toEqual([['-1', '4']])
  zero.send(4, 1, -1, '')
  await zero.settle()
  expect(zero.story().slice(-2)).toEqual(['OS Cancelled 0/4', 'E 202'])
  zero.close()
})
