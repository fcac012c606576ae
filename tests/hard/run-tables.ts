/** A run's tables read by their own small reader: exact decimals as integers of 10⁻¹², times, and nothing of the engine. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Decimals of a whole: every number in the tables is an integer of this many digits behind the point. */
export const DIGITS = 12
export const ONE = 10n ** BigInt(DIGITS)

/** An exact decimal text as units of 10⁻¹². */
export function units(text: string): bigint {
  const [, sign, whole, part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === undefined || part.length > DIGITS) throw new Error(`"${text}" is no decimal`)
  const n = BigInt(whole + part.padEnd(DIGITS, '0'))
  return sign === '-' ? 0n - n : n
}

/** Price × quantity, money × ratio: the product of two numbers of these units. */
export function times(a: bigint, b: bigint): bigint {
  const product = a * b
  if (product % ONE !== 0n) throw new Error(`${a} × ${b} has more digits than money has`)
  return product / ONE
}

export interface FillRow {
  readonly seq: number
  readonly order: string
  readonly id: string
  readonly broker: string
  readonly symbol: string
  readonly side: 1n | -1n
  readonly qty: bigint
  readonly price: bigint
  readonly costs: bigint
}

export interface OrderRow {
  readonly seq: number
  readonly t: number
  readonly order: string
  readonly intent: string
  readonly broker: string
  readonly symbol: string
  readonly side: 1n | -1n
  readonly qty: bigint
  readonly state: string
  readonly cum: bigint
}

export interface EquityRow {
  readonly seq: number
  readonly t: number
  readonly equity: bigint
  readonly cash: bigint
  readonly exposure: bigint
}

export interface DecisionRow {
  readonly seq: number
  readonly t: number
  readonly symbol: string
  readonly action: string
  readonly rule: string
  readonly approved: boolean
  readonly reasons: readonly string[]
  readonly order: string
  readonly qty: bigint
  /** 0 for an order at market. */
  readonly limit: bigint
}

export interface RunTables {
  readonly fills: readonly FillRow[]
  readonly orders: readonly OrderRow[]
  readonly equity: readonly EquityRow[]
  readonly decisions: readonly DecisionRow[]
}

type Fields = Readonly<Record<string, string>>

function rowsOf(dir: string, name: string): Fields[] {
  const [head = '', ...lines] = readFileSync(join(dir, `${name}.csv`), 'utf8')
    .trimEnd()
    .split('\n')
  const columns = head.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    return Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? '']))
  })
}

/** Of a row's fields; a missing one is a fault of the table. */
function of(row: Fields, name: string): string {
  const text = row[name]
  if (text === undefined) throw new Error(`no column ${name}`)
  return text
}

const sideOf = (row: Fields): 1n | -1n => (of(row, 'side') === 'buy' ? 1n : -1n)

const read = {
  fill: (row: Fields): FillRow => ({
    seq: Number(of(row, 'seq')),
    order: of(row, 'order_id'),
    id: of(row, 'fill_id'),
    broker: of(row, 'broker'),
    symbol: of(row, 'symbol'),
    side: sideOf(row),
    qty: units(of(row, 'qty')),
    price: units(of(row, 'price')),
    costs: units(of(row, 'fee')) + units(of(row, 'tax')),
  }),
  order: (row: Fields): OrderRow => ({
    seq: Number(of(row, 'seq')),
    t: Number(of(row, 't')),
    order: of(row, 'order_id'),
    intent: of(row, 'intent_id'),
    broker: of(row, 'broker'),
    symbol: of(row, 'symbol'),
    side: sideOf(row),
    qty: units(of(row, 'qty')),
    state: of(row, 'state'),
    cum: units(of(row, 'cum_qty')),
  }),
  equity: (row: Fields): EquityRow => ({
    seq: Number(of(row, 'seq')),
    t: Number(of(row, 't')),
    equity: units(of(row, 'equity')),
    cash: units(of(row, 'cash')),
    exposure: units(of(row, 'exposure')),
  }),
  decision: (row: Fields): DecisionRow => ({
    seq: Number(of(row, 'seq')),
    t: Number(of(row, 't')),
    symbol: of(row, 'symbol'),
    action: of(row, 'action'),
    rule: of(row, 'rule'),
    approved: of(row, 'verdict') === 'approved',
    reasons: of(row, 'reasons')
      .split(' ')
      .filter((reason) => reason !== ''),
    order: of(row, 'order_id'),
    qty: of(row, 'qty') === '' ? 0n : units(of(row, 'qty')),
    limit: of(row, 'limit') === '' ? 0n : units(of(row, 'limit')),
  }),
}

export function readTables(dir: string): RunTables {
  return {
    fills: rowsOf(dir, 'fills').map(read.fill),
    orders: rowsOf(dir, 'orders').map(read.order),
    equity: rowsOf(dir, 'equity').map(read.equity),
    decisions: rowsOf(dir, 'decisions').map(read.decision),
  }
}
