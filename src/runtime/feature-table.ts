/**
 * The table of features as a file: CSV (times as integer microseconds UTC, doubles as their shortest exact text, empty
 * where not warm) or Parquet (times as timestamps, nulls). Rows go out in portions, so memory stays flat; the file
 * carries a temporary name until it is whole.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SchemaElement } from 'hyparquet'
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer'
import { Failure } from '../cli/failure.ts'
import type { Micros } from '../core/base/time.ts'
import type { FeatureSink } from './features.ts'

export interface FeatureTable {
  readonly columns: readonly string[]
  readonly rows: number
  readonly add: FeatureSink
  /** Writes the rest and gives the file its name. */
  finish(): void
  /** Takes the temporary file away. */
  abort(): void
}

const KEYS = ['t', 'bar_start', 'symbol']
const CSV_PORTION = 1 << 18
const ROW_GROUP = 65_536

/** Opens a table by the file's ending. Throws Failure (exit 2) for another ending, and where the file exists. */
export function openFeatureTable(file: string, names: readonly string[]): FeatureTable {
  const csv = file.endsWith('.csv')
  if (!csv && !file.endsWith('.parquet')) {
    throw new Failure(`--out ${file}: the file must end in .csv or .parquet`, 2)
  }
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isDirectory() === true) throw new Failure(`--out ${file}: is a directory; name a file in it`, 2)
  if (found !== undefined && found.size > 0) {
    throw new Failure(`--out ${file}: exists already; remove it or name another file`, 2)
  }
  mkdirSync(dirname(file), { recursive: true })
  return csv ? new CsvTable(file, names) : new ParquetTable(file, names)
}

/** A file under a temporary name. */
class Output {
  readonly #file: string
  readonly #part: string
  readonly #fd: number
  #open = true

  constructor(file: string) {
    this.#file = file
    this.#part = `${file}.part`
    this.#fd = openSync(this.#part, 'w')
  }

  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done)
  }

  finish(): void {
    fsyncSync(this.#fd)
    this.#close()
    renameSync(this.#part, this.#file)
  }

  abort(): void {
    this.#close()
    rmSync(this.#part, { force: true })
  }

  #close(): void {
    if (this.#open) closeSync(this.#fd)
    this.#open = false
  }
}

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

class CsvTable implements FeatureTable {
  readonly columns: readonly string[]
  rows = 0
  readonly #output: Output
  #text: string

  constructor(file: string, names: readonly string[]) {
    this.columns = [...KEYS, ...names]
    this.#text = `${this.columns.join(',')}\n`
    this.#output = new Output(file)
  }

  readonly add: FeatureSink = (t, barStart, symbol, values) => {
    let line = `${t},${barStart},${quoted(symbol)}`
    for (let i = 0; i < values.length; i++) {
      const x = values[i] as number
      line += x === x ? `,${x}` : ','
    }
    this.#text += `${line}\n`
    this.rows++
    if (this.#text.length >= CSV_PORTION) this.#flush()
  }

  finish(): void {
    this.#flush()
    this.#output.finish()
  }

  abort(): void {
    this.#output.abort()
  }

  #flush(): void {
    this.#output.write(Buffer.from(this.#text))
    this.#text = ''
  }
}

/** What the Parquet library writes to: one row group in memory at a time. */
class GroupBytes extends ByteWriter {
  readonly #output: Output

  constructor(output: Output) {
    super(1 << 20)
    this.#output = output
  }

  flush(): void {
    this.#output.write(this.getBytes())
    this.index = 0
  }

  override finish(): void {
    this.flush()
    this.#output.finish()
  }
}

function schemaOf(names: readonly string[]): SchemaElement[] {
  const time = (name: string): SchemaElement => ({
    name,
    type: 'INT64',
    repetition_type: 'REQUIRED',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  })
  const symbol: SchemaElement = {
    name: 'symbol',
    type: 'BYTE_ARRAY',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
    repetition_type: 'REQUIRED',
  }
  const values = names.map((name): SchemaElement => ({ name, type: 'DOUBLE', repetition_type: 'OPTIONAL' }))
  return [{ name: 'features', num_children: 3 + names.length }, time('t'), time('bar_start'), symbol, ...values]
}

class ParquetTable implements FeatureTable {
  readonly columns: readonly string[]
  rows = 0
  readonly #names: readonly string[]
  readonly #output: Output
  readonly #parquet: ParquetWriter
  #t: bigint[] = []
  #starts: bigint[] = []
  #symbols: string[] = []
  #values: (number | null)[][]

  constructor(file: string, names: readonly string[]) {
    this.columns = [...KEYS, ...names]
    this.#names = names
    this.#values = names.map(() => [])
    this.#output = new Output(file)
    const writer = new GroupBytes(this.#output)
    this.#parquet = new ParquetWriter({ writer, schema: schemaOf(names), createdBy: 'sametape' })
  }

  readonly add: FeatureSink = (t: Micros, barStart, symbol, values) => {
    this.#t.push(BigInt(t))
    this.#starts.push(BigInt(barStart))
    this.#symbols.push(symbol)
    for (const [i, column] of this.#values.entries()) {
      const x = values[i] as number
      column.push(x === x ? x : null)
    }
    this.rows++
    if (this.#t.length === ROW_GROUP) this.#writeGroup()
  }

  finish(): void {
    if (this.#t.length > 0) this.#writeGroup()
    void this.#parquet.finish()
  }

  abort(): void {
    this.#output.abort()
  }

  #writeGroup(): void {
    const columnData: ColumnSource[] = [
      { name: 't', data: this.#t },
      { name: 'bar_start', data: this.#starts },
      { name: 'symbol', data: this.#symbols },
      ...this.#names.map((name, i) => ({ name, data: this.#values[i] as (number | null)[] })),
    ]
    void this.#parquet.write({ columnData, rowGroupSize: ROW_GROUP })
    this.#t = []
    this.#starts = []
    this.#symbols = []
    this.#values = this.#names.map(() => [])
  }
}
