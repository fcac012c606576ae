/**
 * Tokyo, Hong Kong, Shanghai, Xetra, Euronext and London over real sockets: contracts as IB names them, quotes to fills
 * on each venue's steps and lots, books in the currency, history, and rates of currency pairs.
 */
import { describe, expect, it } from 'vitest'
import { contractData } from '../../../adapters/ib/emulator/contract-values.ts'
import { fromScaled } from '../../../src/core/base/decimal.ts'
import { DAY, epochDay, HOUR, MINUTE } from '../../../src/core/base/time.ts'
import { tickAt } from '../../../src/core/domain/instrument.ts'
import { moneyDecimals } from '../../../src/core/domain/units.ts'
import type { Bench } from './bench.ts'
import { openBenches } from './open-benches.ts'

const MARKETS = [
  { listed: 'TSE:7203', symbol: '7203', lot: 100, contract: ['7203', 'SMART', 'TSEJ', 'JPY', 'JPY'], magnifier: 1 },
  { listed: 'HK:00700', symbol: '00700', lot: 100, contract: ['700', 'SEHK', 'SEHK', 'HKD', 'HKD'], magnifier: 1 },
  {
    ...{ listed: 'SSE:600519', symbol: '600519', lot: 100, magnifier: 1 },
    contract: ['600519', 'SEHKNTL', 'SEHKNTL', 'CNH', 'CNY'],
  },
  {
    ...{ listed: 'SZSE:000001', symbol: '000001', lot: 100, magnifier: 1 },
    contract: ['000001', 'SEHKSZSE', 'SEHKSZSE', 'CNH', 'CNY'],
  },
  { listed: 'XETRA:SAP', symbol: 'SAP', lot: 1, contract: ['SAP', 'SMART', 'IBIS', 'EUR', 'EUR'], magnifier: 1 },
  { listed: 'EURONEXT:MC', symbol: 'MC', lot: 1, contract: ['MC', 'SMART', 'SBF', 'EUR', 'EUR'], magnifier: 1 },
  { listed: 'LSE:VOD', symbol: 'VOD', lot: 1, contract: ['VOD', 'SMART', 'LSE', 'GBP', 'GBP'], magnifier: 100 },
] as const
const PAIRS = ['USD/JPY', 'EUR/USD', 'GBP/USD', 'USD/HKD', 'USD/CNY']

const benches = openBenches()
const up = (symbols: readonly string[]): Promise<Bench> => benches.up({ emulator: { symbols } })

function grid(b: Bench, symbol: string, price: number): number {
  const tick = tickAt(b.instrument(symbol), price)
  return Math.floor(price / tick) * tick
}

/** On the venue's step, too low to fill. */
const rests = (b: Bench, symbol: string): number => grid(b, symbol, b.board(symbol).bid * 0.95)

describe.each(MARKETS)('$listed', ({ listed, symbol, lot, contract, magnifier }) => {
  it('is found by IB’s name for it, and its steps are the venue’s', async () => {
    const b = await up([listed])
    const found = b.ib.contracts.of(b.instrument(symbol).id)
    await b.until(() => (found?.resolved?.steps.length ?? 0) > 0, 'a market rule')
    const [name, exchange, primary, currency, ours] = contract
    const { listing } = b.board(symbol)
    expect([listing.symbol, listing.exchange, listing.primaryExchange, listing.contractCurrency]).toEqual([
      ...[name, exchange, primary, currency],
    ])
    expect(b.instrument(symbol).currency).toBe(ours)
    expect(found?.resolved).toMatchObject({ conId: listing.conId, magnifier })
    const steps = found?.resolved?.steps.map((s) => [found.price(s.lowEdge), found.price(s.increment)])
    expect(steps).toEqual(b.instrument(symbol).ticks.map((t) => [t.from, t.tick]))
  })

  it('shows quotes, trades and a history in our prices', async () => {
    const b = await up([listed])
    const { id } = b.instrument(symbol)
    const mine = <T extends string>(type: T) =>
      b.market.flatMap((e) => ('instrument' in e && e.instrument === id && e.type === type ? [e] : []))
    await b.until(() => mine('quote').length > 2 && mine('trade').length > 0, 'quotes and trades')
    const { bid, ask } = b.board(symbol)
    for (const e of mine('quote')) {
      if (e.type !== 'quote') continue
      expect(e.bid % tickAt(b.instrument(symbol), e.bid)).toBe(0)
      // Within a few per cent of what the venue shows: not a hundred times it.
      expect(Math.abs(e.bid / bid - 1)).toBeLessThan(0.05)
      expect(Math.abs(e.ask / ask - 1)).toBeLessThan(0.05)
    }
    const now = b.context.clock.now()
    const minutes = await b.ib.source.history.minutes(id, now - HOUR)
    if ('failure' in minutes) throw new Error(minutes.failure)
    expect(minutes.bars.length).toBeGreaterThan(50)
    const last = minutes.bars.at(-1)
    expect(Math.abs((last?.close ?? 0) / bid - 1)).toBeLessThan(0.05)
    expect(now - (last?.t ?? 0)).toBeLessThan(2 * MINUTE)
    const days = await b.ib.source.history.daily(id, Math.floor(now / DAY) - 30)
    if ('failure' in days) throw new Error(days.failure)
    expect(days.bars.length).toBeGreaterThan(10)
  })

  it('fills, is modified and canceled on the step, and its books agree to the cent of the currency', async () => {
    const b = await up([listed])
    const { id, currency } = b.instrument(symbol)
    const bought = b.submit(symbol, 1, 2 * lot)
    await b.event('filled', (e) => e.orderId === bought && e.cumQty === 2 * lot)
    const sold = b.submit(symbol, -1, lot)
    const sale = await b.event('filled', (e) => e.orderId === sold && e.cumQty === lot)
    const wire = b.emulator.world.desk.book.all.find((e) => e.side < 0)
    expect([sale.price, sale.qty]).toEqual([wire?.price, wire?.qty])

    const resting = b.submit(symbol, 1, lot, { limit: rests(b, symbol) })
    await b.event('accepted', (e) => e.orderId === resting)
    const lower = grid(b, symbol, rests(b, symbol) * 0.99)
    b.replace(resting, 2 * lot, lower)
    await b.event('replaced', (e) => e.orderId === resting && e.qty === 2 * lot)
    expect(b.venueOrders.at(-1)?.terms).toMatchObject({ limit: lower, qty: 2 * lot })
    b.cancel(resting)
    await b.event('canceled', (e) => e.orderId === resting)

    const books = await b.books()
    expect(books.positions).toMatchObject([{ instrument: id, qty: lot }])
    expect(b.venuePosition(symbol)).toBe(lot)
    const cash = books.cash?.find((c) => b.context.currencies[c.currency] === currency)
    expect(cash?.amount).toBe(b.venueCash(currency))
    // Money of a position is in the currency, also where its price is quoted in hundredths of it.
    const { avgPrice = 0 } = books.positions?.[0] ?? {}
    expect(Math.abs(avgPrice / b.board(symbol).bid - 1)).toBeLessThan(0.1)
  })

  it('is refused off the step and off the lot', async () => {
    const b = await up([listed])
    await b.until(() => (b.ib.contracts.of(b.instrument(symbol).id)?.resolved?.steps.length ?? 0) > 0, 'a market rule')
    const limit = rests(b, symbol)
    const off = tickAt(b.instrument(symbol), limit) > 1 ? b.submit(symbol, 1, lot, { limit: limit + 1 }) : undefined
    if (off !== undefined) {
      const refused = await b.event('rejected', (e) => e.orderId === off)
      expect(refused.reason).toBe('bad_price')
    }
    if (lot > 1) {
      const odd = b.submit(symbol, 1, lot + 1, { limit })
      const refused = await b.event('rejected', (e) => e.orderId === odd)
      expect(refused.reason).toBe('bad_qty')
    }
    expect(b.venueOrders.filter((o) => o.status !== 'Inactive')).toEqual([])
  })
})

describe('London', () => {
  it('is quoted in pence on the wire, and in pounds here', async () => {
    const b = await up(['LSE:VOD'])
    const limit = rests(b, 'VOD')
    const id = b.submit('VOD', 1, 10, { limit })
    await b.event('accepted', (e) => e.orderId === id)
    const { priceDecimals } = b.instrument('VOD')
    const pence = Number(fromScaled(limit * 100, priceDecimals))
    const order = b.venueOrders.at(-1)
    expect(Number(order?.terms.fields.lmtPrice)).toBe(pence)
    expect(order?.terms.limit).toBe(limit)
  })
})

describe('currency pairs', () => {
  it('are told as rates; nothing of them can be bought', async () => {
    const b = await benches.made({ emulator: { symbols: [...PAIRS, 'NVDA'] } })
    b.start()
    const rates = (symbol: string): number[] =>
      b.market.flatMap((e) => (e.type === 'fx' && e.instrument === b.instrument(symbol).id ? [e.rate] : []))
    await b.until(() => PAIRS.every((symbol) => rates(symbol).length > 0), 'rates')
    for (const symbol of PAIRS) {
      const { bid, ask } = b.board(symbol)
      const [rate = 0] = rates(symbol)
      expect(Math.abs((2 * rate) / (bid + ask) - 1)).toBeLessThan(0.01)
    }
    const id = b.submit('EUR/USD', 1, 25_000)
    const refused = await b.event('rejected', (e) => e.orderId === id)
    expect(refused.reason).toBe('unsupported')
  })

  it('value what the account holds: its worth in dollars is the sum of its currencies', async () => {
    const symbols = ['TSE:7203', 'HK:00700', 'XETRA:SAP', 'LSE:VOD', 'SSE:600519', ...PAIRS]
    const b = await up(symbols)
    const { world } = b.emulator
    const bought = b.submit('VOD', 1, 1000)
    await b.event('filled', (e) => e.orderId === bought && e.cumQty === 1000)
    const [account] = world.accounts
    if (account === undefined) throw new Error('no account')
    for (const [symbol, currency] of [
      ['USD/JPY', 'JPY'],
      ['USD/HKD', 'HKD'],
      ['EUR/USD', 'EUR'],
      ['GBP/USD', 'GBP'],
      ['USD/CNY', 'CNY'],
    ] as const) {
      const { bid, ask, listing } = b.board(symbol)
      const mid = (bid + ask) / 2 / 10 ** listing.instrument.priceDecimals
      const rate = world.valuer.rates.rate(currency)
      expect(rate).toBeCloseTo(symbol.startsWith('USD') ? 1 / mid : mid, 6)
    }
    const { cash, stocks, net } = world.valuer.of(account)
    const dollars = [...account.cash].reduce(
      (sum, [c, amount]) => sum + (amount / 10 ** moneyDecimals(c)) * world.valuer.rates.rate(c),
      0,
    )
    expect(cash / 1e6).toBeCloseTo(dollars, 2)
    expect(net).toBe(cash + stocks)
    const pounds = (b.board('VOD').mark / 10 ** b.instrument('VOD').priceDecimals) * 1000
    expect(stocks / 1e6).toBeCloseTo(pounds * world.valuer.rates.rate('GBP'), 0)
  })
})

describe('hours', () => {
  it('have two ranges a day where there is a lunch break', async () => {
    const b = await up(['TSE:7203', 'HK:00700', 'LSE:VOD'])
    const monday = epochDay(2026, 3, 2) * DAY
    const first = (symbol: string): string => {
      const { liquidHours } = contractData(b.board(symbol).listing, 1, monday, false)
      return String(liquidHours).split('20260303:')[0] as string
    }
    expect(first('7203')).toBe('20260302:0900-20260302:1130;20260302:1230-20260302:1530;')
    expect(first('00700')).toBe('20260302:0930-20260302:1200;20260302:1300-20260302:1610;')
    expect(first('VOD')).toMatch(/^20260302:0800-20260302:16\d\d;$/)
  })
})
