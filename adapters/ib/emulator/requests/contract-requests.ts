/** Requests about contracts: details, symbols, price rules, exchanges. */
import { contractQuery } from '../../wire/contract-fields.ts'
import { textOf, type Values } from '../../wire/layout.ts'
import { readInt } from '../../wire/numbers.ts'
import { contractData } from '../contract-values.ts'
import { findListings } from '../find-contract.ts'
import { priceText } from '../listing.ts'
import type { Session } from '../session.ts'
import type { World } from '../world.ts'
import { type Handlers, reqIdOf } from './handlers.ts'

export function contractRequests(world: World): Handlers {
  return {
    REQ_CONTRACT_DATA: (session, v) => details(world, session, v),
    REQ_MATCHING_SYMBOLS: (session, v) => {
      const pattern = textOf(v, 'pattern').toUpperCase()
      const found = world.listings.filter(
        (l) => pattern !== '' && (l.symbol.toUpperCase().startsWith(pattern) || l.longName.includes(pattern)),
      )
      const samples = found.map((l) => ({
        conId: String(l.conId),
        symbol: l.symbol,
        secType: l.secType,
        primaryExchange: `${l.primaryExchange}${l.tradingClass === 'NMS' ? '.NMS' : ''}`,
        currency: l.contractCurrency,
        derivativeSecTypes: [],
        description: l.longName,
        issuerId: '',
      }))
      session.send('SYMBOL_SAMPLES', { reqId: String(reqIdOf(v)), samples })
    },
    REQ_MARKET_RULE: (session, v) => {
      const id = readInt(textOf(v, 'marketRuleId'), 'marketRuleId')
      const listing = world.listings.find((l) => l.marketRule === id)
      if (listing === undefined) return session.error(-1, 321, `-'bN' : cause - Invalid market rule id: ${id}`)
      const text = (price: number): string => priceText(listing, price)
      const increments = listing.instrument.ticks.map(({ from, tick }) => ({
        lowEdge: text(from),
        increment: text(tick),
      }))
      session.send('MARKET_RULE', { marketRuleId: String(id), increments })
    },
    REQ_SEC_DEF_OPT_PARAMS: (session, v) =>
      session.send('SECURITY_DEFINITION_OPTION_PARAMETER_END', { reqId: String(reqIdOf(v)) }),
    REQ_MKT_DEPTH_EXCHANGES: (session) => {
      const names = [...new Set(world.listings.map((l) => l.primaryExchange))]
      const exchanges = names.map((exchange) => ({
        exchange,
        secType: 'STK',
        listingExch: '',
        serviceDataType: 'Deep2',
        aggGroup: '1',
      }))
      session.send('MKT_DEPTH_EXCHANGES', { exchanges })
    },
    REQ_SMART_COMPONENTS: (session, v) => {
      const names = [...new Set(world.listings.flatMap((l) => l.validExchanges))].filter((name) => name !== 'SMART')
      const components = names.map((exchange, i) => ({
        bitNumber: String(i),
        exchange,
        exchangeLetter: String.fromCharCode(65 + i),
      }))
      session.send('SMART_COMPONENTS', { reqId: String(reqIdOf(v)), components })
    },
  }
}

function details(world: World, session: Session, v: Values): void {
  const reqId = reqIdOf(v)
  const query = contractQuery(v)
  if (query.conId === '' && query.symbol === '' && query.localSymbol === '' && textOf(v, 'secId') === '') {
    session.error(reqId, 321, "-'bN' : cause - Please enter a valid symbol or contract id")
    return
  }
  const found = findListings(world.listings, query)
  if (found.length === 0) return session.error(reqId, 200)
  for (const listing of found) {
    session.send('CONTRACT_DATA', contractData(listing, reqId, world.now(), world.feed.alwaysOpen))
  }
  session.send('CONTRACT_DATA_END', { reqId: String(reqId) })
}
