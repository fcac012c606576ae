/**
 * Tick → order bytes on the wire: `node bench/wire.ts [orders]` runs a session with the real KIS adapter, the risk gate
 * and a journal on disk against the KIS emulator in a process of its own, and prints percentiles by stage as one JSON
 * line, in milliseconds. Measured from the frame's arrival in the adapter to the socket's write of the order request:
 *
 *   decode    frame → typed event             journal  the commands' records made durable (group commit)
 *   sequence  event → its turn                encode   command → request
 *   step      data, features, agent, risk     flush    request → bytes handed to the socket, its connection included
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { configuredKis } from '../src/cli/live/kis-kit.ts'
import type { BrokerKit } from '../src/cli/live/kit.ts'
import { loadConfig } from '../src/config/load.ts'
import { DAY } from '../src/core/base/time.ts'
import { defineAgent } from '../src/core/decision/agent.ts'
import { instrumentTable } from '../src/reference/instrument-load.ts'
import { calendarOf } from '../src/reference/calendars.ts'
import { SystemClock } from '../src/runtime/clock.ts'
import { LatencyLog } from '../src/runtime/latency-log.ts'
import { liveInstruments } from '../src/runtime/live-instruments.ts'
import { openLiveRun } from '../src/runtime/live-run.ts'
import { LiveSession } from '../src/runtime/live-session.ts'
import { makeLiveSpec } from '../src/runtime/live-spec.ts'

const BIN = fileURLToPath(new URL('../src/cli/bin.mjs', import.meta.url))
/** The gate lets ten orders a minute pass; a market that runs faster lets the bench end in time. */
const SPEED = 60
const STAGES = ['decode', 'sequence', 'step', 'journal', 'encode', 'flush', 'all'] as const
type Stage = (typeof STAGES)[number]

interface Ready {
  readonly rest: string
  readonly ws: string
  readonly control: string
  readonly credentials: { appkey: string; appsecret: string; account: string; hts_id: string }
}

function emulator(): Promise<{ child: ChildProcess; ready: Ready }> {
  const args = ['emulate', 'kis', '--env', 'live', '--speed', String(SPEED), '--cash', 'KRW=1000000000']
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the emulator ended with ${code}`)))
    child.stdout.once('data', (line: Buffer) => resolve({ child, ready: JSON.parse(line.toString()) as Ready }))
  })
}

/** A clock that shows what the emulator's shows, and runs as fast. */
async function clockOf({ control }: Ready): Promise<SystemClock> {
  const asked = performance.now()
  const state = (await (await fetch(`${control}/state`)).json()) as { readonly now: string }
  const underWay = (performance.now() - asked) / 2
  return new SystemClock({ start: Date.parse(state.now) * 1000 + underWay * 1000 * SPEED, speed: SPEED })
}

/** Buys a little when flat and sells it again, not more often than the gate lets it. */
const agent = defineAgent({
  name: 'wire',
  subscribe: () => ({ quotes: true }),
  init: () => ({ last: 0 }),
  onQuote(state, q, ctx) {
    if (q.t - state.last < 7_000_000 || ctx.openOrders(q.symbol).length > 0) return
    const { qty } = ctx.position(q.symbol)
    if (qty === 0 && !ctx.canOpen(q.symbol)) return
    state.last = q.t
    if (qty > 0) ctx.sell(q.symbol, qty, 'flat again')
    else ctx.buy(q.symbol, 5, 'a little')
  },
})

/** Moments of an order's way, in milliseconds. */
interface Moments {
  readonly frame: number
  readonly event: number
  readonly begun: number
  readonly stepped: number
  readonly durable: number
}

/** Where an order is on its way; one at a time. */
class Trace {
  readonly logs = Object.fromEntries(STAGES.map((s) => [s, new LatencyLog()])) as Record<Stage, LatencyLog>
  /** Of whatever the session works on. */
  now: { -readonly [K in keyof Moments]: number } = { frame: 0, event: 0, begun: 0, stepped: 0, durable: 0 }
  #order: (Moments & { readonly sent: number }) | undefined
  encoded = 0
  orders = 0

  send(): void {
    this.#order = { ...this.now, sent: performance.now() }
    this.encoded = 0
  }

  flushed(): void {
    const o = this.#order
    if (o === undefined || this.encoded === 0) return
    this.#order = undefined
    const now = performance.now()
    const add = (stage: Stage, from: number, to: number): void => this.logs[stage].add(to - from)
    add('decode', o.frame, o.event)
    add('sequence', o.event, o.begun)
    add('step', o.begun, o.stepped)
    add('journal', o.stepped, o.durable)
    add('encode', o.sent, this.encoded)
    add('flush', this.encoded, now)
    add('all', o.frame, now)
    this.orders++
  }
}

/** Tells the trace when the bytes of an order request leave. */
function watchSockets(trace: Trace): void {
  const write = Socket.prototype.write as (this: Socket, ...args: unknown[]) => boolean
  Socket.prototype.write = function (this: Socket, ...args: unknown[]): boolean {
    const done = write.apply(this, args)
    const [data] = args
    const head =
      typeof data === 'string' ? data : data instanceof Uint8Array ? Buffer.from(data).toString('latin1', 0, 80) : ''
    if (head.startsWith('POST ') && head.slice(0, 80).includes('/trading/order')) trace.flushed()
    return done
  } as typeof Socket.prototype.write
}

function kitOf(root: string, ready: Ready): { kit: BrokerKit; config: ReturnType<typeof loadConfig> } {
  const { rest, ws, credentials } = ready
  const dir = join(root, 'config')
  const lines = ['brokers:', '  kis:', '    enabled: true', '    env: live', `    state_dir: ${join(root, 'state')}`]
  const hosts = ['    markets: [KRX]', '    hosts:', `      rest: ${rest}`, `      ws: ${ws}`]
  writeConfig(dir, [...lines, ...hosts].join('\n'))
  const env = {
    KIS_APP_KEY: credentials.appkey,
    KIS_APP_SECRET: credentials.appsecret,
    KIS_ACCOUNT_NO: credentials.account,
    KIS_HTS_ID: credentials.hts_id,
  }
  const sets = ['risk.max_daily_orders=1000000', 'trading.symbols=005930']
  const config = loadConfig({ dir, sets, env })
  const kit = configuredKis(config, env)
  if (kit === undefined) throw new Error('KIS is not enabled')
  return { kit, config }
}

function writeConfig(dir: string, brokers: string): void {
  mkdirSync(dir)
  writeFileSync(join(dir, 'brokers.yaml'), `${brokers}\n`)
}

async function measure(orders: number): Promise<Record<string, unknown>> {
  const root = mkdtempSync(join(tmpdir(), 'sametape-wire-'))
  const { child, ready } = await emulator()
  try {
    return await session(root, ready, orders)
  } finally {
    child.removeAllListeners('exit')
    child.kill('SIGTERM')
    rmSync(root, { recursive: true })
  }
}

async function session(root: string, ready: Ready, orders: number): Promise<Record<string, unknown>> {
  const { kit, config } = kitOf(root, ready)
  const clock = await clockOf(ready)
  const loaded = { definition: agent as never, name: 'wire', hash: '0'.repeat(64), files: [] }
  const live = liveInstruments({
    ...{ symbols: ['005930'], venues: kit.venues, day: Math.floor(clock.now() / DAY) },
    ...{ table: instrumentTable(undefined), base: config.risk.baseCurrency },
  })
  const brokers = [{ name: kit.id, rules: kit.rules }]
  const spec = makeLiveSpec({ config, agent: loaded, instruments: live, brokers, fees: kit.fees })
  const run = openLiveRun({ dir: join(root, 'run'), spec, config, agent: loaded })
  const context = { broker: 0, instruments: live.instruments, currencies: live.currencies, clock }
  const { broker, sources } = kit.plug({ context, dir: root, resumed: false, trades: true, notices: true })
  const trace = new Trace()
  watchSockets(trace)
  for (const source of sources) {
    source.raw$.subscribe((f) => {
      if (f.direction === 'in') trace.now.frame = performance.now()
    })
    source.events$.subscribe(() => {
      trace.now.event = performance.now()
    })
  }
  broker.raw$.subscribe((f) => {
    if (f.direction === 'out' && f.channel.includes('/trading/order')) trace.encoded = performance.now()
  })
  const send = broker.send.bind(broker)
  broker.send = (command) => {
    if (command.type === 'submit') trace.send()
    send(command)
  }
  const journal = {
    flush: () => run.sink.journal.flush(),
    sync: () => {
      run.sink.journal.sync()
      trace.now.durable = performance.now()
    },
    get low() {
      return run.sink.journal.low
    },
  }
  // The emulator's generated market is open around the clock.
  const setup = { ...run.setup, calendars: run.setup.calendars.map(() => calendarOf('GEN')) }
  const playing = new LiveSession({
    setup,
    header: run.header,
    clock,
    sources,
    brokers: [broker],
    sink: { ...run.sink, journal },
  })
  const step = playing.engine.step.bind(playing.engine)
  playing.engine.step = (event) => {
    trace.now.begun = performance.now()
    step(event)
    trace.now.stepped = performance.now()
  }
  playing.start(2)
  const began = performance.now()
  while (trace.orders < orders && playing.failure === undefined && performance.now() - began < 180_000) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await playing.end()
  if (playing.failure !== undefined) throw playing.failure
  const stages = Object.fromEntries(STAGES.map((s) => [s, trace.logs[s].figures()]))
  return { orders: trace.orders, events: playing.events, stages }
}

const result = await measure(Number(process.argv[2] ?? 300))
process.stdout.write(`${JSON.stringify(result)}\n`)
