/** An emulator that nobody else drives: a timer looks at the clock and lets it play what is due. */

/** How often it looks, milliseconds of wall time. */
const TICK_MS = 5

/** Returns what ends it. One advance at a time: a tape may have to be read on. */
export function standAlone(advance: () => Promise<void>): () => void {
  let busy = false
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    void advance().finally(() => {
      busy = false
    })
  }, TICK_MS)
  return () => clearInterval(timer)
}
