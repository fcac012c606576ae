/**
 * The pipeline as one RxJS graph: sources → engine → typed output streams. Batches cross RxJS, one event at a time
 * crosses the engine. Output streams carry what one batch brought; a stream nobody listens to costs nothing.
 *
 *   batches$ ──▶ drive (engine + venue) ──▶ records ──▶ outputs$ ─┬─▶ fills$  orders$  decisions$
 *                                                                 └─▶ equity$ states$ alerts$ systems$
 */
import { config, filter, from, lastValueFrom, map, type Observable, Subject, tap } from 'rxjs'
import type { EngineSetup } from '../core/engine/setup.ts'
import {
  type AlertOutput,
  type DecisionOutput,
  Decoder,
  type EquityOutput,
  type FillOutput,
  type OrderOutput,
  type StateOutput,
  type SystemOutput,
} from './outputs.ts'
import { type RecordView, viewRecord } from './record-fields.ts'
import type { KeepRecords } from './record-sink.ts'
import type { Batch } from './timeline.ts'

/** What steps a batch through the engine. */
export interface Drive {
  batch(b: Batch): void
  /** Hands over buffered records. */
  flush(): void
}

/** Typed outputs of a run; each emission is what one batch of events brought, in order. */
export interface RunStreams {
  readonly fills$: Observable<readonly FillOutput[]>
  readonly orders$: Observable<readonly OrderOutput[]>
  readonly decisions$: Observable<readonly DecisionOutput[]>
  readonly equity$: Observable<readonly EquityOutput[]>
  readonly states$: Observable<readonly StateOutput[]>
  readonly alerts$: Observable<readonly AlertOutput[]>
  readonly systems$: Observable<readonly SystemOutput[]>
}

/** A user's sink: subscribes to what it wants before the first event. */
export type RunSink = (streams: RunStreams) => void

export class RunGraph implements RunStreams {
  readonly #outputs = new Subject<readonly RecordView[]>()
  #pending: RecordView[] = []
  /** Every record, raw. */
  readonly records$ = this.#outputs.asObservable()
  readonly fills$: Observable<readonly FillOutput[]>
  readonly orders$: Observable<readonly OrderOutput[]>
  readonly decisions$: Observable<readonly DecisionOutput[]>
  readonly equity$: Observable<readonly EquityOutput[]>
  readonly states$: Observable<readonly StateOutput[]>
  readonly alerts$: Observable<readonly AlertOutput[]>
  readonly systems$: Observable<readonly SystemOutput[]>
  #silent = false
  #failed: { readonly error: unknown } | undefined

  constructor(setup: EngineSetup) {
    const decode = new Decoder(setup)
    this.fills$ = this.#stream(decode.fill)
    this.orders$ = this.#stream(decode.order)
    this.decisions$ = this.#stream(decode.decision)
    this.equity$ = this.#stream(decode.equity)
    this.states$ = this.#stream(decode.state)
    this.alerts$ = this.#stream(decode.alert)
    this.systems$ = this.#stream(decode.system)
    // RxJS reports a throw in a subscriber later, on a timer; the run ends with it all the same (I-41).
    config.onUnhandledError = (error: unknown) => {
      this.#failed = { error }
    }
  }

  #stream<T>(decode: (r: RecordView) => T | undefined): Observable<readonly T[]> {
    return this.records$.pipe(
      map((rows) => rows.map(decode).filter((x) => x !== undefined)),
      filter((rows) => rows.length > 0),
    )
  }

  /** For the record sink: copies rows while somebody listens. */
  readonly tap: KeepRecords = (bytes, lengths, count) => {
    if (!this.#outputs.observed) return
    const words = new Float64Array(bytes.slice().buffer)
    let at = 0
    for (let i = 0; i < count; i++) {
      const n = (lengths[i] as number) / 8
      this.#pending.push(viewRecord(words.subarray(at, at + n)))
      at += n
    }
  }

  /** Runs the source to its end. A throw in the engine ends the run with that error; so does a throw of a subscriber. */
  async run(batches: AsyncIterable<Batch>, drive: Drive): Promise<void> {
    const settled$ = from(batches).pipe(
      tap((b) => drive.batch(b)),
      tap(() => {
        if (this.#outputs.observed) drive.flush()
        this.#give()
        this.#check()
      }),
    )
    await lastValueFrom(settled$, { defaultValue: undefined })
  }

  /** Ends the output streams after the last records; a subscriber that threw has ended the run. */
  async complete(): Promise<void> {
    this.#give()
    const observed = this.#outputs.observed
    this.#outputs.complete()
    if (observed) await new Promise((settled) => setTimeout(settled, 0))
    this.#check()
  }

  /** Thrown once, to whoever runs the graph; from then on nobody is told anything. */
  #check(): void {
    const failed = this.#failed
    if (failed === undefined || this.#silent) return
    this.#silent = true
    throw failed.error
  }

  /** Hands what gathered since the last time to whoever listens. */
  give(): void {
    this.#give()
    this.#check()
  }

  #give(): void {
    if (this.#pending.length === 0) return
    const rows = this.#pending
    this.#pending = []
    if (!this.#silent) this.#outputs.next(rows)
  }
}
