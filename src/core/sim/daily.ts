/**
 * Daily closes and volumes of the past, as far as the venue has seen them, for the square-root slippage model. A day
 * counts once it is over; at most 21 closes (20 returns) and 20 volumes are kept.
 */
import type { EpochDay } from '../base/time.ts'
import type { Price, Qty } from '../domain/units.ts'

const DAYS = 20
const NO_DAY: EpochDay = Number.MIN_SAFE_INTEGER

export interface DailyBars {
  /** The day under way, its last price and its volume so far. */
  day: EpochDay
  close: Price
  volume: Qty
  /** Finished days, oldest first. */
  closes: Price[]
  volumes: Qty[]
}

export function emptyDaily(): DailyBars {
  return { day: NO_DAY, close: 0, volume: 0, closes: [], volumes: [] }
}

/** Adds a print or a bar of local date `day`; price 0 adds volume only. */
export function addDaily(d: DailyBars, day: EpochDay, price: Price, volume: Qty): void {
  finishDay(d, day)
  d.day = day
  if (price > 0) d.close = price
  d.volume += volume
}

/** Closes the day under way when `day` is another one. */
export function finishDay(d: DailyBars, day: EpochDay): void {
  if (d.day === day || d.close === 0) return
  d.closes.push(d.close)
  d.volumes.push(d.volume)
  if (d.closes.length > DAYS + 1) d.closes.shift()
  if (d.volumes.length > DAYS) d.volumes.shift()
  d.close = 0
  d.volume = 0
}

/** Mean volume of the last 20 finished days (fewer while the tape is young); 0 when none is known. */
export function averageVolume(d: DailyBars): number {
  if (d.volumes.length === 0) return 0
  let sum = 0
  for (const v of d.volumes) sum += v
  return sum / d.volumes.length
}

/** Sample deviation of the simple daily returns; 0 until two returns, so three finished days, are known. */
export function dailyDeviation(d: DailyBars): number {
  const n = d.closes.length - 1
  if (n < 2) return 0
  const returns: number[] = []
  let sum = 0
  for (let i = 1; i <= n; i++) {
    const r = (d.closes[i] as number) / (d.closes[i - 1] as number) - 1
    returns.push(r)
    sum += r
  }
  const mean = sum / n
  let squares = 0
  for (const r of returns) squares += (r - mean) * (r - mean)
  return Math.sqrt(squares / (n - 1))
}
