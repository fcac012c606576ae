/**
 * Takes secrets out of whatever is kept or shown (I-36, F-76). Every secret this adapter learns is told here before it
 * is used: keys, tokens, approval keys, keys and vectors of notices, account and user id.
 */

const HIDDEN = '***'
/** Shorter texts would hide half the frame. */
const SHORTEST = 6

export class Redactor {
  readonly #known = new Set<string>()

  hide(...secrets: readonly string[]): void {
    for (const secret of secrets) {
      if (secret.length < SHORTEST) continue
      this.#known.add(secret)
      const encoded = encodeURIComponent(secret)
      if (encoded !== secret) this.#known.add(encoded)
    }
  }

  clean(text: string): string {
    let out = text
    for (const secret of this.#known) if (out.includes(secret)) out = out.replaceAll(secret, HIDDEN)
    return out
  }
}
