/**
 * A failure the user can mend: its message names file, field, value and the mend, and is all that is printed.
 * Exit codes (design page, section 6): 1 failed, 2 wrong usage or configuration, 3 diverged, 4 expectation or gate
 * not met, 5 safe shutdown with residual positions.
 */

export type FailureCode = 1 | 2 | 3 | 4 | 5

export class Failure extends Error {
  override readonly name = 'Failure'
  readonly exitCode: FailureCode

  constructor(message: string, exitCode: FailureCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
