/**
 * Our clock against IB's, which tells whole seconds: within the second it names both agree as far as anybody can
 * tell. Only what is certain counts, and only a change of the verdict is told.
 */
import { type Micros, SECOND } from '../../src/core/base/time.ts'
import { readEpoch } from './times.ts'

/** Beyond this nothing is opened. */
const MOST: Micros = SECOND
/** A question and its answer may take this long. */
const ON_THE_WAY: Micros = SECOND / 2

export class ClockCheck {
  #told: Micros = 0

  /** Local minus reference, certain part of it; undefined while there is nothing new to tell. */
  take(now: Micros, seconds: number): Micros | undefined {
    const theirs = readEpoch(seconds)
    if (theirs === undefined) return undefined
    const ahead = now - (theirs + SECOND + ON_THE_WAY)
    const behind = theirs - now
    const offset = ahead > 0 ? ahead : behind > 0 ? -behind : 0
    const verdict = Math.abs(offset) > MOST ? offset : 0
    if (verdict === 0 && this.#told === 0) return undefined
    this.#told = verdict
    return verdict
  }
}
