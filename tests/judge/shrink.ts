/** Makes a failing scenario smaller while the same invariant fails: operations, then wishes, then the scene. */
import { run } from './run-scenario.ts'
import { PLAIN } from './scene.ts'
import type { Scenario } from './world.ts'

/** Plays at most this many candidates. */
const MOST = 3000

export function shrink(s: Scenario, id: string, most = MOST): Scenario {
  let left = most
  const fails = (x: Scenario): boolean => left-- > 0 && run(x).violation?.id === id
  let best = fewer(s, 'ops', fails)
  best = fewer(best, 'wishes', fails)
  for (const key of Object.keys(PLAIN) as (keyof typeof PLAIN)[]) {
    if (best.scene[key] === PLAIN[key]) continue
    const plainer = { ...best, scene: { ...best.scene, [key]: PLAIN[key] } }
    if (fails(plainer)) best = plainer
  }
  return fewer(best, 'ops', fails)
}

/** Takes parts of a list away, halves first, single ones last. */
function fewer<T extends 'ops' | 'wishes'>(s: Scenario, key: T, fails: (x: Scenario) => boolean): Scenario {
  let best = s
  let size = Math.ceil(best[key].length / 2)
  while (size >= 1) {
    let at = 0
    let cut = false
    while (at < best[key].length) {
      const list = [...best[key].slice(0, at), ...best[key].slice(at + size)]
      const candidate = { ...best, [key]: list } as Scenario
      if ((key === 'ops' || list.length > 0) && fails(candidate)) {
        best = candidate
        cut = true
      } else at += size
    }
    if (size === 1 && !cut) break
    size = size === 1 ? 1 : Math.ceil(size / 2)
  }
  return best
}
