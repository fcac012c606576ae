/**
 * The operator's door of a running session: a local socket that only its owner can open. One request, one answer, both a
 * line of JSON. What an operator does is an input of the session like any other: journaled, stepped, re-run.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { z } from 'zod'
import { toScaled } from '../../core/base/decimal.ts'
import { CASH_KINDS } from '../../core/domain/event.ts'
import { CURRENCIES, moneyDecimals } from '../../core/domain/units.ts'
import type { LiveSession } from '../../runtime/live-session.ts'
import { type SessionStatus, statusOf } from '../../runtime/live-status.ts'
import type { FeedStatus, Inbound, MarketSource } from '../../runtime/ports.ts'

export const requestSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('status') }),
  z.strictObject({ do: z.enum(['kill', 'arm', 'enable']) }),
  z.strictObject({ do: z.enum(['adopt', 'acknowledge']), symbol: z.string(), broker: z.string(), qty: z.string() }),
  z.strictObject({
    do: z.literal('cash'),
    broker: z.string(),
    currency: z.string(),
    amount: z.string(),
    kind: z.enum(CASH_KINDS),
  }),
  z.strictObject({ do: z.literal('explain'), broker: z.string(), kind: z.enum(CASH_KINDS) }),
])

export type DoorRequest = z.infer<typeof requestSchema>
/** `refused` says what to write instead. */
export type DoorAnswer = { readonly status: SessionStatus } | { readonly refused: string }

const REQUEST_MAX = 4096

export class Door {
  readonly #server: Server
  readonly #session: LiveSession
  readonly #feeds = new Map<number, FeedStatus>()

  constructor(session: LiveSession, sources: readonly MarketSource[], path: string) {
    this.#session = session
    for (const source of sources) {
      source.feeds$.subscribe((feeds) => feeds.forEach((feed) => this.#feeds.set(feed.instrument, feed)))
    }
    this.#server = createServer((socket) => this.#serve(socket))
    this.#server.listen(path)
    this.#server.unref()
  }

  close(): void {
    this.#server.close()
  }

  #serve(socket: Socket): void {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: string) => {
      text += chunk
      if (text.length > REQUEST_MAX) return void socket.destroy()
      if (text.includes('\n')) socket.end(`${JSON.stringify(this.#answer(text))}\n`)
    })
  }

  #answer(text: string): DoorAnswer {
    const request = readRequest(text)
    if (request === undefined) return { refused: 'not a request of this version' }
    const input = request.do === 'status' ? undefined : inputOf(this.#session, request)
    if (typeof input === 'string') return { refused: input }
    if (input !== undefined) this.#session.input(input)
    return { status: statusOf(this.#session, this.#feeds) }
  }
}

function readRequest(text: string): DoorRequest | undefined {
  try {
    return requestSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** What the engine is told; a text says why nothing is. */
function inputOf(session: LiveSession, r: Exclude<DoorRequest, { do: 'status' }>): Inbound | string {
  const { desk } = session.engine
  const plain = { type: 'operator', broker: -1, instrument: -1, value: 0, price: 0 } as const
  if (!('broker' in r)) return { ...plain, action: r.do }
  const broker = desk.brokerNames.indexOf(r.broker)
  if (broker < 0) return `--broker ${r.broker}: this session has ${desk.brokerNames.join(', ') || 'none'}`
  if (r.do === 'explain') return { ...plain, action: 'explainCash', broker, value: CASH_KINDS.indexOf(r.kind) }
  if (r.do === 'cash') {
    const currency = desk.ledger.currencies.indexOf(r.currency)
    const name = CURRENCIES.find((c) => c === r.currency)
    if (name === undefined || currency < 0)
      return `${r.currency}: this session has ${desk.ledger.currencies.join(', ')}`
    const amount = toScaled(r.amount, moneyDecimals(name))
    if (amount === undefined || amount === 0)
      return `${r.amount} ${name}: not an amount of ${moneyDecimals(name)} decimals`
    return { type: 'cash', broker, currency, amount, kind: r.kind }
  }
  if (!('symbol' in r)) return 'not a request of this version'
  const instrument = desk.market.instruments.find((i) => i.symbol === r.symbol)
  if (instrument === undefined) return `${r.symbol}: this session trades ${symbolsOf(session)}`
  const { external, qty } = desk.ledger.position(broker, instrument.id)
  const most = r.do === 'adopt' ? external : qty
  const value = r.qty === 'all' ? (r.do === 'adopt' ? most : 0) : toScaled(r.qty, instrument.qtyDecimals)
  if (value === undefined || value < 0 || value > most) {
    return `${r.qty} ${r.symbol}: ${r.do === 'adopt' ? 'not ours at' : 'held at'} ${r.broker} are ${most}; write a number up to that, or all`
  }
  if (r.do === 'adopt' && value === 0) return `${r.symbol}: nothing at ${r.broker} is left to adopt`
  return { ...plain, action: r.do, broker, instrument: instrument.id, value }
}

function symbolsOf({ engine }: LiveSession): string {
  return engine.desk.market.instruments
    .filter((i) => i.venue !== 'FX')
    .map((i) => i.symbol)
    .join(', ')
}
