/** The clock that waits for the traffic: timers in order, and time that stands while bytes are on their way. */
import { createServer, type Server, Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Lockstep, type PlayedVenue } from '../../../src/runtime/lockstep.ts'
import { LockstepClock } from '../../../src/runtime/lockstep-clock.ts'
import { Loopback } from '../../../src/runtime/loopback.ts'

const SECOND = 1_000_000

describe('the clock', () => {
  it('calls timers in order of time, those of one moment as they were set, and none that was cancelled', () => {
    const clock = new LockstepClock(100)
    const calls: string[] = []
    clock.after(20, () => calls.push(`b at ${clock.now()}`))
    clock.after(10, () => calls.push(`a at ${clock.now()}`))
    const cancel = clock.after(10, () => calls.push('never'))
    clock.after(20, () => calls.push('c'))
    cancel()
    expect(clock.nextDue).toBe(110)
    clock.moveTo(110)
    expect(calls).toEqual(['a at 110'])
    clock.moveTo(120)
    expect(calls).toEqual(['a at 110', 'b at 120', 'c'])
    expect(clock.nextDue).toBe(Infinity)
  })

  it('does not go back, and a timer set by a timer of the same moment still comes', () => {
    const clock = new LockstepClock(0)
    const calls: number[] = []
    clock.after(5, () => {
      calls.push(clock.now())
      clock.after(0, () => calls.push(clock.now()))
    })
    clock.moveTo(5)
    clock.moveTo(3)
    expect(calls).toEqual([5, 5])
    expect(clock.now()).toBe(5)
  })
})

describe('in lock-step', () => {
  const open: { close(): unknown }[] = []
  afterEach(() => {
    for (const x of open.splice(0)) x.close()
  })

  async function listen(handler: (socket: Socket) => void): Promise<number> {
    const server: Server = createServer(handler)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    open.push(server)
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  it('a question asked at a moment is answered at that moment, however long the answer takes', async () => {
    const clock = new LockstepClock(0)
    const ports = new Set<number>()
    const loopback = new Loopback(() => ports)
    open.push(loopback)
    let working = 0
    const port = await listen((socket) => {
      socket.on('data', (data) => {
        // Slow work that no byte shows: the venue says of itself that it is busy.
        working++
        setTimeout(() => {
          working--
          socket.write(`${String(data)} at ${clock.now()}`)
        }, 15)
      })
    })
    ports.add(port)
    const client = new Socket()
    client.setEncoding('utf8')
    client.connect(port, '127.0.0.1')
    open.push({ close: () => client.destroy() })
    const answers: string[] = []
    client.on('data', (text: string) => answers.push(`${text}, heard at ${clock.now()}`))
    for (const s of [1, 2, 3]) clock.after(s * SECOND, () => client.write(`q${s}`))
    const venue: PlayedVenue = {
      nextTime: Infinity,
      get busy() {
        return working > 0
      },
      advance: () => Promise.resolve(),
    }
    const lockstep = new Lockstep({ clock, loopback, venues: [venue], speed: Infinity })
    clock.after(10 * SECOND, () => lockstep.stop())
    await lockstep.run()
    const at = [1, 2, 3].map((s) => `q${s} at ${s * SECOND}, heard at ${s * SECOND}`)
    expect(answers).toEqual(at)
  })

  it('without the watch on the bytes time runs away from the answers', async () => {
    const ports = new Set<number>()
    const loopback = new Loopback(() => ports)
    open.push(loopback)
    const port = await listen((socket) => socket.pipe(socket))
    ports.add(port)
    const client = new Socket()
    client.connect(port, '127.0.0.1')
    open.push({ close: () => client.destroy() })
    expect(loopback.busy).toBe(true)
    await new Promise((resolve) => client.once('connect', resolve))
    client.write('x')
    expect(loopback.busy).toBe(true)
    await new Promise((resolve) => client.once('data', resolve))
    expect(loopback.busy).toBe(false)
    client.destroy()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(loopback.busy).toBe(false)
  })

  it('at a speed no more time passes than the wall allows', async () => {
    const clock = new LockstepClock(0)
    const loopback = new Loopback(() => new Set())
    open.push(loopback)
    const lockstep = new Lockstep({ clock, loopback, venues: [], speed: 100 })
    const began = performance.now()
    clock.after(10 * SECOND, () => lockstep.stop())
    await lockstep.run()
    expect(performance.now() - began).toBeGreaterThan(95)
  })
})
