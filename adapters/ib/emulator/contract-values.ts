/** A listing as CONTRACT_DATA tells it, with its hours of the next days. */
import { fromScaled } from '../../../src/core/base/decimal.ts'
import { DAY, type Micros } from '../../../src/core/base/time.ts'
import { otherSessions, sessionTimes } from '../../../src/reference/calendars.ts'
import { dayText } from '../../common/emulator/clock.ts'
import type { Values } from '../wire/layout.ts'
import { contractValues, type Listing } from './listing.ts'
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

/** `20260112:0930-20260112:1600;20260113:CLOSED`; a market that never closes has whole days. */
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
      return rangeText(listing, { open, close: Math.min(close, open + DAY) })
    })
    .join(';')
}

export function contractData(listing: Listing, reqId: number, now: Micros, neverCloses: boolean): Values {
  const lot = fromScaled(listing.instrument.lot, listing.instrument.qtyDecimals)
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
    priceMagnifier: '1',
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
    minSize: lot,
    sizeIncrement: lot,
    suggestedSizeIncrement: '100',
    ineligibilityReasons: [],
  }
}
