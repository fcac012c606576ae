/** The speed of light of this design: the comparison strategy as one hand-written loop over typed arrays. */
import { type BenchName, benchB1, benchQ1 } from '../src/generate/bench.ts'
import { QUOTE } from '../src/generate/ticks.ts'

interface Averages {
  fast: number
  slow: number
  n: number
  sumFast: number
  sumSlow: number
}

/** Pushes x; 1 on a cross up, -1 on a cross down. */
function cross(a: Averages, x: number): number {
  const { fast, slow } = a
  a.n++
  if (a.n <= 10) a.sumFast += x
  if (a.n <= 20) a.sumSlow += x
  if (a.n === 10) a.fast = a.sumFast / 10
  else if (a.n > 10) a.fast += (x - a.fast) * (2 / 11)
  if (a.n === 20) a.slow = a.sumSlow / 20
  else if (a.n > 20) a.slow += (x - a.slow) * (2 / 21)
  if (a.n <= 20) return 0
  if (a.fast > a.slow && fast <= slow) return 1
  return a.fast < a.slow && fast >= slow ? -1 : 0
}

const fresh = (): Averages => ({ fast: 0, slow: 0, n: 0, sumFast: 0, sumSlow: 0 })

export function plainLoop(name: BenchName, rows: number): Record<string, number> {
  return name === 'B1' ? bars(rows) : quotes(rows)
}

function bars(rows: number): Record<string, number> {
  const chunks = [...benchB1(rows)]
  const start = performance.now()
  const a = fresh()
  let [cash, held, order, fills] = [1e12, 0, 0, 0]
  for (const c of chunks) {
    for (let i = 0; i < c.rows; i++) {
      if (order !== 0) {
        const price = (c.o[i] as number) + Math.sign(order)
        cash -= order * price * 10_000 + Math.abs(order) * price * 5
        held += order
        order = 0
        fills++
      }
      const close = c.c[i] as number
      const turn = cross(a, close)
      if (turn > 0 && held === 0) order = Math.floor((3 * (cash + held * close * 10_000)) / (close * 100_000))
      else if (turn < 0 && held > 0) order = -held
    }
  }
  return { rate: (rows * 1000) / (performance.now() - start), fills }
}

function quotes(rows: number): Record<string, number> {
  const chunks = [...benchQ1(rows)]
  const start = performance.now()
  const a = fresh()
  let [cash, held, order, fills, n] = [1e12, 0, 0, 0, 0]
  for (const c of chunks) {
    for (let i = 0; i < c.rows; i++) {
      if (c.kind[i] !== QUOTE) continue
      const [bid, ask] = [c.a[i] as number, c.b[i] as number]
      if (order !== 0) {
        const price = order > 0 ? ask + 1 : bid - 1
        cash -= order * price * 10_000 + Math.abs(order) * price * 5
        held += order
        order = 0
        fills++
      }
      n++
      if (n % 1000 !== 0) continue
      const turn = cross(a, (bid + ask) / 2)
      if (turn > 0 && held === 0) order = Math.floor((3 * cash) / ((bid + ask) * 50_000))
      else if (turn < 0 && held > 0) order = -held
    }
  }
  return { rate: (rows * 1000) / (performance.now() - start), fills }
}
