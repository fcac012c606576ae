/** Trading halts: the listing goes quiet, orders are refused, and a status frame tells of both ends. */
import { joinRecords } from '../wire/frame.ts'
import type { Board } from './board.ts'
import type { KisEmulator } from './emulator.ts'
import type { Fault } from './faults.ts'
import { marketStatus } from './socket/records.ts'

/** `for_ms` counts on the run's clock; the emulator looks for its end at every advance. */
export function playHalt(emulator: KisEmulator, fault: Fault): void {
  const symbol = String(fault.params.symbol)
  for (const board of emulator.world.boards.values()) {
    if (symbol !== '' && symbol !== board.listing.symbol) continue
    board.haltedUntil = fault.until
    setHalt(emulator, board, true)
  }
}

export function endHalts(emulator: KisEmulator, now: number): void {
  for (const board of emulator.world.boards.values()) {
    if (board.halted && board.haltedUntil <= now) setHalt(emulator, board, false)
  }
}

function setHalt(emulator: KisEmulator, board: Board, halted: boolean): void {
  board.halted = halted
  if (board.listing.exchange !== undefined) return
  const frame = joinRecords('H0STMKO0', [marketStatus(board)])
  for (const session of emulator.sessions()) {
    if (session.has('H0STMKO0', board.listing.symbol)) session.send(frame)
  }
}
