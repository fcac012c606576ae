/**
 * OAuth endpoints (reference 3): access token, its revocation, approval key of the socket, body hash. Their failures
 * have an envelope of their own: HTTP 403 with `error_code` and `error_description`.
 */
import { createHash } from 'node:crypto'
import { GATEWAY } from '../../wire/messages.ts'
import { kstText, wallNow } from '../../../common/emulator/clock.ts'
import type { World } from '../world.ts'
import type { Answer } from './call.ts'

export type JsonBody = Readonly<Record<string, unknown>>

function oauthError(code: string): Answer {
  return { status: 403, body: { error_description: GATEWAY[code] ?? code, error_code: code } }
}

/** What is wrong with the keys in a body; undefined when they are ours. The name of the secret differs by endpoint. */
function keyFault(world: World, body: JsonBody, secret: 'appsecret' | 'secretkey'): string | undefined {
  const door = typeof body.appkey === 'string' ? world.keys.get(body.appkey) : undefined
  if (door === undefined) return 'EGW00103'
  return body[secret] === door.credentials.appsecret ? undefined : 'EGW00105'
}

function grantFault(body: JsonBody): string | undefined {
  if (body.grant_type === undefined || body.grant_type === '') return 'EGW00115'
  return body.grant_type === 'client_credentials' ? undefined : 'EGW00116'
}

/** A paper key gets a token at the live host too; the first business call then fails (EGW02004). */
export function issueToken(world: World, body: JsonBody): Answer {
  const fault = grantFault(body) ?? keyFault(world, body, 'appsecret')
  if (fault !== undefined) return oauthError(fault)
  const now = wallNow()
  if (world.faults.take('token-throttled', world.clock.now()) !== undefined) return oauthError('EGW00133')
  const token = world.tokens.issue(String(body.appkey), now)
  if (token === undefined) return oauthError('EGW00133')
  return {
    status: 200,
    body: {
      access_token: token.text,
      access_token_token_expired: kstText(token.expires),
      token_type: 'Bearer',
      expires_in: Math.floor((token.expires - now) / 1_000_000),
    },
  }
}

export function revokeToken(world: World, body: JsonBody): Answer {
  const fault = keyFault(world, body, 'appsecret')
  if (fault !== undefined) return oauthError(fault)
  if (typeof body.token !== 'string' || !world.tokens.revoke(body.token)) return oauthError('EGW00121')
  return { status: 200, body: { code: 200, message: '접근토큰 폐기에 성공하였습니다' } }
}

export function issueApproval(world: World, body: JsonBody): Answer {
  const fault = grantFault(body) ?? keyFault(world, body, 'secretkey')
  if (fault !== undefined) return oauthError(fault)
  return { status: 200, body: { approval_key: world.tokens.approve(String(body.appkey), wallNow()) } }
}

/** The vendor's digest is not documented: here it is the SHA-256 of the sorted body. */
export function bodyHash(body: JsonBody): string {
  const sorted = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex')
}

export function issueHash(world: World, body: JsonBody, appkey: string): Answer {
  if (!world.keys.has(appkey)) return oauthError('EGW00103')
  return { status: 200, body: { BODY: body, HASH: bodyHash(body) } }
}
