/**
 * Takes secrets out of whatever leaves the process as text (I-36, F-76): as they are, escaped for JSON or a URL, in
 * Base64 at any alignment, in hexadecimal, and any piece of twelve characters, so that neither clipping nor splitting a
 * secret over two fields lets it through. Names that always hold credentials are cut whatever their value.
 */
import { Buffer } from 'node:buffer'

const HIDDEN = '***'
/** Shorter texts would hide half a line. */
const SHORTEST = 6
/** A piece this long of a secret is one. */
const PIECE = 12

/** `"authorization":"…"`, `appkey=…`: the value goes, the name stays. */
const NAMED =
  /((?:\\?")?(?:authorization|app_?key|app_?secret|secret_?key|access_token|approval_key|refresh_token|api_?key|x-api-key|password|passwd|client_secret|webhook_url)(?:\\?")?\s*[:=]\s*)(\\"(?:(?!\\").)*\\"|"(?:[^"\\]|\\.)*"|[^\s,;&}"\\]+)/gi
const BEARER = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/g

export class Redactor {
  /** Shorter secrets, and encoded forms of them: replaced where they stand whole. */
  readonly #whole = new Set<string>()
  readonly #pieces = new Set<string>()
  /** Characters with which a piece begins: most of a text is passed over by this alone. */
  readonly #starts = new Set<number>()

  /** From now on none of these leaves; empty and very short ones are no secrets. */
  hide(...secrets: readonly string[]): void {
    for (const secret of secrets) {
      const text = secret.trim()
      if (text.length < SHORTEST) continue
      for (const form of formsOf(text)) this.#add(form)
    }
  }

  #add(form: string): void {
    if (form.length < PIECE) {
      this.#whole.add(form)
      return
    }
    for (let i = 0; i + PIECE <= form.length; i++) this.#pieces.add(form.slice(i, i + PIECE))
    for (let i = 0; i + PIECE <= form.length; i++) this.#starts.add(form.charCodeAt(i))
  }

  clean(text: string): string {
    let out = text
    for (const secret of this.#whole) if (out.includes(secret)) out = out.replaceAll(secret, HIDDEN)
    return this.#pieces.size === 0 ? out : this.#cut(out)
  }

  /** Also what stands behind the name of a credential; for lines that are for people only. */
  cleanLine(text: string): string {
    return this.clean(text.replace(BEARER, `$1 ${HIDDEN}`).replace(NAMED, hideValue))
  }

  #cut(text: string): string {
    let out = ''
    let kept = 0
    let i = 0
    while (i + PIECE <= text.length) {
      if (!this.#starts.has(text.charCodeAt(i)) || !this.#pieces.has(text.slice(i, i + PIECE))) {
        i++
        continue
      }
      let end = i + PIECE
      while (this.#pieces.has(text.slice(end - PIECE + 1, end + 1)) && end < text.length) end++
      out += text.slice(kept, i) + HIDDEN
      kept = end
      i = end
    }
    return kept === 0 ? text : out + text.slice(kept)
  }
}

/** Keeps the quotes of a value, so that a line of JSON stays one. */
function hideValue(_: string, name: string, value: string): string {
  const quote = /^\\?"/.exec(value)?.[0] ?? ''
  return `${name}${quote}${HIDDEN}${quote}`
}

function formsOf(text: string): Set<string> {
  const forms = new Set([text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])
  forms.add(new URLSearchParams([['', text]]).toString().slice(1))
  const bytes = Buffer.from(text, 'utf8')
  forms.add(bytes.toString('hex'))
  forms.add(bytes.toString('hex').toUpperCase())
  for (const shift of [0, 1, 2]) {
    // What Base64 makes of it when so many bytes stand before it; its ends depend on its neighbours and are left off.
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const core = whole.slice(shift === 0 ? 0 : shift + 1, (shift + bytes.length) % 3 === 0 ? undefined : -1)
    if (core.length < SHORTEST) continue
    forms.add(core)
    forms.add(core.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms
}

/** Every secret that this process has read: `Secret` tells it on creation. */
export const processSecrets = new Redactor()
