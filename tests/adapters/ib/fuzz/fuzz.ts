/**
 * Mutated frames against the whole adapter over a real socket. What may happen: a frame is counted and not used, the
 * session is given up for a named reason and made again. What must not: an uncaught error, an unhandled rejection, an
 * event with a number that is none (I-19), a hang, a session that does not come back.
 */
import { readFileSync } from 'node:fs'
import { createIb, type Ib } from '../../../../adapters/ib/index.ts'
import { DEFAULTS } from '../../../../adapters/ib/settings.ts'
import { Rng } from '../../../../src/core/base/rng.ts'
import { buildInstruments } from '../../../../src/reference/instruments.ts'
import { SystemClock } from '../../../../src/runtime/clock.ts'
import { FakeGateway } from './fake-gateway.ts'
import { mutated } from './mutate.ts'

export interface FuzzOutcome {
  readonly frames: number
  readonly sessions: number
  readonly events: number
  /** Reasons for frames that were not used, and for sessions that were given up. */
  readonly reasons: ReadonlyMap<string, number>
  /** What must not be: empty. */
  readonly faults: readonly string[]
  /** Longest time that a batch of frames took, milliseconds. */
  readonly slowest: number
}

const BATCH = 200
const STUCK_MS = 1500

export function corpus(): string[][] {
  const text = readFileSync(new URL('../../../fixtures/ib/answers.txt', import.meta.url), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('|'))
}

export async function fuzz(
  frames: number,
  seed: number,
  progress: (done: number) => void = () => undefined,
): Promise<FuzzOutcome> {
  const frameSet = corpus()
  const gateway = await FakeGateway.open(frameSet)
  const faults: string[] = []
  const keep = (error: unknown): void =>
    void faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', keep)
  process.on('unhandledRejection', keep)
  const attack = new Attack(gateway, Rng.start(seed, 0x66757a7a), frameSet, faults)
  try {
    await attack.run(frames, progress)
    return attack.outcome()
  } finally {
    await attack.close()
    gateway.close()
    process.off('uncaughtException', keep)
    process.off('unhandledRejection', keep)
    for (const listener of others) process.on('uncaughtException', listener)
  }
}

class Attack {
  readonly #gateway: FakeGateway
  readonly #rng: Rng
  readonly #corpus: readonly (readonly string[])[]
  readonly #faults: string[]
  readonly #clock = new SystemClock()
  readonly #ib: Ib
  readonly #reasons = new Map<string, number>()
  #up = false
  #ups = 0
  #read = 0
  #events = 0
  #slowest = 0

  constructor(gateway: FakeGateway, rng: Rng, frames: readonly (readonly string[])[], faults: string[]) {
    this.#gateway = gateway
    this.#rng = rng
    this.#corpus = frames
    this.#faults = faults
    const listed = { venue: 'US', currency: 'USD', price_decimals: 4, qty_decimals: 0, economic_id: '' }
    const instruments = buildInstruments(
      ['NVDA', 'PLTR'].map((symbol) => ({ instrument: { ...listed, symbol }, day: 20_500, tape: 'fuzz' })),
    )
    const place = { broker: 0, instruments, currencies: ['KRW', 'USD'], clock: this.#clock }
    const address = { env: 'paper', host: '127.0.0.1', port: gateway.port, clientId: 7, account: 'DU0000001' } as const
    this.#ib = createIb({ ...DEFAULTS, ...address, markets: ['US'] }, place, { lineage: 'fuzzline' })
    this.#ib.broker.events$.subscribe((events) => this.#take(events))
    this.#ib.source.events$.subscribe((events) => this.#take(events))
    this.#ib.broker.raw$.subscribe((frame) => {
      if (frame.direction === 'in') this.#read++
    })
    this.#ib.source.start()
  }

  /** Every number of every event is one that the core may have. */
  #take(events: readonly object[]): void {
    for (const event of events) {
      this.#events++
      const bad = badNumber(event)
      if (bad !== undefined) this.#faults.push(`${bad}: ${JSON.stringify(event)}`)
      const link = (event as { readonly link?: string }).link
      if (link === 'up') this.#up = true
      if (link === 'lost' || link === 'failed') this.#up = false
      if (link === 'up') this.#ups++
      if (link === 'lost') queueMicrotask(() => this.#count(`session: ${this.#ib.source.feeds$.value[0]?.note ?? ''}`))
    }
  }

  async run(frames: number, progress: (done: number) => void): Promise<void> {
    await this.#connect()
    this.#order(1)
    // Frames that reached the client count, not those that were lost with their session.
    for (let round = 1; this.#read < frames; round++) {
      if (!this.#up) await this.#connect()
      const began = performance.now()
      await this.#batch(BATCH)
      this.#slowest = Math.max(this.#slowest, performance.now() - began)
      if (round % 50 === 0) progress(this.#read)
      // New orders for what comes to hit, and the questions that go with them.
      if (this.#up && round % 10 === 0) this.#order(1 + round)
    }
    await this.#connect()
  }

  /** The frames in segments of any size; a session that does not read on is dropped as a network would. */
  async #batch(count: number): Promise<void> {
    const bytes = Buffer.concat(Array.from({ length: count }, () => mutated(this.#rng, this.#corpus)))
    for (let at = 0; at < bytes.length && this.#up; ) {
      const end = at + 1 + this.#rng.below(8000)
      this.#gateway.write(bytes.subarray(at, end))
      at = end
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    const seen = this.#read
    this.#gateway.write(HEARTBEAT)
    const end = performance.now() + STUCK_MS
    while (this.#up && this.#read === seen && performance.now() < end) {
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    if (this.#up && this.#read === seen) {
      this.#count('a frame that never ends')
      this.#gateway.drop()
      await this.#until(() => !this.#up)
    }
  }

  async #connect(): Promise<void> {
    if (this.#up) return
    this.#gateway.drop()
    let asked = -Infinity
    await this.#until(() => {
      // As the engine does when an attempt failed.
      if (performance.now() - asked > 250) {
        asked = performance.now()
        const t = this.#clock.now()
        this.#ib.broker.send({ type: 'connect', t, broker: 0, at: t })
      }
      return this.#up
    })
  }

  #order(orderId: number): void {
    const t = this.#clock.now()
    const terms = {
      instrument: 0,
      side: 1,
      qty: 5,
      limit: 870_000,
      stop: 0,
      orderType: 'limit',
      timeInForce: 'DAY',
    } as const
    this.#ib.broker.send({ type: 'submit', t, broker: 0, orderId, intentId: orderId, ...terms })
    this.#ib.broker.send({ type: 'replace', t, broker: 0, orderId, qty: 6, limit: 870_000, stop: 0 })
    this.#ib.broker.send({ type: 'reconcile', t, broker: 0, requestId: orderId })
    this.#ib.broker.send({ type: 'cancel', t, broker: 0, orderId })
  }

  async #until(done: () => boolean): Promise<void> {
    const end = performance.now() + 15_000
    while (!done()) {
      if (performance.now() > end) throw new Error('the adapter did not come back within 15 s')
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }

  #count(reason: string): void {
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
  }

  outcome(): FuzzOutcome {
    const reasons = new Map([...this.#reasons, ...this.#ib.source.quarantined])
    const found = { sessions: this.#ups, events: this.#events, reasons, faults: this.#faults, slowest: this.#slowest }
    return { frames: this.#read, ...found }
  }

  async close(): Promise<void> {
    await this.#ib.source.stop()
    await this.#ib.broker.stop()
  }
}

const HEARTBEAT = Buffer.from([0, 0, 0, 16, ...Buffer.from('49\x001\x001772550001\x00')])

/** Name of a field that holds no number of the core; undefined when all do. */
export function badNumber(value: unknown, name = 'event'): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? undefined : name
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, inner] of Object.entries(value)) {
    const bad = badNumber(inner, key)
    if (bad !== undefined) return bad
  }
  return undefined
}
