/** Progress: silent off a terminal, at most ten redraws a second on one, and gone at the end. */
import { expect, it } from 'vitest'
import { makeProgress } from '../../../src/cli/progress.ts'

function screen(isTTY: boolean): { written: string[]; isTTY: boolean; columns: number; write(text: string): void } {
  const written: string[] = []
  return { written, isTTY, columns: 60, write: (text) => void written.push(text) }
}

it('writes nothing where stderr is no terminal', () => {
  const terminal = screen(false)
  const progress = makeProgress(terminal, () => 0)
  progress.update(1, 2, 'rows')
  progress.end()
  expect(terminal.written).toEqual([])
})

it('redraws at most every 100 ms, but shows the last step', () => {
  const terminal = screen(true)
  let now = 0
  const progress = makeProgress(terminal, () => now)
  for (let i = 0; i <= 1000; i++) {
    now = i
    progress.update(i, 1000, 'rows')
  }
  expect(terminal.written.length).toBe(11)
  expect(terminal.written.at(-1)).toContain('100% rows 1000/1000')
  expect(terminal.written.every((text) => text.length <= 60 + '\r\x1b[2K'.length)).toBe(true)
  progress.end()
  progress.end()
  expect(terminal.written.slice(11)).toEqual(['\r\x1b[2K'])
})

it('counts where the end is not known', () => {
  const terminal = screen(true)
  makeProgress(terminal, () => 0).update(7, undefined)
  expect(terminal.written).toEqual(['\r\x1b[2K7'])
})
