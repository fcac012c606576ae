/** Market data over real sockets: what is asked for, what is told, and what is never traded on. */
import { describe, expect, it } from 'vitest'
import type { FeedStatus, MarketInbound } from '../../../src/runtime/ports.ts'
import type { Bench } from './bench.ts'
import { openBenches } from './open-benches.ts'

const { made, up } = openBenches()

type Kind = MarketInbound['type'] | 'bar'

function rows(b: Bench, symbol: string, type: Kind): (MarketInbound & { venueT: number })[] {
  const { id } = b.instrument(symbol)
  return b.market.filter((e) => e.type === type && 'instrument' in e && e.instrument === id) as never
}

function feed(b: Bench, symbol: string): FeedStatus | undefined {
  return b.ib.source.feeds$.value.find((f) => f.instrument === b.instrument(symbol).id)
}

describe('level 1', () => {
  it('quotes with both sizes and trades with their times, equal to the venue', async () => {
    const b = await up()
    await b.until(() => rows(b, 'NVDA', 'quote').length > 3 && rows(b, 'NVDA', 'trade').length > 1, 'quotes and trades')
    const quotes = b.board('NVDA').quotes
    for (const e of rows(b, 'NVDA', 'quote')) {
      if (e.type !== 'quote') continue
      expect([e.bid > 0, e.ask > e.bid, e.bidSize > 0, e.askSize > 0]).toEqual([true, true, true, true])
      expect(quotes.some((q) => q.bid === e.bid && q.ask === e.ask && q.askSize === e.askSize)).toBe(true)
    }
    const prints = b.board('NVDA').prints
    for (const e of rows(b, 'NVDA', 'trade')) {
      if (e.type !== 'trade') continue
      expect(
        prints.some((p) => p.price === e.price && p.size === e.size && Math.floor(p.t / 1000) === e.venueT / 1000),
      ).toBe(true)
    }
  })

  it('the same trade told again is no second one', async () => {
    const b = await up()
    await b.until(() => rows(b, 'NVDA', 'trade').length > 5, 'trades')
    const keys = rows(b, 'NVDA', 'trade').map((e) => JSON.stringify(e))
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('F-38: a withdrawn quote (-1) is no price', async () => {
    const b = await up()
    await b.fault({ kind: 'no-quote', count: 5 })
    await b.pause(1500)
    expect(b.market.every((e) => e.type !== 'quote' || (e.bid >= 0 && e.ask >= 0))).toBe(true)
  })

  it('F-41: a crossed quote is told as it is: the core does not use it', async () => {
    const b = await up()
    await b.fault({ kind: 'crossed-quote', count: 3 })
    await b.until(() => b.market.some((e) => e.type === 'quote' && e.bid > e.ask), 'a crossed quote')
  })

  it('F-44: a halt is told once, and its end', async () => {
    const b = await up()
    await b.fault({ kind: 'halt', symbol: 'NVDA', for_ms: 1500 })
    await b.until(() => rows(b, 'NVDA', 'status').length === 2, 'halt and end')
    expect(rows(b, 'NVDA', 'status').map((e) => e.type === 'status' && [e.status, e.reason])).toEqual([
      ['halted', 'regulatory'],
      ['trading', 'none'],
    ])
    expect(rows(b, '005930', 'status')).toEqual([])
  })

  it('F-05, F-22: subscriptions that the server forgot without a word are made again within 30 s', async () => {
    const b = await up()
    await b.fault({ kind: 'subscription-lost' })
    await b.pause(300)
    const seen = rows(b, 'NVDA', 'quote').length
    await b.until(() => rows(b, 'NVDA', 'quote').length > seen, 'quotes again', 30_000)
    expect(b.links()).toEqual(['up'])
  }, 40_000)

  it('R-30, D-03: a quote that does not change is told again within 10 s; where nothing comes at all nothing is made up (F-45)', async () => {
    const b = await up()
    await b.fault({ kind: 'data-silent', for_ms: 20_000 })
    await b.pause(300)
    const silent = b.market.length
    await b.pause(12_000)
    expect(b.market.length).toBe(silent)
    const asked = b.raw.filter((f) => f.direction === 'out' && f.channel === '1').length
    // Each line at its subscription and at least once since, none more often than every five seconds.
    const lines = b.ib.source.feeds$.value.length
    expect(asked).toBeGreaterThanOrEqual(2 * lines)
    expect(asked).toBeLessThanOrEqual(4 * lines)
  }, 40_000)

  it('F-45: a farm that breaks and mends leaves every subscription standing', async () => {
    const b = await up()
    await b.fault({ kind: 'farm-broken', ms: 1000 })
    await b.pause(1200)
    const seen = b.market.length
    await b.until(() => b.market.length > seen, 'data again')
  })
})

describe('permissions', () => {
  it.each([
    [354, 'brokers.ib.delayed: record'],
    [10089, 'Client Portal'],
    [10168, 'Client Portal'],
    [10186, 'Client Portal'],
    [101, 'fewer symbols'],
    [200, 'check symbol'],
  ])('F-22: %i is said of its feed with what to do, and the others go on', async (code, words) => {
    const b = await made({ emulator: { symbols: ['NVDA', 'PLTR'] } })
    await b.fault({ kind: 'data-refused', code })
    b.start()
    await b.until(() => b.ib.source.feeds$.value.some((f) => f.note.startsWith(String(code))), 'a note')
    const [refused, ...others] = [...b.ib.source.feeds$.value].sort((x) => (x.note === '' ? 1 : -1))
    expect([refused?.delay, refused?.note.includes(words)]).toEqual(['none', true])
    await b.until(
      () => b.ib.source.feeds$.value.filter((f) => f.delay === 'realtime').length === others.length,
      'others',
    )
  })

  it('wboayue/rust-ibapi#677, #672: ticks that follow a 10089 are data all the same', async () => {
    const b = await up()
    const line = b.raw.filter((f) => f.direction === 'out' && f.channel === '1').at(-1)
    const reqId = Number(line?.text.split('\0')[2])
    const told: string[] = []
    b.ib.source.feeds$.subscribe((feeds) => told.push(...feeds.map((f) => f.note)))
    for (const session of b.emulator.world.sessions)
      session.message(reqId, 10089, 'Requested market data requires additional subscription.')
    await b.until(() => told.some((note) => note.startsWith('10089')), 'a note')
    await b.until(() => b.ib.source.feeds$.value.every((f) => f.delay === 'realtime'), 'data all the same')
  })

  it('10182: a line that was dropped with its farm is asked for again', async () => {
    const b = await up()
    const asked = (): string[] => b.raw.filter((f) => f.direction === 'out' && f.channel === '1').map((f) => f.text)
    const before = asked().length
    const reqId = Number(asked().at(-1)?.split('\0')[2])
    for (const session of b.emulator.world.sessions)
      session.message(reqId, 10182, 'Failed to request live updates (disconnected).')
    await b.until(() => asked().length === before + 1, 'asked again')
  })

  it('F-42: delayed data are refused by default (354)', async () => {
    const b = await made()
    await b.fault({ kind: 'delayed-data', for_ms: 60_000 })
    b.start()
    await b.until(() => b.ib.source.feeds$.value.every((f) => f.note.startsWith('354')), '354')
    expect(b.market).toEqual([])
  })

  it('F-42: recorded delayed data are delayed by name and by age, so that nothing can trade on them', async () => {
    const b = await made({ settings: { delayed: 'record' } })
    await b.fault({ kind: 'delayed-data', for_ms: 60_000 })
    b.start()
    await b.until(() => rows(b, 'NVDA', 'quote').length > 0, 'quotes')
    expect(feed(b, 'NVDA')).toMatchObject({ delay: 'delayed' })
    const now = b.context.clock.now()
    for (const e of b.market) if ('venueT' in e) expect(now - e.venueT).toBeGreaterThan(14 * 60_000_000)
  })

  it('with delayed: trade they are told as of now, because somebody wrote so', async () => {
    const b = await made({ settings: { delayed: 'trade' } })
    await b.fault({ kind: 'delayed-data', for_ms: 60_000 })
    b.start()
    await b.until(() => rows(b, 'NVDA', 'quote').length > 0, 'quotes')
    expect(feed(b, 'NVDA')).toMatchObject({ delay: 'realtime' })
    const now = b.context.clock.now()
    for (const e of rows(b, 'NVDA', 'quote')) expect(now - e.venueT).toBeLessThan(30_000_000)
  })
})

describe('other kinds', () => {
  it('ticks: every quote and trade, the second standing for its end', async () => {
    const b = await made({ settings: { data: 'ticks' } })
    b.start()
    await b.until(() => rows(b, 'NVDA', 'quote').length > 2 && rows(b, 'NVDA', 'trade').length > 2, 'ticks')
    for (const e of [...rows(b, 'NVDA', 'quote'), ...rows(b, 'NVDA', 'trade')])
      expect(e.venueT % 1_000_000).toBe(999_999)
    const prints = b.board('NVDA').prints
    for (const e of rows(b, 'NVDA', 'trade')) {
      expect(e.type === 'trade' && prints.some((p) => p.price === e.price && p.size === e.size)).toBe(true)
    }
  })

  it('bars of five seconds, with their start and their end', async () => {
    const b = await made({ settings: { data: 'bars' } })
    b.start()
    await b.until(() => rows(b, 'NVDA', 'bar').length > 0, 'a bar', 15_000)
    for (const e of b.market) {
      if (e.type !== 'bar') continue
      expect([e.t - e.start, e.start % 5_000_000, e.low <= e.open && e.open <= e.high]).toEqual([5_000_000, 0, true])
    }
  }, 20_000)

  it('too many tick lines (10190) are said of the feed', async () => {
    const b = await made({ settings: { data: 'ticks' } })
    await b.fault({ kind: 'data-refused', code: 10190, count: 2 })
    b.start()
    await b.until(() => b.ib.source.feeds$.value.some((f) => f.note.includes('brokers.ib.data: level1')), 'a note')
  })
})

describe('history', () => {
  it('minutes of the last hours, oldest first, without the one under way, equal to the venue', async () => {
    const b = await up()
    const { id } = b.instrument('NVDA')
    const now = b.context.clock.now()
    const made = await b.ib.source.history.minutes(id, now - 2 * 3_600_000_000)
    if ('failure' in made) throw new Error(made.failure)
    expect(made.bars.length).toBeGreaterThan(115)
    const starts = made.bars.map((bar) => bar.start)
    expect(starts).toEqual([...starts].sort((x, y) => x - y))
    expect(made.bars.every((bar) => bar.t <= b.context.clock.now())).toBe(true)
    const venue = new Map(b.board('NVDA').minutes.bars.map((bar) => [bar.at, bar.trade]))
    for (const bar of made.bars) expect(venue.get(bar.start)).toMatchObject({ open: bar.open, close: bar.close })
  })

  it('daily bars of closed sessions', async () => {
    const b = await up()
    const day = Math.floor(b.context.clock.now() / 86_400_000_000)
    const made = await b.ib.source.history.daily(b.instrument('NVDA').id, day - 30)
    if ('failure' in made) throw new Error(made.failure)
    expect(made.bars.length).toBeGreaterThan(15)
    for (const bar of made.bars) expect(bar.t).toBeLessThanOrEqual(b.context.clock.now())
  })

  it('F-16: a pacing violation (162) is a failure with its words', async () => {
    const b = await up()
    await b.fault({ kind: 'history-pacing' })
    const made = await b.ib.source.history.minutes(b.instrument('NVDA').id, b.context.clock.now() - 3_600_000_000)
    expect('failure' in made && made.failure).toContain('162')
  })
})

describe('recording', () => {
  it('I-36, F-76: every frame is recorded as it crossed the wire, without the account number', async () => {
    const b = await up()
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
    await b.books()
    const channels = new Set(b.raw.map((f) => `${f.direction} ${f.channel}`))
    for (const channel of ['in 9', 'in 15', 'in 11', 'in 5', 'out 3', 'out 71']) expect(channels).toContain(channel)
    expect(b.raw.some((f) => f.text.includes('***'))).toBe(true)
    expect(b.raw.some((f) => f.text.includes(b.settings.account))).toBe(false)
  })
})
