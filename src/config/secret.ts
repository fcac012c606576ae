/**
 * A credential: prints as *** wherever it lands by accident; only `reveal()` gives the text. From its creation on the
 * redactor of the process cuts it out of everything that is printed or logged.
 */
import { inspect } from 'node:util'
import { processSecrets } from './redactor.ts'

export const HIDDEN = '***'

export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
    processSecrets.hide(text)
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
