/** A session, or a part of one, that its process left open for ever: recovered from its journal, closed, sealed. */
import { openLiveRun, type OpenOptions } from './live-run.ts'
import { closePart, figuresOf, type PartFigures, type SealOptions, sealPart } from './live-seal.ts'

/** Undefined where nothing had been recorded yet. */
export async function sealLeft(
  dir: string,
  open: Omit<OpenOptions, 'dir' | 'opening'>,
  seal: SealOptions,
): Promise<PartFigures | undefined> {
  const left = openLiveRun({ ...open, dir })
  if (left.engine === undefined || left.recovered === undefined) return undefined
  const figures = figuresOf(left, left.engine, left.recovered.opened, { events: 0, inputs: 0 })
  await sealPart(closePart(left, figures, seal))
  return figures
}
