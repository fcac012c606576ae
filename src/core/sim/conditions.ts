/**
 * Which trade rows may move anything (`contract.md` 1). US tick conditions are hex bits in the low 32 bits of the
 * flags; suspicious rows carry bit 2^32, bits above it are a source's own. Odd lots count as volume and set no price.
 */
import { FLAG_SUSPICIOUS } from '../domain/event.ts'

/** Derivatively priced, form T, late, extended hours, out of sequence, average price, the official markers. */
const UNUSED = 0x200 | 0x400 | 0x800 | 0x2000 | 0x4000 | 0x100000 | 0x1000000 | 0x2000000 | 0x4000000
const ODD_LOT = 0x80000000

export function isSuspicious(flags: number): boolean {
  return flags >= FLAG_SUSPICIOUS && Math.floor(flags / FLAG_SUSPICIOUS) % 2 === 1
}

/** May the row count as traded volume? */
export function countsAsVolume(flags: number): boolean {
  return (flags & UNUSED) === 0 && !isSuspicious(flags)
}

/** May the row's price trigger and fill? */
export function usable(flags: number): boolean {
  return countsAsVolume(flags) && (flags & ODD_LOT) === 0
}

/** A price that may fill: finite, positive, an exact integer. */
export function isPrice(x: number): boolean {
  return x > 0 && Number.isSafeInteger(x)
}
