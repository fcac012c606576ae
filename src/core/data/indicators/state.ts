/**
 * The snapshot of an indicator: an object of numbers and arrays of numbers, so that JSON carries it without loss
 * (finite doubles survive a round trip through JSON to the bit; NaN would not, so no state is ever NaN).
 */
import { InvariantError } from '../../base/assert.ts'

export type State = Readonly<Record<string, number | readonly number[]>>

export class StateReader {
  readonly #state: Readonly<Record<string, unknown>>
  readonly #owner: string

  constructor(state: unknown, owner: string) {
    if (typeof state !== 'object' || state === null) throw new InvariantError(`snapshot of ${owner}: not an object`)
    this.#state = state as Readonly<Record<string, unknown>>
    this.#owner = owner
  }

  number(name: string): number {
    const x = this.#state[name]
    if (typeof x !== 'number') throw new InvariantError(`snapshot of ${this.#owner}: ${name} is ${String(x)}`)
    return x
  }

  numbers(name: string): readonly number[] {
    const x = this.#state[name]
    if (!Array.isArray(x) || x.some((v) => typeof v !== 'number')) {
      throw new InvariantError(`snapshot of ${this.#owner}: ${name} is not a list of numbers`)
    }
    return x as readonly number[]
  }
}
