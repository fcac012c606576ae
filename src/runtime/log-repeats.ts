/** A message that is said more than so often in a minute is counted instead; its numbers do not make it another one. */
export interface Repeated {
  readonly level: number
  readonly message: string
  readonly times: number
  /** Milliseconds since 1970. */
  readonly since: number
}

interface Window {
  readonly level: number
  readonly message: string
  readonly since: number
  said: number
}

const WINDOW_MS = 60_000
/** Different messages remembered; beyond it the oldest is let go. */
const KEEP = 1000

export class Repeats {
  readonly #most: number
  readonly #windows = new Map<string, Window>()

  constructor(most: number) {
    this.#most = most
  }

  /** True when it may be written. */
  admit(level: number, message: string, now: number): boolean {
    const key = `${level} ${message.replace(/\d+(?:[.,:]\d+)*/g, '#')}`
    const known = this.#windows.get(key)
    if (known !== undefined && now - known.since < WINDOW_MS) return ++known.said <= this.#most
    // An ended window that has something to tell waits for `due`, which is asked before every message.
    this.#windows.delete(key)
    this.#windows.set(key, { level, message, since: now, said: 1 })
    return true
  }

  /** What was counted in windows that are over by now, oldest first; `all`: in those that are not, too. */
  due(now: number, all = false): Repeated[] {
    const out: Repeated[] = []
    for (const [key, w] of this.#windows) {
      const over = now - w.since >= WINDOW_MS
      if (!over && !all && this.#windows.size <= KEEP) continue
      this.#windows.delete(key)
      const times = w.said - this.#most
      if (times > 0) out.push({ level: w.level, message: w.message, times, since: w.since })
    }
    return out
  }
}
