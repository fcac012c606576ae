/** The corporate actions of one instrument as a cursor in the merge, like a stream of its tape. */
import { ACTION_KINDS } from '../core/domain/event.ts'
import type { TapeChunk } from '../tape/read.ts'
import { ACTION_COLUMNS, Cursor, type CursorSource } from './cursor.ts'
import type { TapeAction } from './tape-actions.ts'

/** An action with the part of its dividend that is withheld, per share in the unit of `amount`. */
export interface TaxedAction extends TapeAction {
  readonly withheld: number
}

async function* chunkOf(actions: readonly TaxedAction[]): AsyncGenerator<TapeChunk> {
  const values = { num: 'num', den: 'den', amount: 'amount', withheld: 'withheld' } as const
  const columns: Record<string, Float64Array> = { t: Float64Array.from(actions.map((a) => a.t)) }
  for (const name of ACTION_COLUMNS) {
    columns[name] = Float64Array.from(
      actions.map((a) => (name === 'kind' ? ACTION_KINDS.indexOf(a.kind) : a[values[name]])),
    )
  }
  yield { rows: actions.length, firstRow: 0, columns }
}

type Place = Pick<CursorSource, 'instrument' | 'rank' | 'from' | 'to'>

export function actionCursor(actions: readonly TaxedAction[], place: Place): Cursor {
  return new Cursor({ ...place, kind: 'actions', barMicros: 0, chunks: chunkOf(actions)[Symbol.asyncIterator]() })
}
