/** Takes account numbers out of whatever is kept or shown (I-36, F-76). Accounts are told here as soon as they are known. */

const HIDDEN = '***'
/** Shorter texts would hide half the frame. */
const SHORTEST = 5

export class Redactor {
  readonly #known = new Set<string>()

  hide(...secrets: readonly string[]): void {
    for (const secret of secrets) if (secret.length >= SHORTEST) this.#known.add(secret)
  }

  clean(text: string): string {
    let out = text
    for (const secret of this.#known) if (out.includes(secret)) out = out.replaceAll(secret, HIDDEN)
    return out
  }
}
