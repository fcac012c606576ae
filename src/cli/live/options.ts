/** Options that the session commands share, and signals as a request to end. */
import type { Command } from 'commander'
import { SECOND, type Micros } from '../../core/base/time.ts'
import { repeat, type CommandContext, type Options } from '../command.ts'
import { Failure } from '../failure.ts'
import { text } from '../run-options.ts'

export function addSessionOptions(command: Command): void {
  command
    .option('--for <time>', 'how long, on the session’s clock, such as 90s, 15m or 6h')
    .option('--out <dir>', 'directory of the session; one that was killed is gone on with')
    .option('--config <dir>', 'directory of the YAML files (default: config, where present)')
    .option('--set <path=value>', 'overrides one value; may be repeated', repeat, [])
}

const UNITS: Readonly<Record<string, Micros>> = { s: SECOND, m: 60 * SECOND, h: 3600 * SECOND, d: 86_400 * SECOND }

/** Undefined without the option. Throws Failure (2) that names it. */
export function readFor(options: Options): Micros | undefined {
  const written = text(options, 'for')
  if (written === undefined) return undefined
  const m = /^(\d{1,9})(s|m|h|d)$/.exec(written)
  const span = m === null ? 0 : Number(m[1]) * (UNITS[m[2] as string] as Micros)
  if (span > 0) return span
  throw new Failure(`--for ${written}: write a time above zero such as 90s, 15m, 6h or 2d`, 2)
}

/** Infinity: as fast as it goes. */
export function readSpeed(options: Options): number {
  const written = text(options, 'speed')
  if (written === undefined || written === 'max') return Infinity
  const n = /^\d{1,6}(\.\d{1,6})?$/.test(written) ? Number(written) : 0
  if (n > 0) return n
  throw new Failure(`--speed ${written}: write a number above zero such as 1 or 600, or max`, 2)
}

export interface StopRequest {
  /** Resolves at the first SIGINT or SIGTERM. */
  readonly stopped: Promise<string>
  release(): void
}

/** Through the launcher a signal to the whole group arrives twice: the second within this is the same one. */
const SAME_MS = 1000

/** The first signal asks for an ordered end; another one ends the process at once and leaves the session unsealed. */
export function stopOnSignal(ctx: CommandContext): StopRequest {
  let first = -Infinity
  let resolve: (signal: string) => void = () => undefined
  const stopped = new Promise<string>((done) => {
    resolve = done
  })
  const onSignal = (signal: string): void => {
    const now = performance.now()
    if (first === -Infinity) {
      first = now
      ctx.note('ending in order; once more to stop at once')
      resolve(signal)
    } else if (now - first > SAME_MS) process.exit(130)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    stopped,
    release: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
