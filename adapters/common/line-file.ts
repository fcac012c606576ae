/**
 * A file of JSON lines, owner only, in which an adapter keeps what it must know again after a restart. It is only ever
 * appended to. A line that a crash cut off ends it: what came before holds, and the rest is cut away, so that nothing is
 * written behind it.
 */
import { existsSync, fdatasyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'

export class LineFile<Line> {
  /** What it held when it was opened. */
  readonly lines: readonly Line[]
  /** It was there before. */
  readonly existed: boolean
  readonly #fd: number | undefined

  /** Without a path nothing is kept. */
  constructor(path: string | undefined) {
    this.existed = path !== undefined && existsSync(path)
    const { lines, bytes } = read<Line>(path !== undefined && this.existed ? readFileSync(path, 'utf8') : '')
    this.lines = lines
    if (path === undefined) return
    if (this.existed) truncateSync(path, bytes)
    this.#fd = openSync(path, 'a', 0o600)
  }

  append(line: Line): void {
    if (this.#fd !== undefined) writeSync(this.#fd, `${JSON.stringify(line)}\n`)
  }

  /** Durable, after a power cut too, when this returns. */
  sync(): void {
    if (this.#fd !== undefined) fdatasyncSync(this.#fd)
  }
}

function read<Line>(text: string): { readonly lines: readonly Line[]; readonly bytes: number } {
  const lines: Line[] = []
  let bytes = 0
  for (const row of text.split('\n').slice(0, -1)) {
    const line = readLine<Line>(row)
    if (line === undefined) break
    lines.push(line)
    bytes += Buffer.byteLength(row) + 1
  }
  return { lines, bytes }
}

function readLine<Line>(row: string): Line | undefined {
  try {
    return JSON.parse(row) as Line
  } catch {
    return undefined
  }
}
