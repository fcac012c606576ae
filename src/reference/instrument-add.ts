/**
 * Adds one listing to the user's own file (`instruments.local.yaml`), keeping what people wrote there. The new text is
 * read and checked against the shipped file before it takes the place of the old one, in one step (rename).
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Document, isSeq, parseDocument, Scalar, type YAMLMap } from 'yaml'
import { Failure } from '../cli/failure.ts'
import { parseDay } from '../core/base/time.ts'
import { readInstrumentFile } from './instrument-file.ts'
import { OWN_NAME, shippedInstruments } from './instrument-load.ts'
import { InstrumentTable, type KnownListing, periodText } from './instrument-table.ts'

/** Texts as the user gave them; they are checked by the reader of the file. */
export interface Addition {
  readonly symbol: string
  readonly venue: string
  readonly currency: string
  readonly id: string | undefined
  readonly name: string | undefined
  readonly product: string | undefined
  readonly base: string | undefined
  readonly aliases: readonly string[]
  /** Further fields of the listing: segment, from, to, lot, tick, … */
  readonly listing: ReadonlyMap<string, string>
}

const HEAD =
  ' Your own instruments, added to those of config/instruments.yaml; "sametape instruments add" writes here too.'

/** Returns the listing as the table now has it. Throws Failure (2) when it contradicts what is known. */
export function addInstrument(dir: string, addition: Addition): KnownListing {
  const path = join(dir, OWN_NAME)
  const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined
  const own = before === undefined ? undefined : readInstrumentFile(before, path, false)
  const id = refuseKnown(new InstrumentTable(shippedInstruments(), own), addition)
  const text = withAddition(before, path, id, addition)
  const table = checked(text, path)
  const from = parseDay(addition.listing.get('from') ?? '') ?? -Infinity
  const fits = (l: KnownListing): boolean =>
    l.symbol === addition.symbol && l.venue === addition.venue && l.from === from
  const added = table.byId(id)?.listings.find(fits)
  if (added === undefined) throw new Error(`${path}: the new entry ${id} is not in the text written`)
  replaceFile(path, text)
  return added
}

function checked(text: string, path: string): InstrumentTable {
  try {
    return new InstrumentTable(shippedInstruments(), readInstrumentFile(text, path, false))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Failure(`nothing was written, because this is how it would be read:\n${error.message}`, 2)
  }
}

/** The id of the addition, when nothing known stands against it. */
function refuseKnown(table: InstrumentTable, a: Addition): string {
  const id = a.id ?? `${a.venue}:${a.symbol}`
  const day = (name: string): number | undefined => {
    const text = a.listing.get(name)
    return text === undefined ? undefined : parseDay(text)
  }
  const [twin] = table.listings(a.symbol, a.venue, day('from'), day('to'))
  if (twin !== undefined) {
    throw new Failure(
      `${a.symbol} on ${a.venue} is known already: ${twin.instrument.id} ${twin.instrument.name}, ${periodText(twin)} (${twin.place}). Nothing was written; give --from and --to of another time, or edit that line.`,
      2,
    )
  }
  const same = table.byId(id)
  if (same !== undefined && same.currency !== a.currency) {
    throw new Failure(
      `--currency ${a.currency}: ${id} is ${same.name}, in ${same.currency} (${same.place}). Nothing was written; give another --id.`,
      2,
    )
  }
  return id
}

function withAddition(before: string | undefined, path: string, id: string, a: Addition): string {
  const document: Document = before === undefined ? new Document({ instruments: [] }) : parseDocument(before)
  if (before === undefined) document.commentBefore = HEAD
  if (document.contents === null) document.contents = document.createNode({ instruments: [] })
  let list = document.get('instruments')
  if (!isSeq(list)) {
    document.set('instruments', document.createNode([]))
    list = document.get('instruments')
  }
  if (!isSeq(list)) throw new Failure(`${path}: instruments: is no list; mend the file by hand`, 2)
  list.flow = false
  const listing = document.createNode({ symbol: a.symbol, venue: a.venue, ...Object.fromEntries(a.listing) }) as YAMLMap
  quoteDigits(listing)
  const old = list.items.find((item) => (item as YAMLMap).get('id') === id) as YAMLMap | undefined
  const rows = old?.get('listings')
  if (isSeq(rows)) rows.add(listing)
  else list.add(document.createNode({ ...recordOf(id, a), listings: [listing] }))
  return document.toString({ lineWidth: 0 })
}

function recordOf(id: string, a: Addition): Record<string, unknown> {
  const { name = a.symbol, product, base, aliases, currency } = a
  const shipped = shippedInstruments().instruments.some((r) => r.id === id)
  return {
    id,
    ...(shipped && a.name === undefined ? {} : { name }),
    ...(aliases.length === 0 ? {} : { aliases: [...aliases] }),
    ...(product === undefined ? {} : { product }),
    ...(base === undefined ? {} : { base }),
    currency,
  }
}

/** YAML takes 005930 for a number; a decimal is quoted like everywhere in these files. */
function quoteDigits(map: YAMLMap): void {
  for (const { key, value } of map.items) {
    if (!(value instanceof Scalar) || typeof value.value !== 'string') continue
    if (!/^[\d.]+$/.test(value.value)) continue
    if ((key as Scalar).value === 'con_id') map.set('con_id', Number(value.value))
    else value.type = 'QUOTE_DOUBLE'
  }
}

function replaceFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}.tmp`
  try {
    // One level: a slip in --config is not to grow a tree.
    if (!existsSync(dirname(path))) mkdirSync(dirname(path))
    const fd = openSync(draft, 'wx')
    try {
      writeSync(fd, text)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw new Failure(`${path}: cannot be written (${(error as Error).message})`, 1)
  }
}
