/**
 * One symbol of a generated market, minute by minute: a fair price that walks (shared factor, own noise, drift of the
 * regime, jumps, overnight gaps) and the quotes and trades around it on the venue's tick grid. Prices leave as integers
 * of 10^-priceDecimals; the fair price is a double in the same unit, moved only by exact IEEE operations, so that the
 * same seed gives the same rows on every machine.
 *
 * Holds: bid < ask, both on the tick grid of the day and above 0; a trade is at the standing bid or ask; the first row
 * of a session is a quote; venue and receive times rise strictly; a session's price stays within `dailyLimit` of the
 * last session's end. Not modelled: auctions, halts, depth behind the best price, the venue's own odd-lot rules.
 */
import { assert } from '../core/base/assert.ts'
import { Rng } from '../core/base/rng.ts'
import { dayOf, MINUTE, type Micros } from '../core/base/time.ts'
import type { TickBand } from '../core/domain/instrument.ts'
import { type FactorMinute, gaussian, type MarketFactor } from './market-factor.ts'
import { RegimeChain, type SymbolRegime } from './symbol-regime.ts'
import { BUYER_TRADE, QUOTE, SELLER_TRADE, type TickBuffer, tickBuffer } from './ticks.ts'

export interface MarketSession {
  readonly open: Micros
  readonly close: Micros
  /** Tick table of that day in price units, ascending by `from`, the first row at 0. */
  readonly ticks: readonly TickBand[]
}

export interface MarketSymbol {
  readonly symbol: string
  readonly priceDecimals: number
  /** Ascending, not overlapping, opens on whole minutes; may be endless. */
  readonly sessions: Iterable<MarketSession>
  /** First fair price in price units. */
  readonly startPrice: number
  /** The price never leaves this range (price units); its outer parts pull back. */
  readonly priceMin: number
  readonly priceMax: number
  /** Shares of a normal displayed unit: 100 in the US. */
  readonly sizeUnit: number
  /** Largest move against the last session's end, as a fraction: 0.3 on KRX; absent: none. */
  readonly dailyLimit?: number
  /** Sizes are whole lots of this; absent: any number of shares. */
  readonly lot?: number
}

const FACTOR_SHARE = 0.6
const OWN_SHARE = 0.8
const JUMP_ODDS = 3000
const EARNINGS_ODDS = 60
/** Makes the long-run mean of events the asked rate: regimes and stress together add about a tenth. */
const CALIBRATION = 0.91

export class SymbolMarket {
  readonly #spec: MarketSymbol
  readonly #rate: number
  readonly #rng: Rng
  readonly #chain = new RegimeChain()
  /** Sensitivity to the shared factor, daily deviation, usual spread in ticks: drawn once from the seed. */
  readonly #beta: number
  readonly #sigmaDay: number
  readonly #spreadTicks: number
  #session: MarketSession | undefined
  #price: number
  #sigmaMinute = 0
  #low = 0
  #high = 0
  #stress = 0
  #bid = 0
  #ask = 0
  #venue: Micros = 0
  #recv: Micros = 0

  constructor(spec: MarketSymbol, seed: number, rate: number) {
    this.#spec = spec
    this.#rate = rate
    this.#rng = Rng.start(seed, 0x73796d62).split(spec.symbol)
    this.#beta = 0.5 + this.#rng.below(1001) / 1000
    this.#sigmaDay = (120 + this.#rng.below(231)) / 10_000
    this.#spreadTicks = 1 + this.#rng.below(3)
    this.#price = spec.startPrice
  }

  /** Begins a session; every one but the first opens with a gap. */
  open(session: MarketSession, factor: MarketFactor): void {
    const { priceMin, priceMax, dailyLimit } = this.#spec
    const minutes = Math.max(1, Math.floor((session.close - session.open) / MINUTE))
    this.#sigmaMinute = this.#sigmaDay / Math.sqrt(minutes)
    const before = this.#price
    // A hair inside the venue's limit, so that bid and ask of a wide spread stay inside too.
    const room = dailyLimit === undefined ? Infinity : dailyLimit * 0.97
    this.#low = Math.max(priceMin, before * (1 - room))
    this.#high = Math.min(priceMax, before * (1 + room))
    if (this.#session !== undefined) this.#gap(factor.overnight(dayOf(session.open)))
    this.#session = session
    this.#bid = 0
    this.#ask = 0
  }

  /** The rows of the minute that starts at `start`, which lies in the open session. */
  minute(start: Micros, factor: FactorMinute): TickBuffer {
    const session = this.#session
    assert(session !== undefined && start >= session.open && start < session.close, `${this.#spec.symbol}: no session`)
    const rng = this.#rng
    const regime = this.#chain.next(rng, this.#pull())
    const minutes = (session.close - session.open) / MINUTE
    // 1 at both ends of the session, 0 in its middle.
    const x = Math.abs((2 * (start - session.open)) / MINUTE / minutes - 1)
    this.#stress = Math.max(this.#stress * 0.85, regime.stress + factor.stress)
    const out = tickBuffer(this.#count(x, regime, factor))
    const jumpAt = rng.below(JUMP_ODDS) === 0 ? rng.below(out.rows) : -1
    const shared = FACTOR_SHARE * this.#beta * factor.move + regime.drift
    const own = OWN_SHARE * regime.deviation * (0.8 + 0.6 * x * x)
    const drift = (this.#sigmaMinute * shared) / Math.max(1, out.rows)
    const deviation = (this.#sigmaMinute * own) / Math.sqrt(Math.max(1, out.rows))
    this.#times(out, start, Math.min(MINUTE, session.close - start))
    // A minute that shows nothing moves all the same: volatility must not depend on the rate.
    if (out.rows === 0) this.#move(drift + deviation * gaussian(rng))
    for (let i = 0; i < out.rows; i++) {
      this.#move(drift + deviation * gaussian(rng))
      if (i === jumpAt) this.#jump()
      this.#row(out, i)
    }
    return out
  }

  #pull(): -1 | 0 | 1 {
    if (this.#price < this.#spec.priceMin * 2) return 1
    return this.#price * 2 > this.#spec.priceMax ? -1 : 0
  }

  #move(fraction: number): void {
    const next = this.#price * (1 + fraction)
    this.#price = Math.min(this.#high, Math.max(this.#low, next))
  }

  #gap(shared: number): void {
    const rng = this.#rng
    const half = this.#sigmaDay / 2
    let move = half * (FACTOR_SHARE * this.#beta * shared + OWN_SHARE * gaussian(rng))
    const size = (40 + rng.below(81)) / 1000
    const sign = rng.below(2) === 0 ? 1 : -1
    // Results: now and then 4 to 12 % overnight.
    if (rng.below(EARNINGS_ODDS) === 0) move += sign * size
    this.#move(move)
    this.#stress = Math.max(this.#stress * 0.25, 1)
  }

  #jump(): void {
    const u = this.#rng.unit()
    const sign = this.#rng.below(2) === 0 ? 1 : -1
    this.#move(sign * (0.004 + 0.026 * u * u))
    this.#stress = Math.max(this.#stress, 3)
  }

  /** Events of a minute: U-shaped over the session, more of them under stress; one at least when none stands yet. */
  #count(x: number, regime: SymbolRegime, factor: FactorMinute): number {
    const shape = 0.55 + 1.35 * x * x
    const mean = CALIBRATION * this.#rate * shape * regime.activity * (1 + 0.3 * factor.stress)
    const count = Math.floor(mean * (0.7 + 0.6 * this.#rng.unit()) + this.#rng.unit())
    return this.#bid === 0 ? Math.max(1, count) : count
  }

  /** Fills the two clocks: random gaps that add up to the minute, then a network delay with a rare hiccup. */
  #times(out: TickBuffer, start: Micros, length: Micros): void {
    const rng = this.#rng
    let total = 1 + rng.below(65_536)
    for (let i = 0; i < out.rows; i++) {
      out.venue[i] = total
      total += 1 + rng.below(65_536)
    }
    for (let i = 0; i < out.rows; i++) {
      const t = start + Math.floor((length * (out.venue[i] as number)) / total)
      this.#venue = Math.max(t, this.#venue + 1)
      let latency = 200 + rng.below(800)
      if (rng.below(1000) === 0) latency += 20_000
      this.#recv = Math.max(this.#venue + latency, this.#recv + 1)
      out.venue[i] = this.#venue
      out.recv[i] = this.#recv
    }
  }

  #row(out: TickBuffer, i: number): void {
    const rng = this.#rng
    const turn = rng.below(10)
    const r = rng.below(1000)
    const z = rng.below(20)
    if (turn < 3 && this.#bid > 0) {
      const buyer = r % 2 === 0
      out.kind[i] = buyer ? BUYER_TRADE : SELLER_TRADE
      out.a[i] = buyer ? this.#ask : this.#bid
      out.asz[i] = this.#tradeSize(r, z)
      return
    }
    this.#quote(r)
    const thin = 1 + Math.floor(this.#stress)
    const { sizeUnit } = this.#spec
    out.kind[i] = QUOTE
    out.a[i] = this.#bid
    out.b[i] = this.#ask
    out.asz[i] = sizeUnit * (1 + Math.floor(z / thin))
    out.bsz[i] = sizeUnit * (1 + Math.floor(rng.below(20) / thin))
  }

  /** Odd sizes in four of ten trades, the rest whole units with a heavy tail. */
  #tradeSize(r: number, z: number): number {
    const { sizeUnit, lot = 1 } = this.#spec
    if (r < 400) return lot * Math.ceil((1 + this.#rng.below(Math.max(1, sizeUnit - 1))) / lot)
    const big = r >= 990 ? 1 + this.#rng.below(40) : 1
    return sizeUnit * (1 + Math.floor((z * z) / 60)) * big
  }

  /** Bid and ask around the fair price: the usual spread, now and then a tick more, several times as much in stress. */
  #quote(r: number): void {
    const { ticks } = this.#session as MarketSession
    const tick = tickFor(ticks, this.#price)
    const wide = 1 + this.#stress * (0.5 + (r % 100) / 100)
    const spread = Math.floor(this.#spreadTicks * wide) + (r < 150 ? 1 : 0)
    const bid = tick * Math.floor(this.#price / tick - (spread - 1) / 2)
    const bidTick = tickFor(ticks, bid)
    this.#bid = Math.max(bidTick * Math.floor(bid / bidTick), tickFor(ticks, 0))
    const ask = this.#bid + spread * tick
    const askTick = tickFor(ticks, ask)
    this.#ask = askTick * Math.ceil(ask / askTick)
  }
}

function tickFor(bands: readonly TickBand[], price: number): number {
  let tick = 0
  for (const band of bands) {
    if (price < band.from && tick > 0) break
    tick = band.tick
  }
  return tick
}
