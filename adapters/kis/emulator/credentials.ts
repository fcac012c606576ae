/**
 * Keys of an emulator, all from its seed: nothing here is secret or opens anything but this process. Lengths and
 * alphabets are those of the vendor (reference 1.2), because clients check them.
 */
import { Rng } from '../../../src/core/base/rng.ts'

const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const HEX = '0123456789abcdef'
const TAG = 0x6b657973

export interface Credentials {
  /** 36 characters. */
  readonly appkey: string
  /** 180 characters. */
  readonly appsecret: string
  readonly account: string
  readonly hts_id: string
}

/** Texts drawn from a seeded stream. */
export class TextSource {
  readonly #rng: Rng

  constructor(seed: number, use: string) {
    this.#rng = Rng.start(seed, TAG).split(use)
  }

  text(length: number, alphabet = ALNUM): string {
    let out = ''
    for (let i = 0; i < length; i++) out += alphabet.charAt(this.#rng.below(alphabet.length))
    return out
  }

  hex(length: number): string {
    return this.text(length, HEX)
  }

  uuid(): string {
    return [8, 4, 4, 4, 12].map((n) => this.hex(n)).join('-')
  }
}

export function makeCredentials(seed: number, use: string): Credentials {
  const source = new TextSource(seed, `credentials ${use}`)
  const prefix = use === 'live' ? 'PSLV' : use === 'paper' ? 'PSVT' : 'PSQT'
  return {
    appkey: prefix + source.text(36 - prefix.length),
    appsecret: `${source.text(179)}=`,
    account: '50000000-01',
    hts_id: 'tester01',
  }
}
