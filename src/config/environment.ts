/**
 * Environment variables for `${NAME}`: those of the process, over those of a `.env` file. `NAME_FILE` may name a file
 * that holds the value (as container secrets are handed over) where NAME itself is not set.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { Failure } from '../cli/failure.ts'
import { processSecrets } from './redactor.ts'

/** Variables that hold a credential by their name, whoever reads them: none of their values is ever printed. */
const CREDENTIAL = /(?:KEY|SECRET|TOKEN|PASSWORD|PASSWD|WEBHOOK_URL)$/

export type Environment = Readonly<Record<string, string | undefined>>

/** `dir`: where a `.env` file may stand. Failure (2) where others could read its keys. */
export function readEnvironment(dir: string, process: Environment): Environment {
  const file = join(dir, '.env')
  if (!existsSync(file)) return sealed(process)
  assertPrivate(dir)
  return sealed({ ...parseEnv(readFileSync(file, 'utf8')), ...process })
}

function sealed(env: Environment): Environment {
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && CREDENTIAL.test(name)) processSecrets.hide(value)
  }
  return env
}

/** The value of a variable, from itself or from the file that NAME_FILE names; undefined when neither is set. */
export function variable(name: string, env: Environment): string | undefined {
  const direct = env[name]
  if (direct !== undefined && direct !== '') return direct
  const file = env[`${name}_FILE`]
  if (file === undefined || file === '') return undefined
  try {
    const value = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    if (CREDENTIAL.test(name)) processSecrets.hide(value)
    return value
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new Failure(`${name}_FILE: cannot read ${file} (${reason})`, 2)
  }
}

/** A `.env` with keys is its owner's alone: Failure (2) where others may read or write it. */
export function assertPrivate(dir: string): void {
  const file = join(dir, '.env')
  if (!existsSync(file) || process.platform === 'win32') return
  const mode = statSync(file).mode & 0o777
  if ((mode & 0o077) === 0) return
  throw new Failure(`${file}: mode ${mode.toString(8).padStart(4, '0')} lets others at your keys; chmod 600 ${file}`, 2)
}
