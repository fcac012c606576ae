/**
 * `paper` and `emulate kis` as two processes that know each other by sockets alone: a configuration that points one at
 * the other, lives of `paper` that end as the test wishes, and the emulator's control door as the truth.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BIN } from '../cli/run-cli.ts'
import type { KillPoint } from '../live/kill-point-names.ts'

/** Buys and sells one symbol after the other, some seconds apart: below ten orders a minute. */
export const FLIP = `import { defineAgent } from 'sametape'
export default defineAgent({
  name: 'flip',
  subscribe: () => ({ trades: true }),
  init: () => ({ next: 0 }),
  onTrade(state, trade, ctx) {
    if (ctx.now < state.next || ctx.openOrders(trade.symbol).length > 0) return
    const { qty } = ctx.position(trade.symbol)
    const unit = trade.symbol === '005930' ? 30 : 60
    const done = qty > 0
      ? ctx.sell(trade.symbol, qty, 'flip')
      : ctx.canOpen(trade.symbol) ? ctx.buy(trade.symbol, unit, 'flip') : { ok: false }
    if (done.ok) state.next = ctx.now + GAP
  },
})
`

interface Door {
  readonly rest: string
  readonly ws: string
  readonly credentials: Readonly<Record<'appkey' | 'appsecret' | 'account' | 'hts_id', string>>
}

export interface VenueOrder {
  readonly number: number
  readonly action: string
  readonly symbol: string
  readonly side: string
  readonly qty: string
  readonly filled: string
}

export interface VenueFill {
  readonly order: number
  readonly symbol: string
  readonly side: string
  readonly qty: string
  readonly price: string
}

export interface VenueState {
  readonly cash: Readonly<Record<string, string>>
  readonly positions: Readonly<Record<string, { readonly qty: string }>>
  readonly orders: readonly VenueOrder[]
  readonly fills: readonly VenueFill[]
}

export interface Life {
  readonly child: ChildProcess
  /** Resolves once it says where it records. */
  readonly begun: Promise<void>
  readonly closed: Promise<number | null>
  stdout: string
  stderr: string
}

export class PaperBench {
  readonly dir: string
  readonly out: string
  readonly control: string
  readonly #emulator: ChildProcess
  readonly env: Readonly<Record<string, string>>

  private constructor(dir: string, emulator: ChildProcess, ready: Door & { control: string; quotes: Door }) {
    this.dir = dir
    this.out = join(dir, 'session')
    this.#emulator = emulator
    this.control = ready.control
    this.env = environment(dir, ready)
  }

  static async open(dir: string, flags: readonly string[] = [], gapSeconds = 7): Promise<PaperBench> {
    mkdirSync(join(dir, 'config'), { recursive: true })
    const args = [BIN, 'emulate', 'kis', '--json', '--rate', '100', ...flags]
    const emulator = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const line = await firstLine(emulator)
    const ready = JSON.parse(line) as Door & { control: string; quotes: Door }
    const { rest, ws, quotes } = ready
    writeFileSync(
      join(dir, 'config', 'brokers.yaml'),
      `brokers:\n  kis:\n    enabled: true\n    env: paper\n    hosts: {rest: "${rest}", ws: "${ws}"}\n` +
        `    quotes: {rest: "${quotes.rest}", ws: "${quotes.ws}"}\n` +
        `    state_dir: ${join(dir, 'tokens')}\n    requests_per_second: 100\n`,
    )
    writeFileSync(join(dir, 'config', 'trading.yaml'), 'trading:\n  hours: always\n')
    writeFileSync(join(dir, 'config', 'risk.yaml'), 'risk:\n  max_daily_orders: 100000\n')
    writeFileSync(join(dir, 'flip.ts'), FLIP.replace('GAP', String(gapSeconds * 1_000_000)))
    return new PaperBench(dir, emulator, ready)
  }

  /** A life of `paper` that nobody starts anew; `flags` come after those that every life has. */
  paper(...flags: readonly string[]): Life {
    return this.supervised('--no-supervisor', ...flags)
  }

  /** One whose supervisor may outlive it. */
  supervised(...flags: readonly string[]): Life {
    return this.run(...this.#paperArgs, ...flags)
  }

  /** One that dies by its own SIGKILL when it gets to a point of `live/kill-points.ts` for the `nth` time. */
  paperUntil(point: KillPoint, nth: number): Life {
    const preload = new URL('../live/kill-points.ts', import.meta.url).href
    return this.#spawn([...this.#paperArgs, '--no-supervisor'], {
      NODE_OPTIONS: `--import ${preload}`,
      KILL_AT: `${point}:${nth}`,
    })
  }

  /** Preloads a file into a life of `paper`. */
  paperWith(preload: URL, ...flags: readonly string[]): Life {
    const args = [...this.#paperArgs, '--no-supervisor', ...flags]
    return this.#spawn(args, { NODE_OPTIONS: `--import ${preload.href}` })
  }

  get #paperArgs(): readonly string[] {
    const agent = join(this.dir, 'flip.ts')
    return ['paper', '--config', join(this.dir, 'config'), '--agent', agent, '--out', this.out]
  }

  run(...args: readonly string[]): Life {
    return this.#spawn(args, {})
  }

  #spawn(args: readonly string[], env: Readonly<Record<string, string>>): Life {
    const child = spawn(process.execPath, [BIN, ...args], { env: { ...process.env, ...this.env, ...env } })
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
    let begin: () => void = () => undefined
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const life: Life = { child, begun, closed, stdout: '', stderr: '' }
    child.stdout?.on('data', (chunk: Buffer) => {
      life.stdout += String(chunk)
      if (life.stdout.includes('recording into')) begin()
    })
    child.stderr?.on('data', (chunk: Buffer) => void (life.stderr += String(chunk)))
    void closed.then(begin)
    return life
  }

  /** What the venue knows. */
  async state(): Promise<VenueState> {
    const response = await fetch(`${this.control}/state`)
    const state = (await response.json()) as { accounts: Record<string, VenueState> }
    return Object.values(state.accounts)[0] as VenueState
  }

  /** Rows of a table over all parts, by column name. */
  table(name: string): Record<string, string>[] {
    const parts = readdirSync(this.out).filter((n) => !n.startsWith('.'))
    return parts.flatMap((part) => {
      const [head = '', ...lines] = readFileSync(join(this.out, part, `${name}.csv`), 'utf8')
        .trimEnd()
        .split('\n')
      const names = head.split(',')
      return lines.map((line) => Object.fromEntries(line.split(',').map((x, i) => [names[i] ?? '', x])))
    })
  }

  get parts(): string[] {
    if (!existsSync(this.out)) return []
    return readdirSync(this.out)
      .filter((n) => !n.startsWith('.'))
      .map((n) => join(this.out, n))
  }

  /** Numbers that the venue gave to orders of ours, by our order id, as the adapter learnt them. */
  numbers(): Map<number, number[]> {
    const lines = readFileSync(join(this.out, '.adapter', 'kis-orders.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
    const numbers = new Map<number, number[]>()
    for (const text of lines) {
      const line = JSON.parse(text) as { k: string; id: number; leg?: { number: number } }
      if (line.k === 'leg' && line.leg !== undefined) {
        numbers.set(line.id, [...(numbers.get(line.id) ?? []), line.leg.number])
      }
    }
    return numbers
  }

  async close(): Promise<void> {
    const ended = once(this.#emulator, 'close')
    this.#emulator.kill('SIGTERM')
    await ended
  }
}

function environment(dir: string, { credentials: c, quotes }: Door & { quotes: Door }): Record<string, string> {
  return {
    KIS_PAPER_APP_KEY: c.appkey,
    KIS_PAPER_APP_SECRET: c.appsecret,
    KIS_PAPER_ACCOUNT_NO: c.account,
    KIS_HTS_ID: c.hts_id,
    KIS_QUOTE_APP_KEY: quotes.credentials.appkey,
    KIS_QUOTE_APP_SECRET: quotes.credentials.appsecret,
    XDG_STATE_HOME: join(dir, 'state'),
    TRADING_MODE: '',
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    text += String(chunk)
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'))
  }
  throw new Error('the emulator ended before it listened')
}

/** What differs between the venue and the session, in words; empty when nothing was lost or doubled. */
export function differences(bench: PaperBench, venue: VenueState): string[] {
  const found: string[] = []
  const ours = new Map<string, number>()
  for (const f of bench.table('fills')) add(ours, `${f.symbol} ${f.side}`, Number(f.qty))
  const theirs = new Map<string, number>()
  for (const f of venue.fills) add(theirs, `${f.symbol} ${f.side}`, Number(f.qty))
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const [a, b] = [ours.get(key) ?? 0, theirs.get(key) ?? 0]
    if (a !== b) found.push(`fills of ${key}: ${a} in the session, ${b} at the venue`)
  }
  const ids = bench.table('fills').map((f) => f.fill_id)
  if (new Set(ids).size !== ids.length) found.push('a fill was booked twice')
  const numbers = bench.numbers()
  const owner = new Map([...numbers].flatMap(([id, of]) => of.map((n) => [n, id] as const)))
  const placed = new Map<number, number>()
  for (const order of venue.orders.filter((o) => o.action === 'new')) {
    const id = owner.get(order.number)
    if (id === undefined) found.push(`order ${order.number} at the venue is nobody's`)
    else add(placed, id, 1)
  }
  for (const [id, n] of placed) if (n > 1) found.push(`order ${id} stands ${n} times at the venue`)
  return found
}

function add<K>(sums: Map<K, number>, key: K, n: number): void {
  sums.set(key, (sums.get(key) ?? 0) + n)
}
