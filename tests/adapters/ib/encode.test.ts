/** What leaves and what it is read from: contracts by market, steps and lots, order types, numbers as the client writes them. */
import type { ContractDetails } from '@stoqey/ib'
import { describe, expect, it } from 'vitest'
import { Asks } from '../../../adapters/ib/asks.ts'
import { dataFate, linkMeaning, orderMeaning } from '../../../adapters/ib/codes.ts'
import { Contracts, type IbListing, onTick } from '../../../adapters/ib/contracts.ts'
import { encodeOrder } from '../../../adapters/ib/encode.ts'
import { readExecutionId } from '../../../adapters/ib/fills.ts'
import { IbLink } from '../../../adapters/ib/link.ts'
import { plain, rounded, scaled } from '../../../adapters/ib/numbers.ts'
import { Pacer } from '../../../adapters/ib/pacer.ts'
import { QuoteLine } from '../../../adapters/ib/quote-line.ts'
import { Redactor } from '../../../adapters/ib/redact.ts'
import { DEFAULTS, environmentOf, type IbSettings } from '../../../adapters/ib/settings.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import type { OrderTerms } from '../../../src/core/domain/order.ts'
import { SystemClock } from '../../../src/runtime/clock.ts'
import { HandClock } from '../../support/live-parts.ts'

const SETTINGS: IbSettings = {
  ...DEFAULTS,
  env: 'paper',
  host: '127.0.0.1',
  port: 9,
  clientId: 1,
  account: 'DU0000001',
}

function share(
  symbol: string,
  venue: string,
  currency: Instrument['currency'],
  more: Partial<Instrument> = {},
): Instrument {
  const numbers = { priceDecimals: 4, qtyDecimals: 0, ticks: [{ from: 0, tick: 1 }], lot: 1 }
  return { id: 0, symbol, venue, currency, ...numbers, economicId: `${venue}:${symbol}`, allowShort: false, ...more }
}

function listingOf(
  instrument: Instrument,
  details: Partial<ContractDetails> = {},
  steps: readonly [number, number][] = [],
): IbListing {
  const link = new IbLink({
    settings: SETTINGS,
    clock: new SystemClock(),
    redactor: new Redactor(),
    raw: () => undefined,
    isRecorded: () => false,
  })
  const [listing] = new Contracts([instrument], () => true, link, new Asks(link)).all
  if (listing === undefined) throw new Error(`${instrument.symbol}: no contract`)
  const { symbol, exchange, currency } = listing.wanted
  listing.resolved = {
    conId: 1,
    contract: { symbol, exchange, currency, conId: 1 },
    magnifier: details.priceMagnifier ?? 1,
    longName: symbol,
    steps: steps.map(([lowEdge, increment]) => ({ lowEdge, increment })),
    minTick: details.minTick ?? 0.01,
    sizeIncrement: details.sizeIncrement ?? 1,
    timeZone: '',
    tradingHours: '',
  }
  return listing
}

const TERMS: OrderTerms = {
  instrument: 0,
  side: 1,
  orderType: 'limit',
  qty: 100,
  limit: 1_234_500,
  stop: 0,
  timeInForce: 'DAY',
}

function encoded(listing: IbListing, terms: Partial<OrderTerms> = {}, outsideHours = false) {
  return encodeOrder({ listing, terms: { ...TERMS, ...terms }, account: 'DU0000001', ref: 'st:a:1', outsideHours })
}

describe('contracts by market (reference 10.1)', () => {
  it.each([
    [share('NVDA', 'US', 'USD'), ['STK', 'NVDA', 'SMART', 'NASDAQ', 'USD']],
    [share('SPY', 'US', 'USD'), ['STK', 'SPY', 'SMART', 'ARCA', 'USD']],
    [share('QQQQZ', 'US', 'USD'), ['STK', 'QQQQZ', 'SMART', undefined, 'USD']],
    [share('005930', 'KRX', 'KRW'), ['STK', '005930', 'KSE', 'KSE', 'KRW']],
    [share('7203', 'TSE', 'JPY'), ['STK', '7203', 'SMART', 'TSEJ', 'JPY']],
    [share('0700', 'HK', 'HKD'), ['STK', '700', 'SEHK', 'SEHK', 'HKD']],
    [share('SAP', 'XETRA', 'EUR'), ['STK', 'SAP', 'SMART', 'IBIS', 'EUR']],
    [share('MC', 'EURONEXT', 'EUR', { segment: 'PARIS' }), ['STK', 'MC', 'SMART', 'SBF', 'EUR']],
    [share('ASML', 'EURONEXT', 'EUR', { segment: 'AMSTERDAM' }), ['STK', 'ASML', 'SMART', 'AEB', 'EUR']],
    [share('VOD', 'LSE', 'GBP'), ['STK', 'VOD', 'SMART', 'LSE', 'GBP']],
    [share('600519', 'SSE', 'CNY'), ['STK', '600519', 'SEHKNTL', 'SEHKNTL', 'CNH']],
    [share('000001', 'SZSE', 'CNY'), ['STK', '000001', 'SEHKSZSE', 'SEHKSZSE', 'CNH']],
    [share('USD/CNY', 'FX', 'CNY'), ['CASH', 'USD', 'IDEALPRO', undefined, 'CNH']],
    [share('EUR/USD', 'FX', 'USD'), ['CASH', 'EUR', 'IDEALPRO', undefined, 'USD']],
    [share('USD/KRW', 'FX', 'KRW'), ['CASH', 'USD', 'IDEALPRO', undefined, 'KRW']],
  ] as const)('$0.symbol', (instrument, wanted) => {
    const { secType, symbol, exchange, primaryExchange, currency } = listingOf(instrument).wanted
    expect([secType, symbol, exchange, primaryExchange, currency]).toEqual(wanted)
  })

  it('D14: no pair of currencies is turned round', () => {
    expect(listingOf(share('USD/KRW', 'FX', 'KRW')).wanted).toMatchObject({ symbol: 'USD', currency: 'KRW' })
  })
})

describe('prices and sizes', () => {
  const RULE = [
    [0, 0.0001],
    [1, 0.01],
  ] as const

  it('the step of the market rule at the price, finer below a dollar', () => {
    const listing = listingOf(share('NVDA', 'US', 'USD'), {}, RULE as never)
    expect([
      onTick(listing, 1_234_500),
      onTick(listing, 1_234_510),
      onTick(listing, 5678),
      onTick(listing, 10_001),
    ]).toEqual([true, false, true, false])
  })

  it('without a rule the smallest step of the contract', () => {
    const listing = listingOf(share('005930', 'KRX', 'KRW', { priceDecimals: 0 }), { minTick: 100 })
    expect([onTick(listing, 70_000), onTick(listing, 70_050)]).toEqual([true, false])
  })

  it('London quotes pence: prices are a hundred times ours, both ways', () => {
    const listing = listingOf(share('VOD', 'LSE', 'GBP'), { priceMagnifier: 100, minTick: 0.01 })
    expect(listing.price(72.34)).toBe(7234)
    const made = encoded(listing, { limit: 7234 })
    expect(made.ok && made.order.lmtPrice).toBe(72.34)
  })

  it('a lot of a hundred in Tokyo', () => {
    const listing = listingOf(share('7203', 'TSE', 'JPY', { priceDecimals: 1 }), { minTick: 0.5, sizeIncrement: 100 })
    expect(encoded(listing, { qty: 150, limit: 25_000 })).toEqual({ ok: false, reason: 'bad_qty' })
    expect(encoded(listing, { qty: 200, limit: 25_000 }).ok).toBe(true)
  })

  it('D17: numbers leave as plain text or not at all', () => {
    expect([plain(1_234_500, 4), plain(1, 4), plain(1, 8), plain(3, 1)]).toEqual([123.45, 0.0001, undefined, 0.3])
  })

  it('I-19: what is no number of ours is none', () => {
    expect([scaled(123.45, 4), scaled(0.1 + 0.2, 4), scaled(-0, 2), scaled(0.00001, 4)]).toEqual([
      1_234_500,
      3000,
      0,
      undefined,
    ])
    expect([Number.NaN, Infinity, undefined, 1.7976931348623157e308, 1e18].map((x) => scaled(x, 4))).toEqual(
      Array.from({ length: 5 }, () => undefined),
    )
    expect([rounded(1.23456, 2), rounded(Number.NaN, 2)]).toEqual([123, undefined])
  })
})

describe('orders', () => {
  const listing = listingOf(share('NVDA', 'US', 'USD'))

  it.each([
    [
      { orderType: 'market', limit: 0 },
      { orderType: 'MKT', tif: 'DAY' },
    ],
    [{}, { orderType: 'LMT', tif: 'DAY', lmtPrice: 123.45 }],
    [
      { orderType: 'stop', limit: 0, stop: 1_200_000 },
      { orderType: 'STP', auxPrice: 120 },
    ],
    [
      { orderType: 'stopLimit', stop: 1_200_000 },
      { orderType: 'STP LMT', lmtPrice: 123.45, auxPrice: 120 },
    ],
    [{ timeInForce: 'GTC' }, { tif: 'GTC' }],
    [{ timeInForce: 'IOC' }, { tif: 'IOC' }],
    [{ timeInForce: 'FOK' }, { tif: 'FOK' }],
    [{ timeInForce: 'OPG' }, { orderType: 'LMT', tif: 'OPG' }],
    [{ timeInForce: 'CLS' }, { orderType: 'LOC', tif: 'DAY' }],
    [
      { timeInForce: 'CLS', orderType: 'market', limit: 0 },
      { orderType: 'MOC', tif: 'DAY' },
    ],
    [{ side: -1 }, { action: 'SELL', totalQuantity: 100 }],
  ] as const)('%j', (terms, order) => {
    const made = encoded(listing, terms)
    expect(made.ok && made.order).toMatchObject({ ...order, account: 'DU0000001', orderRef: 'st:a:1', transmit: true })
  })

  it('pilwon/node-ib#4: transmit is always said', () => {
    const made = encoded(listing)
    expect(made.ok && made.order.transmit).toBe(true)
  })

  it('outside regular hours only when it is configured, and never in an auction', () => {
    const flag = (terms: Partial<OrderTerms>, on: boolean) => {
      const made = encoded(listing, terms, on)
      return made.ok ? made.order.outsideRth : 'refused'
    }
    expect([flag({}, false), flag({}, true), flag({ timeInForce: 'OPG' }, true)]).toEqual([undefined, true, undefined])
  })

  it('stoqey/ib#29: a contract always has its number, its exchange and its currency', () => {
    const made = encoded(listing)
    expect(made.ok && made.contract).toMatchObject({ conId: 1, exchange: 'SMART', currency: 'USD' })
  })

  it('a rate is not bought', () => {
    expect(encoded(listingOf(share('EUR/USD', 'FX', 'USD')))).toEqual({ ok: false, reason: 'unsupported' })
  })
})

describe('codes', () => {
  it('every code of the reference has its fate, and what nobody lists has none (F-15)', () => {
    const fate = (codes: readonly number[]) => [...new Set(codes.map((c) => orderMeaning(c, '').fate))]
    expect(fate([399, 404, 2100, 2109, 2137, 2161, 2168, 2169, 10349])).toEqual(['live'])
    expect(fate([103, 104, 105, 106, 107, 109, 110, 111, 113, 126, 200, 201, 203, 321, 322, 355, 382, 383])).toEqual([
      'dead',
    ])
    expect(fate([387, 388, 434, 435, 451, 460, 461, 10006, 10052, 10243, 10250, 10289, 10293, 10311])).toEqual(['dead'])
    expect(fate([135, 136, 161, 10147, 10148])).toEqual(['check'])
    expect(fate([202])).toEqual(['canceled'])
    expect(fate([1, 127, 999, 5000, 10999])).toEqual(['unknown'])
  })

  it('F-23: 2102 refuses the change of the moment only', () => {
    expect(orderMeaning(2102, '')).toEqual({ fate: 'dead', reason: 'too_late' })
  })

  it('of the link and of data', () => {
    expect([1100, 2110, 1101, 1102, 1300, 326, 2103, 2158].map((c) => linkMeaning(c, ''))).toEqual([
      'lost',
      'lost',
      'dataLost',
      'restored',
      'moved',
      'inUse',
      'farm',
      'farm',
    ])
    expect([2104, 10167, 10182, 10197, 354, 10090, 420].map((c) => dataFate(c))).toEqual([
      'goesOn',
      'delayed',
      'dropped',
      'suspended',
      'ended',
      'goesOn',
      'ended',
    ])
  })

  it('accounts by their letters', () => {
    expect(['DU1234567', 'DF123', 'U1234567', 'F123', 'I123', '50000000-01'].map(environmentOf)).toEqual([
      'paper',
      'paper',
      'live',
      'live',
      'live',
      undefined,
    ])
  })

  it('execution ids: root and revision', () => {
    expect(readExecutionId('00025b46.63f8f39c.01.01')).toEqual({ root: '00025b46.63f8f39c.01', revision: 1 })
    expect([readExecutionId(''), readExecutionId('abc'), readExecutionId('a.b')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('the pacer (I-28)', () => {
  it('never more than its rate within a second; exits first; nothing lost but what the end of the link drops', () => {
    const clock = new HandClock(1_000_000_000)
    const pacer = new Pacer(10, clock)
    const sent: [number, string][] = []
    const send = (name: string, urgency: 'exit' | 'order' | 'query' | 'background') =>
      pacer.send(urgency, () => sent.push([clock.now(), name]))
    for (let i = 0; i < 20; i++) send(`data ${i}`, 'background')
    for (let i = 0; i < 20; i++) send(`order ${i}`, 'order')
    send('exit', 'exit')
    expect(sent.map(([, name]) => name)).toContain('exit')
    clock.advance(20_000_000)
    expect(sent).toHaveLength(41)
    for (const [t] of sent) expect(sent.filter(([u]) => u >= t && u < t + 1_000_000).length).toBeLessThanOrEqual(10)
    const at = (name: string): number => sent.findIndex(([, n]) => n === name)
    expect(at('order 19')).toBeLessThan(at('data 19'))
    let dropped = 0
    for (let i = 0; i < 15; i++)
      pacer.send(
        'order',
        () => undefined,
        () => dropped++,
      )
    pacer.clear()
    expect(dropped).toBeGreaterThan(0)
    clock.advance(10_000_000)
    expect(sent).toHaveLength(41)
  })
})

describe('a quote line', () => {
  it('stoqey decode surprise 1: the size of a bid comes by itself, of an ask twice, and they make one row', () => {
    const line = new QuoteLine(listingOf(share('NVDA', 'US', 'USD')), () => undefined)
    line.price(1, 96.67)
    line.size(0, 6000)
    line.price(2, 96.7)
    line.size(3, 4000)
    line.size(3, 4000)
    expect(line.take(5, false)).toEqual([
      { type: 'quote', venueT: 5, instrument: 0, bid: 966_700, ask: 967_000, bidSize: 6000, askSize: 4000, flags: 0 },
    ])
    expect(line.take(6, false)).toEqual([])
  })

  it('a rate is the middle of both sides', () => {
    const line = new QuoteLine(listingOf(share('EUR/USD', 'FX', 'USD', { priceDecimals: 5 })), () => undefined)
    line.price(1, 1.1)
    expect(line.take(1, false)).toEqual([])
    line.price(2, 1.1002)
    expect(line.take(2, false)).toEqual([{ type: 'fx', venueT: 2, instrument: 0, rate: 110_010 }])
  })

  it('F-38: what cannot be is counted and not told', () => {
    const bad: string[] = []
    const line = new QuoteLine(listingOf(share('NVDA', 'US', 'USD')), (why) => bad.push(why))
    for (const price of [Number.NaN, 0, -5, Infinity]) line.price(1, price)
    line.size(0, Number.NaN)
    line.size(0, -3)
    line.text(48, 'x;1;1768230000000;1;1;true')
    line.text(48, '1;1;abc;1;1;true')
    expect(bad).toHaveLength(8)
    expect(line.take(1, false)).toEqual([])
  })
})
