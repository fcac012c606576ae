/** What a session trades: the configured symbols, or those of the tape that is played. */
import type { EffectiveConfig } from '../../config/load.ts'
import { openTape } from '../../tape/read.ts'

export async function symbolsOf(config: EffectiveConfig, tape: string | undefined): Promise<readonly string[]> {
  if (tape === undefined) return config.trading.symbols
  const { manifest } = await openTape(tape)
  return manifest.instruments.filter((i) => i.venue !== 'FX').map((i) => i.symbol)
}
