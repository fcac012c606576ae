/** `report --trades`: the ledger of `lots.ts` as a CSV file, over any number of runs. Decimals are exact, times ISO in UTC. */
import { closeSync, openSync, renameSync, writeSync } from 'node:fs'
import { fromScaled } from '../core/base/decimal.ts'
import { formatMicros } from '../core/base/time.ts'
import { moneyDecimals } from '../core/domain/units.ts'
import { csvText } from '../runtime/csv-file.ts'
import { journalRecords } from '../runtime/record-reader.ts'
import { FillBook } from '../runtime/fill-book.ts'
import { type LedgerLine, Lots } from './lots.ts'
import type { Subject } from './subject.ts'

const HEADER = [
  ...['run', 'mode', 'data', 'broker', 'symbol', 'venue', 'side', 'qty', 'opened', 'closed', 'currency'],
  ...['cost', 'proceeds', 'fees_and_taxes', 'gain'],
].join(',')

const BUFFER_CHARS = 1 << 18

export interface LedgerTotals {
  readonly file: string
  /** Disposals, and holdings that were not disposed of. */
  lines: number
  open: number
}

/** Writes all runs' lines; what was disposed of in order of disposal, then per run what is still held. */
export class TradeLedger {
  readonly totals: LedgerTotals
  readonly #part: string
  readonly #fd: number
  #text = `${HEADER}\n`

  constructor(file: string) {
    this.totals = { file, lines: 0, open: 0 }
    this.#part = `${file}.part`
    this.#fd = openSync(this.#part, 'w')
  }

  add(subject: Subject): void {
    if (!subject.journaled) return
    const lots = new Lots((line) => this.#line(subject, line))
    const book = new FillBook(subject.instruments, (m) => lots.movement(m))
    for (const r of journalRecords(subject.dir)) book.record(r)
    lots.rest()
  }

  close(): LedgerTotals {
    this.#flush()
    closeSync(this.#fd)
    renameSync(this.#part, this.totals.file)
    return this.totals
  }

  #line(subject: Subject, l: LedgerLine): void {
    const i = subject.instruments[l.instrument]
    if (i === undefined) return
    const money = (x: number): string => fromScaled(x, moneyDecimals(i.currency))
    if (l.closed === undefined) this.totals.open++
    else this.totals.lines++
    const data = subject.manifest.generated === true ? 'generated' : 'real'
    const fields = [
      ...[cell(subject.dir), cell(subject.manifest.mode), data, cell(subject.brokers[l.broker] ?? '')],
      ...[cell(i.symbol), cell(i.venue), l.side, fromScaled(l.qty, i.qtyDecimals), formatMicros(l.opened)],
      ...[l.closed === undefined ? '' : formatMicros(l.closed), i.currency],
      ...[money(l.cost), money(l.proceeds), money(l.costs), l.closed === undefined ? '' : money(l.gain)],
    ]
    this.#text += `${fields.join(',')}\n`
    if (this.#text.length > BUFFER_CHARS) this.#flush()
  }

  #flush(): void {
    writeSync(this.#fd, this.#text)
    this.#text = ''
  }
}

/** A text that a spreadsheet would take for a formula is made plain. */
function cell(text: string): string {
  return csvText(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)
}
