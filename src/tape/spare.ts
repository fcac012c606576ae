/**
 * Disk space kept for the end (F-63): a file of zeros beside the journal, given up when the disk is full, so that what
 * is held can still be sold with every order on record.
 */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { JournalError } from './error.ts'

const NAME = 'spare'
const PIECE = 1 << 20

export class Spare {
  readonly #file: string
  #released = false

  /** Takes the space, `bytes` of it. Throws JournalError when the disk has not that much left. */
  constructor(dir: string, bytes: number) {
    this.#file = join(dir, NAME)
    if (existsSync(this.#file) && statSync(this.#file).size >= bytes) return
    const fd = openSync(this.#file, 'w')
    try {
      const zeros = new Uint8Array(PIECE)
      for (let done = 0; done < bytes; ) done += writeSync(fd, zeros, 0, Math.min(PIECE, bytes - done))
      fsyncSync(fd)
    } catch (error) {
      rmSync(this.#file, { force: true })
      const mb = Math.ceil(bytes / PIECE)
      throw new JournalError(this.#file, 0, `no ${mb} MiB to spare (${(error as Error).message}); free some disk space`)
    } finally {
      closeSync(fd)
    }
  }

  /** The disk was full, and the space has been given up. */
  get released(): boolean {
    return this.#released
  }

  /** Gives the space up; false when it was given up before. */
  release(): boolean {
    if (this.#released) return false
    this.#released = true
    rmSync(this.#file, { force: true })
    return true
  }
}

/** Is this error that of a full disk, or of a quota that is used up? */
export function isDiskFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}
