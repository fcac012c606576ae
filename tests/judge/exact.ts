/** Exact arithmetic of the judge: fractions of BigInt with a positive denominator. Nothing here rounds unless it says so. */
export interface Frac {
  readonly n: bigint
  readonly d: bigint
}

export const ZERO: Frac = { n: 0n, d: 1n }

export function frac(n: number | bigint, d: number | bigint = 1n): Frac {
  const [a, b] = [BigInt(n), BigInt(d)]
  if (b === 0n) throw new Error(`fraction ${a}/0`)
  return b < 0n ? { n: 0n - a, d: 0n - b } : { n: a, d: b }
}

export function add(a: Frac, b: Frac): Frac {
  if (a.d === b.d) return { n: a.n + b.n, d: a.d }
  return { n: a.n * b.d + b.n * a.d, d: a.d * b.d }
}

export function sub(a: Frac, b: Frac): Frac {
  return add(a, { n: 0n - b.n, d: b.d })
}

export function mul(a: Frac, b: Frac): Frac {
  return { n: a.n * b.n, d: a.d * b.d }
}

/** Sign of a − b. */
export function cmp(a: Frac, b: Frac): number {
  const gap = a.n * b.d - b.n * a.d
  return gap > 0n ? 1 : gap < 0n ? -1 : 0
}

export function min(a: Frac, b: Frac): Frac {
  return cmp(a, b) <= 0 ? a : b
}

export function max(a: Frac, b: Frac): Frac {
  return cmp(a, b) >= 0 ? a : b
}

export function abs(a: Frac): Frac {
  return a.n < 0n ? { n: 0n - a.n, d: a.d } : a
}

export function floor(a: Frac): bigint {
  const q = a.n / a.d
  return a.n < 0n && q * a.d !== a.n ? q - 1n : q
}

export function ceil(a: Frac): bigint {
  return 0n - floor({ n: 0n - a.n, d: a.d })
}

export function show(a: Frac): string {
  return a.d === 1n ? `${a.n}` : `${floor(a)}+${(((a.n % a.d) + a.d) % a.d).toString()}/${a.d}`
}

export function ten(power: number): bigint {
  return 10n ** BigInt(power)
}
