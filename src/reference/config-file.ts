/**
 * Reads one JSON file below `config/` that ships with the program, against a schema. Anything wrong with it is said
 * with file, field and mend: people may edit these files.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ZodType } from 'zod'
import { Failure } from '../cli/failure.ts'

const ROOT = new URL('../../config/', import.meta.url)

export interface ConfigFile<T> {
  readonly data: T
  /** The file's content without insignificant white space: what a hash of the data is taken over. */
  readonly canonical: string
}

/** `path` is relative to `config/`. Throws Failure (exit 2). */
export function readConfigFile<T>(path: string, schema: ZodType<T>): ConfigFile<T> {
  const file = new URL(path, ROOT)
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Failure(`config/${path}: cannot be read as JSON: ${why}. Restore ${fileURLToPath(file)}.`, 2)
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const field = issue?.path.join('.') ?? ''
    throw new Failure(`config/${path}: field ${field === '' ? '(whole file)' : field}: ${issue?.message}. Mend it.`, 2)
  }
  return { data: parsed.data, canonical: JSON.stringify(value) }
}
