/**
 * The gateway in front of the services: headers, token, rate, transaction id, body (the order of reference 12.4). What it
 * refuses never reached a service.
 */
import { TRANSACTIONS, type Transaction } from '../../wire/transactions.ts'
import { wallNow } from '../../../common/emulator/clock.ts'
import type { Door, World } from '../world.ts'
import { bodyHash, type JsonBody } from './auth.ts'
import { type Answer, type Call, gatewayError } from './call.ts'
import { HANDLERS } from './routes.ts'

export interface RestRequest {
  readonly method: string
  /** Without query, double slashes made single. */
  readonly path: string
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Undefined when there is none, or when it is no JSON object. */
  readonly body: JsonBody | undefined
}

/** The services answer at these paths, whatever the id. */
function isKnownPath(path: string): boolean {
  return TRANSACTIONS.some((t) => t.path === path)
}

export function answerService(world: World, door: Door, request: RestRequest): Answer {
  if (!isKnownPath(request.path)) return gatewayError('MCA00124', 404)
  const now = world.clock.now()
  const { headers, path } = request
  const trId = headers.tr_id ?? ''
  const fault = headerFault(world, headers) ?? scriptedFault(world, path, trId)
  if (fault !== undefined) return gatewayError(fault)
  if (!world.rate.take(headers.appkey as string, now)) return gatewayError('EGW00201')
  const tr = findTransaction(world, door, request, trId)
  if (typeof tr === 'string') return gatewayError(tr)
  if ((door.quotesOnly || world.keys.get(headers.appkey as string)?.quotesOnly === true) && tr.ledger)
    return gatewayError('EGW00206')
  if (tr.ledger && world.faults.take('ledger-limit', now, { path, trId }) !== undefined) return gatewayError('EGW00215')
  if (tr.method === 'POST') {
    if (request.body === undefined) return gatewayError('IGW00007')
    const hash = headers.hashkey ?? ''
    if (hash !== '' && hash !== bodyHash(request.body)) return gatewayError('EGW00131')
    if (Object.values(request.body).some((value) => typeof value !== 'string')) return gatewayError('IGW00007')
  }
  const handler = HANDLERS.get(tr.name)
  if (handler === undefined) return gatewayError('EGW00202')
  const call: Call = { world, door, tr, trId, trCont: headers.tr_cont ?? '', now, param: reader(request) }
  return handler(call)
}

/** Query names count in any case; body names only in upper case. */
function reader(request: RestRequest): Call['param'] {
  if (request.method === 'POST') {
    return (name) => {
      const value = request.body?.[name]
      return typeof value === 'string' ? value : ''
    }
  }
  const query = new Map<string, string>()
  for (const [name, value] of request.query) query.set(name.toUpperCase(), value)
  return (name) => query.get(name) ?? ''
}

function headerFault(world: World, headers: RestRequest['headers']): string | undefined {
  const authorization = headers.authorization ?? ''
  if (authorization === '') return 'EGW00122'
  const m = /^Bearer (\S+)$/.exec(authorization)
  if (m === null) return 'EGW00205'
  const owner = world.keys.get(headers.appkey ?? '')
  if (owner === undefined) return 'EGW00103'
  if (headers.appsecret !== owner.credentials.appsecret) return 'EGW00105'
  const { custtype } = headers
  if (custtype !== undefined && custtype !== '' && custtype !== 'P' && custtype !== 'B') return 'EGW00208'
  return world.tokens.check(m[1] as string, headers.appkey ?? '', wallNow())
}

function scriptedFault(world: World, path: string, trId: string): string | undefined {
  const now = world.clock.now()
  if (world.faults.take('rate-limit', now, { path, trId }) !== undefined) return 'EGW00201'
  const fault = world.faults.take('gateway-error', now, { path, trId })
  return fault === undefined ? undefined : String(fault.params.msg_cd)
}

/** The transaction, or the gateway code that says why there is none. */
function findTransaction(world: World, door: Door, request: RestRequest, trId: string): Transaction | string {
  const owner = world.keys.get(request.headers.appkey ?? '') as Door
  if (owner.env === 'paper' && door.env === 'live') return 'EGW02004'
  const here = TRANSACTIONS.filter((t) => t.path === request.path && t.method === request.method)
  const found = here.find((t) => t[door.env].includes(trId))
  if (found !== undefined) return found
  const other = door.env === 'live' ? 'paper' : 'live'
  if (!TRANSACTIONS.some((t) => t[other].includes(trId))) return 'EGW00310'
  return door.env === 'paper' ? 'EGW02006' : 'EGW02005'
}
