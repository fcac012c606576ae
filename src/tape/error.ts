/** Failures of tapes and journals. The message begins with the file, so that it can be printed as it stands. */

/** A tape or a manifest that cannot be read or written. `what` says the field, the value and the mend. */
export class TapeError extends Error {
  override readonly name: string = 'TapeError'
  readonly file: string
  readonly what: string

  constructor(file: string, what: string) {
    super(`${file}: ${what}`)
    this.file = file
    this.what = what
  }
}

/** A journal segment that is damaged; `offset` is the first byte of the frame that does not hold. */
export class JournalError extends Error {
  override readonly name = 'JournalError'
  readonly file: string
  readonly offset: number
  readonly what: string

  constructor(file: string, offset: number, what: string) {
    super(`${file}: offset ${offset}: ${what}`)
    this.file = file
    this.offset = offset
    this.what = what
  }
}
