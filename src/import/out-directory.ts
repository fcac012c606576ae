/** The directory of a new tape: a tape is never written over or beside something else. */
import { readdir } from 'node:fs/promises'
import { Failure } from '../cli/failure.ts'

/** An `--out` that holds something is never written into. */
export async function refuseFullDirectory(out: string): Promise<void> {
  let entries: string[] = []
  try {
    entries = await readdir(out)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return
    if (code === 'ENOTDIR') throw new Failure(`--out ${out}: is a file; name a directory that is not there yet`, 2)
    throw new Failure(`--out ${out}: cannot be read (${(error as Error).message})`, 2)
  }
  if (entries.length > 0) {
    throw new Failure(`--out ${out}: is not empty; name a directory that is not there yet, or remove it first`, 2)
  }
}
