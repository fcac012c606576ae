/** Frames that are wrong, large, slow or many, over real sockets: nothing is guessed, nothing hangs, orders are kept. */
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { IbLink } from '../../../adapters/ib/link.ts'
import { Redactor } from '../../../adapters/ib/redact.ts'
import { DEFAULTS, type IbSettings } from '../../../adapters/ib/settings.ts'
import { encodeFrame, FRAME_MAX } from '../../../adapters/ib/wire/frame.ts'
import { SystemClock } from '../../../src/runtime/clock.ts'
import { openBenches } from './open-benches.ts'

const { up } = openBenches()

describe('frames (F-19)', () => {
  it.each([
    ['without its last NUL', { kind: 'frame-no-nul', message: 'TICK_PRICE' }, 'a frame without its last NUL'],
    ['of length 0', { kind: 'frame-empty' }, 'an empty frame'],
    ['with an id that nobody knows', { kind: 'frame-unknown' }, undefined],
    ['a field short', { kind: 'field-short', message: 'TICK_PRICE' }, undefined],
  ])('%s: counted and not used; the stream goes on', async (_, fault, why) => {
    const b = await up()
    await b.fault(fault)
    const { quarantined } = b.ib.source
    await b.until(() => quarantined.size > 0, 'quarantined')
    if (why !== undefined) expect([...quarantined.keys()]).toEqual([why])
    const seen = b.market.length
    await b.until(() => b.market.length > seen + 5, 'market data')
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
    expect(b.links()).toEqual(['up'])
  })

  it('a field more is read all the same', async () => {
    const b = await up()
    await b.fault({ kind: 'field-extra', message: 'EXECUTION_DATA' })
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
  })

  it.each(['field-short', 'field-text', 'frame-no-nul'])(
    'stoqey/ib#201, #203, #226: an execution that is damaged (%s) is found by asking',
    async (kind) => {
      const b = await up()
      await b.fault({ kind, message: 'EXECUTION_DATA' })
      const id = b.submit('NVDA', 1, 3)
      await b.event('filled', (e) => e.orderId === id)
      expect(b.of('filled').map((e) => [e.qty, e.cumQty])).toEqual([[3, 3]])
    },
  )

  it('F-38: words in numbers of the market are dropped and counted', async () => {
    const b = await up()
    await b.fault({ kind: 'field-text', message: 'TICK_SIZE', count: 5 })
    await b.until(() => (b.ib.source.quarantined.get('a size that cannot be') ?? 0) > 0, 'counted')
    expect(b.market.every((e) => Object.values(e).every((x) => typeof x !== 'number' || Number.isFinite(x)))).toBe(true)
  })

  it('half a frame and a close: the session is lost, the order is kept', async () => {
    const b = await up()
    const id = await b.resting('NVDA', 2)
    await b.fault({ kind: 'frame-truncated' })
    await b.upAgain()
    expect((await b.books()).orders?.map((o) => [o.orderId, o.state])).toEqual([[id, 'working']])
  })

  it('F-20: a frame beyond 16 MB closes the connection with its reason, and nothing of it is kept', async () => {
    const b = await up()
    const before = process.memoryUsage().rss
    await b.fault({ kind: 'frame-oversize' })
    await b.upAgain()
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
    expect(b.links()).toEqual(['up', 'lost', 'up'])
  })

  it('F-21: a flood of ticks hides no fill', async () => {
    const b = await up()
    await b.fault({ kind: 'frame-flood', frames: 100_000 })
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
    expect(b.links()).toEqual(['up'])
  })

  it('F-21: byte by byte it is the same', async () => {
    const b = await up()
    await b.fault({ kind: 'trickle', for_ms: 3000 })
    const id = b.submit('NVDA', 1, 3)
    await b.event('filled', (e) => e.orderId === id)
    expect(b.links()).toEqual(['up'])
  })
})

describe('a server that says what no emulator would', () => {
  const servers: { server: Server; sockets: Set<Socket> }[] = []
  const links: IbLink[] = []
  afterEach(async () => {
    for (const link of links.splice(0)) await link.close()
    for (const { server, sockets } of servers.splice(0)) {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })

  /** Greets as a gateway does, then sends what it is given. */
  async function session(
    bytes: readonly Uint8Array[],
  ): Promise<{ lost: string[]; errors: string[]; port: number; link: IbLink }> {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      let said = 0
      socket.on('data', () => {
        said++
        if (said === 1) socket.write(encodeFrame(['178', '20260112 10:00:00 US/Eastern']))
        if (said === 2) {
          socket.write(encodeFrame(['15', '1', 'DU0000001']))
          socket.write(encodeFrame(['9', '1', '1']))
        }
        if (said === 3) socket.write(encodeFrame(['49', '1', '1768230000']))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    servers.push({ server, sockets })
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const settings: IbSettings = {
      ...DEFAULTS,
      env: 'paper',
      host: '127.0.0.1',
      port,
      clientId: 1,
      account: 'DU0000001',
    }
    const link = new IbLink({
      settings,
      clock: new SystemClock(),
      redactor: new Redactor(),
      raw: () => undefined,
      isRecorded: () => false,
    })
    links.push(link)
    const lost: string[] = []
    const errors: string[] = []
    link.watch({ lost: (why) => lost.push(why), error: (id, code, text) => errors.push(`${id} ${code} ${text}`) })
    expect(await link.connect()).toBeUndefined()
    for (const socket of sockets) for (const chunk of bytes) socket.write(chunk)
    return { lost, errors, port, link }
  }

  async function until(done: () => boolean): Promise<void> {
    const end = performance.now() + 3000
    while (!done() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(done()).toBe(true)
  }

  const error = (text: string, json: string): Uint8Array => encodeFrame(['4', '2', '5', '201', text, json])

  it('a negative length, on which the client itself loops for ever, ends the session', async () => {
    const { lost } = await session([Uint8Array.of(0xff, 0xff, 0xff, 0xfc, 1, 2, 3, 4, 5, 6, 7, 8)])
    await until(() => lost.length === 1)
    expect(lost[0]).toContain(`at most ${FRAME_MAX}`)
  })

  it('D5: reject text that is no JSON costs the text, neither the message nor the one behind it', async () => {
    const { errors, lost } = await session([
      error('Order rejected - reason:one', '{not json'),
      error('Order rejected - reason:two', ''),
    ])
    await until(() => errors.length === 2)
    expect(errors).toEqual(['5 201 Order rejected - reason:one', '5 201 Order rejected - reason:two'])
    expect(lost).toEqual([])
  })

  it('D6: what a listener throws does not keep the next frame', async () => {
    const { errors, link } = await session([])
    const thrown: unknown[] = []
    const keep = (e: unknown): void => void thrown.push(e)
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', keep)
    link.watch({
      error: () => {
        throw new Error('ours')
      },
    })
    for (const { sockets } of servers) {
      for (const socket of sockets) {
        socket.write(error('one', ''))
        socket.write(error('two', ''))
      }
    }
    await until(() => errors.length === 2 && thrown.length === 2)
    process.off('uncaughtException', keep)
    for (const listener of others) process.on('uncaughtException', listener)
    // It is not swallowed either: it is the process's to end (F-57).
    expect(thrown.map(String)).toEqual(['Error: ours', 'Error: ours'])
  })

  it('D21: a frame with more fields than the client can take apart in time is not handed on', async () => {
    const damaged: string[] = []
    const { link, errors } = await session([])
    link.watch({ damaged: (_, why) => damaged.push(why) })
    const start = performance.now()
    const many = encodeFrame(['17', '1', 'a', 'b', '12000', ...Array.from({ length: 96_000 }, () => '1')])
    for (const { sockets } of servers) for (const socket of sockets) socket.write(many)
    for (const { sockets } of servers) for (const socket of sockets) socket.write(error('behind it', ''))
    await until(() => errors.length === 1)
    expect(damaged).toEqual(['a frame of 96005 fields; at most 45000 are taken'])
    expect(performance.now() - start).toBeLessThan(1000)
  })

  it('text that stands in \\uXXXX is read as it is meant', async () => {
    const { errors } = await session([error('주문 거부', '')])
    await until(() => errors.length === 1)
    expect(errors[0]).toBe('5 201 주문 거부')
  })
})
