/**
 * The pipeline as one RxJS graph: sources → engine → typed output streams. Batches cross RxJS, one event at a time
 * crosses the engine. Output streams carry what one batch brought; a stream nobody listens to costs nothing.
 *
 *   batches$ ──▶ drive (engine + venue) ──▶ records ──▶ outputs$ ─┬─▶ fills$  orders$  decisions$
 *                                                                 └─▶ equity$ states$  commands$
 */
import { from, lastValueFrom, map, type Observable, type OperatorFunction, Subject, tap } from 'rxjs'
import { KIND } from '../core/engine/records.ts'
import { type RecordView, viewRecord } from './record-fields.ts'
import type { KeepRecords } from './record-sink.ts'
import type { Batch } from './timeline.ts'

/** What steps a batch through the engine. */
export interface Drive {
  batch(b: Batch): void
  /** Hands over buffered records. */
  flush(): void
}

export interface RunStreams {
  readonly fills$: Observable<readonly RecordView[]>
  readonly orders$: Observable<readonly RecordView[]>
  readonly decisions$: Observable<readonly RecordView[]>
  readonly equity$: Observable<readonly RecordView[]>
  readonly states$: Observable<readonly RecordView[]>
  readonly commands$: Observable<readonly RecordView[]>
}

function only(kind: number): OperatorFunction<readonly RecordView[], readonly RecordView[]> {
  return map((rows) => rows.filter((r) => r.kind === kind))
}

export class RunGraph implements RunStreams {
  readonly #outputs = new Subject<readonly RecordView[]>()
  #pending: RecordView[] = []
  readonly outputs$ = this.#outputs.asObservable()
  readonly fills$ = this.outputs$.pipe(only(KIND.report))
  readonly orders$ = this.outputs$.pipe(only(KIND.order))
  readonly decisions$ = this.outputs$.pipe(only(KIND.decision))
  readonly equity$ = this.outputs$.pipe(only(KIND.equity))
  readonly states$ = this.outputs$.pipe(only(KIND.state))
  readonly commands$ = this.outputs$.pipe(only(KIND.command))

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

  /**
   * Runs the source to its end. A throw in the engine ends the run with that error; so does a throw of a subscriber,
   * which RxJS would only report later: outputs are given out here, inside the run.
   */
  async run(batches: AsyncIterable<Batch>, drive: Drive): Promise<void> {
    const settled$ = from(batches).pipe(
      tap((b) => drive.batch(b)),
      tap(() => {
        if (this.#outputs.observed) drive.flush()
        this.#give()
      }),
    )
    await lastValueFrom(settled$, { defaultValue: undefined })
  }

  /** Ends the output streams after the last records. */
  complete(): void {
    this.#give()
    this.#outputs.complete()
  }

  #give(): void {
    if (this.#pending.length === 0) return
    const rows = this.#pending
    this.#pending = []
    this.#outputs.next(rows)
  }
}
