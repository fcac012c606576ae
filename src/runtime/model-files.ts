/**
 * Files that options of the simulated venue name, read once and put into the run's configuration: a run is verified
 * without them, elsewhere. `file:F` of a latency is a column of delays in milliseconds, one a line, a header line is
 * skipped; it becomes `samples:NAME` with NAME from the content, and the delays stand under that name. `file:F` of an
 * outage holds one window a line.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Failure } from '../cli/failure.ts'
import type { Micros } from '../core/base/time.ts'

const SAMPLES_MAX = 100_000
const LINE = /^(\d{1,7})(?:\.(\d{1,3})\d*)?$/

/** Name of a list of delays: the first half of the hash of its canonical text. */
export function samplesName(micros: readonly Micros[]): string {
  return createHash('sha256').update(micros.join(',')).digest('hex').slice(0, 32)
}

function linesOf(option: string, path: string): string[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new Failure(`--${option} file:${path}: cannot be read`, 2)
  }
  return text.split(/\r?\n/).map((line) => line.trim())
}

/** Delays in microseconds; what lies below a microsecond is cut. */
export function readSamples(option: string, path: string): readonly Micros[] {
  const micros: Micros[] = []
  linesOf(option, path).forEach((line, i) => {
    if (line === '') return
    const m = LINE.exec(line)
    if (m !== null) micros.push(Number(m[1]) * 1000 + Number((m[2] ?? '').padEnd(3, '0')))
    else if (i > 0 || /^[-+.\d]/.test(line))
      throw new Failure(`${path}:${i + 1}: ${line} is not a delay in milliseconds; write one number a line`, 2)
  })
  if (micros.length === 0 || micros.length > SAMPLES_MAX)
    throw new Failure(`${path}: ${micros.length} delays; give 1 to ${SAMPLES_MAX}`, 2)
  return micros
}

/** Windows of a file as one text. */
export function readWindows(path: string): string {
  const lines = linesOf('outage', path).filter((line) => line !== '' && !line.startsWith('#'))
  if (lines.length === 0) throw new Failure(`${path}: no window; write FROM/TO, one a line`, 2)
  return lines.join(',')
}
