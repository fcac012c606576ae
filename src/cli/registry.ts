/**
 * All commands of the design page, section 6, with the line and the example that --help shows. A command is present
 * when its file stands beside this one; its module is loaded only when it is called, so --help stays fast.
 */
import { existsSync } from 'node:fs'
import type { CliCommand } from './command.ts'

export interface RegistryEntry {
  readonly name: string
  readonly group: 'Trade' | 'Tapes' | 'Runs' | 'Learn' | 'Set-up' | 'Operate'
  readonly summary: string
  readonly example: string
}

const table: readonly (readonly [RegistryEntry['group'], string, string, string])[] = [
  [
    'Trade',
    'start',
    'a whole trading day on emulated brokers over real sockets, verified at the end',
    'start --speed 600 --for 6h --out runs/today',
  ],
  ['Trade', 'paper', 'trade on the configured brokers without real money', 'paper --for 6h --out runs/paper'],
  ['Trade', 'live', 'trade on the configured brokers; needs arming', 'live --config config --out runs/live'],
  [
    'Tapes',
    'import',
    'history from files or Yahoo to a tape',
    'import csv prices.csv --symbol NVDA --tz America/New_York --out tapes/nvda',
  ],
  ['Tapes', 'record', 'live or emulated feeds to a tape, without trading', 'record --for 6h --out tapes/today'],
  [
    'Tapes',
    'generate',
    'a seeded synthetic tape, labelled as generated',
    'generate --symbols NVDA,PLTR --days 5 --seed 7 --out tapes/gen',
  ],
  [
    'Tapes',
    'features',
    'indicator and feature values as the agent sees them',
    'features tapes/nvda --indicators ema:20,rsi:14 --bar 1m --out features.csv',
  ],
  [
    'Runs',
    'backtest',
    'tapes to a run directory',
    'backtest tapes/nvda --agent ema-cross --cash 100000 --out runs/first',
  ],
  ['Runs', 'verify', 're-runs a session; exit 3 with the first difference if any', 'verify runs/first'],
  ['Runs', 'diff', 'first difference of two runs, and its cause', 'diff runs/first runs/second'],
  [
    'Runs',
    'inspect',
    'the state at any event, and why an order was or was not made',
    'inspect runs/first --at 2025-03-04T14:31:00Z',
  ],
  [
    'Runs',
    'whatif',
    'the same session under another configuration',
    'whatif runs/first --set risk.stop_loss_pct=0.01 --out runs/other',
  ],
  ['Runs', 'scenario', 'rehearses bad days and checks what is expected', 'scenario flash-crash --all-ways'],
  ['Runs', 'swarm', 'seeded random faults and markets with every invariant on', 'swarm --seeds 200'],
  ['Runs', 'report', 'HTML tear sheet and trade ledger of runs', 'report runs/first --out report.html'],
  ['Runs', 'runs', 'the recorded runs: mode, size, span, sealed, verified', 'runs --dir recordings'],
  ['Runs', 'gate', 'the go-live conditions, each met or not', 'gate runs/paper-*'],
  ['Runs', 'pack', 'a run with its tape rows in one directory', 'pack runs/first --out first-packed'],
  ['Learn', 'train', 'trains a policy on tapes', 'train tapes/nvda --seed 1 --out models/mine'],
  ['Learn', 'evaluate', 'walk-forward evaluation of a policy', 'evaluate models/mine tapes/nvda'],
  [
    'Learn',
    'sweep',
    'many runs: parameters × tapes × seeds',
    'sweep tapes/nvda --agent ema-cross --param agent.fast=5,10 --out sweeps/ema',
  ],
  ['Learn', 'worker', 'takes runs of a sweep from a queue', 'worker --queue redis://127.0.0.1:6379'],
  [
    'Set-up',
    'config',
    'effective configuration, where each value comes from, and its hash',
    'config --set risk.max_daily_orders=20',
  ],
  ['Set-up', 'instruments', 'reference data of instruments', 'instruments show NVDA 005930'],
  ['Set-up', 'emulate', 'a stand-alone broker emulator for your own clients', 'emulate kis --port 0 --json'],
  ['Set-up', 'doctor', 'checks machine, configuration and connections', 'doctor'],
  ['Operate', 'status', 'state of a running session', 'status'],
  ['Operate', 'arm', 'allows a live session to trade', 'arm --out runs/live'],
  ['Operate', 'kill', 'stops a running session and flattens it', 'kill runs/live'],
  ['Operate', 'adopt', 'takes an existing position of the account into a session', 'adopt NVDA --broker ib'],
  ['Operate', 'cash', 'enters a deposit or withdrawal', 'cash +5000 USD --broker ib'],
]

export const registry: readonly RegistryEntry[] = table.map(([group, name, summary, example]) => ({
  name,
  group,
  summary,
  example: `npx sametape ${example}`,
}))

const fileOf = (name: string): URL => new URL(`./${name}.ts`, import.meta.url)

export function isPresent(name: string): boolean {
  return existsSync(fileOf(name))
}

/** Imports the file of a command that is present. */
export async function loadCommand(name: string): Promise<CliCommand> {
  const module = (await import(fileOf(name).href)) as { readonly command?: CliCommand }
  if (module.command === undefined) throw new Error(`src/cli/${name}.ts has no export "command"`)
  return module.command
}
