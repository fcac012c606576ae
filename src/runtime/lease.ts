/**
 * The lease of an account (I-29, F-59): at most one session of this machine holds it. It names the process that holds it,
 * so that one left behind by a crash is known to be void. A session without its lease never begins.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync, closeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Failure } from '../cli/failure.ts'

const leaseSchema = z.object({
  pid: z.number(),
  /** When that process began, as the system counts; distinguishes it from a later one of the same number. */
  born: z.string(),
  /** For people: what it is and where it records. */
  what: z.string(),
  root: z.string(),
  since: z.string(),
  build: z.string(),
})

export type LeaseFacts = z.infer<typeof leaseSchema>

export interface Lease {
  release(): void
}

/** `account` names broker, environment and account; it is hashed, the file does not show it. */
export function takeLease(dir: string, account: string, facts: Omit<LeaseFacts, 'pid' | 'born'>): Lease {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const file = join(dir, `lease-${createHash('sha256').update(account).digest('hex').slice(0, 16)}.json`)
  const text = JSON.stringify({ pid: process.pid, born: bornOf(process.pid) ?? '', ...facts } satisfies LeaseFacts)
  // Twice: the first attempt may find one that is void.
  for (let attempt = 0; attempt < 2; attempt++) {
    if (create(file, text)) return { release: () => release(file) }
    const held = readLease(file)
    if (held !== undefined && isAlive(held)) {
      throw new Failure(
        `${facts.what}: the account is held by process ${held.pid} (${held.what} since ${held.since}, ${held.root}); ` +
          'end that session first',
        2,
      )
    }
    rmSync(file, { force: true })
  }
  throw new Failure(`${file}: somebody else took the lease of the account at the same moment; try again`, 2)
}

function create(file: string, text: string): boolean {
  try {
    const fd = openSync(file, 'wx', 0o600)
    writeFileSync(fd, text)
    closeSync(fd)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function release(file: string): void {
  const held = readLease(file)
  if (held?.pid === process.pid) rmSync(file, { force: true })
}

/** Undefined for a file that a process left half written, or that is gone. */
export function readLease(file: string): LeaseFacts | undefined {
  try {
    const read = leaseSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}

export function isAlive({ pid, born }: Pick<LeaseFacts, 'pid' | 'born'>): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process of that number is there all the same.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = bornOf(pid)
  return now === undefined || born === '' || now === born
}

/** Start of a process in clock ticks since boot; undefined where the system has no /proc. */
export function bornOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
