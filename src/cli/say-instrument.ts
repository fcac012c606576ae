/** A listing of the instrument table for people and for --json. */
import { type EpochDay, formatDay, formatMicros, weekday } from '../core/base/time.ts'
import { clockText, type InForce } from '../reference/in-force.ts'
import { isTradable, type KnownListing, periodText } from '../reference/instrument-table.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const dayOrNull = (day: EpochDay): string | null => (Number.isFinite(day) ? formatDay(day) : null)

export function oneLine(l: KnownListing): string {
  const { instrument: i } = l
  const market = `${l.venue}${l.segment === undefined ? '' : ` ${l.segment}`}`
  const names = [i.name, ...i.aliases].join(', ')
  return `${l.symbol.padEnd(8)} ${market.padEnd(11)} ${i.product.padEnd(6)} ${i.currency.padEnd(4)} ${i.id.padEnd(15)} ${names}, ${periodText(l)}`
}

export function listingJson(l: KnownListing): Record<string, unknown> {
  const { instrument: i, kis, ib } = l
  return {
    symbol: l.symbol,
    venue: l.venue,
    segment: l.segment ?? null,
    product: i.product,
    tradable: isTradable(i),
    id: i.id,
    economic_id: i.economicId,
    name: i.name,
    aliases: i.aliases,
    currency: i.currency,
    base: i.base ?? null,
    from: dayOrNull(l.from),
    to: dayOrNull(l.to),
    fee_class: l.feeClass ?? null,
    tax_class: l.taxClass ?? null,
    kis:
      kis === undefined
        ? null
        : {
            code: kis.code,
            order_exchange: kis.orderExchange ?? null,
            quote_exchange: kis.quoteExchange ?? null,
            daytime_exchange: kis.daytimeExchange ?? null,
            realtime_key: kis.realtimeKey,
          },
    ib:
      ib === undefined
        ? null
        : {
            sec_type: ib.secType,
            symbol: ib.symbol,
            exchange: ib.exchange,
            primary_exchange: ib.primaryExchange ?? null,
            currency: ib.currency,
            con_id: ib.conId ?? null,
          },
    sources: i.sources,
    place: l.place,
  }
}

export function inForceJson(facts: InForce, day: EpochDay): Record<string, unknown> {
  const phases = facts.phases.map((p) => ({ phase: p.phase, from: formatMicros(p.from), to: formatMicros(p.to) }))
  const { session } = facts
  return {
    date: formatDay(day),
    zone: facts.zone ?? null,
    session:
      session === undefined
        ? null
        : { open: formatMicros(session.open), close: formatMicros(session.close), known: session.known, phases },
    ticks: facts.ticks,
    lot: facts.lot ?? null,
    price_limit: facts.priceLimit ?? null,
  }
}

function sessionText(facts: InForce, day: EpochDay): string {
  const name = `${formatDay(day)} (${DAYS[weekday(day)]})`
  const { session, zone } = facts
  if (zone === undefined) return 'this version has no rules of the venue'
  if (session === undefined) return `${name}: none`
  const clock = (t: number): string => clockText(t, zone)
  const guess = session.known ? '' : ', assumed: the calendar does not reach that day'
  const phases = facts.phases.map((p) => `${p.phase} ${clock(p.from)}–${clock(p.to)}`)
  const detail = phases.length > 1 ? `; ${phases.join(', ')}` : ''
  return `${name}: ${clock(session.open)}–${clock(session.close)} ${zone}${guess}${detail}`
}

function ticksText(facts: InForce): string {
  if (facts.ticks.length === 0) return "one unit of the tape's decimals"
  return facts.ticks.map(({ from, tick }) => (from === '0' ? tick : `${tick} from ${from}`)).join(', ')
}

export function describeListing(l: KnownListing, facts: InForce, day: EpochDay): string[] {
  const { instrument: i, kis, ib } = l
  const line = (name: string, value: string): string => `  ${name.padEnd(12)} ${value}`
  const lines = [
    `${l.symbol} on ${l.venue}${l.segment === undefined ? '' : ` ${l.segment}`}: ${[i.name, ...i.aliases].join(', ')}`,
    line('kind', `${i.product} in ${i.currency}${isTradable(i) ? '' : ', not traded'}`),
    line('id', `${i.id}, on tapes ${i.economicId}`),
    line('listed', periodText(l)),
    line('session', sessionText(facts, day)),
    line('price step', ticksText(facts)),
    line('lot', facts.lot ?? 'not known'),
  ]
  if (facts.priceLimit !== undefined) lines.push(line('price limit', `± ${facts.priceLimit} of the previous close`))
  const classes = [l.feeClass ?? `${l.venue} ${i.product}`, ...(l.taxClass === undefined ? [] : [`tax ${l.taxClass}`])]
  if (isTradable(i)) lines.push(line('fee class', classes.join(', ')))
  if (kis !== undefined) {
    const overseas = `orders ${kis.orderExchange}, quotes ${kis.quoteExchange}, daytime ${kis.daytimeExchange ?? 'none'}, realtime ${kis.realtimeKey}`
    lines.push(line('KIS', kis.orderExchange === undefined ? kis.code : `${kis.code}: ${overseas}`))
  }
  if (ib !== undefined) {
    const primary = ib.primaryExchange === undefined ? '' : ` (${ib.primaryExchange})`
    const number = ib.conId === undefined ? '' : `, conId ${ib.conId}`
    lines.push(line('IB', `${ib.secType} ${ib.symbol} ${ib.exchange}${primary} ${ib.currency}${number}`))
  }
  lines.push(line('from', `${l.place}${i.sources.length === 0 ? '' : `; ${i.sources.join(', ')}`}`))
  return lines
}
