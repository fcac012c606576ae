/**
 * The supervisor, a process of its own: it hears the engine's heartbeats. When they stop it makes sure that the
 * engine is dead, then starts it anew to reconcile, once in ten minutes; the next time it sells what is ours
 * through its own connection to the brokers. Never beside a living engine: the dead one was killed first, and whoever
 * trades must hold the lease of the account.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { isAlive } from '../../runtime/lease.ts'
import { type Log, openLog, type SessionLog } from '../../runtime/log.ts'
import { LOGS_DIR } from '../../runtime/run-dir.ts'
import { Silence } from '../../runtime/silence.ts'
import type { CommandContext } from '../command.ts'
import { flatten } from '../paper.ts'
import { SUPERVISED, type Plan, type Word } from './heartbeat.ts'

const LOOK_MS = 250
/** After a kill the system takes a process away at once, unless it hangs in the kernel. */
const DEATH_MS = 5000
const SECOND_MICROS = 1_000_000

class Supervisor {
  readonly #silence = new Silence(performance.now())
  #plan: Plan | undefined
  #file: SessionLog | undefined
  #log: Log | undefined
  #acting = false
  #stopping = false
  #over = false
  #end: () => void = () => undefined
  readonly over = new Promise<void>((resolve) => {
    this.#end = resolve
  })

  hear(word: Word): void {
    this.#silence.beat(performance.now())
    if (word.say === 'end') this.#finish()
    if (word.say === 'stopping') this.#stopping = true
    if (word.say !== 'begin') return
    this.#plan = word
    this.#file ??= openLog({ dir: join(word.root, LOGS_DIR) })
    this.#log ??= this.#file.child('supervisor')
    this.#log.info('watches', { pid: word.pid })
  }

  #finish(): void {
    this.#over = true
    this.#end()
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }

  async look(): Promise<void> {
    const plan = this.#plan
    if (this.#acting || this.#over || plan === undefined || this.#log === undefined) return
    const answer = this.#silence.look(performance.now())
    if (answer === 'wait') return
    if (this.#stopping) {
      this.#log.warn('the engine ended while its operator was ending it: nothing is done')
      return this.#finish()
    }
    this.#acting = true
    this.#log.error(`no heartbeat for 5 s: ${answer}`, { pid: plan.pid })
    if (!(await bury(plan)))
      this.#log.error('the engine cannot be ended, so nothing is done beside it', { pid: plan.pid })
    else if (answer === 'restart') this.#restart(plan)
    else await this.#flatten(plan, this.#log)
    this.#acting = false
  }

  #restart(plan: Plan): void {
    const left =
      plan.until === null ? undefined : Math.max(1, Math.ceil((plan.until - Date.now() * 1000) / SECOND_MICROS))
    const time = left === undefined ? [] : ['--for', `${left}s`]
    const args = [...plan.execArgv, ...plan.argv, '--out', plan.root, SUPERVISED, ...time]
    const child: ChildProcess = spawn(process.execPath, args, {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    let spoke = false
    child.on('message', (word: Word) => {
      spoke = true
      this.hear(word)
    })
    child.on('exit', (code) => {
      this.#log?.info('the engine that was started anew ended', { code })
      if (!spoke) this.#silence.stillborn(performance.now())
    })
    // Killed without a word it is found by its number all the same.
    if (child.pid !== undefined) this.#plan = { ...plan, pid: child.pid, born: '' }
  }

  async #flatten(plan: Plan, log: Log): Promise<void> {
    try {
      const { exitCode } = await flatten({ ...plan.options, out: plan.root }, speaking(log))
      log.warn('ended what the engine left', { exit_code: exitCode ?? 0 })
    } catch (error) {
      // A lease that somebody else holds, too: whoever it is trades there now.
      log.error('what the engine left could not be ended', { error })
    }
    this.#finish()
  }
}

/** True once its process is gone: only then may anybody else trade. */
async function bury(plan: Plan): Promise<boolean> {
  const end = performance.now() + DEATH_MS
  while (isAlive(plan) && performance.now() < end) {
    try {
      process.kill(plan.pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return !isAlive(plan)
}

/** Nobody sits at its terminal: the log is told. */
function speaking(log: Log): CommandContext {
  const progress = { update: () => undefined, end: () => undefined }
  return {
    json: true,
    progress,
    note: (line) => log.warn(line),
    say: (line) => log.info(line),
    announce: () => undefined,
  }
}

const supervisor = new Supervisor()
process.on('message', (word: Word) => supervisor.hear(word))
// The engine is gone: its silence says the rest.
process.on('disconnect', () => undefined)
const looking = setInterval(() => void supervisor.look(), LOOK_MS)
await supervisor.over
await supervisor.close()
clearInterval(looking)
process.exit(0)
