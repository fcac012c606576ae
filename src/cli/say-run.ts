/** The summary of a run for people. */
import type { RunSummary } from '../runtime/backtest.ts'
import type { CommandContext } from './command.ts'

export function group(text: string): string {
  const [whole = '', fraction] = text.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction.slice(0, 2)}`
}

export function sayRun(ctx: CommandContext, s: RunSummary): void {
  const base = String(s.base_currency)
  const denied = Object.entries(s.denied as Record<string, number>)
  const stopped = s.stopped as { rule: string } | null
  const rows: [string, string][] = [
    [
      'events',
      `${group(String(s.events))} in ${Number(s.wall_seconds).toFixed(2)} s (${group(String(s.events_per_second))}/s)`,
    ],
    ['trades', `${s.trades} round trips, ${s.fills} fills`],
    ['equity', `${group(String(s.initial_equity))} → ${group(String(s.final_equity))} ${base}`],
    ['drawdown', `${(Number(s.max_drawdown) * 100).toFixed(2)} %`],
    ['denied', denied.length === 0 ? 'none' : denied.map(([reason, n]) => `${reason} ${n}`).join(', ')],
    ['state', stopped === null ? String(s.state) : `${s.state} by ${stopped.rule}`],
    ['digest', String(s.digest)],
    ['run', String(s.run)],
  ]
  for (const [name, value] of rows) ctx.say(`${name.padEnd(10)}${value}`)
}
