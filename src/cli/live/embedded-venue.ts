/** An emulator in this process as the session commands play it, whichever broker's. */
import type { PlayedVenue } from '../../runtime/lockstep.ts'
import type { BrokerKit, EmbeddedVenue } from './kit.ts'

interface Emulator extends PlayedVenue {
  readonly ports: readonly number[]
  run(): void
  close(): void | Promise<void>
}

export function embeddedVenue(kit: BrokerKit, emulator: Emulator): EmbeddedVenue {
  return {
    kit,
    // Those of the beginning: a fault may close one for a while.
    ports: emulator.ports,
    get nextTime() {
      return emulator.nextTime
    },
    get busy() {
      return emulator.busy
    },
    advance: (now) => emulator.advance(now),
    run: () => emulator.run(),
    close: async () => emulator.close(),
  }
}
