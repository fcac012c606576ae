/**
 * What a trade of US tick data may change, by its condition flags (`contract.md` 1). The low 32 bits are the vendor's
 * flags, above them stands `FLAG_SUSPICIOUS`. Other venues' rows carry 0.
 */
import { FLAG_SUSPICIOUS } from '../domain/event.ts'

/** 'all': bars and last; 'volume': only the bar's volume; 'none': nothing, the row is kept and unused. */
export type TradeUse = 'all' | 'volume' | 'none'

/** Regular sale. */
const REGULAR = 1
const ODD_LOT = 0x80000000

/**
 * Derivatively priced (200), form T (400), sold late (800), extended hours and out of sequence (2000, 4000), average
 * price (100000), and the official open and close markers with their kin (1000000, 2000000, 4000000).
 */
const UNUSED = 0x200 | 0x400 | 0x800 | 0x2000 | 0x4000 | 0x100000 | 0x1000000 | 0x2000000 | 0x4000000

/** `flags` as on a tape: a double of up to 33 bits. An unused flag wins over the odd lot's. */
export function tradeUse(flags: number): TradeUse {
  if (flags === 0 || flags === REGULAR) return 'all'
  // Bits above the suspicious one are a source's own (the aggressor of generated trades) and change nothing here.
  if (flags >= FLAG_SUSPICIOUS && Math.floor(flags / FLAG_SUSPICIOUS) % 2 === 1) return 'none'
  const low = flags >>> 0
  if ((low & UNUSED) !== 0) return 'none'
  return low >= ODD_LOT ? 'volume' : 'all'
}
