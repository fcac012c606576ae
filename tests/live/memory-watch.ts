/** Resident memory of a process over its life (from Linux's /proc), and whether it went on growing. */
import { readFileSync } from 'node:fs'

/** The last quarter may lie so much above the second: collections come when they come. */
const GROWTH_MAX = 1.15

export class MemoryWatch {
  readonly #pid: number
  readonly #mib: number[] = []

  constructor(pid: number) {
    this.#pid = pid
  }

  take(): void {
    try {
      const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#pid}/status`, 'utf8')) ?? []
      if (kib !== undefined) this.#mib.push(Number(kib) / 1024)
    } catch {
      // It has ended.
    }
  }

  /** Medians by quarter of the life, in MiB; steady when the last is no more than 15 % above the second. */
  verdict(): { readonly steady: boolean; readonly table: Readonly<Record<string, unknown>> } {
    const n = this.#mib.length
    const quarters = [0, 1, 2, 3].map((q) => median(this.#mib.slice((q * n) / 4, ((q + 1) * n) / 4)))
    const [, second = 0, , last = 0] = quarters
    const table = { samples: n, rss_mib: quarters.map(Math.round), rss_max_mib: Math.round(Math.max(...this.#mib)) }
    return { steady: n >= 8 && last <= second * GROWTH_MAX, table }
  }
}

function median(of: readonly number[]): number {
  const sorted = [...of].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
