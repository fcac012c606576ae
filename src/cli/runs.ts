/** `sametape runs`: the recorded runs under a directory, newest last. */
import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { bytes, number, stampText } from '../report/format.ts'
import { makeReport } from '../report/html.ts'
import { findRuns, type ListedRun, listRun } from '../report/run-list.ts'
import type { CliCommand, CommandContext } from './command.ts'
import { Failure } from './failure.ts'
import { text } from './run-options.ts'

const DEFAULT_DIR = 'recordings'

export const command: CliCommand = {
  configure(command) {
    command
      .option('--dir <dir>', `where to look (default: ${DEFAULT_DIR})`)
      .option('--verify', 'runs every sealed session again and writes its report')
  },
  async run(_, options, ctx) {
    const dir = text(options, 'dir') ?? DEFAULT_DIR
    if (!existsSync(dir)) throw new Failure(`--dir ${dir}: no such directory`, 2)
    const found = findRuns(dir)
    const runs: ListedRun[] = []
    for (const run of found) runs.push(await look(run, options.verify === true, ctx))
    runs.sort((a, b) => compare(a.created ?? a.first ?? '~', b.created ?? b.first ?? '~') || compare(a.run, b.run))
    say(ctx, dir, runs)
    for (const { damage } of runs) if (damage !== null) ctx.note(damage)
    const different = runs.some((run) => run.verified?.identical === false)
    return { json: { dir, runs }, exitCode: runs.some((run) => run.damage !== null) ? 1 : different ? 3 : 0 }
  },
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

async function look(run: string, verify: boolean, ctx: CommandContext): Promise<ListedRun> {
  const listed = await listRun(run)
  if (!verify || listed.state !== 'sealed') return listed
  try {
    const { verified } = await makeReport(run, { progress: (n, total) => ctx.progress.update(n, total, run) })
    ctx.progress.end()
    if (verified.state === 'impossible') ctx.note(`${run}: not verified: ${verified.why}`)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { ...listed, state: 'damaged', damage: error.message }
  }
  return listRun(run)
}

function say(ctx: CommandContext, dir: string, runs: readonly ListedRun[]): void {
  if (runs.length === 0) {
    ctx.say(`no runs under ${dir}`)
    return
  }
  const rows = runs.map((run) => [
    relative(dir, run.run) || run.run,
    run.mode ?? '–',
    run.generated === true ? 'generated' : run.generated === false ? 'real' : '–',
    stampText(run.first),
    stampText(run.last),
    run.events === null ? '–' : number(run.events),
    bytes(run.bytes),
    run.state,
    run.verified === null
      ? 'no'
      : `${run.verified.identical ? 'identical' : 'DIFFERENT'} ${run.verified.at.slice(0, 10)}`,
  ])
  const head = ['run', 'mode', 'data', 'from (UTC)', 'to', 'events', 'size', 'state', 'verified']
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => (row[i] as string).length)))
  for (const row of [head, ...rows]) {
    ctx.say(
      row
        .map((cell, i) => (i === 5 || i === 6 ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number)))
        .join('  ')
        .trimEnd(),
    )
  }
}
