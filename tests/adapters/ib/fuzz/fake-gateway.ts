/** A gateway that greets as one should, answers contracts and heartbeats, and then says whatever it is given. */
import { createServer, type Server, type Socket } from 'node:net'
import { decodePayload, encodeFrame, FrameSplitter } from '../../../../adapters/ib/wire/frame.ts'
import { takeHello } from '../../../../adapters/ib/wire/hello.ts'

export class FakeGateway {
  readonly #server: Server
  readonly #corpus: readonly (readonly string[])[]
  #socket: Socket | undefined
  port = 0

  private constructor(corpus: readonly (readonly string[])[]) {
    this.#corpus = corpus
    this.#server = createServer((socket) => this.#serve(socket))
  }

  static async open(corpus: readonly (readonly string[])[]): Promise<FakeGateway> {
    const gateway = new FakeGateway(corpus)
    await new Promise<void>((resolve) => gateway.#server.listen(0, '127.0.0.1', resolve))
    const address = gateway.#server.address()
    gateway.port = typeof address === 'object' && address !== null ? address.port : 0
    return gateway
  }

  #serve(socket: Socket): void {
    this.#socket = socket
    const bytes = new FrameSplitter()
    let greeted = false
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      bytes.push(chunk)
      if (!greeted) {
        if (takeHello(bytes) === undefined) return
        greeted = true
        socket.write(encodeFrame(['178', '20260303 10:00:01 US/Eastern']))
      }
      for (let p = bytes.next(); p !== undefined; p = bytes.next()) this.#answer(socket, decodePayload(p))
    })
  }

  #answer(socket: Socket, request: readonly string[]): void {
    const say = (...fields: string[]): void => void socket.write(encodeFrame(fields))
    switch (request[0]) {
      case '71':
        say('15', '1', 'DU0000001')
        return say('9', '1', '1')
      case '49':
        return say('49', '1', '1772550001')
      case '9': {
        const reqId = request[2] ?? ''
        const found = this.#corpus.find((f) => f[0] === '10' && f[2] === request[4])
        if (found !== undefined) say('10', reqId, ...found.slice(2))
        return say('52', '1', reqId)
      }
      // Lists end at once: what else is in them is said by the test.
      case '16':
        return say('53', '1')
      case '99':
        return say('102')
      case '7':
        return say('55', '1', request[2] ?? '')
      case '61':
        return say('62', '1')
      case '6':
        return say('54', '1', 'DU0000001')
    }
  }

  write(bytes: Uint8Array): void {
    this.#socket?.write(bytes)
  }

  /** The client is to see that nobody speaks any more. */
  drop(): void {
    this.#socket?.destroy()
  }

  close(): void {
    this.drop()
    this.#server.close()
  }
}
