/**
 * Takes secrets out of whatever is kept or shown (I-36, F-76). Every secret this adapter learns is told here before it
 * is used: keys, tokens, approval keys, keys and vectors of notices, account and user id.
 */

const HIDDEN = '***'
/** Shorter texts would hide half the frame. */
const SHORTEST = 6
/** Keys and tokens are at least this long; account number and user id are shorter. */
const KEY_LENGTH = 16

export class Redactor {
  readonly #known = new Set<string>()

  hide(...secrets: readonly string[]): void {
    for (const secret of secrets) {
      if (secret.length < SHORTEST) continue
      const base64 = Buffer.from(secret, 'utf8').toString('base64').replace(/=+$/, '')
      const escaped = JSON.stringify(secret).slice(1, -1)
      for (const form of [secret, encodeURIComponent(secret), escaped, base64]) this.#known.add(form)
    }
  }

  clean(text: string): string {
    let out = text
    for (const secret of this.#known) if (out.includes(secret)) out = out.replaceAll(secret, HIDDEN)
    return out
  }

  /** Of public market data, in which the eight digits of an account are most likely a volume: keys alone. */
  cleanPublic(text: string): string {
    let out = text
    for (const secret of this.#known) {
      if (secret.length >= KEY_LENGTH && out.includes(secret)) out = out.replaceAll(secret, HIDDEN)
    }
    return out
  }
}
