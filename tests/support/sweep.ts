/** Looks for secrets in a text, in every form in which one is usually written (I-36). */

/** Characters on end that give a secret away. */
const PIECE = 12

/** Throws when a piece of a secret, plain, escaped, in Base64 or hexadecimal, stands in a text. */
export function sweep(where: string, text: string, secrets: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(secrets)) {
    const bytes = Buffer.from(value)
    const encoded = [0, 1, 2].map((n) =>
      Buffer.concat([Buffer.alloc(n), bytes])
        .toString('base64')
        .slice(4, -4),
    )
    const forms = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), bytes.toString('hex')]
    for (const form of [...forms, ...encoded]) {
      for (let i = 0; i + PIECE <= form.length; i++) {
        const piece = form.slice(i, i + PIECE)
        if (text.includes(piece)) throw new Error(`${where} shows ${name}: …${piece}…`)
      }
    }
  }
}
