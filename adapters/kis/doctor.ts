/**
 * Checks a KIS set-up without trading: keys, account, quotes, notices, the quotes door; each with what to do about it.
 * Nothing here can place an order: of the order services not one is called.
 *
 * A key that is unknown at its address is asked about at the other environment's: an approval key is given there at
 * once to whom the key belongs, without a message to the owner (KIS reference 3.3).
 */
import type { Clock } from '../../src/runtime/ports.ts'
import { TokenDesk } from './auth.ts'
import { type Codes, LIVE, PAPER, QUOTE } from './codes.ts'
import { accountFields } from './encode.ts'
import { classify, type Seen, type Trouble, troubleText } from './errors.ts'
import { Http } from './http.ts'
import { RequestRate } from './rate.ts'
import { Redactor } from './redact.ts'
import { type Door, type QuoteRest, rowsOf, TradingRest } from './rest.ts'
import { type Hosts, HOSTS, type KeyPair, type KisSettings, RATES } from './settings.ts'
import type { Check } from './doctor-check.ts'
import { checkAccounts, checkQuotes, missingQuotes } from './doctor-abroad.ts'
import { registers, socketMend } from './doctor-socket.ts'
import type { Environment } from './wire/transactions.ts'

export interface DoctorOptions {
  readonly clock: Clock
  readonly wall?: () => number
  /** Address of the other environment, to tell a foreign key from a dead one. */
  readonly other?: string
}

const NOTICE_MS = 5000
/** Samsung Electronics: listed at any time. */
const KNOWN = '005930'

const PORTAL = 'https://apiportal.koreainvestment.com'

export async function* checkKis(settings: KisSettings, options: DoctorOptions): AsyncGenerator<Check> {
  const redactor = new Redactor()
  redactor.hide(settings.htsId, settings.account.number)
  const door = openDoor(settings.hosts, settings.keys, settings.env, settings, options, redactor)
  try {
    if (settings.env === 'live') yield* checkTrading(door, LIVE, settings, options)
    else yield* checkTrading(door, PAPER, settings, options)
  } finally {
    door.http.close()
  }
  if (settings.quotes !== undefined) yield* checkQuotesDoor(settings, settings.quotes, options, redactor)
}

function openDoor(
  hosts: Hosts,
  keys: KeyPair,
  env: Environment | 'quotes',
  settings: KisSettings,
  { clock, wall = () => Date.now() * 1000 }: DoctorOptions,
  redactor: Redactor,
): Door {
  const http = new Http(hosts.rest)
  const tokens = new TokenDesk({
    env,
    keys,
    dir: settings.stateDir,
    refreshAt: settings.tokenRefreshAt,
    http,
    redactor,
    wall,
    raw: () => undefined,
  })
  const perSecond = env === 'quotes' ? RATES.live : settings.requestsPerSecond
  return { http, keys, tokens, rate: new RequestRate(perSecond, clock), clock, redactor, raw: () => undefined }
}

async function* checkTrading<E extends Environment>(
  door: Door,
  codes: Codes<E>,
  settings: KisSettings,
  options: DoctorOptions,
): AsyncGenerator<Check> {
  const token = await door.tokens.token()
  const keys = await keysCheck('keys', token, door, settings.env, otherHost(settings, options))
  yield keys
  if (!keys.passed) return
  const rest = new TradingRest(door, codes)
  const account = await accountCheck(rest, settings)
  yield account
  if (!account.passed) return
  yield* checkAccounts(rest, settings)
  yield await quoteCheck(rest)
  yield await noticeCheck(door, codes, settings)
  if (settings.quotes !== undefined) return
  if (settings.env === 'paper') yield* missingQuotes(settings)
  else yield* checkQuotes(door, settings.hosts.ws, settings, false)
}

function otherHost({ env, hosts }: KisSettings, { other }: DoctorOptions): string | undefined {
  if (other !== undefined) return other
  return hosts.rest === HOSTS[env].rest ? HOSTS[env === 'live' ? 'paper' : 'live'].rest : undefined
}

function passed(name: Check['name'], found: string): Check {
  return { name, passed: true, found, mend: '' }
}

function failed(name: Check['name'], found: string, mend: string): Check {
  return { name, passed: false, found, mend }
}

async function keysCheck(
  name: 'keys' | 'quote-keys',
  token: string | Seen,
  door: Door,
  env: Environment,
  other: string | undefined,
): Promise<Check> {
  if (typeof token === 'string') return passed(name, `a token of the ${env} environment`)
  const { code, text } = classify('query', token)
  const found = text === '' ? code : `${code} ${text}`
  if (token.kind === 'transport') return failed(name, found, 'check the address of brokers.kis and your network')
  if (code === 'EGW00133') {
    return failed(name, found, 'wait a minute; another program on this key may be asking for tokens of its own')
  }
  if (code === 'EGW00105') return failed(name, found, 'the secret does not belong to the key: copy both anew')
  if (code !== 'EGW00103') return failed(name, found, `see ${PORTAL}`)
  const foreign = other === undefined ? undefined : await isKnownAt(other, door.keys)
  const otherEnv = env === 'live' ? 'paper' : 'live'
  if (foreign === true) {
    return failed(
      name,
      found,
      `this is a key of the ${otherEnv} environment: put the ${env} key there, or set env: ${otherEnv}`,
    )
  }
  const ended = `a key lives one year: renew it at ${PORTAL}, or copy it anew if it was mistyped`
  return failed(name, found, foreign === false ? ended : `a key of the other environment, or ${ended}`)
}

async function isKnownAt(host: string, keys: KeyPair): Promise<boolean | undefined> {
  const http = new Http(host)
  try {
    const reply = await http.exchange({
      method: 'POST',
      path: '/oauth2/Approval',
      headers: {},
      fields: {
        grant_type: 'client_credentials',
        appkey: keys.appKey.reveal(),
        secretkey: keys.appSecret.reveal(),
      },
      timeoutMs: NOTICE_MS,
      fresh: true,
    })
    return reply.ok ? typeof reply.json.approval_key === 'string' : undefined
  } finally {
    http.close()
  }
}

async function accountCheck<E extends Environment>(rest: TradingRest<E>, settings: KisSettings): Promise<Check> {
  const answer = await rest.list(
    rest.codes.account['kr.balance'],
    {
      ...accountFields(settings.account),
      AFHR_FLPR_YN: 'N',
      OFL_YN: '',
      INQR_DVSN: '02',
      UNPR_DVSN: '01',
      FUND_STTL_ICLD_YN: 'N',
      FNCG_AMT_AUTO_RDPT_YN: 'N',
      PRCS_DVSN: '00',
    },
    'output1',
  )
  if (answer.ok)
    return passed('account', `${answer.rows.length} holdings in account ****${settings.account.number.slice(-2)}`)
  return failed('account', troubleText(answer.trouble), accountMend(answer.trouble, settings))
}

function accountMend({ code }: Trouble, { env }: KisSettings): string {
  const name = env === 'paper' ? 'KIS_PAPER_ACCOUNT_NO' : 'KIS_ACCOUNT_NO'
  if (code === 'EGW02004') return 'this is a paper key at the live address: put the live key there, or set env: paper'
  if (/^EGW02/.test(code)) return `key and address are of different environments; env is ${env}`
  if (code === 'OPSQ2000' || code === 'IGW00002')
    return `the key does not own this account: check ${name}, product code too`
  if (code === 'EGW00206') return `the key has no rights to accounts: apply for them at ${PORTAL}`
  return 'try again; if it stays, ask KIS with this code'
}

async function quoteCheck(rest: QuoteRest): Promise<Check> {
  const fields = { FID_COND_MRKT_DIV_CODE: 'J', FID_INPUT_ISCD: KNOWN }
  const answer = await rest.quote(QUOTE['kr.price'], fields, 'query')
  if (!answer.ok) return failed('quotes', troubleText(answer.trouble), 'try again; the paper host is away at times')
  const price = rowsOf(answer.envelope.body.output)[0]?.stck_prpr ?? '0'
  if (!/[1-9]/.test(price)) return failed('quotes', `no price of ${KNOWN}`, 'try again; the answer was empty')
  return passed('quotes', `${KNOWN} at ${price}`)
}

/** First a session with market data alone, so that what then fails is the registration of notices. */
async function noticeCheck<E extends Environment>(door: Door, codes: Codes<E>, settings: KisSettings): Promise<Check> {
  const tr = codes.notice.domestic
  const outcome = await registers(door, settings.hosts.ws, { tr: 'H0STCNT0', key: KNOWN }, { tr, key: settings.htsId })
  if (outcome === 'both') return passed('notices', `${tr} registered`)
  if (outcome.startsWith('first:')) return failed('notices', outcome.slice(7), socketMend(outcome))
  const mend =
    'KIS did not accept the HTS user id for notices: check KIS_HTS_ID (the id of HTS, not the number of the account)'
  return failed('notices', outcome, mend)
}

async function* checkQuotesDoor(
  settings: KisSettings,
  quotes: NonNullable<KisSettings['quotes']>,
  options: DoctorOptions,
  redactor: Redactor,
): AsyncGenerator<Check> {
  const door = openDoor(quotes.hosts, quotes.keys, 'quotes', settings, options, redactor)
  try {
    const other = quotes.hosts.rest === HOSTS.live.rest ? HOSTS.paper.rest : undefined
    const keys = await keysCheck('quote-keys', await door.tokens.token(), door, 'live', other)
    yield keys
    if (!keys.passed) return
    yield* checkQuotes(door, quotes.hosts.ws, settings, true)
  } finally {
    door.http.close()
  }
}
