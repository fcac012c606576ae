/**
 * A lognormal draw that is the same bit for bit on every machine: only + − × ÷ and √, because Math.exp, Math.log and
 * Math.cos may differ between engines in their last bit, and a latency decides the order of events.
 *
 * The quantile of the normal distribution is P. J. Acklam's rational approximation (relative error below 1.2e-9),
 * logarithm and exponential are series.
 */
const A = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
]
const B = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1]
const C = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
]
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]
const TAIL = 0.02425
const LN2 = 0.6931471805599453

function horner(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (const c of coefficients) sum = sum * x + c
  return sum
}

/** Natural logarithm of x > 0: x = m · 2^k with m in [0.75, 1.5), then ln m = 2 artanh((m − 1) / (m + 1)). */
export function ln(x: number): number {
  let [m, k] = [x, 0]
  while (m >= 1.5) [m, k] = [m / 2, k + 1]
  while (m < 0.75) [m, k] = [m * 2, k - 1]
  const z = (m - 1) / (m + 1)
  const zz = z * z
  let [sum, power] = [0, z]
  for (let n = 1; n < 40; n += 2) {
    sum += power / n
    power *= zz
  }
  return 2 * sum + k * LN2
}

/** e^x: x = k ln 2 + r with |r| ≤ ln 2 / 2, then the series of e^r. */
export function exp(x: number): number {
  const k = Math.round(x / LN2)
  const r = x - k * LN2
  let [sum, term] = [1, 1]
  for (let n = 1; n < 20; n++) {
    term = (term * r) / n
    sum += term
  }
  for (let i = 0; i < k; i++) sum *= 2
  for (let i = 0; i > k; i--) sum /= 2
  return sum
}

/** Where a standard normal variable lies below with probability p, 0 < p < 1. */
export function normalQuantile(p: number): number {
  if (p > 1 - TAIL) return -normalQuantile(1 - p)
  if (p < TAIL) {
    const q = Math.sqrt(-2 * ln(p))
    return horner(C, q) / horner(D, q)
  }
  const q = p - 0.5
  const r = q * q
  return (horner(A, r) * q) / horner(B, r)
}

/** The value of a lognormal distribution at the uniform draw `u` in (0, 1). */
export function lognormal(median: number, sigma: number, u: number): number {
  return median * exp(sigma * normalQuantile(u))
}
