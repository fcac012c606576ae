/**
 * Settlement dates, counted in sessions of a market's calendar (`config/fees/markets.json`). Outside the calendar's
 * range Monday to Friday are counted.
 */
import { Failure } from '../cli/failure.ts'
import { type EpochDay, weekday } from '../core/base/time.ts'
import { type Calendar, lastAtOrBefore } from '../core/domain/calendar.ts'
import { calendarOf } from './calendars.ts'
import { type MarketData, marketData } from './fee-data.ts'

function dataOf(market: string): { readonly calendar: Calendar; readonly lags: MarketData['lags'] } {
  const { calendar, lags } = marketData(market)
  if (calendar !== undefined && lags.length > 0) return { calendar: calendarOf(calendar), lags }
  throw new Failure(`config/fees/markets.json: ${market}: no calendar and settlement lags. Add them.`, 2)
}

function isSession(calendar: Calendar, day: EpochDay): boolean {
  const weekend = weekday(day) === 0 || weekday(day) === 6
  if (calendar.always || day < calendar.firstDay || day > calendar.lastDay) return !weekend
  return calendar.days[lastAtOrBefore(calendar.days, day)] === day
}

/** The day on which a trade of a market settles. */
export function settlementDay(market: string, traded: EpochDay): EpochDay {
  const { calendar, lags } = dataOf(market)
  let day = traded
  let open = (lags.findLast((lag) => lag.from <= traded) ?? (lags[0] as MarketData['lags'][number])).sessions
  while (open > 0) if (isSession(calendar, ++day)) open--
  return day
}

/** The longest a settlement can take, in days: lags of a few sessions and the longest holidays lie well within. */
const LONGEST = 40

/** The first session whose trades settle on `settled` or later. */
export function firstTradeSettling(market: string, settled: EpochDay): EpochDay {
  const { calendar } = dataOf(market)
  for (let day = settled - LONGEST; day < settled; day++) {
    if (isSession(calendar, day) && settlementDay(market, day) >= settled) return day
  }
  return settled
}
