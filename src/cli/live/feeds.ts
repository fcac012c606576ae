/**
 * Which broker's feed brings the market data of each instrument: that of the broker which trades it cheapest, since
 * orders go there first (`src/core/execution/router.ts`). Rates come from whoever has them.
 */
import { servesVenue } from '../../core/domain/broker.ts'
import type { Instrument } from '../../core/domain/instrument.ts'
import type { BrokerKit } from './kit.ts'

/** For a broker, by its index: is it to bring the data of an instrument? */
export function feedsOf(
  kits: readonly BrokerKit[],
  instruments: readonly Instrument[],
): (broker: number) => (instrument: number) => boolean {
  const chosen = instruments.map((i) => cheapest(kits, i.venue))
  return (broker) => (instrument) => chosen[instrument] === -1 || chosen[instrument] === broker
}

/** -1 where nobody serves the venue, as of rates. */
function cheapest(kits: readonly BrokerKit[], venue: string): number {
  let best = -1
  for (const [broker, { rules, venues }] of kits.entries()) {
    if (!servesVenue(rules, venue) && !venues.includes(venue)) continue
    const other = kits[best]?.rules.commissionBps
    const own = rules.commissionBps
    if (other === undefined || own.num * other.den < other.num * own.den) best = broker
  }
  return best
}
