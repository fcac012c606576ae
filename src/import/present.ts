/** The result of an import for people and for --json. */
import type { CommandContext, CommandResult } from '../cli/command.ts'
import { type ImportResult, stampOrNull } from './tape-import.ts'

const SHOWN_FAULTS = 5

/** Keys of the contract: tape, rows, accepted, rejected, faults, first, last; streams besides. */
export function present(out: string, strict: boolean, result: ImportResult, ctx: CommandContext): CommandResult {
  const { manifest, rows, accepted, rejected, faults } = result
  ctx.progress.end()
  for (const note of result.notes) ctx.note(`note: ${note}`)
  const json = {
    tape: manifest === undefined ? null : out,
    rows,
    accepted,
    rejected,
    faults,
    first: stampOrNull(result.first),
    last: stampOrNull(result.last),
    streams: manifest?.streams ?? [],
    row_hash: manifest?.row_hash ?? null,
    notes: result.notes,
  }
  if (manifest === undefined) {
    ctx.note(`no row was accepted (${rows} read), so there is no tape`)
  } else {
    ctx.say(`${out}: ${accepted} of ${rows} rows, ${rejected} rejected`)
    const width = Math.max(...manifest.streams.map((s) => s.symbol.length))
    for (const s of manifest.streams) {
      const interval = s.interval_us === undefined ? '' : `  ${shownInterval(s.interval_us)}`
      ctx.say(
        `  ${s.symbol.padEnd(width)}  ${s.kind.padEnd(6)}  ${String(s.rows).padStart(9)}  ${s.first} – ${s.last}${interval}`,
      )
    }
  }
  for (const fault of faults.slice(0, SHOWN_FAULTS)) {
    ctx.note(`${fault.file}:${fault.row}: ${fault.field === '' ? 'row' : fault.field} '${fault.value}' ${fault.why}`)
  }
  if (rejected > SHOWN_FAULTS)
    ctx.note(`… ${rejected - SHOWN_FAULTS} more rejected rows (--json lists the first 1,000)`)
  if (manifest === undefined) return { json, exitCode: 1 }
  if (strict && rejected > 0) {
    ctx.note(`--strict: ${rejected} rows were rejected; the tape was written to ${out} all the same`)
    return { json, exitCode: 1 }
  }
  return { json }
}

function shownInterval(interval: number | 'session'): string {
  if (interval === 'session') return 'sessions'
  const seconds = interval / 1_000_000
  if (seconds % 3600 === 0) return `${seconds / 3600}h bars`
  return seconds % 60 === 0 ? `${seconds / 60}m bars` : `${seconds}s bars`
}
