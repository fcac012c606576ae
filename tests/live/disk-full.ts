/**
 * Trades until the disk is full: `node tests/live/disk-full.ts DIR`, where DIR lies on a small file system of its own.
 * Prints what became of the session as one JSON line.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { sealLiveRun } from '../../src/runtime/live-seal.ts'
import type { LiveSpec } from '../../src/runtime/live-spec.ts'
import { rerunLive } from '../../src/runtime/live-verify.ts'
import { openRun } from '../../src/runtime/run-dir.ts'
import { isDiskFull } from '../../src/tape/spare.ts'
import { books, loaded, Play, T0 } from '../support/live-play.ts'

/** Somebody else takes what is left of the disk. */
function fillUp(file: string): void {
  const fd = openSync(file, 'w')
  try {
    for (const piece of [1 << 16, 1]) {
      try {
        for (;;) writeSync(fd, new Uint8Array(piece))
      } catch (error) {
        if (!isDiskFull(error)) throw error
      }
    }
  } finally {
    closeSync(fd)
  }
}

const dir = join(process.argv[2] as string, 'run')
const account = books()
const play = new Play(dir, account, T0, 0)
while (account.held === 0) play.quotes(1)
fillUp(join(process.argv[2] as string, 'ballast'))
let heldBefore = account.held
while (!play.session.diskFull) {
  heldBefore = account.held
  play.quotes(1)
}
play.quotes(50)
const { desk } = play.session.engine
await play.session.end()
const failure = play.session.failure === undefined ? null : String(play.session.failure)
const summary = await sealLiveRun(play.run, play.session, { mode: 'paper', agent: loaded, generated: true })
const { spec } = await openRun(dir)
const again = rerunLive(dir, spec as LiveSpec, loaded)
process.stdout.write(
  `${JSON.stringify({
    full: play.session.diskFull,
    failure,
    state: desk.state,
    held: account.held,
    heldBefore,
    fills: account.fills.length,
    recorded: desk.fillCount,
    twice: [...account.received.values()].filter((n) => n > 1).length,
    identical: again.first === undefined && again.digest === summary.digest,
  })}\n`,
)
