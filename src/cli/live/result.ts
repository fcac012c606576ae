/** What a session came to: the document of --json (`contract.md` 6), the table for people, the exit code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Desk } from '../../core/engine/desk.ts'
import type { Played } from '../../runtime/live-play.ts'
import { writeReport } from '../../report/html.ts'
import { type Verification, verify } from '../../runtime/verify.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { group } from '../say-run.ts'

interface BrokerCount {
  orders: number
  fills: number
}

/** Seals were made before: counts, verification, and all of it in one document. */
export async function finish(played: Played, ctx: CommandContext): Promise<CommandResult> {
  const { session, summary } = played
  const exporting = performance.now()
  const verified = await verifyAll(played.parts, ctx)
  ctx.progress.end()
  const { desk } = session.engine
  const json = {
    ...summary,
    wall_seconds: played.seconds,
    events_per_second: Math.round(summary.events / Math.max(played.seconds, 1e-9)),
    export_seconds: (performance.now() - exporting) / 1000,
    positions: positionsOf(desk),
    brokers: countByBroker(played.parts, desk.brokerNames),
    ready: played.ready,
    verify: verified,
    report: await writeReport(played.parts.at(-1) as string, { verification: verified }),
  }
  say(ctx, json, verified)
  for (const why of troubles(session)) ctx.note(why)
  return { json, exitCode: exitCodeOf(desk, verified) }
}

/** What ended it from outside the market. */
function troubles({ diskFull, listenerFailed }: Played['session']): string[] {
  const found: string[] = []
  if (diskFull)
    found.push('the disk was full: what was held was sold with the space kept for that; free some and start anew')
  if (listenerFailed !== undefined)
    found.push(`a sink failed and the session was ended: ${String(listenerFailed.error)}`)
  return found
}

/** Over all brokers, what is ours and not zero. */
function positionsOf(desk: Desk): Record<string, number> {
  const held = desk.market.instruments.map(
    (i) => [i.symbol, desk.ledger.held(i.id) / desk.unitsPerWhole(i.id)] as const,
  )
  return Object.fromEntries(held.filter(([, qty]) => qty !== 0))
}

/** The verification of the last part, or of the first that differs. */
async function verifyAll(parts: readonly string[], ctx: CommandContext): Promise<Verification> {
  let last: Verification | undefined
  for (const part of parts) {
    last = await verify(part, { progress: (n, total) => ctx.progress.update(n, total, 'verifying') })
    if (!last.identical) break
  }
  if (last === undefined) throw new Error('a session without a part')
  return last
}

/** By the tables, which hold whole parts, lives before a restart included. */
function countByBroker(dirs: readonly string[], names: readonly string[]): Record<string, BrokerCount> {
  const counts = Object.fromEntries(names.map((name): [string, BrokerCount] => [name, { orders: 0, fills: 0 }]))
  const seen = new Set<string>()
  for (const [, , order = '', , broker = ''] of dirs.flatMap((dir) => rows(join(dir, 'orders.csv')))) {
    const of = counts[broker]
    if (of === undefined || seen.has(order)) continue
    seen.add(order)
    of.orders++
  }
  for (const [, , , , broker = ''] of dirs.flatMap((dir) => rows(join(dir, 'fills.csv')))) {
    const of = counts[broker]
    if (of !== undefined) of.fills++
  }
  return counts
}

/** Fields before the first that could be quoted. */
function rows(path: string): string[][] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1)
  return lines.map((line) => line.split(','))
}

/** an end by a rule is no success; 5 where something is still held. */
function exitCodeOf(desk: Desk, verified: Verification): 0 | 1 | 3 | 5 {
  if (!verified.identical) return 3
  if (desk.stopped === undefined || desk.stopped.rule === 'operator') return 0
  return desk.market.instruments.some((i) => desk.ledger.holds(i.id, false)) ? 5 : 1
}

interface Said {
  readonly run?: unknown
  readonly [name: string]: unknown
}

function say(ctx: CommandContext, s: Said, verified: Verification): void {
  const base = String(s.base_currency)
  const latency = s.latency_ms as Readonly<Record<'p50' | 'p99' | 'p99_9' | 'max' | 'count', number>>
  const stopped = s.stopped as { readonly rule: string } | null
  const held = Object.entries(s.positions as Record<string, number>).map(([symbol, qty]) => `${qty} ${symbol}`)
  const brokers = Object.entries(s.brokers as Record<string, BrokerCount>)
  const ms = (x: number): string => x.toFixed(2)
  const table: [string, string][] = [
    ['events', `${group(String(s.events))} in ${Number(s.wall_seconds).toFixed(1)} s`],
    ['brokers', brokers.map(([name, c]) => `${name} ${c.orders} orders, ${c.fills} fills`).join('; ')],
    ['trades', `${String(s.trades)} round trips, ${String(s.fills)} fills`],
    ['equity', `${group(String(s.initial_equity))} → ${group(String(s.final_equity))} ${base}`],
    ['drawdown', `${(Number(s.max_drawdown) * 100).toFixed(2)} %`],
    ['held', held.length === 0 ? 'nothing' : held.join(', ')],
    ['latency', `tick to order p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)}, max ${ms(latency.max)} ms`],
    [
      'state',
      stopped === null || stopped.rule === 'operator' ? 'ended in order' : `${String(s.state)} by ${stopped.rule}`,
    ],
    ['digest', String(s.digest)],
    [
      'verified',
      verified.identical ? 'identical: the recording re-runs to the same bytes' : `DIFFERENT: ${verified.cause}`,
    ],
    ['report', String(s.report)],
    ['files', String(s.run)],
  ]
  for (const [name, value] of table) ctx.say(`${name.padEnd(10)}${value}`)
}
