/** `sametape instruments find|show|add`: reference data of instruments, shipped and the user's own. */
import type { Command } from 'commander'
import { type EpochDay, formatDay, parseDay } from '../core/base/time.ts'
import { inForce, localDay } from '../reference/in-force.ts'
import { addInstrument } from '../reference/instrument-add.ts'
import { TABLE_PRODUCTS } from '../reference/instrument-file.ts'
import { OWN_DIR, OWN_NAME } from '../reference/instrument-load.ts'
import type { InstrumentTable, KnownListing } from '../reference/instrument-table.ts'
import { type CliCommand, type CommandContext, type CommandResult, type Options, repeat } from './command.ts'
import { Failure } from './failure.ts'
import { describeListing, inForceJson, listingJson, oneLine } from './say-instrument.ts'
import { readInstruments, text } from './run-options.ts'

const ABOUT = `
Reference data: the shipped config/instruments.yaml and your own ${OWN_NAME} in the --config directory.
"find CODE --broker kis|ib" asks the broker what it lists. What a broker says at the time counts.`

function withConfig(command: Command): Command {
  return command.option('--config <dir>', `directory of ${OWN_NAME} (default: ${OWN_DIR})`)
}

function configDir(options: Options): string {
  return text(options, 'config') ?? OWN_DIR
}

export const command: CliCommand = {
  configure(command, action) {
    command.addHelpText('after', ABOUT)
    const find = command.command('find').description('instruments by part of a symbol, name, id or broker code')
    find.addHelpText('after', '\nExample:\n  npx sametape instruments find 삼성전자')
    find
      .argument('<text>', 'upper and lower case are the same')
      .option('--broker <name>', 'asks kis (by code) or ib as brokers.yaml has them, instead; no order is sent')
      .option('--set <path=value>', 'overrides one value of the configuration; may be repeated', repeat, [])
    action(withConfig(find), runFind)
    const show = command.command('show').description('all that holds for symbols on a day')
    show
      .argument('<symbol...>', 'symbols such as NVDA or 005930')
      .option('--venue <venue>', 'this venue alone')
      .option('--date <day>', 'local day of the venue, YYYY-MM-DD (default: today there)')
    show.addHelpText('after', '\nExample:\n  npx sametape instruments show NVDA 005930 --date 2025-06-04')
    action(withConfig(show), runShow)
    const add = command.command('add').description(`a listing of your own, written to ${OWN_NAME}`)
    add
      .argument('<symbol>', 'as tapes and configuration spell it')
      .requiredOption('--venue <venue>', 'US, KRX, NXT, FX, CRYPTO, …')
      .requiredOption('--currency <currency>', 'in which it is priced')
      .option('--id <id>', 'ISIN, or the id of an instrument that is known (default: VENUE:SYMBOL)')
      .option('--name <name>', 'what people call it (default: the symbol)')
      .option('--alias <name>', 'another name; may be repeated', repeat, [])
      .option('--product <product>', `${TABLE_PRODUCTS.join(', ')} (default: stock)`)
      .option('--base <currency>', 'of a rate: the currency of which one unit is priced')
      .option('--segment <segment>', 'NASDAQ, NYSE, ARCA, AMEX; KOSPI, KOSDAQ')
      .option('--from <day>', 'first day of the listing')
      .option('--to <day>', 'last day of the listing')
      .option('--lot <quantity>', 'smallest quantity and its step, where it is not that of the venue')
      .option('--tick <price>', "one price step, where it is not the venue's table")
      .option('--fee-class <name>', 'where fees differ from those of its kind at the venue')
      .option('--tax-class <name>', 'where taxes differ')
      .option('--kis-code <code>', 'where KIS does not use the symbol')
      .option('--ib-symbol <symbol>', 'where IB does not use the symbol, e.g. "BRK B"')
      .option('--con-id <number>', "IB's contract number")
    add.addHelpText(
      'after',
      '\nExample:\n  npx sametape instruments add INTC --venue US --currency USD --segment NASDAQ',
    )
    action(withConfig(add), runAdd)
  },
}

async function runFind([wanted]: readonly string[], options: Options, ctx: CommandContext): Promise<CommandResult> {
  const broker = text(options, 'broker')
  if (broker !== undefined) {
    // The client libraries take a while to load; the other commands here do without.
    const { findAtBroker } = await import('./find-at-broker.ts')
    return findAtBroker(broker, wanted as string, options, ctx)
  }
  const table = readInstruments(options)
  const found = table.find(wanted as string)
  for (const listing of found) ctx.say(oneLine(listing))
  const json = { found: found.map((l) => listingJson(l)) }
  if (found.length > 0) return { json }
  ctx.note(`${wanted}: nothing known has it in its symbol, names, id or codes.${table.nearMiss(wanted as string)}`)
  return { json, exitCode: 1 }
}

/** The day of --date, else today on the venue's own calendar. */
function dayReader(options: Options): (venue: string) => EpochDay {
  const written = text(options, 'date')
  const now = Date.now() * 1000
  if (written === undefined) return (venue) => localDay(venue, now)
  const day = parseDay(written)
  if (day === undefined) throw new Failure(`--date ${written}: is not a date; write it as 2025-06-03`, 2)
  return () => day
}

/** The listings of a symbol in force; throws Failure (2) saying what there is instead. */
function listingsOn(
  table: InstrumentTable,
  symbol: string,
  venue: string | undefined,
  dayAt: (venue: string) => EpochDay,
): KnownListing[] {
  const all = table.listings(symbol)
  if (all.length === 0) {
    throw new Failure(
      `${symbol}: no instrument of this symbol is known.${table.nearMiss(symbol)} Look with "sametape instruments find TEXT", or add it with "sametape instruments add ${symbol} --venue … --currency …".`,
      2,
    )
  }
  const found = all.filter((l) => {
    const day = dayAt(l.venue)
    return (venue === undefined || l.venue === venue) && l.from <= day && day <= l.to
  })
  if (found.length > 0) return found
  const at = venue === undefined ? '' : ` at ${venue}`
  const known = all.map((l) => oneLine(l)).join('\n  ')
  throw new Failure(`${symbol}: not listed${at} on ${formatDay(dayAt(venue ?? ''))}. Known:\n  ${known}`, 2)
}

async function runShow(symbols: readonly string[], options: Options, ctx: CommandContext): Promise<CommandResult> {
  const table = readInstruments(options)
  const dayAt = dayReader(options)
  const listings = symbols.flatMap((symbol) => listingsOn(table, symbol, text(options, 'venue'), dayAt))
  const documents = listings.map((listing, i) => {
    const day = dayAt(listing.venue)
    const facts = inForce(table, listing, day)
    if (i > 0) ctx.say('')
    for (const line of describeListing(listing, facts, day)) ctx.say(line)
    return { ...listingJson(listing), ...inForceJson(facts, day) }
  })
  return { json: { instruments: documents } }
}

const LISTING_OPTIONS: readonly (readonly [option: string, field: string])[] = [
  ['segment', 'segment'],
  ['from', 'from'],
  ['to', 'to'],
  ['lot', 'lot'],
  ['tick', 'tick'],
  ['feeClass', 'fee_class'],
  ['taxClass', 'tax_class'],
  ['kisCode', 'kis_code'],
  ['ibSymbol', 'ib_symbol'],
  ['conId', 'con_id'],
]

async function runAdd([symbol]: readonly string[], options: Options, ctx: CommandContext): Promise<CommandResult> {
  const dir = configDir(options)
  const given = LISTING_OPTIONS.flatMap(([option, field]) => {
    const value = text(options, option)
    return value === undefined ? [] : [[field, value] as const]
  })
  const added = addInstrument(dir, {
    symbol: symbol as string,
    venue: text(options, 'venue') as string,
    currency: text(options, 'currency') as string,
    id: text(options, 'id'),
    name: text(options, 'name'),
    product: text(options, 'product'),
    base: text(options, 'base'),
    aliases: options.alias as string[],
    listing: new Map(given),
  })
  ctx.say(`added to ${added.place}`)
  ctx.say(oneLine(added))
  return { json: { added: listingJson(added) } }
}
