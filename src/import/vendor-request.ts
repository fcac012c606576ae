/** What the user asked of `import yahoo`, checked. */
import { Failure } from '../cli/failure.ts'
import { DAY, type Micros, parseDay, parseStamp } from '../core/base/time.ts'
import { parseInterval } from './csv-request.ts'
import type { VendorRequest } from './vendor.ts'

const INTERVALS = ['1d', '1h', '5m', '1m'] as const

export interface YahooRequest extends VendorRequest {
  readonly vendorInterval: (typeof INTERVALS)[number]
  readonly range: { readonly from?: Micros; readonly to?: Micros }
}

export function yahooRequest(options: Readonly<Record<string, unknown>>): YahooRequest {
  const { interval = '1d', from, to, out, strict } = options
  const vendorInterval = INTERVALS.find((i) => i === interval)
  if (vendorInterval === undefined) {
    throw new Failure(`--interval '${String(interval)}': Yahoo has ${INTERVALS.join(', ')}`, 2)
  }
  return {
    out: String(out),
    strict: strict === true,
    vendorInterval,
    interval: parseInterval(vendorInterval),
    range: {
      ...(from === undefined ? {} : { from: moment('--from', String(from)) }),
      ...(to === undefined ? {} : { to: moment('--to', String(to)) }),
    },
  }
}

/** A date is its midnight UTC. */
function moment(option: string, text: string): Micros {
  const day = parseDay(text)
  if (day !== undefined) return day * DAY
  const stamp = parseStamp(text)
  if (stamp?.hasZone === true) return stamp.t
  throw new Failure(`${option} '${text}': give a date (2025-01-31) or a stamp with a zone (2025-01-31T14:30:00Z)`, 2)
}
