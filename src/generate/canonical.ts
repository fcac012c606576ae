/**
 * Canonical rows of the comparison tapes: little-endian, packed, no header, no padding; their SHA-256 says that a
 * tape is the tape. B1: int64 t; int32 o, h, l, c, v (28 bytes). Q1: int64 venue, recv; int32 a, b, asz, bsz, kind
 * (36 bytes).
 */
import { createHash, type Hash } from 'node:crypto'
import type { B1Chunk } from './bench.ts'
import type { TickChunk } from './ticks.ts'

const B1_ROW = 28
const Q1_ROW = 36
const WORD = 4_294_967_296

/** SHA-256 over canonical rows, fed chunk by chunk. */
export class CanonicalHash {
  readonly #hash: Hash = createHash('sha256')

  addB1(chunk: B1Chunk): void {
    this.#hash.update(packB1(chunk))
  }

  addQ1(chunk: TickChunk): void {
    this.#hash.update(packQ1(chunk))
  }

  /** Of what was added so far. */
  hex(): string {
    return this.#hash.copy().digest('hex')
  }
}

export function packB1(chunk: B1Chunk): Uint8Array {
  const view = new DataView(new ArrayBuffer(chunk.rows * B1_ROW))
  const columns = [chunk.o, chunk.h, chunk.l, chunk.c, chunk.v]
  putInt64(view, chunk.t, chunk.rows, 0, B1_ROW)
  columns.forEach((column, k) => {
    putInt32(view, column, chunk.rows, 8 + 4 * k, B1_ROW)
  })
  return new Uint8Array(view.buffer)
}

export function packQ1(chunk: TickChunk): Uint8Array {
  const view = new DataView(new ArrayBuffer(chunk.rows * Q1_ROW))
  const columns = [chunk.a, chunk.b, chunk.asz, chunk.bsz, chunk.kind]
  putInt64(view, chunk.venue, chunk.rows, 0, Q1_ROW)
  putInt64(view, chunk.recv, chunk.rows, 8, Q1_ROW)
  columns.forEach((column, k) => {
    putInt32(view, column, chunk.rows, 16 + 4 * k, Q1_ROW)
  })
  return new Uint8Array(view.buffer)
}

/** Safe non-negative integers as int64: two words, because a BigInt per value would cost more than the hash. */
function putInt64(view: DataView, column: Float64Array, rows: number, offset: number, stride: number): void {
  for (let i = 0, at = offset; i < rows; i++, at += stride) {
    const x = column[i] as number
    const high = Math.floor(x / WORD)
    view.setUint32(at, x - high * WORD, true)
    view.setUint32(at + 4, high, true)
  }
}

function putInt32(view: DataView, column: Int32Array, rows: number, offset: number, stride: number): void {
  for (let i = 0, at = offset; i < rows; i++, at += stride) view.setInt32(at, column[i] as number, true)
}
