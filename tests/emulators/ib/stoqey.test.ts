/** `@stoqey/ib` unmodified against the emulator over a real socket, at 178 and at 193. */
import {
  BarSizeSetting,
  type Contract,
  EventName,
  IBApi,
  IBApiTickType as TickType,
  type Order,
  OrderAction,
  OrderType,
  SecType,
  TickByTickDataType,
  TimeInForce,
  WhatToShow,
} from '@stoqey/ib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { IbEmulator } from '../../../adapters/ib/emulator/emulator.ts'

/** Every event of a client in order, by name. */
class Client {
  readonly api: IBApi
  readonly seen: { readonly name: string; readonly args: readonly unknown[] }[] = []

  constructor(port: number, clientId: number) {
    this.api = new IBApi({ host: '127.0.0.1', port, clientId, maxReqPerSec: 50 })
    this.api.on(EventName.result, (name, args) => void this.seen.push({ name, args }))
    const keep = (name: string, ...args: readonly unknown[]): void => void this.seen.push({ name, args })
    this.api.on(EventName.error, (...args) => keep(EventName.error, ...args))
    this.api.on(EventName.info, (...args) => keep(EventName.info, ...args))
    this.api.on(EventName.disconnected, () => keep(EventName.disconnected))
    this.api.connect(clientId)
  }

  of(name: string): (readonly unknown[])[] {
    return this.seen.filter((e) => e.name === name).map((e) => e.args)
  }

  async next(name: string, fits: (args: readonly unknown[]) => boolean = () => true): Promise<readonly unknown[]> {
    const end = performance.now() + 8000
    for (;;) {
      const found = this.of(name).find(fits)
      if (found !== undefined) return found
      if (performance.now() > end) {
        const last = this.seen.slice(-8).map((e) => `${e.name} ${JSON.stringify(e.args).slice(0, 100)}`)
        throw new Error(`no ${name}; last:\n${last.join('\n')}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

const NVDA: Contract = { symbol: 'NVDA', secType: SecType.STK, exchange: 'SMART', currency: 'USD' }

function buyOf(totalQuantity: number, more: Partial<Order> = {}): Order {
  const usual = { orderType: OrderType.MKT, transmit: true, tif: TimeInForce.DAY }
  return { action: OrderAction.BUY, totalQuantity, ...usual, ...more }
}

describe.each([178, 193])('at %i', (version) => {
  let emulator: IbEmulator
  let client: Client
  let id = 0
  let ask = 0

  beforeAll(async () => {
    emulator = await IbEmulator.create({ maxVersion: version, seed: version })
    emulator.run()
    client = new Client(emulator.port, 3)
    const [first] = await client.next(EventName.nextValidId)
    id = Number(first)
  })

  afterAll(() => {
    client.api.disconnect()
    emulator.close()
  })

  test('the session', async () => {
    expect(client.api.serverVersion).toBe(version)
    expect((await client.next(EventName.managedAccounts))[0]).toBe('DU0000001')
    client.api.reqCurrentTime()
    const [time] = await client.next(EventName.currentTime)
    expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(5)
    const notices = client.of(EventName.info).map(([, code]) => code)
    expect(notices).toEqual(expect.arrayContaining([2104, 2106, 2158]))
  })

  test('contracts', async () => {
    client.api.reqContractDetails(1, NVDA)
    await client.next(EventName.contractDetailsEnd)
    const rows = client.of(EventName.contractDetails)
    expect(rows).toHaveLength(1)
    const details = rows[0]?.[1] as { minTick: number; validExchanges: string; marketRuleIds: string; longName: string }
    expect(details.minTick).toBe(0.01)
    expect(details.marketRuleIds.split(',')).toHaveLength(details.validExchanges.split(',').length)
    expect(details.longName).toContain('NVIDIA')
    client.api.reqMarketRule(26)
    expect((await client.next(EventName.marketRule))[1]).toEqual([
      { lowEdge: 0, increment: 0.0001 },
      { lowEdge: 1, increment: 0.01 },
    ])
    client.api.reqMatchingSymbols(2, 'PLT')
    expect(JSON.stringify(await client.next(EventName.symbolSamples))).toContain('PLTR')
    client.api.reqMktData(4, { ...NVDA, conId: 1, symbol: '' }, '', false, false)
    await client.next(EventName.error, ([, code, reqId]) => code === 200 && reqId === 4)
  })

  test('data', async () => {
    client.api.reqMktData(10, NVDA, '', false, false)
    for (const type of [TickType.BID, TickType.ASK, TickType.LAST, TickType.CLOSE]) {
      await client.next(EventName.tickPrice, ([reqId, t, price]) => reqId === 10 && t === type && Number(price) > 0)
    }
    await client.next(EventName.tickSize, ([, t]) => t === TickType.BID_SIZE)
    ask = Number(client.of(EventName.tickPrice).findLast(([, t]) => t === TickType.ASK)?.[2])
    client.api.cancelMktData(10)
    client.api.reqHistoricalData(11, NVDA, '', '10800 S', BarSizeSetting.MINUTES_ONE, WhatToShow.TRADES, 0, 2, false)
    await client.next(EventName.historicalData, ([reqId, date]) => reqId === 11 && String(date).startsWith('finished'))
    const bars = client.of(EventName.historicalData).filter(([reqId]) => reqId === 11)
    expect(bars.length).toBeGreaterThan(175)
    client.api.reqTickByTickData(12, NVDA, TickByTickDataType.AllLast, 0, false)
    client.api.reqTickByTickData(13, NVDA, TickByTickDataType.BidAsk, 0, false)
    await client.next(EventName.tickByTickAllLast)
    await client.next(EventName.tickByTickBidAsk)
    if (version === 193) return
    // Five seconds of waiting: its layout is the same at both versions.
    client.api.reqRealTimeBars(14, NVDA, 5, WhatToShow.TRADES, false)
    expect(await client.next(EventName.realtimeBar)).toHaveLength(9)
  }, 20_000)

  test('an order, its fill and its commission', async () => {
    client.api.reqPositions()
    await client.next(EventName.positionEnd)
    const buy = id++
    client.api.placeOrder(buy, NVDA, buyOf(10, { orderRef: 'mine' }))
    await client.next(EventName.orderStatus, ([orderId, status]) => orderId === buy && status === 'Filled')
    const [, , execution] = (await client.next(EventName.execDetails)) as [unknown, unknown, Record<string, unknown>]
    expect([execution.shares, execution.orderRef, execution.cumQty]).toEqual([10, 'mine', 10])
    const [report] = (await client.next(EventName.commissionReport)) as [Record<string, unknown>]
    expect([report.execId, Number(report.commission) > 0, report.realizedPNL]).toEqual([
      execution.execId,
      true,
      undefined,
    ])
    await client.next(EventName.position, ([, , pos]) => pos === 10)
    const [, , , state] = client.of(EventName.openOrder).at(-1) as [unknown, unknown, unknown, Record<string, unknown>]
    expect([state.status, state.commissionCurrency]).toEqual(['Filled', 'USD'])
  })

  test('limit, change, cancel', async () => {
    const limit = id++
    const low = Math.round(ask * 80) / 100
    client.api.placeOrder(limit, NVDA, buyOf(5, { orderType: OrderType.LMT, lmtPrice: low }))
    await client.next(EventName.orderStatus, ([orderId, status]) => orderId === limit && status === 'Submitted')
    client.api.placeOrder(limit, NVDA, buyOf(6, { orderType: OrderType.LMT, lmtPrice: low }))
    await client.next(EventName.openOrder, ([orderId, , o]) => orderId === limit && (o as Order).totalQuantity === 6)
    client.api.cancelOrder(limit)
    await client.next(EventName.orderStatus, ([orderId, status]) => orderId === limit && status === 'Cancelled')
    await client.next(EventName.error, ([, code, reqId]) => code === 202 && reqId === limit)
    client.api.cancelOrder(limit)
    await client.next(EventName.error, ([, code, reqId]) => code === 10148 && reqId === limit)
    client.api.placeOrder(id, NVDA, buyOf(5, { orderType: OrderType.LMT, lmtPrice: low, whatIf: true }))
    const [, , , figures] = (await client.next(EventName.openOrder, ([orderId]) => orderId === id)) as [
      unknown,
      unknown,
      unknown,
      Record<string, unknown>,
    ]
    expect(Number(figures.initMarginChange)).toBeGreaterThan(0)
  })

  test('account, summary, profit and loss', async () => {
    client.api.reqAccountUpdates(true, 'DU0000001')
    await client.next(EventName.accountDownloadEnd)
    const values = new Map(client.of(EventName.updateAccountValue).map(([key, value, cur]) => [`${key} ${cur}`, value]))
    expect(Number(values.get('NetLiquidation USD'))).toBeGreaterThan(999_000)
    expect(Number(values.get('CashBalance USD'))).toBeLessThan(1_000_000)
    client.api.reqAccountSummary(20, 'All', 'NetLiquidation,BuyingPower,$LEDGER:ALL')
    await client.next(EventName.accountSummaryEnd)
    client.api.reqPnL(21, 'DU0000001')
    await client.next(EventName.pnl)
    client.api.reqPnLSingle(22, 'DU0000001', '', 4_815_747)
    expect((await client.next(EventName.pnlSingle))[1]).toBe(10)
  })

  test('reconnect, and what there was', async () => {
    const rest = id++
    const low = Math.round(ask * 70) / 100
    client.api.placeOrder(rest, NVDA, buyOf(1, { orderType: OrderType.LMT, lmtPrice: low, tif: TimeInForce.GTC }))
    await client.next(EventName.orderStatus, ([orderId, status]) => orderId === rest && status === 'Submitted')
    const twin = new Client(emulator.port, 3)
    await twin.next(EventName.info, ([, code]) => code === 326)
    await twin.next(EventName.disconnected)
    expect(errors505(client)).toEqual([])
    client.api.disconnect()
    await new Promise((resolve) => setTimeout(resolve, 50))
    client = new Client(emulator.port, 3)
    await client.next(EventName.orderStatus, ([orderId]) => orderId === rest)
    expect((await client.next(EventName.nextValidId))[0]).toBe(rest + 1)
    client.api.reqAllOpenOrders()
    await client.next(EventName.openOrderEnd)
    client.api.reqExecutions(30, {})
    await client.next(EventName.execDetailsEnd)
    expect(client.of(EventName.execDetails)).toHaveLength(1)
    expect(client.of(EventName.commissionReport)).toHaveLength(1)
    client.api.reqCompletedOrders(false)
    await client.next(EventName.completedOrdersEnd)
    expect(client.of(EventName.completedOrder)).toHaveLength(2)
    client.api.reqGlobalCancel()
    await client.next(EventName.orderStatus, ([orderId, status]) => orderId === rest && status === 'Cancelled')
  })

  test('nothing was left unread, and nothing could not be read', () => {
    expect(errors505(client)).toEqual([])
    expect(Object.fromEntries(emulator.faultCounts)).toEqual({})
  })
})

function errors505(client: Client): unknown[] {
  return client.of(EventName.error).filter(([, code]) => code === 505)
}
