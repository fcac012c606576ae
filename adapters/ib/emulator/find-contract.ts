/** Which listings a client's contract means: empty and zero fields leave it open, everything else must fit. */
import type { ContractQuery } from '../wire/contract-fields.ts'
import type { Listing } from './listing.ts'

export function findListings(all: readonly Listing[], query: ContractQuery): Listing[] {
  if (query.derivative) return []
  return all.filter((listing) => fits(listing, query))
}

function fits(listing: Listing, q: ContractQuery): boolean {
  if (q.conId !== '') return q.conId === String(listing.conId) && fitsVenue(listing, q)
  const named = q.symbol !== '' || q.localSymbol !== ''
  return (
    named &&
    (q.secType === listing.secType || q.secType === '') &&
    (q.symbol === '' || q.symbol === listing.symbol) &&
    (q.localSymbol === '' || q.localSymbol === listing.localSymbol) &&
    (q.currency === '' || q.currency === listing.contractCurrency) &&
    (q.tradingClass === '' || q.tradingClass === listing.tradingClass) &&
    fitsVenue(listing, q)
  )
}

/** ISLAND is the older name of NASDAQ, `SMART/NASDAQ` and `SMART:NASDAQ` name both at once. */
function fitsVenue(listing: Listing, q: ContractQuery): boolean {
  const known = (name: string): boolean => {
    const plain = name === 'ISLAND' ? 'NASDAQ' : name
    return listing.validExchanges.includes(plain) || plain === listing.primaryExchange
  }
  const exchanges = q.exchange.split(/[/:]/).filter((name) => name !== '')
  const primary = q.primaryExchange === 'ISLAND' ? 'NASDAQ' : q.primaryExchange
  return exchanges.every(known) && (primary === '' || primary === listing.primaryExchange)
}
