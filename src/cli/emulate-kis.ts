/** `sametape emulate kis`: its options and what its ready line says. */
import type { Command } from 'commander'
import { KisEmulator } from '../../adapters/kis/emulator/emulator.ts'
import {
  type EmulatorOptions,
  layoutsOf,
  NEW_LAYOUTS,
  OLD_LAYOUTS,
  readCash,
} from '../../adapters/kis/emulator/options.ts'
import { type CommandContext, type CommandResult, type Options, repeat } from './command.ts'
import { runEmulator, speed, whole } from './emulator-run.ts'
import { Failure } from './failure.ts'
import { text } from './run-options.ts'

export function kisOptions(command: Command): Command {
  return command
    .description('Korea Investment & Securities: REST and WebSocket')
    .option('--port <port>', 'REST port, 0 for a free one', '0')
    .option('--ws-port <port>', 'WebSocket port, 0 for a free one', '0')
    .option('--control-port <port>', 'port of the control door, 0 for a free one', '0')
    .option('--env <env>', 'paper or live', 'paper')
    .option(
      '--tape <dir>',
      'a tape of stocks of Korea, the US, Tokyo, Hong Kong, China; without it a generated market, open at once',
    )
    .option(
      '--symbols <a,b>',
      'symbols of the generated market; TSE:7203, HK:00700, SSE:600519, SZSE:000001 name their venue',
    )
    .option('--seed <n>', 'of the generated market and of all keys', '1')
    .option('--speed <n>', 'how fast the market runs; best effort in a stand-alone emulator', '1')
    .option(
      '--cash <amounts>',
      'such as KRW=100000000,USD=100000,JPY=15000000; KRW alone is an account of integrated margin',
      repeat,
      [],
    )
    .option('--layout <name>', 'columns of socket frames: old, new, or those of the environment (auto)', 'auto')
    .option('--rate <n>', 'REST requests a second and key (paper 2, live 20)')
    .option('--ack-encrypt <y|n>', 'what the acknowledgement of a notice registration says (Y or N)', 'N')
}

export async function emulateKis(options: Options, ctx: CommandContext): Promise<CommandResult> {
  const emulator = await KisEmulator.create(readOptions(options))
  const [trading, quotes] = emulator.addresses
  if (trading === undefined) throw new Error('the emulator has no address')
  const { env, speed } = emulator.world.options
  const document = {
    ready: true,
    venue: 'kis',
    env,
    ...trading,
    symbols: emulator.symbols,
    control: emulator.control,
    ...(quotes === undefined ? {} : { quotes }),
  }
  return runEmulator(emulator, document, speed, ctx)
}

/** Throws Failure (exit 2) that begins with the option and its value. */
export function readOptions(options: Options): Partial<EmulatorOptions> {
  const env = text(options, 'env')
  if (env !== 'paper' && env !== 'live') throw new Failure(`--env ${env}: write paper or live`, 2)
  const layout = text(options, 'layout')
  const layouts = { auto: layoutsOf(env), old: OLD_LAYOUTS, new: NEW_LAYOUTS }[layout ?? '']
  if (layouts === undefined) throw new Failure(`--layout ${layout}: write old, new or auto`, 2)
  const encrypt = text(options, 'ackEncrypt')?.toUpperCase()
  if (encrypt !== 'Y' && encrypt !== 'N') throw new Failure(`--ack-encrypt ${encrypt}: write Y or N`, 2)
  const cash = options.cash as string[]
  const [tape, symbols, rate] = [text(options, 'tape'), text(options, 'symbols'), text(options, 'rate')]
  return {
    env,
    layouts,
    noticeAckEncrypt: encrypt,
    port: whole(options, 'port', 'port', 65_535),
    wsPort: whole(options, 'wsPort', 'ws-port', 65_535),
    controlPort: whole(options, 'controlPort', 'control-port', 65_535),
    seed: whole(options, 'seed', 'seed', 4_294_967_295),
    speed: speed(options),
    ...(cash.length === 0 ? {} : { cash: readCash(cash) }),
    ...(tape === undefined ? {} : { tape }),
    ...(symbols === undefined ? {} : { symbols: readSymbols(symbols) }),
    ...(rate === undefined ? {} : { requestsPerSecond: Math.max(1, whole(options, 'rate', 'rate', 1_000_000)) }),
  }
}

function readSymbols(given: string): string[] {
  const symbols = [...new Set(given.split(',').map((s) => s.trim().toUpperCase()))].filter((s) => s !== '')
  const bad = symbols.find(
    (s) => !/^(\d{6}|[A-Z][A-Z0-9.]{0,8}|TSE:\d[0-9A-Z]{3}|HK:\d{1,5}|(SSE|SZSE):\d{6})$/.test(s),
  )
  if (symbols.length === 0 || bad !== undefined) {
    throw new Failure(
      `--symbols ${given}: write six digits for KRX, a US ticker, or a venue and its code such as TSE:7203, separated by commas`,
      2,
    )
  }
  return symbols
}
