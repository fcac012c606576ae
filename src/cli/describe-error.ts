/** What a thrown value becomes for the user: one message and an exit code; a stack only when it was asked for. */
import { Failure } from './failure.ts'

/** Errors of the layers below that speak about the user's data or options, with the exit code each means. */
const DATA_ERRORS: ReadonlyMap<string, number> = new Map([
  ['TapeError', 1],
  ['JournalError', 1],
  ['AgentReadError', 1],
  ['ParamError', 2],
  ['IndicatorError', 2],
])

const SYSTEM_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file or directory'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'not permitted'],
  ['EISDIR', 'is a directory, a file is needed'],
  ['ENOTDIR', 'is a file, a directory is needed'],
  ['EEXIST', 'exists already'],
  ['ENOSPC', 'no space left on the device'],
  ['EROFS', 'the file system is read-only'],
  ['EMFILE', 'too many open files; raise "ulimit -n"'],
])

export interface DescribedError {
  readonly text: string
  readonly exitCode: number
}

function systemMessage(error: Error): string | undefined {
  const { code, path } = error as NodeJS.ErrnoException
  const what = code === undefined ? undefined : SYSTEM_ERRORS.get(code)
  return what === undefined || path === undefined ? undefined : `${path}: ${what}`
}

export function describeError(error: unknown, debug: boolean): DescribedError {
  const stack = debug && error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : ''
  if (error instanceof Failure) return { text: `sametape: ${error.message}${stack}`, exitCode: error.exitCode }
  if (error instanceof Error) {
    const exitCode = DATA_ERRORS.get(error.name) ?? 1
    const known = DATA_ERRORS.has(error.name) ? error.message : systemMessage(error)
    if (known !== undefined) return { text: `sametape: ${known}${stack}`, exitCode }
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const hint = debug ? stack : ' (set SAMETAPE_DEBUG=1 for the stack)'
  return { text: `sametape: internal error: ${message.replace(/\s*\n\s*/g, ' ')}${hint}`, exitCode: 1 }
}
