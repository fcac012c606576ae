/** Which contract of IB's a listing of ours is: from the reference table, else by what the instrument itself says. */
import type { Instrument } from '../../src/core/domain/instrument.ts'
import { ibContract, type IbContract } from '../../src/reference/broker-codes.ts'
import { parsePair } from '../../src/reference/fx-direction.ts'
import { instrumentTable } from '../../src/reference/instrument-load.ts'

/** The newest listing of the table first. Undefined where IB has no such contract or its form is not known. */
export function wantedContract(instrument: Instrument): IbContract | undefined {
  const { symbol, venue, segment, product, currency } = instrument
  const known = [...instrumentTable().listings(symbol, venue)]
    .sort((a, b) => b.to - a.to)
    .find((l) => l.ib !== undefined)
  if (known?.ib !== undefined) return known.ib
  if (venue === 'US' && segment === undefined) {
    // SMART finds it where only one share of that name is listed in dollars.
    return { secType: 'STK', symbol, exchange: 'SMART', primaryExchange: undefined, currency, conId: undefined }
  }
  const none = { kisCode: undefined, from: -Infinity, to: Infinity, lot: undefined, tick: undefined, place: '' }
  const plain = { feeClass: undefined, taxClass: undefined, ibSymbol: undefined, conId: undefined }
  const pair = venue === 'FX' ? parsePair(symbol) : undefined
  const kind = pair === undefined ? (product ?? 'stock') : 'fx'
  return ibContract({ symbol, venue, segment, ...none, ...plain }, { product: kind, currency, base: pair?.base })
}
