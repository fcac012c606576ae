/** The comparison strategies' own average: mean of the first n values, then the usual recursion in doubles. */

/** Plain data. `value` is NaN until n values came. */
export interface Average {
  readonly n: number
  count: number
  sum: number
  value: number
}

export function average(n: number): Average {
  return { n, count: 0, sum: 0, value: 0 }
}

export function isWarm(a: Average): boolean {
  return a.count >= a.n
}

export function push(a: Average, x: number): void {
  a.count++
  if (a.count <= a.n) {
    a.sum += x
    if (a.count === a.n) a.value = a.sum / a.n
  } else a.value = a.value + (x - a.value) * (2 / (a.n + 1))
}

export type Cross = 'up' | 'down' | 'none'

/** Pushes x into both and says whether fast crossed slow; needs all four values. */
export function pushBoth(fast: Average, slow: Average, x: number): Cross {
  const before = isWarm(slow) && isWarm(fast)
  const fast0 = fast.value
  const slow0 = slow.value
  push(fast, x)
  push(slow, x)
  if (!before) return 'none'
  if (fast.value > slow.value && fast0 <= slow0) return 'up'
  return fast.value < slow.value && fast0 >= slow0 ? 'down' : 'none'
}
