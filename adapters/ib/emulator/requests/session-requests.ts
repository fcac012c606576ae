/** Requests about the session itself. */
import { epochText } from '../times.ts'
import type { World } from '../world.ts'
import { type Handlers, reqIdOf } from './handlers.ts'

export function sessionRequests(world: World): Handlers {
  return {
    REQ_IDS: (session) => session.send('NEXT_VALID_ID', { orderId: String(world.ids.next(session.clientId ?? 0)) }),
    REQ_MANAGED_ACCTS: (session) => session.send('MANAGED_ACCTS', { accounts: accountList(world) }),
    REQ_CURRENT_TIME: (session) => session.send('CURRENT_TIME', { time: epochText(world.now()) }),
    SET_SERVER_LOGLEVEL: () => undefined,
    REQ_USER_INFO: (session, v) => session.send('USER_INFO', { reqId: String(reqIdOf(v)), whiteBrandingId: '' }),
    REQ_FAMILY_CODES: (session) =>
      session.send('FAMILY_CODES', {
        familyCodes: world.accounts.map(({ id }) => ({ accountId: id, familyCode: '' })),
      }),
    REQ_SOFT_DOLLAR_TIERS: (session, v) => session.send('SOFT_DOLLAR_TIERS', { reqId: String(reqIdOf(v)), tiers: [] }),
  }
}

export function accountList(world: World): string {
  return world.accounts.map(({ id }) => id).join(',')
}
