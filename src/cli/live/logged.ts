/** A session with its log, in `.logs` beside what it records: opened before it, closed after it, told of how it failed. */
import { join } from 'node:path'
import { makeDir } from '../../runtime/live-run.ts'
import { type Log, openLog } from '../../runtime/log.ts'
import { LOGS_DIR } from '../../runtime/run-dir.ts'

export async function logged<T>(root: string, work: (log: Log) => Promise<T>): Promise<T> {
  makeDir(root)
  const log = openLog({ dir: join(root, LOGS_DIR) })
  // What nobody catches ends the process right after this.
  const uncaught = (error: unknown): void => log.error('uncaught', { error })
  process.on('uncaughtExceptionMonitor', uncaught)
  try {
    return await work(log)
  } catch (error) {
    log.error('session failed', { error })
    throw error
  } finally {
    process.off('uncaughtExceptionMonitor', uncaught)
    await log.close()
  }
}
