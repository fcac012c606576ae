/** Which Parquet types of other programs stand for a time, a number, flags or a text, and how one value becomes ours. */
import type { SchemaElement } from 'hyparquet'
import type { ColumnRole } from './columns.ts'

export type ForeignType =
  | { readonly kind: 'time'; readonly microsPerUnit: bigint; readonly nanos: boolean; readonly zoneless: boolean }
  | { readonly kind: 'number'; readonly scale: number }
  | { readonly kind: 'text' }

const MICROS_PER = { MILLIS: 1_000n, MICROS: 1n, NANOS: 0n } as const
const DAY_MICROS = 86_400_000_000n

/** The meaning of a column in the role it is wanted for, or what is wrong with it, to stand behind its name and "is". */
export function typeOf(e: SchemaElement, role: ColumnRole): ForeignType | string {
  const said = describe(e)
  if (role === 'text') return e.type === 'BYTE_ARRAY' ? { kind: 'text' } : `${said}; it must be a string`
  if (role === 'time') return timeType(e) ?? `${said}; it must be a TIMESTAMP or a DATE`
  if (role === 'flags') {
    const whole = (e.type === 'INT32' || e.type === 'INT64') && !isTime(e) && !isDecimal(e)
    return whole ? { kind: 'number', scale: 0 } : `${said}; it must be a whole number`
  }
  if (isDecimal(e)) return { kind: 'number', scale: e.scale ?? 0 }
  const plain = e.type === 'DOUBLE' || ((e.type === 'INT32' || e.type === 'INT64') && !isTime(e))
  return plain ? { kind: 'number', scale: 0 } : `${said}; cast it to DOUBLE, from the source of the numbers`
}

function describe(e: SchemaElement): string {
  const logical = e.logical_type?.type ?? e.converted_type
  return `${e.type ?? 'a group'}${logical === undefined ? '' : ` (${logical})`}`
}

export function isDecimal(e: SchemaElement): boolean {
  return e.converted_type === 'DECIMAL' || e.logical_type?.type === 'DECIMAL'
}

export function isTime(e: SchemaElement): boolean {
  return /^(TIMESTAMP|TIME|DATE)/.test(e.logical_type?.type ?? e.converted_type ?? '')
}

function timeType(e: SchemaElement): ForeignType | undefined {
  const logical = e.logical_type
  if (logical?.type === 'TIMESTAMP' && e.type === 'INT64') {
    const zoneless = !logical.isAdjustedToUTC
    return { kind: 'time', microsPerUnit: MICROS_PER[logical.unit], nanos: logical.unit === 'NANOS', zoneless }
  }
  if (e.type === 'INT32' && (logical?.type === 'DATE' || e.converted_type === 'DATE')) {
    return { kind: 'time', microsPerUnit: DAY_MICROS, nanos: false, zoneless: false }
  }
  // The older annotations mean UTC; the deprecated INT96 does not say what it means.
  if (e.converted_type === 'TIMESTAMP_MILLIS')
    return { kind: 'time', microsPerUnit: 1_000n, nanos: false, zoneless: false }
  if (e.converted_type === 'TIMESTAMP_MICROS') return { kind: 'time', microsPerUnit: 1n, nanos: false, zoneless: false }
  if (e.type === 'INT96') return { kind: 'time', microsPerUnit: 0n, nanos: true, zoneless: true }
  return undefined
}

/** A decoded value as a double; undefined when a double cannot hold it exactly. */
export function valueReader(type: ForeignType): (value: unknown) => number | undefined {
  if (type.kind === 'text') return () => undefined
  if (type.kind === 'number') {
    if (type.scale === 0) return (value) => exact(value)
    // Division by a power of ten is correctly rounded; a product with 0.01 is not.
    const divisor = 10 ** type.scale
    return (value) => {
      const whole = exact(value instanceof Uint8Array ? bigEndian(value) : value)
      return whole === undefined ? undefined : whole / divisor
    }
  }
  if (type.nanos) return (value) => exact(floorDiv(BigInt(value as bigint), 1_000n))
  return (value) => exact(BigInt(value as bigint | number) * type.microsPerUnit)
}

function exact(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'bigint') return undefined
  const x = Number(value)
  return Number.isSafeInteger(x) ? x : undefined
}

function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b
  return a % b < 0n ? q - 1n : q
}

/** Two's complement, most significant byte first, as DECIMAL is kept in byte arrays. */
function bigEndian(bytes: Uint8Array): bigint {
  let x = 0n
  for (const byte of bytes) x = (x << 8n) | BigInt(byte)
  return (bytes[0] ?? 0) >= 128 ? x - (1n << BigInt(bytes.length * 8)) : x
}
