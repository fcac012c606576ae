/** A listing as CONTRACT_DATA tells it, with its hours of the next days. */
import { DAY, type Micros } from '../../../src/core/base/time.ts'
import { otherSessions, sessionTimes, tradingSpans } from '../../../src/reference/calendars.ts'
import { dayText } from '../../common/emulator/clock.ts'
import type { Values } from '../wire/layout.ts'
import { contractValues, type Listing, qtyText } from './listing.ts'
import { localTime, zoneName } from './times.ts'

const DAYS_AHEAD = 6

const ORDER_TYPES = 'ACTIVETIM,DAY,GTC,GTD,IOC,FOK,LMT,MKT,STP,STPLMT,WHATIF,OCA,GAT,ALLOC,NONALGO'

interface Hours {
  readonly open: Micros
  readonly close: Micros
}

function rangeText(listing: Listing, { open, close }: Hours): string {
  const at = (t: Micros): string => {
    const { date, time } = localTime(t, listing.zone)
    return `${date}:${time.slice(0, 5).replace(':', '')}`
  }
  return `${at(open)}-${at(close)}`
}

/**
 * `20260112:0930-20260112:1600;20260113:CLOSED`; a lunch break makes two ranges of a date, a market that never closes has
 * whole days.
 */
function hoursText(listing: Listing, now: Micros, never: boolean, regular: boolean): string {
  const { day } = localTime(now, listing.zone)
  const days = Array.from({ length: DAYS_AHEAD }, (_, i) => day + i)
  const { venue } = listing.instrument
  return days
    .map((d) => {
      if (never) return `${dayText(d)}:0000-${dayText(d)}:2359`
      const session = sessionTimes(venue, d)
      if (session === undefined) return `${dayText(d)}:CLOSED`
      const others = regular ? [] : otherSessions(venue, d)
      const open = Math.min(session.open, ...others.map((o) => o.open))
      const close = Math.max(session.close, ...others.map((o) => o.close))
      return spansWithin(venue, session, { open, close: Math.min(close, open + DAY) })
        .map((span) => rangeText(listing, span))
        .join(';')
    })
    .join(';')
}

/** The session's spans, the first and the last as long as the sessions beside it make them. */
function spansWithin(venue: string, session: Hours, whole: Hours): Hours[] {
  const spans = tradingSpans(venue, session.open, session.close)
  return spans.map(({ open, close }, i) => ({
    open: i === 0 ? whole.open : open,
    close: i === spans.length - 1 ? whole.close : close,
  }))
}

export function contractData(listing: Listing, reqId: number, now: Micros, neverCloses: boolean): Values {
  const size = qtyText(listing, listing.sizeIncrement)
  const hours = hoursText(listing, now, neverCloses, false)
  return {
    ...contractValues(listing, listing.exchange),
    strike: '0',
    right: '',
    reqId: String(reqId),
    lastTradeDate: '',
    marketName: listing.tradingClass,
    minTick: listing.minTick,
    mdSizeMultiplier: '100',
    orderTypes: ORDER_TYPES,
    validExchanges: listing.validExchanges.join(','),
    priceMagnifier: String(listing.magnifier),
    underConId: '0',
    longName: listing.longName,
    contractMonth: '',
    industry: '',
    category: '',
    subcategory: '',
    timeZoneId: zoneName(listing.zone),
    tradingHours: hours,
    liquidHours: hoursText(listing, now, neverCloses, true),
    evRule: '',
    evMultiplier: '0',
    secIds: [],
    aggGroup: '1',
    underSymbol: '',
    underSecType: '',
    marketRuleIds: listing.validExchanges.map(() => listing.marketRule).join(','),
    realExpirationDate: '',
    stockType: listing.stockType,
    minSize: size,
    sizeIncrement: size,
    suggestedSizeIncrement: listing.secType === 'CASH' ? '1' : '100',
    ineligibilityReasons: [],
  }
}
