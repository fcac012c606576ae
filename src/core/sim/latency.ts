/**
 * How long a message is under way, one line for each direction: commands to the venue, reports back, market data to the
 * engine. Rule of every line: what was sent earlier does not arrive later. A message whose draw would let it overtake
 * arrives with the one before it, behind it. Times in microseconds; each line draws from a stream of its own, in the
 * order in which messages are sent.
 *
 * `constant` – draws nothing. `lognormal` – median and sigma of the logarithm, cut at one minute. `samples` – each
 * message draws one of the given delays with equal chance (they are not played in their order).
 * Not modelled: delays that depend on load or on each other, loss (that is `outage.ts`).
 */
import { MINUTE, type Micros } from '../base/time.ts'
import { Rng, type RngState } from '../base/rng.ts'
import { lognormal } from './lognormal.ts'

export type LatencyModel =
  | { readonly kind: 'constant'; readonly micros: Micros }
  | { readonly kind: 'lognormal'; readonly median: Micros; readonly sigma: number }
  | { readonly kind: 'samples'; readonly micros: readonly Micros[] }

const LONGEST: Micros = MINUTE

/** One delay. */
export function drawLatency(model: LatencyModel, rng: Rng): Micros {
  switch (model.kind) {
    case 'constant':
      return model.micros
    case 'lognormal': {
      const u = (rng.u32() + 0.5) / 4294967296
      return Math.min(LONGEST, Math.round(lognormal(model.median, model.sigma, u)))
    }
    case 'samples':
      return model.micros[rng.below(model.micros.length)] as Micros
  }
}

/** One direction between engine and venue. */
export class Line {
  readonly #model: LatencyModel
  #rng: Rng
  #last: Micros = Number.MIN_SAFE_INTEGER
  /** Nothing is ever under way here. */
  readonly instant: boolean

  constructor(model: LatencyModel, rng: Rng) {
    this.#model = model
    this.#rng = rng
    this.instant = model.kind === 'constant' && model.micros === 0
  }

  /** When a message that leaves at t arrives. */
  arrival(t: Micros): Micros {
    this.#last = Math.max(this.#last, t + drawLatency(this.#model, this.#rng))
    return this.#last
  }

  snapshot(): unknown {
    return { last: this.#last, rng: this.#rng.state(), draws: this.#rng.draws }
  }

  restore(s: unknown): void {
    const from = s as { last: Micros; rng: RngState; draws: number }
    this.#last = from.last
    this.#rng = Rng.restore(from.rng)
    this.#rng.draws = from.draws
  }
}
