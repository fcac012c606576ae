/**
 * The chain over payload bytes that journals and digests share. Value = SHA-256(value before this block ‖ payload of
 * this block so far); the value of an empty block is the value before it; before the first block it is 32 zero bytes.
 * So it depends on the bytes and on where blocks end, and not on how the bytes were handed over.
 */
import { createHash, type Hash } from 'node:crypto'

export const CHAIN_BYTES = 32

export class ChainHasher {
  #before: Buffer
  #hash: Hash
  #empty = true

  /** Starts at the beginning, or behind a block whose value is given (32 bytes). */
  constructor(before: Uint8Array = new Uint8Array(CHAIN_BYTES)) {
    if (before.length !== CHAIN_BYTES) throw new RangeError(`a chain value has 32 bytes, not ${before.length}`)
    this.#before = Buffer.from(before)
    this.#hash = createHash('sha256').update(this.#before)
  }

  update(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#hash.update(bytes)
    this.#empty = false
  }

  /** Ends the block; an empty one does not count. */
  closeBlock(): void {
    if (this.#empty) return
    this.#before = this.#hash.digest()
    this.#hash = createHash('sha256').update(this.#before)
    this.#empty = true
  }

  /**
   * `update`, `closeBlock` where asked, and comparison with the value expected behind them; false, and nothing
   * changed, when it differs.
   */
  advance(bytes: Uint8Array, closesBlock: boolean, expected: Uint8Array): boolean {
    const hash = bytes.length === 0 ? this.#hash : this.#hash.copy().update(bytes)
    const empty = this.#empty && bytes.length === 0
    const value = empty ? this.#before : hash.copy().digest()
    if (!value.equals(expected)) return false
    this.#hash = hash
    this.#empty = empty
    if (closesBlock) this.closeBlock()
    return true
  }

  /** The running value, 32 bytes of the caller's own. */
  bytes(): Buffer {
    return this.#empty ? Buffer.from(this.#before) : this.#hash.copy().digest()
  }

  /** The running value, hex. */
  value(): string {
    return this.bytes().toString('hex')
  }
}
