/** What the tests of the Asian markets share: the markets, and what of a session stands on the wire. */
import { transactionId } from '../../../adapters/kis/wire/transactions.ts'
import { HOUR } from '../../../src/core/base/time.ts'
import { tickAt } from '../../../src/core/domain/instrument.ts'
import type { Bench } from './bench.ts'

export const MARKETS = [
  {
    symbol: '7203',
    listed: 'TSE:7203',
    family: 'jp',
    modifies: true,
    limits: true,
    sellsOdd: false,
    zone: 9 * HOUR,
  },
  {
    symbol: '00700',
    listed: 'HK:00700',
    family: 'hk',
    modifies: true,
    limits: false,
    sellsOdd: true,
    zone: 8 * HOUR,
  },
  {
    symbol: '600519',
    listed: 'SSE:600519',
    family: 'sh',
    modifies: false,
    limits: true,
    sellsOdd: true,
    zone: 8 * HOUR,
  },
  {
    symbol: '000001',
    listed: 'SZSE:000001',
    family: 'sz',
    modifies: false,
    limits: true,
    sellsOdd: true,
    zone: 8 * HOUR,
  },
] as const

/** A price that does not fill, within the day's limits of every market. */
export function restingAt(b: Bench, symbol: string): number {
  const { bid, listing } = b.board(symbol)
  const raw = Math.floor(bid * 0.95)
  return raw - (raw % tickAt(listing.instrument, raw))
}

/** The vendor's id of an action of a market. */
export function ids(family: string, action: string, env: 'paper' | 'live'): string {
  return transactionId(`${family}.${action}`, env) ?? ''
}

function sentBy(b: Bench): { readonly tr_id?: string; readonly fields?: Readonly<Record<string, string>> }[] {
  return b.raw.flatMap((f) => (f.direction === 'out' && f.text.includes('tr_id') ? [JSON.parse(f.text)] : []))
}

/** Every transaction id that left, requests and registrations alike. */
export function codesOnWire(b: Bench): string[] {
  const texts = b.raw.filter((f) => f.direction === 'out').map((f) => f.text)
  return texts.flatMap((text) => /"tr_id":"([A-Z0-9]+)"/.exec(text)?.[1] ?? [])
}

/** Fields of the requests with one id. */
export function requestOf(b: Bench, id: string): Readonly<Record<string, string>>[] {
  return sentBy(b).flatMap((sent) => (sent.tr_id === id && sent.fields !== undefined ? [sent.fields] : []))
}
