/**
 * Frames of the socket (KIS reference 8.2 to 8.8). Data: `enc|TR|NNN|payload`, records joined with `^` and no separator
 * between them. Everything that does not begin with 0 or 1 is JSON: registrations from the client, acknowledgements and
 * PINGPONG from the server.
 */
import { padded } from './numbers.ts'

export interface DataFrame {
  readonly encrypted: boolean
  readonly tr: string
  readonly count: number
  readonly payload: string
}

export function isDataFrame(text: string): boolean {
  return text.startsWith('0|') || text.startsWith('1|')
}

/** Undefined when the text is not a complete data frame. */
export function readFrame(text: string): DataFrame | undefined {
  const m = /^([01])\|([A-Z0-9]{1,13})\|(\d{1,4})\|/.exec(text)
  if (m === null) return undefined
  const count = Number(m[3])
  if (count === 0) return undefined
  return { encrypted: m[1] === '1', tr: m[2] as string, count, payload: text.slice(m[0].length) }
}

export function writeFrame(frame: DataFrame): string {
  return `${frame.encrypted ? '1' : '0'}|${frame.tr}|${padded(frame.count, 3)}|${frame.payload}`
}

/** Records of a plain payload; undefined when the fields do not divide by the count. */
export function splitRecords(payload: string, count: number): readonly (readonly string[])[] | undefined {
  const fields = payload.split('^')
  if (count < 1 || fields.length % count !== 0) return undefined
  const width = fields.length / count
  return Array.from({ length: count }, (_, i) => fields.slice(i * width, (i + 1) * width))
}

export function joinRecords(tr: string, records: readonly (readonly string[])[]): string {
  const payload = records.map((record) => record.join('^')).join('^')
  return writeFrame({ encrypted: false, tr, count: records.length, payload })
}

/** A named record as the fields of a layout; a column without a value is blank. */
export function toFields(columns: readonly string[], values: Readonly<Record<string, string>>): string[] {
  return columns.map((column) => values[column] ?? '')
}

export function fromFields(columns: readonly string[], fields: readonly string[]): Record<string, string> {
  const out: Record<string, string> = {}
  columns.forEach((column, i) => {
    out[column] = fields[i] ?? ''
  })
  return out
}

export type RegisterType = '1' | '2'

/** A registration (`1`) or its end (`2`), as the client sends it. */
export function registration(approvalKey: string, type: RegisterType, tr: string, key: string): string {
  return JSON.stringify({
    header: { approval_key: approvalKey, custtype: 'P', tr_type: type, 'content-type': 'utf-8' },
    body: { input: { tr_id: tr, tr_key: key } },
  })
}

export interface Acknowledgement {
  readonly tr: string
  readonly key: string
  /** The "encrypt" flag says N for notices too (8.4): trust the first field of the data frame. */
  readonly encrypt: 'Y' | 'N'
  readonly rtCd: string
  readonly msgCd: string
  readonly msg1: string
  readonly secret?: { readonly key: string; readonly iv: string }
}

export function writeAcknowledgement(a: Acknowledgement): string {
  return JSON.stringify({
    header: { tr_id: a.tr, tr_key: a.key, encrypt: a.encrypt },
    body: {
      rt_cd: a.rtCd,
      msg_cd: a.msgCd,
      msg1: a.msg1,
      ...(a.secret === undefined ? {} : { output: { iv: a.secret.iv, key: a.secret.key } }),
    },
  })
}

export function pingpong(kstStamp: string): string {
  return JSON.stringify({ header: { tr_id: 'PINGPONG', datetime: kstStamp } })
}

export type ControlMessage = { readonly type: 'pingpong' } | { readonly type: 'ack'; readonly ack: Acknowledgement }

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

/** A JSON message of the server; undefined when it is neither an acknowledgement nor a PINGPONG. */
export function readControl(json: string): ControlMessage | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return undefined
  }
  const header = member(value, 'header')
  if (text(member(header, 'tr_id')) === 'PINGPONG') return { type: 'pingpong' }
  const body = member(value, 'body')
  if (text(member(body, 'msg_cd')) === '') return undefined
  const output = member(body, 'output')
  const [key, iv] = [text(member(output, 'key')), text(member(output, 'iv'))]
  return {
    type: 'ack',
    ack: {
      tr: text(member(header, 'tr_id')),
      key: text(member(header, 'tr_key')),
      encrypt: member(header, 'encrypt') === 'Y' ? 'Y' : 'N',
      rtCd: text(member(body, 'rt_cd')),
      msgCd: text(member(body, 'msg_cd')),
      msg1: text(member(body, 'msg1')),
      ...(key === '' || iv === '' ? {} : { secret: { key, iv } }),
    },
  }
}
