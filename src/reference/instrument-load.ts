/**
 * The table a command works with: the shipped `config/instruments.yaml` and, where there is one, the user's
 * `instruments.local.yaml` in the directory of the configuration. Read once per process and directory.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EpochDay } from '../core/base/time.ts'
import { Failure } from '../cli/failure.ts'
import { type InstrumentFile, readInstrumentFile } from './instrument-file.ts'
import { InstrumentTable } from './instrument-table.ts'

const SHIPPED = new URL('../../config/instruments.yaml', import.meta.url)
export const OWN_NAME = 'instruments.local.yaml'
/** Directory of the user's file when no command names another. */
export const OWN_DIR = 'config'

let shippedFile: InstrumentFile | undefined
const tables = new Map<string, InstrumentTable>()

export function shippedInstruments(): InstrumentFile {
  shippedFile ??= readInstrumentFile(readFileSync(SHIPPED, 'utf8'), 'config/instruments.yaml', true)
  return shippedFile
}

/** Throws Failure (2) when a file is wrong or the two contradict each other. */
export function instrumentTable(dir: string = OWN_DIR): InstrumentTable {
  const ready = tables.get(dir)
  if (ready !== undefined) return ready
  const path = join(dir, OWN_NAME)
  const own = existsSync(path) ? readInstrumentFile(readOwn(path), path, false) : undefined
  const table = new InstrumentTable(shippedInstruments(), own)
  tables.set(dir, table)
  return table
}

function readOwn(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Failure(`${path}: cannot be read (${(error as Error).message})`, 2)
  }
}

/** The same share at every venue that lists it, by the table; else the listing's own name. NXT trades what KRX lists. */
export function economicIdOf(symbol: string, venue: string, day: EpochDay): string {
  const known = instrumentTable().identify(symbol, venue, day)
  return known?.economicId ?? `${venue === 'NXT' ? 'KRX' : venue}:${symbol}`
}
