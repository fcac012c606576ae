/** `sametape emulate ib`: its options and what its ready line says. */
import type { Command } from 'commander'
import { IbEmulator } from '../../adapters/ib/emulator/emulator.ts'
import { ACCOUNTS, type EmulatorOptions, readCash, SYMBOLS } from '../../adapters/ib/emulator/options.ts'
import { VERSION_BASE, VERSION_NEW } from '../../adapters/ib/wire/hello.ts'
import type { CommandContext, CommandResult, Options } from './command.ts'
import { runEmulator, speed, whole } from './emulator-run.ts'
import { Failure } from './failure.ts'
import { text } from './run-options.ts'

export function ibOptions(command: Command): Command {
  return command
    .description('Interactive Brokers: the socket protocol of TWS')
    .option('--port <port>', 'port for clients, 0 for a free one', '0')
    .option('--control-port <port>', 'port of the control door, 0 for a free one', '0')
    .option(
      '--tape <dir>',
      'a tape of stocks of the US, Europe, Asia, and currency pairs; without it a generated market, open at once',
    )
    .option(
      '--symbols <a,b>',
      'symbols of the generated market; TSE:7203, HK:00700, SSE:600519, SZSE:000001, XETRA:SAP, EURONEXT:MC, LSE:VOD name their venue, EUR/USD is a pair',
      SYMBOLS.join(','),
    )
    .option('--seed <n>', 'of the generated market and of all ids', '1')
    .option('--speed <n>', 'how fast the market runs; best effort in a stand-alone emulator', '1')
    .option('--cash <amounts>', 'what each account begins with, such as USD=1000000,JPY=0,GBP=50000', 'USD=1000000')
    .option('--accounts <a,b>', 'account ids; without them one that fits the environment')
    .option('--fees <table>', 'ib-tiered or ib-fixed', 'ib-tiered')
    .option('--max-version <n>', `highest server version to announce: ${VERSION_BASE} or ${VERSION_NEW}`, '178')
    .option('--master-client <id>', 'client that hears of all orders')
    .option('--read-only', 'refuse orders with 321')
    .option('--env <env>', 'paper or live: the form of the account id (DU…, U…), nothing else', 'paper')
    .option('--ws-port <port>', 'of no use here: one socket serves all')
}

export async function emulateIb(options: Options, ctx: CommandContext): Promise<CommandResult> {
  const emulator = await IbEmulator.create(readOptions(options))
  const { accounts, speed } = emulator.world.options
  const document = {
    ready: true,
    venue: 'ib',
    host: '127.0.0.1',
    port: emulator.port,
    account: accounts[0],
    symbols: emulator.symbols,
    control: emulator.control,
  }
  return runEmulator(emulator, document, speed, ctx)
}

const CODES = [
  String.raw`\d{6}|[A-Z][A-Z0-9.]{0,8}|[A-Z]{3}/[A-Z]{3}`,
  String.raw`TSE:\d[0-9A-Z]{3}|HK:\d{1,5}|(SSE|SZSE):\d{6}|(XETRA|EURONEXT|LSE):[A-Z0-9][A-Z0-9.]{0,8}`,
]
const SYMBOL = new RegExp(`^(${CODES.join('|')})$`)

function readOptions(options: Options): Partial<EmulatorOptions> {
  const fees = text(options, 'fees')
  if (fees !== 'ib-tiered' && fees !== 'ib-fixed') {
    throw new Failure(`--fees ${fees}: write ib-tiered or ib-fixed`, 2)
  }
  const env = text(options, 'env')
  if (env !== 'paper' && env !== 'live') throw new Failure(`--env ${env}: write paper or live`, 2)
  const maxVersion = whole(options, 'maxVersion', 'max-version', 999)
  if (maxVersion !== VERSION_BASE && maxVersion !== VERSION_NEW) {
    throw new Failure(`--max-version ${maxVersion}: write ${VERSION_BASE} or ${VERSION_NEW}`, 2)
  }
  const tape = text(options, 'tape')
  return {
    port: whole(options, 'port', 'port', 65_535),
    controlPort: whole(options, 'controlPort', 'control-port', 65_535),
    seed: whole(options, 'seed', 'seed', 4_294_967_295),
    speed: speed(options),
    symbols: names(
      options,
      'symbols',
      SYMBOL,
      'US tickers, six digits for KRX, a venue and its code (TSE:7203), or pairs',
    ),
    pairs: true,
    accounts:
      options.accounts === undefined
        ? [ACCOUNTS[env]]
        : names(options, 'accounts', /^D?[UFI]\d{1,10}$/, 'ids such as DU0000001'),
    cash: readCash([text(options, 'cash') ?? '']),
    fees,
    maxVersion,
    readOnly: options.readOnly === true,
    ...(tape === undefined ? {} : { tape }),
    ...(options.masterClient === undefined
      ? {}
      : { masterClient: whole(options, 'masterClient', 'master-client', 2_147_483_647) }),
  }
}

function names(options: Options, name: string, form: RegExp, what: string): string[] {
  const given = text(options, name) ?? ''
  const all = [...new Set(given.split(',').map((s) => s.trim().toUpperCase()))].filter((s) => s !== '')
  if (all.length > 0 && all.every((s) => form.test(s))) return all
  throw new Failure(`--${name} ${given}: write ${what}, separated by commas`, 2)
}
