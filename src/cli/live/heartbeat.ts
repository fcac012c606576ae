/**
 * The engine's end of its supervision: a process of its own is started, which hears once a second that this one
 * lives. An engine that a supervisor started anew speaks to that one. An ordered end is told, and ends both.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Micros } from '../../core/base/time.ts'
import { bornOf } from '../../runtime/lease.ts'
import type { Options } from '../command.ts'

/** What a supervisor must know to start the engine anew, or to sell what it holds. */
export interface Plan {
  readonly say: 'begin'
  readonly pid: number
  readonly born: string
  /** Command line, from the script on, and Node's own options. */
  readonly argv: readonly string[]
  readonly execArgv: readonly string[]
  readonly options: Options
  readonly root: string
  /** On the session's clock, which is the wall's; null: until it is stopped. */
  readonly until: Micros | null
}

export type Word = Plan | { readonly say: 'beat' | 'stopping' | 'end' }

const BEAT_MS = 1000

/** Marks an engine that a supervisor started. */
export const SUPERVISED = '--supervised'

/** Begins with a session. */
export type Supervision = (root: string, until: Micros) => Supervised

export interface Supervised {
  /** Its operator wants it to end: silence is no death any more, whatever he does to it. */
  stopping(): void
  ended(inOrder: boolean): void
}

export function superviseFrom(options: Options): Supervision {
  return (root, until) => {
    const tell = options.supervised === true ? tellParent : startSupervisor()
    const plan = { argv: process.argv.slice(1), execArgv: process.execArgv, options, root }
    const own = { pid: process.pid, born: bornOf(process.pid) ?? '' }
    tell({ say: 'begin', ...own, ...plan, until: Number.isFinite(until) ? until : null })
    const beating = setInterval(() => tell({ say: 'beat' }), BEAT_MS)
    return {
      stopping: () => tell({ say: 'stopping' }),
      ended: (inOrder) => {
        clearInterval(beating)
        if (inOrder) tell({ say: 'end' })
      },
    }
  }
}

type Tell = (word: Word) => void

/** Its parent may be gone: then it goes on without one. */
const tellParent: Tell = (word) => {
  if (process.connected) process.send?.(word)
}

/** In a session of its own, so that a signal to the terminal's group does not end it before the engine. */
function startSupervisor(): Tell {
  const script = fileURLToPath(new URL('supervisor.ts', import.meta.url))
  const child = spawn(process.execPath, [...process.execArgv, script], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  child.unref()
  child.channel?.unref()
  child.on('error', () => undefined)
  return (word) => {
    if (child.connected) child.send(word, () => undefined)
  }
}
