/** Tick types that every client knows (reference 8.1): live ids, and the delayed ones that take their place. */
export const TICK = {
  bidSize: 0,
  bid: 1,
  ask: 2,
  askSize: 3,
  last: 4,
  lastSize: 5,
  high: 6,
  low: 7,
  volume: 8,
  close: 9,
  open: 14,
  averageVolume: 21,
  bidExchange: 32,
  askExchange: 33,
  markPrice: 37,
  lastTimestamp: 45,
  shortable: 46,
  rtVolume: 48,
  halted: 49,
  tradeCount: 54,
  lastExchange: 84,
} as const

export type TickName = keyof typeof TICK

/** What has no delayed form is not sent on delayed data. */
export const DELAYED: Readonly<Partial<Record<TickName, number>>> = {
  bid: 66,
  ask: 67,
  last: 68,
  bidSize: 69,
  askSize: 70,
  lastSize: 71,
  high: 72,
  low: 73,
  volume: 74,
  close: 75,
  open: 76,
  lastTimestamp: 88,
}
