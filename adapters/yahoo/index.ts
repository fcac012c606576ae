/**
 * History from Yahoo's chart interface through yahoo-finance2, which is loaded on first use. Unofficial: shape and
 * reach may change without notice; what is not understood ends as a Failure, never as a guess.
 */
import { Failure } from '../../src/cli/failure.ts'
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import { decodeChart, type YahooBar, type YahooEvent } from './decode.ts'
import { intervalLength, pieces, type Range, type YahooInterval } from './reach.ts'

export interface YahooQuery {
  /** The vendor's symbol, e.g. NVDA, 005930.KS, KRW=X. */
  readonly symbol: string
  readonly interval: YahooInterval
  readonly range: Partial<Range>
  readonly now: Micros
  /** Answers instead of the vendor's host, e.g. http://127.0.0.1:8080; for tests and proxies. */
  readonly base?: string | undefined
  readonly onPiece?: (done: number, total: number) => void
}

export interface YahooHistory {
  readonly symbol: string
  readonly currency: string | undefined
  /** By time, each start once; within the asked range. */
  readonly bars: readonly YahooBar[]
  readonly events: readonly YahooEvent[]
  readonly unfinished: number
}

/** Asks piece by piece. Throws Failure with the vendor's own words when it refuses. */
export async function fetchHistory(query: YahooQuery): Promise<YahooHistory> {
  const { symbol, interval, now } = query
  const ranges = pieces(interval, query.range, now)
  const client = await connect(query.base)
  const bars: YahooBar[] = []
  const events = new Map<string, YahooEvent>()
  let currency: string | undefined
  let unfinished = 0
  for (const [i, range] of ranges.entries()) {
    query.onPiece?.(i, ranges.length)
    const answer = await ask(client, symbol, interval, range)
    const chart = decodeChart(answer, { symbol, length: intervalLength(interval), daily: interval === '1d', now })
    currency ??= chart.currency
    unfinished += chart.unfinished
    // The vendor rounds ranges outwards, so pieces may share bars; a bar belongs to the piece its start lies in.
    bars.push(...chart.bars.filter((bar) => bar.t >= range.from && bar.t < range.to))
    for (const event of chart.events) events.set(`${event.date} ${event.kind}`, event)
  }
  return { symbol, currency, bars, events: [...events.values()], unfinished }
}

interface Client {
  chart(symbol: string, query: object, options: object): Promise<unknown>
}

async function connect(base: string | undefined): Promise<Client> {
  const { default: YahooFinance } = await import('yahoo-finance2')
  const redirect: typeof fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input))
    return fetch(new URL(url.pathname + url.search, base), init)
  }
  const silent = (): void => undefined
  return new YahooFinance({
    suppressNotices: ['yahooSurvey'],
    versionCheck: false,
    logger: { info: silent, warn: silent, error: silent, debug: silent, dir: silent },
    ...(base === undefined ? {} : { fetch: redirect }),
  }) as unknown as Client
}

async function ask(client: Client, symbol: string, interval: YahooInterval, range: Range): Promise<unknown> {
  const query = {
    period1: new Date(Math.floor(range.from / SECOND) * 1000),
    period2: new Date(Math.ceil(range.to / SECOND) * 1000),
    interval,
    includePrePost: false,
    events: 'div|split',
    return: 'object',
  }
  try {
    return await client.chart(symbol, query, { validateResult: false })
  } catch (error) {
    const { message, code, cause } = error as { message?: string; code?: unknown; cause?: { message?: string } }
    const said = (cause?.message ?? message ?? String(error)).replace(/\s+/g, ' ').slice(0, 200)
    if (code === 429 || /too many requests/i.test(said)) {
      throw new Failure(`${symbol}: Yahoo refuses for now (too many requests); wait some minutes and ask again`, 1)
    }
    throw new Failure(`${symbol}: Yahoo's answer: ${said}; check the symbol as Yahoo spells it and the network`, 1)
  }
}
