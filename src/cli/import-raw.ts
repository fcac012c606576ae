/** `sametape import raw`: the frames that a session kept, decoded again into a tape. */
import type { Command } from 'commander'
import type { Instrument } from '../core/domain/instrument.ts'
import { refuseFullDirectory } from '../import/out-directory.ts'
import type { RawDecoder } from '../runtime/ports.ts'
import { RawRecording } from '../runtime/raw-read.ts'
import { rawTape } from '../runtime/raw-tape.ts'
import type { AttachAction, CommandRunner } from './command.ts'
import { Failure } from './failure.ts'

/** By the adapter that recorded; each in a module of its own. */
const DECODERS: Readonly<Record<string, () => Promise<(instruments: readonly Instrument[]) => RawDecoder>>> = {
  kis: async () => {
    const { KisRawDecoder } = await import('../../adapters/kis/raw.ts')
    return (instruments) => new KisRawDecoder(instruments)
  },
}

export const runRaw: CommandRunner = async ([file], options, ctx) => {
  const [path, out] = [file as string, String(options.out)]
  await refuseFullDirectory(out)
  const recording = await RawRecording.open(path)
  const { adapter } = recording.header
  const load = DECODERS[adapter]
  if (load === undefined) {
    throw new Failure(
      `${path}: frames of ${adapter}, which this version decodes not; ${Object.keys(DECODERS).join(', ')}`,
      2,
    )
  }
  const decoder = (await load())(recording.header.instruments)
  const made = await rawTape(recording, decoder, out, (n) => ctx.progress.update(n, undefined, 'frames'))
  ctx.progress.end()
  const unused = Object.fromEntries(decoder.unused)
  for (const [why, n] of decoder.unused) ctx.note(`${n} × ${why}`)
  if (recording.missing > 0)
    ctx.note(`${recording.missing} frames were left out by the recorder: its disk could not follow`)
  const streams = made.manifest?.streams ?? []
  const tape = made.manifest === undefined ? null : out
  const json = { tape, frames: made.frames, rows: made.rows, unused, missing: recording.missing, streams }
  if (made.manifest === undefined) {
    ctx.note(`no market row in ${made.frames} frames, so there is no tape`)
    return { json, exitCode: 1 }
  }
  ctx.say(`${out}: ${made.rows} rows of ${made.frames} frames`)
  for (const s of streams) ctx.say(`  ${s.symbol}  ${s.kind}  ${s.rows}  ${s.first} – ${s.last}`)
  return { json }
}

export function addRawCommand(command: Command, action: AttachAction): void {
  const sub = command.command('raw').description('frames that record, paper or live kept, decoded again')
  action(
    sub
      .argument('<file>', 'a file of raw/ in a session, such as runs/today/raw/kis.jsonl')
      .requiredOption('--out <tape>', 'directory of the new tape; must not exist or be empty'),
    runRaw,
  )
}
