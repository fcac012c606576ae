/**
 * From the fields of PLACE_ORDER to terms that were checked, or the code that refuses them. Prices keep their text until
 * they are whole ticks of the listing; what the simulated venue does not do is refused, not approximated.
 */
import { toScaled } from '../../../src/core/base/decimal.ts'
import type { Micros } from '../../../src/core/base/time.ts'
import { tickAt } from '../../../src/core/domain/instrument.ts'
import type { OrderType, TimeInForce } from '../../../src/core/domain/order.ts'
import type { Code } from '../wire/codes.ts'
import { listOf, textOf, type Values } from '../wire/layout.ts'
import { isTrue, isUnset, isZero, readInt } from '../wire/numbers.ts'
import { type Listing, readPrice } from './listing.ts'
import type { Terms } from './order.ts'
import { readStamp } from './times.ts'

export interface Refusal {
  readonly code: Code
  readonly gaps: readonly string[]
}

const TYPES: Readonly<Record<string, OrderType>> = {
  MKT: 'market',
  LMT: 'limit',
  STP: 'stop',
  'STP LMT': 'stopLimit',
  STPLMT: 'stopLimit',
}

const TIFS: Readonly<Record<string, TimeInForce>> = {
  '': 'DAY',
  DAY: 'DAY',
  GTC: 'GTC',
  GTD: 'GTC',
  IOC: 'IOC',
  FOK: 'FOK',
}

/** More than this many shares is no order. */
const QTY_MAX = 1_000_000_000
const AUCTIONS = ['MOC', 'LOC']

const refusal = (code: Code, ...gaps: readonly string[]): Refusal => ({ code, gaps })
const invalid = (cause: string): Refusal => refusal(321, `-'bE' : cause - ${cause}`)

export function isRefusal(x: Terms | Refusal): x is Refusal {
  return 'code' in x
}

export function readTerms(fields: Values, listing: Listing, now: Micros): Terms | Refusal {
  const text = (name: string): string => textOf(fields, name)
  const side = { BUY: 1, SELL: -1, SSHORT: -1 }[text('action').toUpperCase()] as 1 | -1 | undefined
  if (side === undefined) return invalid(`Invalid action: ${text('action').slice(0, 20)}`)
  const qty = quantity(text('totalQuantity'), listing)
  if (typeof qty !== 'number') return qty
  const type = text('orderType').toUpperCase()
  const tif = text('tif').toUpperCase()
  if (AUCTIONS.includes(type) && tif !== '' && tif !== 'DAY') return refusal(113)
  const [orderType, timeInForce] = [TYPES[type], TIFS[tif]]
  const unsupported =
    orderType === undefined ||
    timeInForce === undefined ||
    listOf(fields, 'conditions').length > 0 ||
    text('algoStrategy') !== ''
  if (unsupported) return refusal(387)
  const prices = readPrices(text, orderType, listing)
  if ('code' in prices) return prices
  const goodTill = tif === 'GTD' ? readStamp(text('goodTillDate')) : undefined
  if (tif === 'GTD' && (goodTill === undefined || goodTill <= now)) return invalid('Invalid good till date')
  const gat = text('goodAfterTime')
  const goodAfter = gat === '' ? undefined : readStamp(gat)
  if (gat !== '' && goodAfter === undefined) return invalid('Invalid good after time')
  return {
    side,
    orderType,
    timeInForce,
    qty,
    ...prices,
    goodTill,
    goodAfter,
    outsideRth: isTrue(text('outsideRth')),
    transmit: isTrue(text('transmit')),
    parentId: readInt(text('parentId'), 'parentId'),
    ocaGroup: text('ocaGroup'),
    ocaType: readInt(text('ocaType'), 'ocaType') || 3,
    orderRef: text('orderRef'),
    fields,
  }
}

function quantity(text: string, listing: Listing): number | Refusal {
  const { qtyDecimals, lot } = listing.instrument
  if (isZero(text)) return invalid('Order size must be positive')
  const qty = toScaled(text, qtyDecimals)
  if (qty === undefined)
    return /^\d*\.\d*$/.test(text) ? refusal(10243) : invalid(`Invalid order size: ${text.slice(0, 20)}`)
  if (qty <= 0 || qty > QTY_MAX) return invalid('Order size must be positive and no more than a billion')
  return qty % lot === 0 ? qty : refusal(388, `The lot is ${lot}.`)
}

function readPrices(
  text: (name: string) => string,
  type: OrderType,
  listing: Listing,
): Pick<Terms, 'limit' | 'stop'> | Refusal {
  const limit = type === 'limit' || type === 'stopLimit' ? price(text('lmtPrice'), listing) : 0
  const stop = type === 'stop' || type === 'stopLimit' ? price(text('auxPrice'), listing) : 0
  if (typeof limit !== 'number') return limit
  if (typeof stop !== 'number') return stop
  return { limit, stop }
}

function price(text: string, listing: Listing): number | Refusal {
  if (isUnset(text)) return invalid('Missing or invalid price')
  const scaled = readPrice(listing, text)
  if (scaled === undefined || scaled <= 0) return refusal(110)
  return scaled % tickAt(listing.instrument, scaled) === 0 ? scaled : refusal(110)
}
