/** zstd of node:zlib in the form in which hyparquet takes a decompressor. */
import { zstdDecompressSync } from 'node:zlib'

export function zstdSync(input: Uint8Array, outputLength: number): Uint8Array {
  return zstdDecompressSync(input, { chunkSize: Math.max(64, outputLength + 64), maxOutputLength: outputLength + 64 })
}
