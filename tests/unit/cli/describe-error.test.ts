/** What the user sees of a thrown value. */
import { expect, it } from 'vitest'
import { describeError } from '../../../src/cli/describe-error.ts'
import { Failure } from '../../../src/cli/failure.ts'
import { ParamError } from '../../../src/core/decision/params.ts'
import { TapeError } from '../../../src/tape/error.ts'

it('a failure keeps its message and exit code', () => {
  expect(describeError(new Failure('x.csv:4: bad', 4), false)).toEqual({ text: 'sametape: x.csv:4: bad', exitCode: 4 })
})

it('a fault of the program is one line with a hint, and a stack only on demand', () => {
  const error = new TypeError('a\n  is undefined')
  const { text, exitCode } = describeError(error, false)
  expect([text, exitCode]).toEqual([
    'sametape: internal error: TypeError: a is undefined (set SAMETAPE_DEBUG=1 for the stack)',
    1,
  ])
  expect(describeError(error, true).text).toContain('describe-error.test.ts')
  expect(describeError('thrown text', false).text).toContain('internal error: thrown text')
})

it("an error about the user's data or options is no internal error", () => {
  expect(describeError(new TapeError('tapes/x/manifest.json', 'is damaged'), false)).toEqual({
    text: 'sametape: tapes/x/manifest.json: is damaged',
    exitCode: 1,
  })
  expect(describeError(new ParamError('fast', 'agent.fast: x is no number'), false).exitCode).toBe(2)
})

it('a file that is not there is named, not called an internal error', () => {
  const error = Object.assign(new Error('ENOENT: …'), { code: 'ENOENT', path: 'tapes/x' })
  expect(describeError(error, false).text).toBe('sametape: tapes/x: no such file or directory')
})
