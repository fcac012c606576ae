/** A piece of an open file. */
import type { FileHandle } from 'node:fs/promises'

/** Bytes [from, to) of the file. Throws when the file ends before `to`. */
export async function readSlice(handle: FileHandle, from: number, to: number): Promise<ArrayBuffer> {
  const buffer = new ArrayBuffer(to - from)
  for (let done = 0; done < to - from; ) {
    const { bytesRead } = await handle.read(new Uint8Array(buffer), done, to - from - done, from + done)
    if (bytesRead === 0) throw new Error(`the file ends at ${from + done}, before ${to}`)
    done += bytesRead
  }
  return buffer
}
