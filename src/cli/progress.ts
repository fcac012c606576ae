/** Progress line on stderr: redrawn in place at most ten times a second, nothing at all when stderr is no terminal. */
import type { Progress } from './command.ts'

const REDRAW_MS = 100
const BAR_WIDTH = 24

export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

function render(done: number, total: number | undefined, label: string | undefined, columns: number): string {
  const count = total === undefined ? String(done) : `${done}/${total}`
  let line = label === undefined ? count : `${label} ${count}`
  if (total !== undefined && total > 0) {
    const share = Math.max(0, Math.min(1, done / total))
    const filled = Math.round(share * BAR_WIDTH)
    line = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)}% ${line}`
  }
  return line.slice(0, Math.max(10, columns - 1))
}

/** `now` in milliseconds, any origin. */
export function makeProgress(terminal: Terminal, now: () => number): Progress {
  if (terminal.isTTY !== true) return { update: () => {}, end: () => {} }
  let last = Number.NEGATIVE_INFINITY
  let drawn = false
  return {
    update(done, total, label) {
      const at = now()
      if (at - last < REDRAW_MS && done !== total) return
      last = at
      drawn = true
      terminal.write(`\r\x1b[2K${render(done, total, label, terminal.columns ?? 80)}`)
    },
    end() {
      if (drawn) terminal.write('\r\x1b[2K')
      drawn = false
    },
  }
}
