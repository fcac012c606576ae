/** Reads one source file from end to end: bytes → records → checked rows, with a hash of its plain bytes. */
import { createHash } from 'node:crypto'
import { Failure } from '../cli/failure.ts'
import { barDecoder, closeDecoder, rateDecoder } from './bar-rows.ts'
import { type CsvRecord, CsvScanner } from './csv-scanner.ts'
import type { FaultList } from './fault.ts'
import { FileRows, type FileStream } from './file-rows.ts'
import { type LayoutRequest, recognise, type Shape } from './recognise.ts'
import type { RowBlock } from './row-block.ts'
import type { Source } from './source-file.ts'
import type { DateFormat, Resolution } from './stamp-field.ts'
import { type Decode, feedDecoder, quoteDecoder, tradeDecoder } from './tick-rows.ts'

/** What holds for all files of an import. */
export interface ReadRules {
  readonly request: LayoutRequest
  readonly symbol: string
  readonly dateFormat: DateFormat
  readonly forShape: (shape: Shape) => ShapeRules
}

/** What depends on the layout, because the venue may. */
export interface ShapeRules {
  /** IANA zone of stamps that carry none; undefined refuses them. */
  readonly zone: string | undefined
  /** Why a bare date is no session, undefined when it is one. */
  readonly dateProblem: (day: number) => string | undefined
  /** Bars and closes are exchange rates (venue FX). */
  readonly asRates: boolean
}

export interface ReadOptions {
  readonly faults: FaultList
  /** Gets every block of accepted rows, in order of the file within its stream; absent in the survey. */
  readonly take?: (key: string, block: RowBlock) => void | Promise<void>
  /** Only the stream of this key is kept. */
  readonly only?: string
  readonly onRead?: (bytes: number) => void
}

export interface FileReading {
  readonly shape: Shape
  readonly streams: ReadonlyMap<string, FileStream>
  /** Records of the file without its header. */
  readonly rows: number
  readonly resolution: Resolution
  readonly bareDates: boolean
  /** Sizes read through binary rounding noise, and the first of them. */
  readonly noisySizes: number
  readonly firstNoise: string
  /** Rows refused because their time goes back. */
  readonly backwards: number
  /** SHA-256 of the plain bytes, hex: the same for a file and its gzip. */
  readonly sha256: string
}

export async function readFile(source: Source, rules: ReadRules, options: ReadOptions): Promise<FileReading> {
  const hash = createHash('sha256')
  let reading: FileRows | undefined
  let decode: Decode | undefined
  let records = 0
  const scanner = new CsvScanner(source.name, (record) => {
    if (reading === undefined || decode === undefined) {
      const shape = recognise(source.name, record.texts(), source.layout ?? rules.request)
      const own = rules.forShape(shape)
      reading = rowsOf(source, shape, rules, own, options)
      decode = decoderFor(reading, own.asRates)
      if (shape.hasHeader) return
    }
    records++
    decode(record)
  })
  const drain = async (): Promise<void> => {
    if (reading === undefined || options.take === undefined) return
    for (const { key, block } of reading.full.splice(0)) await options.take(key, block)
  }
  await source.read(
    async (plain) => {
      hash.update(plain)
      scanner.push(plain)
      if (reading !== undefined && reading.full.length > 0) await drain()
    },
    options.onRead ?? (() => undefined),
  )
  scanner.end()
  if (reading === undefined) throw new Failure(`${source.name}: is empty; a header row and rows were expected`, 1)
  const done: FileRows = reading
  done.flush()
  await drain()
  return {
    shape: done.shape,
    streams: done.streams,
    rows: records,
    resolution: done.stamp.resolution,
    bareDates: done.bareDates === true,
    noisySizes: done.noisySizes,
    firstNoise: done.firstNoise,
    backwards: done.backwards,
    sha256: hash.digest('hex'),
  }
}

function rowsOf(source: Source, shape: Shape, rules: ReadRules, own: ShapeRules, options: ReadOptions): FileRows {
  return new FileRows({
    file: source.name,
    shape,
    symbol: source.symbol ?? rules.symbol,
    stamps: { unit: shape.timeUnit, zone: own.zone, dateFormat: rules.dateFormat },
    faults: options.faults,
    dateProblem: own.dateProblem,
    keep: options.take !== undefined,
    ...(options.only === undefined ? {} : { only: options.only }),
  })
}

function decoderFor(rows: FileRows, asRates: boolean): (record: CsvRecord) => void {
  const kind = rows.shape.rows
  if (kind === 'trades') return tradeDecoder(rows)
  if (kind === 'quotes') return quoteDecoder(rows)
  if (kind === 'feed') return feedDecoder(rows)
  if (kind === 'fx' || asRates) return rateDecoder(rows)
  return kind === 'bars' ? barDecoder(rows) : closeDecoder(rows)
}
