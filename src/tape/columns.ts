/**
 * The columns of a tape, per stream kind: name in Parquet, key in memory, and what the number means. Times are
 * microseconds UTC (INT64), flags whole numbers (INT64), prices, rates and sizes DOUBLE; a price or size that is not
 * there is NaN in memory and null in the file. INT64 values outside ±(2^53 − 1) are refused in both directions.
 */
import type { SchemaElement } from 'hyparquet'

export const STREAM_KINDS = ['trades', 'quotes', 'bars', 'fx'] as const
export type StreamKind = (typeof STREAM_KINDS)[number]

/** time: µs; price: scaled by price decimals; qty: scaled by quantity decimals; flags: taken as it is; text: strings. */
export type ColumnRole = 'time' | 'price' | 'qty' | 'flags' | 'text'

export interface TapeColumn {
  /** Name in the Parquet file. */
  readonly name: string
  /** Key in TapeColumns and TapeChunk. */
  readonly key: string
  readonly role: ColumnRole
  /** True where a value may be missing (null in the file). */
  readonly optional: boolean
}

/** Which variant of its kind a stream is; the manifest says the same. */
export interface StreamShape {
  readonly oneSided?: boolean | undefined
  readonly quoteColumns?: boolean | undefined
}

const column = (name: string, role: ColumnRole, optional = false): TapeColumn => ({
  name,
  key: name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  role,
  optional,
})

const TIMES: readonly TapeColumn[] = [column('t', 'time'), column('venue_t', 'time')]
const SIDES = ['bid', 'ask'] as const

/** Columns of a stream in file order, without the constant `symbol` column, which stands third in the file. */
export function columnsOf(kind: StreamKind, shape: StreamShape = {}): readonly TapeColumn[] {
  switch (kind) {
    case 'trades':
      return [...TIMES, column('price', 'price'), column('size', 'qty'), column('flags', 'flags')]
    case 'quotes': {
      const partial = shape.oneSided === true
      const sides = [
        column('bid', 'price', partial),
        column('ask', 'price', partial),
        column('bid_size', 'qty', partial),
        column('ask_size', 'qty', partial),
      ]
      const exchange = partial ? [column('exchange', 'text', true)] : []
      return [...TIMES, ...sides, ...exchange, column('flags', 'flags')]
    }
    case 'bars': {
      const partial = shape.quoteColumns === true
      const prices = ['open', 'high', 'low', 'close'].map((name) => column(name, 'price', partial))
      const quotes = SIDES.flatMap((side) => [
        ...['open', 'high', 'low', 'close'].map((name) => column(`${side}_${name}`, 'price', true)),
        column(`${side}_size`, 'qty', true),
      ])
      return [...TIMES, ...prices, column('volume', 'qty', partial), ...(partial ? quotes : [])]
    }
    case 'fx':
      return [...TIMES, column('rate', 'price')]
  }
}

const SYMBOL: SchemaElement = {
  name: 'symbol',
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
  repetition_type: 'REQUIRED',
}

function element(c: TapeColumn, annotated: boolean): SchemaElement {
  const repetition_type = c.optional ? 'OPTIONAL' : 'REQUIRED'
  if (c.role === 'text') return { ...SYMBOL, name: c.name, repetition_type }
  if (c.role === 'price' || c.role === 'qty') return { name: c.name, type: 'DOUBLE', repetition_type }
  if (c.role === 'flags' || !annotated) return { name: c.name, type: 'INT64', repetition_type }
  return {
    name: c.name,
    type: 'INT64',
    repetition_type,
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  }
}

/**
 * The Parquet schema of a stream. Without the annotation the time columns are plain INT64: the writer library then
 * takes a BigInt64Array as it is, instead of turning each value into an object on its way; the footer is annotated.
 */
export function parquetSchemaOf(columns: readonly TapeColumn[], annotated: boolean): SchemaElement[] {
  const elements = columns.map((c) => element(c, annotated))
  elements.splice(2, 0, SYMBOL)
  return [{ name: 'tape', num_children: elements.length }, ...elements]
}
