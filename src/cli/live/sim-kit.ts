/**
 * The simulated broker on live data (`paper --broker sim`): the venue sees every row before the engine does. It lives in
 * this process; orders that worked when a process ended have ended with it, holdings and cash are what the journal says.
 */
import { type Observable, tap } from 'rxjs'
import { SessionClock } from '../../core/domain/calendar.ts'
import { SIM_BROKER } from '../../core/domain/broker.ts'
import type { MarketEvent } from '../../core/domain/event.ts'
import type { Money } from '../../core/domain/units.ts'
import type { EngineSetup } from '../../core/engine/setup.ts'
import type { Orders } from '../../core/execution/orders.ts'
import type { BarInbound, Broker, Clock, MarketInbound, MarketSource } from '../../runtime/ports.ts'
import { SimBroker } from '../../runtime/sim-broker.ts'

export interface SimPlace {
  readonly setup: EngineSetup
  readonly clock: Clock
  readonly cash: readonly Money[]
  readonly seed: number
  /** What the engine takes for live when it goes on with a session. */
  readonly live: Orders['live']
}

export interface SimPorts {
  readonly broker: Broker
  tapped(source: MarketSource): MarketSource
}

export function simPorts({ setup, clock, cash, seed, live }: SimPlace): SimPorts {
  const { instruments, currencies, shapes } = setup
  const sim = new SimBroker({
    context: { broker: 0, instruments, currencies, clock },
    clocks: setup.calendars.map((c) => new SessionClock(c)),
    streams: shapes.map(({ quotes, trades, bars, sessionBars, oneSided }) => {
      return { quotes, trades, bars, sessionBars, oneSided }
    }),
    config: { match: 'standing', liquidity: { kind: 'shown' }, slippage: { kind: 'none' }, fees: setup.fees },
    rules: SIM_BROKER,
    ...{ seed, cash },
  })
  const gone = live.map((o) => ({ type: 'expired', broker: 0, orderId: o.orderId }) as const)
  const broker: Broker = {
    id: sim.id,
    rules: sim.rules,
    raw$: sim.raw$,
    events$: sim.events$,
    start: () => {
      sim.start()
      if (gone.length > 0) sim.events$.next(gone)
    },
    stop: () => sim.stop(),
    send: (command) => sim.send(command),
  }
  const show = (events: readonly (MarketInbound | BarInbound)[]): void => {
    for (const e of events) if (isMarket(e)) sim.market({ ...e, t: 't' in e ? e.t : clock.now() } as MarketEvent)
  }
  return { broker, tapped: (source) => tapSource(source, source.events$.pipe(tap(show))) }
}

function isMarket(e: MarketInbound | BarInbound): boolean {
  return e.type === 'quote' || e.type === 'trade' || e.type === 'bar'
}

function tapSource(source: MarketSource, events$: Observable<readonly (MarketInbound | BarInbound)[]>): MarketSource {
  const { id, raw$, feeds$, time$ } = source
  const start = (): void => source.start()
  return { id, raw$, feeds$, ...(time$ && { time$ }), events$, start, stop: () => source.stop() }
}
