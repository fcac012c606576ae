/**
 * KIS plugged together: the trading door (broker, its socket), the quotes door where there is one, the market source.
 * One socket session per key (reference 8.7): broker and source share it where they share the key.
 */
import { Subject } from 'rxjs'
import { join } from 'node:path'
import { mkdirSync } from 'node:fs'
import { type Micros, MILLISECOND } from '../../src/core/base/time.ts'
import type { BrokerRules } from '../../src/core/domain/broker.ts'
import { type FeeModel, type FeeSchedule } from '../../src/core/domain/fees.ts'
import { feeModel, type FeeSettings } from '../../src/reference/fees.ts'
import type { AdapterContext, MarketInbound, RawFrame, TimeSample } from '../../src/runtime/ports.ts'
import { AccountInquiries } from './accounts.ts'
import { TokenDesk } from './auth.ts'
import { KisBroker } from './broker.ts'
import { type Codes, LIVE, PAPER } from './codes.ts'
import { DayPrices } from './day-prices.ts'
import { ForeignAccounts } from './foreign.ts'
import { BrokerRates, pairsOf } from './fx.ts'
import { History } from './history.ts'
import { Http } from './http.ts'
import { Listings } from './instruments.ts'
import { keepWindows } from './maintenance.ts'
import { KisMarketSource } from './market-data.ts'
import { OwnOrders } from './own-orders.ts'
import { RequestRate } from './rate.ts'
import { Redactor } from './redact.ts'
import { RestSession } from './rest-session.ts'
import { type Door, QuoteRest, TradingRest } from './rest.ts'
import { assertHosts, type Hosts, type KeyPair, type KisSettings, RATES } from './settings.ts'
import { KisSocket, type SocketHandlers } from './socket.ts'
import type { ExchangeCodes } from './wire/exchanges.ts'
import type { Environment } from './wire/transactions.ts'

export interface KisOptions {
  /** Keeps the numbers of this run's orders, so that a restart knows them; one file a run. */
  readonly ordersFile?: string
  /** The engine continues a run and knows its foreign cash (foreign.ts). */
  readonly resumed?: boolean
  readonly fees?: FeeSettings
  /** Wall clock of tokens, microseconds. */
  readonly wall?: () => Micros
  readonly isTrading?: (exchange: ExchangeCodes, t: Micros) => boolean
  /** False: only market data are wanted; then the source connects whatever it needs. */
  readonly trades?: boolean
  /** False: no socket is opened (`rest-session.ts`). */
  readonly notices?: boolean
}

export interface Kis {
  readonly broker: KisBroker<Environment>
  readonly source: KisMarketSource
  readonly redactor: Redactor
  /** Does it work on something that no socket shows, such as the file of a token? */
  readonly busy: () => boolean
}

/** Pause between registrations (reference 8.2). */
const SPACING: Micros = 60 * MILLISECOND

export function createKis(settings: KisSettings, context: AdapterContext, options: KisOptions = {}): Kis {
  assertHosts(settings.env, settings.hosts)
  mkdirSync(settings.stateDir, { recursive: true, mode: 0o700 })
  const made =
    settings.env === 'live' ? plug(LIVE, settings, context, options) : plug(PAPER, settings, context, options)
  return made as Kis
}

function plug<E extends Environment>(
  codes: Codes<E>,
  settings: KisSettings,
  context: AdapterContext,
  options: KisOptions,
): { broker: KisBroker<E>; source: KisMarketSource; redactor: Redactor; busy: () => boolean } {
  const redactor = new Redactor()
  redactor.hide(settings.htsId, settings.account.number)
  const raw$ = new Subject<RawFrame>()
  const raw = (frame: RawFrame): void => raw$.next(frame)
  const time$ = new Subject<TimeSample>()
  const openDoor = (hosts: Hosts, keys: KeyPair, env: Environment | 'quotes', perSecond: number): Door => {
    const http = new Http(hosts.rest, context.clock, (sample) => time$.next(sample))
    const wall = options.wall ?? (() => Date.now() * 1000)
    const place = { env, keys, dir: settings.stateDir, refreshAt: settings.tokenRefreshAt, http, redactor, wall, raw }
    const rate = new RequestRate(perSecond, context.clock)
    return { http, keys, tokens: new TokenDesk(place), rate, clock: context.clock, redactor, raw }
  }
  const { quotes } = settings
  const trading = openDoor(settings.hosts, settings.keys, settings.env, settings.requestsPerSecond)
  const quoting = quotes === undefined ? undefined : openDoor(quotes.hosts, quotes.keys, 'quotes', RATES.live)
  const listings = new Listings(context.instruments, settings.markets, settings.realtime)
  const rest = new TradingRest(trading, codes)
  const quoteRest = quoting === undefined ? rest : new QuoteRest(quoting)
  // The live host has every quotation, the paper host only some.
  const isWhole = quoting !== undefined || settings.env === 'live'
  const prices = new DayPrices(quoteRest, isWhole, listings, context.clock)

  // Sockets speak to broker and source, which are made after them.
  const ends: { broker?: KisBroker<E>; source?: KisMarketSource } = {}
  const trades = options.trades !== false
  const openSocket = (hosts: Hosts, name: string, door: Door, handlers: SocketHandlers): KisSocket => {
    const approval = async (signal: AbortSignal) => {
      // A key that gets no token will not get far: the login begins with it.
      const token = await door.tokens.token()
      return typeof token === 'string' ? door.tokens.approval(signal) : token
    }
    return new KisSocket(
      { url: hosts.ws, name, approval, redactor, raw, spacing: SPACING, clock: context.clock },
      handlers,
    )
  }
  const common = {
    frame: (frame) => ends.source?.frame(frame),
    registered: (wanted, refusal) => ends.source?.registered(wanted, refusal),
  } satisfies Partial<SocketHandlers>
  const socket: KisSocket = openSocket(settings.hosts, 'ws', trading, {
    ...common,
    notice: (tr, text) => ends.broker?.notice(tr, text),
    damaged: (tr, why) => {
      ends.source?.damaged(why)
      if (tr !== '' && tr.includes('CNI')) ends.broker?.doubtNotices()
    },
    lost: () => {
      ends.broker?.link('lost')
      ends.source?.lost(socket)
    },
    forgotten: () => ends.broker?.doubtNotices(),
  })
  if (trades) {
    for (const tr of [codes.notice.domestic, codes.notice.overseas]) {
      if (tr === codes.notice.overseas && listings.abroadMarkets.length === 0) continue
      socket.want({ tr, key: settings.htsId, login: true })
    }
  }
  const quoteSocket: KisSocket | undefined =
    quotes === undefined || quoting === undefined
      ? undefined
      : openSocket(quotes.hosts, 'ws quotes', quoting, {
          ...common,
          notice: () => undefined,
          damaged: (_, why) => ends.source?.damaged(why),
          lost: () => ends.source?.lost(quoteSocket as KisSocket),
          forgotten: () => undefined,
        })

  const close = async (): Promise<void> => {
    trading.http.close()
    quoting?.http.close()
    await Promise.resolve()
  }
  const domestic = quoteSocket ?? socket
  const overseas = quoteSocket ?? (settings.env === 'live' ? socket : undefined)
  const accounts = new AccountInquiries(rest, listings, settings.account)
  const foreign = new ForeignAccounts(rest, listings, settings, options.resumed === true, options.isTrading)
  const pairs = pairsOf(context.instruments, foreign.currencies)
  const rate = pairs.length === 0 ? undefined : new BrokerRates({ accounts: foreign, clock: context.clock, pairs })
  ends.source = new KisMarketSource({
    rate,
    context,
    listings,
    domestic,
    overseas,
    whole: isWhole,
    own: [
      ...(quoteSocket === undefined ? [] : [quoteSocket]),
      ...(trades || quoteSocket !== undefined ? [] : [socket]),
    ],
    raw$,
    time$,
    seen: (event: MarketInbound) => prices.seen(event),
    history: new History(quoteRest, listings, context.clock),
    release: close,
  })
  const windows = keepWindows(settings.maintenance, context.clock, (link) => ends.broker?.link(link))
  const orders = new OwnOrders(listings, options.ordersFile, options.resumed === true)
  const restPlace = {
    clock: context.clock,
    answers: async () => (await accounts.domestic()) !== undefined,
    ask: () => {
      if (orders.open().length > 0) ends.broker?.doubtNotices()
    },
  }
  ends.broker = new KisBroker({
    context,
    settings,
    rest,
    session: options.notices === false ? new RestSession(restPlace) : socket,
    listings,
    orders,
    accounts,
    foreign,
    prices,
    fees: feesOf(listings, context, options.fees),
    rules: rulesOf(settings),
    raw$,
    endRequests: () => {
      trading.rate.stop()
      quoting?.rate.stop()
    },
    release: async () => {
      windows.stop()
      await close()
    },
  })
  const busy = (): boolean => trading.tokens.busy || (quoting?.tokens.busy ?? false)
  return { broker: ends.broker, source: ends.source, redactor, busy }
}

export function rulesOf(settings: KisSettings): BrokerRules {
  return {
    markets: settings.markets,
    clientOrderId: false,
    reconcileEvery: settings.reconcileEvery,
    funding: settings.usFunding,
    // The US rate, where another broker competes; config/fees/kis.json.
    commissionBps: { num: 25, den: 1 },
  }
}

/** Estimates until the broker says, for what is traded here; nothing for the rest. */
function feesOf(listings: Listings, context: AdapterContext, settings?: FeeSettings): FeeModel {
  const traded = listings.all.map((l) => l.instrument)
  const model = feeModel('kis', traded, settings)
  if (model.kind !== 'table') return model
  const none: FeeSchedule = { from: [], rows: [] }
  const schedules = context.instruments.map((i) => {
    const at = traded.indexOf(i)
    return at < 0 ? none : (model.schedules[at] ?? none)
  })
  return { ...model, schedules }
}

/** Where tokens live when nothing else is said. */
export function stateDirOf(env: Readonly<Record<string, string | undefined>>): string {
  const base = env.XDG_STATE_HOME ?? join(env.HOME ?? '.', '.local', 'state')
  return join(base, 'sametape')
}
