/**
 * A source file as a stream of plain bytes. Compression is recognised by the first two bytes, never by the name.
 * Whatever is wrong with the file itself (missing, a directory, damaged gzip) ends as a Failure that names it.
 */
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Failure } from '../cli/failure.ts'

const READ_BYTES = 1 << 20
const PLAIN_BYTES = 1 << 18

export interface SourceFile {
  /** As the user named it. */
  readonly name: string
  /** Bytes on disk. */
  readonly bytes: number
  readonly gzip: boolean
}

/** Looks at the file without reading it. */
export async function openSource(name: string): Promise<SourceFile> {
  try {
    const info = await stat(name)
    if (!info.isFile()) throw new Failure(`${name}: is not a file`, 1)
    const handle = await open(name)
    try {
      const head = Buffer.alloc(2)
      await handle.read(head, 0, 2, 0)
      return { name, bytes: info.size, gzip: head[0] === 0x1f && head[1] === 0x8b }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw asFailure(name, error)
  }
}

/**
 * Calls `take` with each piece of plain bytes, in order, waiting for what it returns. `onRead` gets the bytes read
 * from disk so far. The buffers are not reused afterwards.
 */
export async function readSource(
  source: SourceFile,
  take: (plain: Buffer) => void | Promise<void>,
  onRead: (bytes: number) => void,
): Promise<void> {
  const disk = createReadStream(source.name, { highWaterMark: READ_BYTES })
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
    if (source.gzip) await pipeline(disk, createGunzip({ chunkSize: PLAIN_BYTES }), guarded)
    else await pipeline(disk, guarded)
  } catch (error) {
    if (ours !== undefined) throw ours
    throw asFailure(source.name, error)
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
