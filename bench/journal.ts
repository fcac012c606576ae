/**
 * How many 56-byte records a second the journal takes and gives back, on the disk of the temporary directory (or of
 * the directory named as first argument). Frames of one digest block, as a virtual run writes them; the sync every
 * 1,024 records is the group commit of a live run. Best of three, since other work on the machine only ever adds.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JournalWriter } from '../src/tape/journal.ts'
import { readJournal } from '../src/tape/journal-read.ts'

const RECORD_BYTES = 56
const BLOCK_RECORDS = Math.floor(65_536 / RECORD_BYTES)
const SYNC_RECORDS = 1024

export interface JournalFigures {
  readonly write_records_per_second: number
  readonly write_sync_1024_records_per_second: number
  readonly scan_records_per_second: number
}

function write(dir: string, records: number, perFrame: number, sync: boolean): number {
  const payload = new Uint8Array(perFrame * RECORD_BYTES)
  for (let i = 0; i < payload.length; i++) payload[i] = (i * 2654435761) >>> 24
  const lengths = new Uint16Array(perFrame).fill(RECORD_BYTES)
  const writer = JournalWriter.create(dir, { bench: 'journal' })
  const start = performance.now()
  for (let done = 0; done < records; ) {
    const count = Math.min(perFrame, records - done)
    writer.append(payload.subarray(0, count * RECORD_BYTES), lengths, count, true)
    if (sync) writer.sync()
    done += count
  }
  writer.close()
  return (records * 1000) / (performance.now() - start)
}

function scan(dir: string, records: number): number {
  const start = performance.now()
  let seen = 0
  for (const item of readJournal(dir)) if (item.type === 'frame') seen += item.count
  if (seen !== records) throw new Error(`read ${seen} records of ${records}`)
  return (records * 1000) / (performance.now() - start)
}

export function measureJournal(root: string, records: number): JournalFigures {
  const best = [0, 0, 0]
  for (let round = 0; round < 3; round++) {
    const plain = join(root, `plain-${round}`)
    const synced = join(root, `synced-${round}`)
    const figures = [
      write(plain, records, BLOCK_RECORDS, false),
      write(synced, Math.ceil(records / 10), SYNC_RECORDS, true),
      scan(plain, records),
    ]
    figures.forEach((x, i) => {
      best[i] = Math.max(best[i] as number, x)
    })
    rmSync(plain, { recursive: true })
    rmSync(synced, { recursive: true })
  }
  const [plain = 0, synced = 0, scanned = 0] = best
  return {
    write_records_per_second: Math.round(plain),
    write_sync_1024_records_per_second: Math.round(synced),
    scan_records_per_second: Math.round(scanned),
  }
}

if (import.meta.main) {
  const root = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'sametape-bench-'))
  try {
    process.stdout.write(`${JSON.stringify(measureJournal(root, 4_000_000), undefined, 2)}\n`)
  } finally {
    rmSync(root, { recursive: true })
  }
}
