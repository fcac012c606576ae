/**
 * What was wrong with a row of a source file. A row has at most one fault (the first found), so accepted rows plus
 * faults are the rows of the file. All are counted; the first 1,000 of a file are kept with their text.
 */

export interface Fault {
  /** The file as the user named it. */
  readonly file: string
  /** Line of the file, the first is 1 (the header, where there is one). */
  readonly row: number
  /** Column as the file calls it; empty where the row as a whole is wrong. */
  readonly field: string
  /** The text that was found, cut at 120 characters. */
  readonly value: string
  readonly why: string
}

/** How many faults an import lists. */
export const LISTED_FAULTS = 1_000

const VALUE_LENGTH = 120

export class FaultList {
  readonly file: string
  count = 0
  readonly #kept: Fault[] = []

  constructor(file: string) {
    this.file = file
  }

  add(row: number, field: string, value: string, why: string): void {
    this.count++
    // Kept beyond the listed number: some faults are found late and sort in front of these.
    if (this.#kept.length >= 4 * LISTED_FAULTS) this.#trim()
    const shown = value.length > VALUE_LENGTH ? `${value.slice(0, VALUE_LENGTH)}…` : value
    this.#kept.push({ file: this.file, row, field, value: shown, why })
  }

  /** The first faults by line. */
  listed(): readonly Fault[] {
    this.#trim()
    return this.#kept
  }

  #trim(): void {
    this.#kept.sort((a, b) => a.row - b.row)
    if (this.#kept.length > LISTED_FAULTS) this.#kept.length = LISTED_FAULTS
  }
}
