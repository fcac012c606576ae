/**
 * Condition bits of US trade and quote ticks as AlgoSeek publishes them and LEAN's sample files carry them (hex, to
 * be OR-ed). Which of them move bars and last is the engine's business; here only what is no known bit is found.
 */

/** Trades: every bit up to 80000000 (odd lot) is named by the vendor except 40000000. */
const TRADE_BITS = 0xbfffffff
/** Quotes: 1 regular … 800 opening quote … 200000 fast trading, 400000 order influx. */
const QUOTE_BITS = 0x007fffff

/** The flags of a hex field, or the reason why it is none. `start === end` (an empty field) is no flag at all. */
export function conditionFlags(
  buffer: Uint8Array,
  start: number,
  end: number,
  of: 'trades' | 'quotes',
): number | string {
  if (end - start > 8) return 'is longer than 8 hex digits'
  let flags = 0
  for (let at = start; at < end; at++) {
    const byte = buffer[at] as number
    const lower = byte | 32
    const digit = byte >= 48 && byte <= 57 ? byte - 48 : lower >= 97 && lower <= 102 ? lower - 87 : -1
    if (digit < 0) return 'is not hexadecimal'
    flags = flags * 16 + digit
  }
  const unknown = (flags & ~(of === 'trades' ? TRADE_BITS : QUOTE_BITS)) >>> 0
  return unknown === 0 ? flags : `has unknown condition bits (${unknown.toString(16)})`
}
