/**
 * Second market (D-03, R-29 … R-33; `contract.md` 3): which data is let in, the valid mark, what is suspect, fresh, shut
 * or halted. Times are microseconds, marks doubled prices.
 */
import type { Calendar } from '../../src/core/domain/calendar.ts'
import { DAY, type Facts, HOUR, SECOND } from './facts.ts'
import { K, type Row, STATUS } from './layout.ts'

export interface Mark {
  bid: number
  ask: number
  day: number
  mark2: number
  markT: number
  /** Index of the event that set it last. */
  markSeq: number
  seenT: number
  quoteT: number
  tradeT: number
  status: string
  frozen: boolean
  suspect: { price2: number; since: number; prints: number; first: number } | undefined
}

const UNUSED_FLAGS = [9, 10, 11, 13, 14, 20, 24, 25, 26]
const ODD_LOT_BIT = 31
const SUSPICIOUS_BIT = 32
const FX_MOVE = [5n, 100n] as const

function bit(flags: number, n: number): boolean {
  return Math.floor(flags / 2 ** n) % 2 === 1
}

/** May this print set the last price? */
function setsLast(flags: number): boolean {
  return !bit(flags, SUSPICIOUS_BIT) && !bit(flags, ODD_LOT_BIT) && !UNUSED_FLAGS.some((n) => bit(flags, n))
}

/** |a − b| · den > b · num */
function apart(a: number, b: number, num: bigint, den: bigint): boolean {
  const gap = BigInt(a) - BigInt(b)
  return (gap < 0n ? 0n - gap : gap) * den > BigInt(b) * num
}

function lastFrom(list: readonly number[], t: number): number {
  let at = -1
  let high = list.length
  let low = 0
  while (low < high) {
    const mid = (low + high) >> 1
    if ((list[mid] as number) <= t) {
      at = mid
      low = mid + 1
    } else high = mid
  }
  return at
}

export class Markets {
  readonly of: Mark[]
  /** Was the last quote or trade let in? */
  letIn = true
  readonly #facts: Facts

  constructor(facts: Facts) {
    this.#facts = facts
    this.of = facts.instruments.map(() => ({
      bid: 0,
      ask: 0,
      day: -1,
      mark2: 0,
      markT: 0,
      markSeq: 0,
      seenT: 0,
      quoteT: 0,
      tradeT: 0,
      status: 'trading',
      frozen: false,
      suspect: undefined,
    }))
  }

  at(instrument: number): Mark {
    return this.of[instrument] as Mark
  }

  /** Applies a market row; true when the mark was set or confirmed by it. */
  take(row: Row, seq: number): boolean {
    const { w, instrument } = row
    const m = this.at(instrument)
    switch (row.kind) {
      case K.quote:
      case K.quoteFlags:
        return this.#quote(m, instrument, w, seq)
      case K.trade:
        return this.#trade(m, instrument, w, seq)
      case K.fx:
        return this.#fx(m, w, seq)
      default:
        return this.#bar(m, w, seq)
    }
  }

  /** at most 5 s old, at most 2 s in the future, not behind the last one let in. */
  #fresh(t: number, venueT: number, last: number): boolean {
    return t - venueT <= 5 * SECOND && venueT - t <= 2 * SECOND && venueT >= last
  }

  #quote(m: Mark, instrument: number, w: Row['w'], seq: number): boolean {
    const [, t, venueT, bid, ask] = w as [number, number, number, number, number]
    this.letIn = this.#fresh(t, venueT, m.quoteT) && !bit(w[7] ?? 0, SUSPICIOUS_BIT)
    if (!this.letIn) return false
    m.quoteT = venueT
    this.#night(m, instrument, t)
    if (bid > 0) m.bid = bid
    if (ask > 0) m.ask = ask
    m.seenT = t
    return usable(m.bid, m.ask) && this.#offer(m, m.bid + m.ask, t, seq, false)
  }

  #trade(m: Mark, instrument: number, w: Row['w'], seq: number): boolean {
    const [, t, venueT, price, , flags] = w as [number, number, number, number, number, number]
    this.letIn = this.#fresh(t, venueT, m.tradeT)
    if (!this.letIn) return false
    m.tradeT = venueT
    this.#night(m, instrument, t)
    m.seenT = t
    if (!setsLast(flags) || usable(m.bid, m.ask)) return false
    return this.#offer(m, 2 * price, t, seq, true)
  }

  #bar(m: Mark, w: Row['w'], seq: number): boolean {
    const [, t, , open, high, low, close] = w as [number, number, number, number, number, number, number]
    const [bidClose, askClose] = [w[10] ?? 0, w[11] ?? 0]
    m.seenT = t
    if (bidClose > 0) m.bid = bidClose
    if (askClose > 0) m.ask = askClose
    if (close === 0) return usable(bidClose, askClose) && this.#offer(m, bidClose + askClose, t, seq, false)
    const { num, den } = this.#facts.limits.quarantineMove
    const [n, d] = [BigInt(num), BigInt(den)]
    const was = m.mark2
    const s = m.suspect
    let confirmed = false
    if (s !== undefined) {
      const near = !apart(2 * open, s.price2, 2n, 100n) || (2 * low <= s.price2 && s.price2 <= 2 * high)
      if (near) {
        m.mark2 = s.price2
        m.suspect = undefined
        confirmed = m.mark2 !== was
      }
    }
    const price2 = 2 * close
    const second = m.suspect !== undefined && price2 > m.mark2 === m.suspect.price2 > m.mark2
    if (m.mark2 === 0 || !apart(price2, m.mark2, n, d) || second) {
      m.suspect = undefined
      this.#set(m, price2, t, seq)
      return true
    }
    m.suspect = { price2, since: m.suspect?.since ?? 0, prints: 0, first: 0 }
    if (confirmed) this.#set(m, m.mark2, t, seq)
    return confirmed
  }

  #fx(m: Mark, w: Row['w'], seq: number): boolean {
    const [, t, , rate] = w as [number, number, number, number]
    m.seenT = t
    if (!(rate > 0)) return false
    const near = m.suspect !== undefined && !apart(2 * rate, m.suspect.price2, 2n, 100n)
    if (m.mark2 !== 0 && apart(2 * rate, m.mark2, FX_MOVE[0], FX_MOVE[1]) && !near) {
      m.suspect = { price2: 2 * rate, since: t, prints: 0, first: t }
      return false
    }
    m.suspect = undefined
    this.#set(m, 2 * rate, t, seq)
    return true
  }

  #set(m: Mark, mark2: number, t: number, seq: number): void {
    m.mark2 = mark2
    m.markT = t
    m.markSeq = seq
    m.frozen = false
  }

  /** R-32 for ticks: a move beyond the threshold waits for a quote near it, or three prints over two seconds. */
  #offer(m: Mark, price2: number, t: number, seq: number, print: boolean): boolean {
    const { num, den } = this.#facts.limits.quarantineMove
    if (m.mark2 !== 0 && apart(price2, m.mark2, BigInt(num), BigInt(den))) {
      const s = m.suspect
      if (s === undefined || apart(price2, s.price2, 2n, 100n)) {
        m.suspect = { price2, since: t, prints: print ? 1 : 0, first: t }
        return false
      }
      const dropped = t - s.since > 5 * SECOND
      if (print) {
        if (s.prints === 0) s.first = t
        s.prints++
      }
      if (dropped) s.since = t
      const enough = print ? s.prints >= 3 && t - s.first >= 2 * SECOND : !dropped
      if (!enough) return false
      m.suspect = undefined
    }
    this.#set(m, price2, t, seq)
    return true
  }

  /** The national best quote does not survive the local night. */
  #night(m: Mark, instrument: number, t: number): void {
    if (!this.#facts.shapes[instrument]?.oneSided) return
    const day = localDay(this.#calendar(instrument), t)
    if (day !== m.day) m.bid = m.ask = 0
    m.day = day
  }

  status(row: Row): void {
    const m = this.at(row.instrument)
    m.status = STATUS[row.w[4] as number] as string
    m.seenT = row.w[2] as number
  }

  split(instrument: number, num: number, den: number): void {
    const m = this.at(instrument)
    m.bid = m.ask = 0
    m.suspect = undefined
    const [n, d] = [BigInt(m.mark2) * BigInt(den), BigInt(num)]
    const [down, rest] = [n / d, n % d]
    const up = 2n * rest > d || (2n * rest === d && down % 2n === 1n)
    m.mark2 = Number(up ? down + 1n : down)
  }

  #calendar(instrument: number): Calendar {
    return this.#facts.calendars[instrument] as Calendar
  }

  /** I-27: nothing is sent to a market that is not in continuous trading. */
  shut(instrument: number, t: number, reducing: boolean): boolean {
    const c = this.#calendar(instrument)
    if (c.always) return false
    const day = localDay(c, t)
    if (day < c.firstDay || day > c.lastDay) return !reducing
    if (this.#facts.shapes[instrument]?.sessionBars) return false
    return c.phases[lastFrom(c.phaseFrom, t)] !== 'continuous'
  }

  halted(instrument: number): boolean {
    const m = this.at(instrument)
    return m.status !== 'trading' || m.frozen
  }

  session(instrument: number, t: number): number {
    return lastFrom(this.#calendar(instrument).opens, t)
  }

  /** D-03, R-30 and `contract.md` 3. */
  live(instrument: number, t: number): boolean {
    const m = this.at(instrument)
    const shape = this.#facts.shapes[instrument]
    const c = this.#calendar(instrument)
    if (shape === undefined) return false
    if (shape.heartbeat !== undefined) return t - m.seenT <= shape.heartbeat
    if (shape.sessionBars) return c.always || lastFrom(c.opens, t) - lastFrom(c.opens, m.markT) <= 2
    if (shape.barMicros > 0 && !shape.quotes) return sessionTime(c, m.markT, t) <= 2 * shape.barMicros
    if (c.always) return true
    const session = lastFrom(c.opens, t)
    return session >= 0 && m.markT >= (c.opens[session] as number)
  }

  /** May something be opened on this mark? */
  fresh(instrument: number, t: number): boolean {
    const m = this.at(instrument)
    if (m.frozen || m.mark2 === 0) return false
    if (m.suspect === undefined) return this.live(instrument, t)
    const shape = this.#facts.shapes[instrument]
    if (shape?.bars && !shape.quotes && !shape.trades) return false
    return t - m.suspect.since > 5 * SECOND && this.live(instrument, t)
  }
}

export function usable(bid: number, ask: number): boolean {
  return bid > 0 && ask >= bid && 20 * 2 * (ask - bid) <= bid + ask
}

function localDay(c: Calendar, t: number): number {
  const offset = c.offsets[Math.max(0, lastFrom(c.offsetFrom, t))] ?? 0
  return Math.floor((t + offset) / DAY)
}

/** Time between two moments that lies within sessions. */
function sessionTime(c: Calendar, from: number, to: number): number {
  if (c.always || to <= from) return to - from
  let sum = 0
  for (let i = Math.max(0, lastFrom(c.opens, from)); i < c.opens.length; i++) {
    const [open, close] = [c.opens[i] as number, c.closes[i] as number]
    if (open > to) break
    sum += Math.max(0, Math.min(to, close) - Math.max(from, open))
  }
  return sum
}

/** the age of a rate counts the hours from Sunday 22:00 to Friday 22:00 UTC. */
export function fxAge(from: number, to: number): number {
  // 1970-01-04 was a Sunday.
  const start = 3 * DAY + 22 * HOUR
  const open = (t: number): number => {
    const week = Math.floor((t - start) / (7 * DAY))
    return week * 5 * DAY + Math.min(t - start - week * 7 * DAY, 5 * DAY)
  }
  return open(to) - open(from)
}
