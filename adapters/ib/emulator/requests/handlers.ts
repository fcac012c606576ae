/** What the handlers of requests have in common: their type, and how they read ids, contracts and accounts. */
import { contractQuery } from '../../wire/contract-fields.ts'
import { textOf, type Values } from '../../wire/layout.ts'
import { readInt } from '../../wire/numbers.ts'
import type { RequestName } from '../../wire/requests.ts'
import type { Account } from '../account.ts'
import type { Board } from '../board.ts'
import { findListings } from '../find-contract.ts'
import type { Session } from '../session.ts'
import { boardOf, type World } from '../world.ts'

export type Handler = (session: Session, values: Values) => void
export type Handlers = Readonly<Partial<Record<RequestName, Handler>>>

export function reqIdOf(values: Values): number {
  return readInt(textOf(values, 'reqId'), 'reqId')
}

/** The board of the one listing that a request means; none and several are told as 200. */
export function oneBoard(world: World, session: Session, reqId: number, values: Values): Board | undefined {
  const query = contractQuery(values)
  if (query.conId === '' && query.symbol === '' && query.localSymbol === '') {
    session.error(reqId, 321, "-'bN' : cause - Please enter a valid security type")
    return undefined
  }
  const found = findListings(world.listings, query)
  if (found.length > 1) {
    session.message(reqId, 200, 'The contract description specified for this request is ambiguous')
    return undefined
  }
  const [listing] = found
  if (listing !== undefined) return boardOf(world, listing)
  session.error(reqId, 200)
  return undefined
}

/** The account of that id, the only one where none is named; undefined when there is no such account. */
export function accountOf(world: World, id: string): Account | undefined {
  if (id === '' || id === 'All') return world.accounts.length === 1 ? world.accounts[0] : undefined
  return world.accounts.find((account) => account.id === id)
}
