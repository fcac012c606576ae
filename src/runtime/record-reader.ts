/** The records of a run's journal, one by one. */
import { join } from 'node:path'
import { readJournal } from '../tape/journal-read.ts'
import { type RecordView, viewRecord } from './record-fields.ts'

export const JOURNAL_DIR = 'journal'

/**
 * Every record in order; a view is valid until the next one is asked for. Throws JournalError at damage, and at the end
 * of a journal that was not closed, unless it is the one being gone on with (`unclosed`).
 */
export function* journalRecords(run: string, unclosed = false): Generator<RecordView> {
  for (const item of readJournal(join(run, JOURNAL_DIR), { unclosed })) {
    if (item.type !== 'frame') continue
    const { payload, lengths, count } = item
    let at = payload.byteOffset
    for (let i = 0; i < count; i++) {
      const length = lengths[i] as number
      yield viewRecord(new Float64Array(payload.buffer, at, length / 8))
      at += length
    }
  }
}
