/** Runs the command line as a user would, in a process of its own. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from '../check/source-files.ts'

export const BIN = join(ROOT, 'src', 'cli', 'bin.mjs')

export interface CliOutcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CliPlace {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Path of the Node to start with; the one running the test by default. */
  readonly node?: string
}

export function runCli(args: readonly string[], place: CliPlace = {}): CliOutcome {
  const result = spawnSync(place.node ?? process.execPath, [BIN, ...args], {
    cwd: place.cwd ?? ROOT,
    env: { ...process.env, ...place.env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (result.error !== undefined) throw result.error
  return { code: result.status, stdout: result.stdout, stderr: result.stderr }
}
