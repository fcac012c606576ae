/**
 * Checks a set-up of IB without trading: the gateway answers, lets us in, is not read-only, serves the account, knows a
 * contract and has its data; each with the setting to change. Nothing here can place an order.
 *
 * A port that refuses, one that accepts and closes, and one that never answers are different mistakes: the socket itself
 * is tried first, as far as the hello.
 */
import { connect } from 'node:net'
import type { Contract } from '@stoqey/ib'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { Clock } from '../../src/runtime/ports.ts'
import { IbAccount } from './account.ts'
import { Asks } from './asks.ts'
import { dataFate, dataMend } from './codes.ts'
import { Contracts } from './contracts.ts'
import { IbLink } from './link.ts'
import { Redactor } from './redact.ts'
import { hideAccount, type IbSettings, mismatch, PORTS } from './settings.ts'
import { Sweep } from './sweeps.ts'

export interface Check {
  readonly name: 'settings' | 'port' | 'login' | 'read-only' | 'account' | 'contract' | 'data'
  readonly passed: boolean
  /** What was found; without account numbers. */
  readonly found: string
  /** What to do; blank when passed. */
  readonly mend: string
}

export interface DoctorOptions {
  readonly clock: Clock
}

const DATA_MS = 12_000
const HELLO_MS = 5000
/** Configuration → Settings → API → Settings, in Gateway and in TWS. */
const API_PAGE = 'Configure → Settings → API → Settings'

/** Listed at any time; a US share, whose data most accounts can have. */
const KNOWN = 'AAPL'

const ok = (name: Check['name'], found: string): Check => ({ name, passed: true, found, mend: '' })
const bad = (name: Check['name'], found: string, mend: string): Check => ({ name, passed: false, found, mend })

/** `symbol`: the share that is asked about. */
export async function* checkIb(
  settings: IbSettings,
  options: DoctorOptions,
  symbol: string = KNOWN,
): AsyncGenerator<Check> {
  const wrong = mismatch(settings)
  if (wrong !== undefined) {
    const [found = '', ...mend] = wrong.split('; ')
    yield bad('settings', found, mend.join('; '))
    return
  }
  yield ok('settings', `${settings.env}, ${hideAccount(settings.account)}, port ${settings.port}`)
  const port = await portCheck(settings)
  yield port
  if (!port.passed) return
  const redactor = new Redactor()
  redactor.hide(settings.account)
  const link = new IbLink({ settings, clock: options.clock, redactor, raw: () => undefined, isRecorded: () => false })
  try {
    yield* checkSession(link, settings, options, symbol)
  } finally {
    await link.close()
  }
}

/** As far as the hello: who refuses before it, and how. */
export async function portCheck({ host, port, env }: IbSettings): Promise<Check> {
  const outcome = await new Promise<string>((resolve) => {
    const socket = connect({ host, port })
    const end = (what: string): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(what)
    }
    const timer = setTimeout(() => end(socket.connecting ? 'no connection' : 'silent'), HELLO_MS)
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
    socket.on('connect', () => socket.write(HELLO))
    socket.on('data', () => end('hello'))
    socket.on('close', () => end('closed'))
  })
  const where = `${host}:${port}`
  const enable = `start Gateway (or TWS) and log in; in ${API_PAGE} tick "Enable ActiveX and Socket Clients" and set the socket port to ${port} (${env}: ${PORTS[env].join(' or ')})`
  switch (outcome) {
    case 'hello':
      return ok('port', `${where} answers`)
    case 'ECONNREFUSED':
      return bad('port', `${where} refuses the connection`, enable)
    case 'closed':
    case 'ECONNRESET':
      return bad(
        'port',
        `${where} accepts and closes at once`,
        `in ${API_PAGE} add this machine to "Trusted IPs", or untick "Allow connections from localhost only"`,
      )
    case 'silent':
      return bad(
        'port',
        `${where} accepts and says nothing`,
        'another program listens there, or the gateway hangs: restart it',
      )
    case 'ENOTFOUND':
      return bad('port', `${host}: no such host`, 'check IB_HOST')
    default:
      return bad('port', `${where}: ${outcome}`, 'check IB_HOST and IB_PORT, and that no firewall is between')
  }
}

/** `API`, NUL, length, a range that every server takes; the connection ends before it means anything. */
const HELLO = Buffer.concat([Buffer.from('API\0'), Buffer.from([0, 0, 0, 9]), Buffer.from('v100..178')])

async function* checkSession(
  link: IbLink,
  settings: IbSettings,
  options: DoctorOptions,
  symbol: string,
): AsyncGenerator<Check> {
  const asks = new Asks(link)
  const instrument = sampleOf(symbol)
  const contracts = new Contracts([instrument], () => true, link, asks)
  const context = { broker: 0, instruments: [instrument], currencies: ['USD'], clock: options.clock }
  const account = new IbAccount(link, context, contracts, settings.account)
  const readOnly = watchReadOnly(link)
  const failure = await link.connect()
  yield failure === undefined ? ok('login', `client ${settings.clientId} is in`) : loginFailure(failure, settings)
  if (failure !== undefined) return
  yield (await readOnly())
    ? bad('read-only', '321 the API is read-only', `in ${API_PAGE} untick "Read-Only API"`)
    : ok('read-only', 'orders are taken')
  const cash = await account.freshCash()
  yield cash === null
    ? bad('account', 'no account values', 'try again in a minute: after a reset of its servers IB is not ready at once')
    : ok(
        'account',
        `${hideAccount(settings.account)} reports ${cash.length} balance of ${context.currencies.join(', ')}`,
      )
  const listing = contracts.all[0]
  const resolved = listing === undefined ? undefined : await contracts.resolve(listing)
  if (resolved === undefined) {
    yield bad(
      'contract',
      `${symbol}: ${listing?.trouble ?? 'unknown'}`,
      'try again; if it stays, the account may not trade US shares',
    )
    return
  }
  yield ok('contract', `${symbol} is contract ${resolved.conId}`)
  yield await dataCheck(link, resolved.contract, symbol)
}

/** Asks for open orders: the read-only interface refuses that without an id, so it comes as a note. */
function watchReadOnly(link: IbLink): () => Promise<boolean> {
  let refused: () => void = () => undefined
  const refusal = new Promise<boolean>((resolve) => {
    refused = () => resolve(true)
  })
  link.watch({
    note: (code, text) => {
      if (code === 321 && /read-only/i.test(text)) refused()
    },
  })
  const open = new Sweep(
    link,
    (api) => api.reqOpenOrders(),
    () => undefined,
  )
  link.on('openOrderEnd', () => open.end())
  return () => Promise.race([refusal, open.fresh().then((whole) => !whole)])
}

function loginFailure(failure: string, { clientId, account, env }: IbSettings): Check {
  if (failure.startsWith('326')) {
    return bad(
      'login',
      failure,
      `another program is connected as client ${clientId}, or an old session is not forgotten yet: end it, wait a minute, or set IB_CLIENT_ID to a free number for good`,
    )
  }
  if (failure.startsWith('account:')) {
    return bad(
      'login',
      failure,
      `set IB_ACCOUNT to the account of this login, or log in as the user of ${hideAccount(account)} (${env})`,
    )
  }
  if (failure.startsWith('1100'))
    return bad('login', failure, 'the gateway has no connection to IB: check its network, and log in again')
  if (failure.startsWith('502')) return bad('login', failure, `check IB_HOST and IB_PORT, and ${API_PAGE}`)
  if (failure.startsWith('506')) return bad('login', failure, 'update TWS or Gateway to a stable version of this year')
  return bad(
    'login',
    failure,
    'the gateway accepts but does not let us in: look for a dialog that waits for a click, and log in again',
  )
}

/** Live data, delayed ones, or why none. */
async function dataCheck(link: IbLink, contract: Contract, symbol: string): Promise<Check> {
  const reqId = link.requestId()
  const outcome = await new Promise<string>((resolve) => {
    const timer = setTimeout(() => resolve('silent'), DATA_MS)
    const end = (what: string): void => {
      clearTimeout(timer)
      resolve(what)
    }
    let type = 1
    link.on('marketDataType', (id, kind) => {
      if (id === reqId) type = kind
    })
    link.watch({
      error: (id, code, text) => {
        const fate = dataFate(code)
        if (id === reqId && fate !== 'goesOn' && fate !== 'delayed') end(`${code} ${text}`)
      },
    })
    link.on('tickPrice', (id) => {
      if (id === reqId) end(type >= 3 ? 'delayed' : 'live')
    })
    link.send('background', (api) => api.reqMarketDataType(3).reqMktData(reqId, contract, '', false, false))
  })
  link.send('background', (api) => api.cancelMktData(reqId))
  if (outcome === 'live') return ok('data', `${symbol} comes live`)
  if (outcome === 'delayed') {
    const how = 'subscribe to US data in Client Portal and share it with the paper user (Settings → Paper Trading)'
    return bad('data', `${symbol} comes 15 minutes late`, `${how}, or set brokers.ib.delayed: record`)
  }
  if (outcome === 'silent')
    return bad('data', `${symbol}: no data within 12 s`, 'the market data farm may be away: try again')
  const mend = dataMend(Number.parseInt(outcome, 10))
  return bad('data', outcome, mend === '' ? 'look this code up in the API messages of IB' : mend)
}

function sampleOf(symbol: string): Instrument {
  const numbers = { priceDecimals: 4, qtyDecimals: 0, ticks: [{ from: 0, tick: 1 }], lot: 1 }
  return { id: 0, symbol, venue: 'US', currency: 'USD', ...numbers, economicId: `US:${symbol}`, allowShort: false }
}
