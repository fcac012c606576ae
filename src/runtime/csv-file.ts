/** A CSV file written line by line through a buffer. */
import { closeSync, openSync, writeSync } from 'node:fs'

const BUFFER_CHARS = 1 << 18

export class CsvFile {
  readonly #fd: number
  #text: string

  constructor(path: string, header: string) {
    this.#fd = openSync(path, 'wx')
    this.#text = `${header}\n`
  }

  line(text: string): void {
    this.#text += `${text}\n`
    if (this.#text.length > BUFFER_CHARS) this.#write()
  }

  #write(): void {
    writeSync(this.#fd, this.#text)
    this.#text = ''
  }

  close(): void {
    this.#write()
    closeSync(this.#fd)
  }
}

/** Quotes a field that needs it. */
export function csvText(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
