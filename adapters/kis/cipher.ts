/**
 * Encryption of execution notices (KIS reference 8.15): AES-256-CBC, the key and IV of the acknowledgement taken as
 * ASCII bytes, PKCS#7, base64 of UTF-8 text. The same IV serves every message of a registration, as the vendor has it.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'

export interface NoticeSecret {
  /** 32 characters. */
  readonly key: string
  /** 16 characters. */
  readonly iv: string
}

export function encryptNotice(text: string, { key, iv }: NoticeSecret): string {
  const cipher = createCipheriv('aes-256-cbc', Buffer.from(key, 'utf8'), Buffer.from(iv, 'utf8'))
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64')
}

/** Undefined when the payload was not encrypted with this key, or is damaged. */
export function decryptNotice(payload: string, { key, iv }: NoticeSecret): string | undefined {
  try {
    const decipher = createDecipheriv('aes-256-cbc', Buffer.from(key, 'utf8'), Buffer.from(iv, 'utf8'))
    const bytes = Buffer.concat([decipher.update(Buffer.from(payload, 'base64')), decipher.final()])
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
