/** What the control door shows and takes of the IB emulator. */
import type { Server } from 'node:http'
import { createControlDoor } from '../../common/emulator/control-door.ts'
import type { IbEmulator } from './emulator.ts'
import { FAULT_KINDS } from './fault-kinds.ts'
import { stateOf } from './state.ts'

export function createControlServer(emulator: IbEmulator): Server {
  const { world } = emulator
  return createControlDoor({
    kinds: FAULT_KINDS,
    state: () => stateOf(emulator),
    waiting: () => world.faults.list(),
    clear: () => {
      world.faults.clear()
      emulator.settle()
    },
    post: (request) => {
      const fault = world.faults.post(request, world.now())
      emulator.settle()
      return fault
    },
  })
}
