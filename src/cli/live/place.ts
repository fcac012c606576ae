/**
 * Where a session keeps what it records: `recordings/<mode>/<start>/`, in it a directory for each risk day, which is a
 * session of its own, `.adapter`, what the adapters must remember, and `.logs`. A day in which a session ended and began again
 * has several parts (`2026-03-10`, `2026-03-10-2`).
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { formatDay, type Micros } from '../../core/base/time.ts'
import { riskDay } from '../../core/execution/loss.ts'
import { Failure } from '../failure.ts'

export interface Part {
  readonly name: string
  readonly dir: string
  readonly sealed: boolean
}

const PART = /^(\d{4}-\d{2}-\d{2})(?:-(\d+))?$/

/** Named by the day on which its markets open: the one after the evening on which it begins. */
export function riskDayName(t: Micros): string {
  return formatDay(riskDay(t) + 1)
}

/** A directory name that sorts by time. */
export function stampedRoot(mode: string): string {
  return join('recordings', mode, `${new Date().toISOString().replaceAll(':', '').slice(0, 17)}Z`)
}

/** The parts of a session, oldest first. Throws Failure (2) where the directory holds something else. */
export function partsOf(root: string): Part[] {
  if (!existsSync(root)) return []
  const names = readdirSync(root).filter((name) => !name.startsWith('.') && !name.endsWith('.tape'))
  const odd = names.find((name) => !PART.test(name))
  if (odd !== undefined) {
    throw new Failure(`--out ${root}: holds ${odd}, so it is no directory of a session; name a new one`, 2)
  }
  const key = (name: string): string => {
    const [, day = '', n = '1'] = PART.exec(name) ?? []
    return `${day} ${n.padStart(6, '0')}`
  }
  const sorted = names.sort((a, b) => (key(a) < key(b) ? -1 : 1))
  return sorted.map((name) => ({
    name,
    dir: join(root, name),
    sealed: existsSync(join(root, name, 'manifest.json')),
  }))
}

/** A name for the next part of a day. */
export function nextPart(root: string, day: string): Part {
  const taken = new Set(partsOf(root).map((p) => p.name))
  let name = day
  for (let n = 2; taken.has(name); n++) name = `${day}-${n}`
  return { name, dir: join(root, name), sealed: false }
}

/** Adapters' own memory of a session. */
export function adapterDir(root: string): string {
  const dir = join(root, '.adapter')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  return dir
}
