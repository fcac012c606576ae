/**
 * Tests that mostly wait run side by side: each has benches of its own, which are closed when it ends, however it ends.
 */
import { Bench, type BenchOptions } from './bench.ts'

export interface Stage {
  /** A bench that nobody started yet. */
  made(options?: BenchOptions): Promise<Bench>
  /** A bench that is logged in and has its feeds. */
  up(options?: BenchOptions): Promise<Bench>
}

export async function play(run: (stage: Stage) => Promise<void>): Promise<void> {
  const open: Bench[] = []
  const made = async (options: BenchOptions = {}): Promise<Bench> => {
    const bench = await Bench.create(options)
    open.push(bench)
    return bench
  }
  const up = async (options?: BenchOptions): Promise<Bench> => (await made(options)).up()
  try {
    await run({ made, up })
  } finally {
    for (const bench of open) await bench.close()
  }
}

export function onStage(run: (stage: Stage) => Promise<void>): () => Promise<void> {
  return () => play(run)
}
