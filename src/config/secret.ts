/** A credential: prints as *** wherever it lands by accident; only `reveal()` gives the text. */
import { inspect } from 'node:util'

export const HIDDEN = '***'

export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** For the one place that sends it. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return HIDDEN
  }

  toJSON(): string {
    return HIDDEN
  }

  [inspect.custom](): string {
    return HIDDEN
  }
}
