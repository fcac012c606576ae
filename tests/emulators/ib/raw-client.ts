/** A client of bare frames: says hello, sends tokens, keeps what comes back. Knows nothing but the wire format. */
import { connect, type Socket } from 'node:net'

export interface Frame {
  readonly id: string
  readonly tokens: readonly string[]
}

export function frameOf(tokens: readonly (string | number)[]): Buffer {
  const payload = Buffer.from(tokens.map((token) => `${token}\0`).join(''))
  const head = Buffer.alloc(4)
  head.writeUInt32BE(payload.length)
  return Buffer.concat([head, payload])
}

export function helloOf(range: string): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(range.length)
  return Buffer.concat([Buffer.from('API\0'), head, Buffer.from(range)])
}

export class RawClient {
  readonly socket: Socket
  readonly frames: Frame[] = []
  /** Payloads that were cut short or had no last NUL are kept as they came. */
  version = 0
  closed = false
  reset = false
  #bytes = Buffer.alloc(0)

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('data', (segment: Buffer) => this.#take(segment))
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.reset = error.code === 'ECONNRESET'
    })
    this.socket.on('close', () => {
      this.closed = true
    })
  }

  /** Connected, agreed on a version, started, and told of its accounts and id. */
  static async start(port: number, clientId: number, range = 'v100..178'): Promise<RawClient> {
    const client = new RawClient(port)
    client.socket.write(helloOf(range))
    await client.until(() => client.version > 0)
    client.send(71, 2, clientId, '')
    await client.next('9')
    return client
  }

  #take(segment: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, segment])
    while (this.#bytes.length >= 4) {
      const length = this.#bytes.readUInt32BE(0)
      if (this.#bytes.length < 4 + length) return
      const payload = this.#bytes.subarray(4, 4 + length).toString('utf8')
      this.#bytes = this.#bytes.subarray(4 + length)
      const tokens = payload.split('\0')
      if (payload.endsWith('\0')) tokens.pop()
      if (this.version === 0) this.version = Number(tokens[0])
      else this.frames.push({ id: tokens[0] ?? '', tokens })
    }
  }

  send(...tokens: readonly (string | number)[]): void {
    this.socket.write(frameOf(tokens))
  }

  async until(condition: () => unknown, what = '', ms = 5000): Promise<void> {
    const end = performance.now() + ms
    while (!condition()) {
      if (performance.now() > end) {
        const seen = this.frames.slice(-12).map((f) => f.tokens.slice(0, 12).join('·'))
        throw new Error(`nothing came${what === '' ? '' : ` of ${what}`}; last frames:\n${seen.join('\n')}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  /** The first frame of that id, at or behind `from`, that fits. */
  async next(
    id: string,
    fits: (tokens: readonly string[]) => boolean = () => true,
    from = 0,
  ): Promise<readonly string[]> {
    let found: Frame | undefined
    await this.until(() => {
      found = this.frames.slice(from).find((f) => f.id === id && fits(f.tokens))
      return found
    }, `message ${id}`)
    return (found as Frame).tokens
  }

  /** Everything the server had to say to what was sent before: it answers in order. */
  async settle(): Promise<void> {
    const from = this.frames.length
    this.send(49, 1)
    await this.next('49', () => true, from)
  }

  of(id: string): (readonly string[])[] {
    return this.frames.filter((f) => f.id === id).map((f) => f.tokens)
  }

  /** What was said since, in short: OO and OS with status, EX, CR, E with its code. */
  story(from = 0): string[] {
    return this.frames.slice(from).flatMap(({ id, tokens }) => {
      if (id === '5') return [`OO ${tokens[93] ?? ''}`]
      if (id === '3') return [`OS ${tokens[2] ?? ''} ${tokens[3] ?? ''}/${tokens[4] ?? ''}`]
      if (id === '11') return [`EX ${tokens[20] ?? ''}`]
      if (id === '59') return ['CR']
      return id === '4' ? [`E ${tokens[3] ?? ''}`] : []
    })
  }

  close(): void {
    this.socket.destroy()
  }
}
