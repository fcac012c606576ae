/** What the user sees of a thrown value. */
import { expect, it } from 'vitest'
import { describeError } from '../../../src/cli/describe-error.ts'
import { Failure } from '../../../src/cli/failure.ts'

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

it('a file that is not there is named, not called an internal error', () => {
  const error = Object.assign(new Error('ENOENT: …'), { code: 'ENOENT', path: 'tapes/x' })
  expect(describeError(error, false).text).toBe('sametape: tapes/x: no such file or directory')
})
