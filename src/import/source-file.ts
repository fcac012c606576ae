/**
 * A source of rows as a stream of plain bytes, which can be read again. Compression is recognised by the first two bytes, never by the name.
 * Whatever is wrong with the file itself (missing, a directory, damaged gzip) ends as a Failure that names it.
 */
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Failure } from '../cli/failure.ts'
import type { LayoutRequest } from './recognise.ts'

const READ_BYTES = 1 << 20
const PLAIN_BYTES = 1 << 18

/** Gets each piece of plain bytes; the buffers are not reused afterwards. */
export type TakeBytes = (plain: Buffer) => void | Promise<void>

export interface Source {
  /** As the user named it. */
  readonly name: string
  /** Bytes to read, as `onRead` counts them. */
  readonly bytes: number
  /** What the rows are of, where it is not --symbol. */
  readonly symbol?: string
  /** How its columns are read, where that is not the user's to say. */
  readonly layout?: LayoutRequest
  /** Calls `take` with all bytes in order, waiting for what it returns. */
  read(take: TakeBytes, onRead: (bytes: number) => void): Promise<void>
}

/** Looks at a file without reading it. */
export async function openFile(name: string): Promise<Source & { readonly parquet: boolean }> {
  try {
    const info = await stat(name)
    if (!info.isFile()) throw new Failure(`${name}: is not a file`, 1)
    const handle = await open(name)
    try {
      const head = Buffer.alloc(4)
      await handle.read(head, 0, 4, 0)
      const gzip = head[0] === 0x1f && head[1] === 0x8b
      return {
        name,
        bytes: info.size,
        parquet: head.toString('latin1') === 'PAR1',
        read: (take, onRead) => readBytes(name, gzip, take, onRead),
      }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw asFailure(name, error)
  }
}

async function readBytes(name: string, gzip: boolean, take: TakeBytes, onRead: (bytes: number) => void): Promise<void> {
  const disk = createReadStream(name, { highWaterMark: READ_BYTES })
  const consume = async (pieces: AsyncIterable<Buffer>): Promise<void> => {
    for await (const piece of pieces) {
      onRead(disk.bytesRead)
      await take(piece)
    }
  }
  // What `take` throws must come through as it is; only the file's own errors are translated.
  let ours: unknown
  const guarded = async (pieces: AsyncIterable<Buffer>): Promise<void> => {
    try {
      await consume(pieces)
    } catch (error) {
      if (!isStreamError(error)) ours = error
      throw error
    }
  }
  try {
    if (gzip) await pipeline(disk, createGunzip({ chunkSize: PLAIN_BYTES }), guarded)
    else await pipeline(disk, guarded)
  } catch (error) {
    if (ours !== undefined) throw ours
    throw asFailure(name, error)
  }
}

function isStreamError(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return code !== undefined && (code.startsWith('Z_') || code.startsWith('E'))
}

function asFailure(name: string, error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error
  const code = (error as NodeJS.ErrnoException).code
  if (code === undefined) return error
  if (code === 'ENOENT') return new Failure(`${name}: no such file`, 1)
  if (code === 'EACCES') return new Failure(`${name}: may not be read (permission denied)`, 1)
  if (code === 'Z_BUF_ERROR') return new Failure(`${name}: the gzip data ends too early; fetch the file again`, 1)
  if (code.startsWith('Z_')) return new Failure(`${name}: the gzip data is damaged (${error.message})`, 1)
  return new Failure(`${name}: cannot be read (${error.message})`, 1)
}
