/** An adapter against its emulator, whichever: what it says is collected, commands go in as the engine would send them. */
import { rmSync } from 'node:fs'
import type { SubmitOrder } from '../../src/core/domain/command.ts'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { Price } from '../../src/core/domain/units.ts'
import type {
  AdapterContext,
  BarInbound,
  Broker,
  BrokerInbound,
  MarketInbound,
  MarketSource,
  RawFrame,
} from '../../src/runtime/ports.ts'

export type Of<T> = Extract<BrokerInbound, { type: T }>

export interface Adapter {
  readonly broker: Broker
  readonly source: MarketSource
}

export interface BenchEmulator {
  readonly control: string
  close(): void | Promise<void>
}

export abstract class AdapterBench {
  readonly context: AdapterContext
  /** Where the adapter keeps its files; gone with the bench. */
  readonly dir: string
  readonly events: BrokerInbound[] = []
  readonly market: (MarketInbound | BarInbound)[] = []
  readonly raw: RawFrame[] = []
  nextOrder = 1
  nextRequest = 1

  protected constructor(context: AdapterContext, dir: string) {
    this.context = context
    this.dir = dir
  }

  abstract readonly emulator: BenchEmulator
  /** The one that lives now. */
  protected abstract get adapter(): Adapter

  /** A limit that fills. */
  abstract fills(symbol: string, side: 1 | -1): Price
  /** A price on the tick that does not. */
  abstract farBelow(symbol: string): Price

  protected listen({ broker, source }: Adapter): void {
    broker.events$.subscribe((events) => this.events.push(...events))
    source.events$.subscribe((events) => this.market.push(...events))
    broker.raw$.subscribe((frame) => this.raw.push(frame))
  }

  start(): void {
    this.adapter.source.start()
    this.adapter.broker.start()
  }

  protected async stop(): Promise<void> {
    await this.adapter.source.stop()
    await this.adapter.broker.stop()
  }

  async close(): Promise<void> {
    await this.stop()
    await this.emulator.close()
    rmSync(this.dir, { recursive: true, force: true })
  }

  instrument(symbol: string): Instrument {
    const found = this.context.instruments.find((i) => i.symbol === symbol)
    if (found === undefined) throw new Error(`no ${symbol}`)
    return found
  }

  of<T extends BrokerInbound['type']>(type: T): Of<T>[] {
    return this.events.filter((e): e is Of<T> => e.type === type)
  }

  has<T extends BrokerInbound['type']>(type: T, is: (e: Of<T>) => boolean = () => true): boolean {
    return this.of(type).some(is)
  }

  links(): string[] {
    return this.of('link').map((e) => e.link)
  }

  async until(done: () => boolean, what: string, ms = 15_000): Promise<void> {
    const end = performance.now() + ms
    while (!done()) {
      if (performance.now() > end) {
        throw new Error(`not within ${ms} ms: ${what}; events: ${JSON.stringify(this.events.slice(-12))}`)
      }
      await this.pause(10)
    }
  }

  async event<T extends BrokerInbound['type']>(
    type: T,
    is: (e: Of<T>) => boolean = () => true,
    ms?: number,
  ): Promise<Of<T>> {
    await this.until(() => this.has(type, is), `an event ${type}`, ms)
    return this.of(type).find(is) as Of<T>
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms))
  }

  /** A limit order that fills unless more says otherwise. */
  submit(symbol: string, side: 1 | -1, qty: number, more: Partial<SubmitOrder> = {}): number {
    const orderId = this.nextOrder++
    const terms = { orderType: 'limit', limit: this.fills(symbol, side), stop: 0, timeInForce: 'DAY' } as const
    const head = { type: 'submit', ...this.#head(), orderId, intentId: orderId } as const
    this.adapter.broker.send({ ...head, instrument: this.instrument(symbol).id, side, qty, ...terms, ...more })
    return orderId
  }

  replace(orderId: number, qty: number, limit: Price): void {
    this.adapter.broker.send({ type: 'replace', ...this.#head(), orderId, qty, limit, stop: 0 })
  }

  cancel(orderId: number): void {
    this.adapter.broker.send({ type: 'cancel', ...this.#head(), orderId })
  }

  query(orderId: number): void {
    this.adapter.broker.send({ type: 'query', ...this.#head(), orderId })
  }

  /** As the engine does when its back-off is over. */
  connect(): void {
    const head = this.#head()
    this.adapter.broker.send({ type: 'connect', ...head, at: head.t })
  }

  async books(): Promise<Of<'books'>> {
    const requestId = this.nextRequest++
    this.adapter.broker.send({ type: 'reconcile', ...this.#head(), requestId })
    return this.event('books', (e) => e.requestId === requestId)
  }

  async fault(request: Readonly<Record<string, unknown>>): Promise<void> {
    const response = await fetch(`${this.emulator.control}/fault`, { method: 'POST', body: JSON.stringify(request) })
    if (!response.ok) throw new Error(await response.text())
  }

  #head(): { readonly t: number; readonly broker: number } {
    return { t: this.context.clock.now(), broker: 0 }
  }
}
