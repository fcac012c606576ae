/** Benches of a test file, closed after each test. */
import { afterEach } from 'vitest'
import { Bench, type BenchOptions } from './bench.ts'

export interface Benches {
  made(options?: BenchOptions): Promise<Bench>
  up(options?: BenchOptions): Promise<Bench>
}

export function openBenches(): Benches {
  const open: Bench[] = []
  afterEach(async () => {
    for (const bench of open.splice(0)) await bench.close()
  })
  const made = async (options?: BenchOptions): Promise<Bench> => {
    const bench = await Bench.create(options)
    open.push(bench)
    return bench
  }
  return { made, up: async (options) => (await made(options)).up() }
}
