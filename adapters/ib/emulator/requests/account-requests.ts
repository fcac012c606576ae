/** Requests about accounts: values, portfolio, positions, summaries, profit and loss. */
import { isTrue, readInt } from '../../wire/numbers.ts'
import { textOf, type Values } from '../../wire/layout.ts'
import { type AccountFeed, positionValues } from '../account-feed.ts'
import type { Account } from '../account.ts'
import type { Session } from '../session.ts'
import type { World } from '../world.ts'
import { accountOf, type Handlers, reqIdOf } from './handlers.ts'

const SUMMARIES_MAX = 2

export function accountRequests(world: World, feed: AccountFeed): Handlers {
  return {
    REQ_ACCOUNT_DATA: (session, v) => updates(world, feed, session, v),
    REQ_POSITIONS: (session) => {
      session.subscriptions.positions = true
      for (const account of world.accounts) {
        for (const p of account.positions.values()) {
          if (p.qty !== 0) session.send('POSITION', positionValues(account, p))
        }
      }
      session.send('POSITION_END', {})
    },
    CANCEL_POSITIONS: (session) => {
      session.subscriptions.positions = false
    },
    REQ_POSITIONS_MULTI: (session, v) => positionsMulti(world, feed, session, v),
    CANCEL_POSITIONS_MULTI: (session, v) => void session.subscriptions.positionsMulti.delete(reqIdOf(v)),
    REQ_ACCOUNT_SUMMARY: (session, v) => summary(feed, session, v),
    CANCEL_ACCOUNT_SUMMARY: (session, v) => void session.subscriptions.summaries.delete(reqIdOf(v)),
    REQ_ACCOUNT_UPDATES_MULTI: (session, v) => {
      const reqId = reqIdOf(v)
      const account = named(world, session, reqId, textOf(v, 'account'))
      if (account === null) return
      session.subscriptions.accountsMulti.set(reqId, account)
      feed.valuesMulti(session, reqId, account)
      session.send('ACCOUNT_UPDATE_MULTI_END', { reqId: String(reqId) })
    },
    CANCEL_ACCOUNT_UPDATES_MULTI: (session, v) => void session.subscriptions.accountsMulti.delete(reqIdOf(v)),
    REQ_PNL: (session, v) => {
      const account = named(world, session, reqIdOf(v), textOf(v, 'account'))
      if (account === null || account === undefined) return
      session.subscriptions.pnl.set(reqIdOf(v), { account, listing: undefined, told: '', sentAt: -Infinity })
    },
    CANCEL_PNL: (session, v) => void session.subscriptions.pnl.delete(reqIdOf(v)),
    REQ_PNL_SINGLE: (session, v) => {
      const account = named(world, session, reqIdOf(v), textOf(v, 'account'))
      const conId = readInt(textOf(v, 'conId'), 'conId')
      const listing = world.listings.find((l) => l.conId === conId)
      // A contract number that nobody knows is met with silence.
      if (account === null || account === undefined || listing === undefined) return
      session.subscriptions.pnl.set(reqIdOf(v), { account, listing, told: '', sentAt: -Infinity })
    },
    CANCEL_PNL_SINGLE: (session, v) => void session.subscriptions.pnl.delete(reqIdOf(v)),
  }
}

/** Null after an error was told; undefined for all accounts. */
function named(world: World, session: Session, reqId: number, id: string): Account | undefined | null {
  if (id === '' || id === 'All') return world.accounts.length === 1 ? world.accounts[0] : undefined
  const account = world.accounts.find((a) => a.id === id)
  if (account !== undefined) return account
  session.error(reqId, 321, `-'bS' : cause - The account code is required for this operation: ${id}`)
  return null
}

function updates(world: World, feed: AccountFeed, session: Session, v: Values): void {
  const account = accountOf(world, textOf(v, 'acctCode')) ?? world.accounts[0]
  const { subscriptions } = session
  if (!isTrue(textOf(v, 'subscribe'))) {
    subscriptions.account = undefined
    return
  }
  if (account === undefined) return
  if (subscriptions.account !== undefined && subscriptions.account !== account) session.error(-1, 2100)
  subscriptions.account = account
  feed.download(session, account, true)
}

function positionsMulti(world: World, feed: AccountFeed, session: Session, v: Values): void {
  const reqId = reqIdOf(v)
  const account = named(world, session, reqId, textOf(v, 'account'))
  if (account === null) return
  session.subscriptions.positionsMulti.set(reqId, account)
  for (const of of account === undefined ? world.accounts : [account]) {
    for (const p of of.positions.values()) if (p.qty !== 0) feed.positionMulti(session, reqId, of, p)
  }
  session.send('POSITION_MULTI_END', { reqId: String(reqId) })
}

function summary(feed: AccountFeed, session: Session, v: Values): void {
  const reqId = reqIdOf(v)
  const { summaries } = session.subscriptions
  if (!summaries.has(reqId) && summaries.size >= SUMMARIES_MAX) {
    session.error(reqId, 322, "-'bS' : cause - Maximum number of account summary requests exceeded")
    return
  }
  const tags = textOf(v, 'tags')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
  const line = { tags, told: new Map<string, string>() }
  summaries.set(reqId, line)
  feed.summary(session, reqId, line)
  session.send('ACCOUNT_SUMMARY_END', { reqId: String(reqId) })
}
