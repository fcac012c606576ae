/**
 * The frame of all commands: arguments to one command, its result to stdout, its failure to stderr and an exit code
 * (0 done, 1 failed, 2 wrong usage or configuration, 3 diverged, 4 expectation not met, 5 residual positions).
 * Loads commander and the one command that was called, nothing else.
 */
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import type { CommandContext, CommandResult, CommandRunner } from './command.ts'
import { describeError } from './describe-error.ts'
import { Failure } from './failure.ts'
import { nearest } from '../config/nearest.ts'
import { processSecrets } from '../config/redactor.ts'
import { makeProgress } from './progress.ts'
import { isPresent, loadCommand, type RegistryEntry, registry } from './registry.ts'

const MISSING = '(not in this version)'

const progress = makeProgress(process.stderr, () => performance.now())

/** A reader that went away (`| head`) takes no more output, but the work and its exit code stay as they are. */
function forgiveClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** What is printed passes the redactor: whatever a message was made of, no secret of the configuration leaves (I-36). */
function writeOut(text: string): void {
  if (process.stdout.writable) process.stdout.write(processSecrets.clean(text))
}

function writeErr(text: string): void {
  progress.end()
  if (process.stderr.writable) process.stderr.write(processSecrets.clean(text))
}

function toJson(document: unknown): string {
  return JSON.stringify(document, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

/** A reader that is no terminal gets one line per command, so that the marks of --help can be searched for. */
function helpWidth(): number {
  return process.stdout.isTTY === true ? process.stdout.columns : 140
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return manifest.version
}

/** Attaches a runner to a commander command; its exit code goes to `finish`. */
function attach(command: Command, run: CommandRunner, finish: (code: number) => void): void {
  command.option('--json', 'print one JSON document on stdout')
  command.action(async () => {
    const options: Readonly<Record<string, unknown>> = command.optsWithGlobals()
    const json = options.json === true
    const context: CommandContext = {
      json,
      progress,
      note: (line) => writeErr(`${line}\n`),
      say: (line) => {
        progress.end()
        if (!json) writeOut(`${line}\n`)
      },
      announce: (document) => {
        if (json) writeOut(`${toJson(document)}\n`)
      },
    }
    const args = (command.processedArgs as unknown[]).flat().filter((arg): arg is string => typeof arg === 'string')
    const result: CommandResult = await run(args, options, context)
    progress.end()
    if (json && result.json !== undefined) writeOut(`${toJson(result.json)}\n`)
    finish(result.exitCode ?? 0)
  })
}

/** Adds one command; only the one that was called is loaded and gets its options. */
async function addCommand(
  program: Command,
  entry: RegistryEntry,
  called: boolean,
  finish: (code: number) => void,
): Promise<void> {
  const command = program.command(entry.name).helpGroup(`${entry.group}:`)
  const present = isPresent(entry.name)
  command.description(present ? entry.summary : `${entry.summary} ${MISSING}`)
  command.addHelpText('after', `\nExample:\n  ${entry.example}`)
  if (!called) return
  if (!present) {
    command.allowUnknownOption().allowExcessArguments().option('--json', 'print one JSON document on stdout')
    command.action(() => {
      throw new Failure(`sametape ${entry.name}: not in this version`, 2)
    })
    return
  }
  const loaded = await loadCommand(entry.name)
  loaded.configure(command, (subcommand, run) => attach(subcommand, run, finish))
  if (loaded.run !== undefined) attach(command, loaded.run, finish)
}

function unknownCommand(name: string): Failure {
  const near = nearest(
    name,
    registry.map((entry) => entry.name),
  )
  const hint = near === undefined ? '' : `; did you mean "${near}"?`
  return new Failure(`unknown command "${name}"${hint} ("sametape --help" lists all)`, 2)
}

async function runProgram(argv: readonly string[]): Promise<number> {
  let exitCode = 0
  const program = new Command('sametape')
    .description('One tape in, the same trades out: in backtest, scenario replay, paper and live.')
    .version(version(), '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut, writeErr, getOutHelpWidth: helpWidth, getErrHelpWidth: helpWidth })
    .showHelpAfterError('(add --help for options and an example)')
    .addHelpText('after', '\nExample:\n  npx sametape backtest tapes/nvda --agent ema-cross --out runs/first')
    .addHelpText('after', '\n"sametape <command> --help" shows the options of a command.')

  const words = argv.filter((word) => !word.startsWith('-'))
  const name = words[0] === 'help' ? words[1] : words[0]
  if (name !== undefined && !registry.some((entry) => entry.name === name)) throw unknownCommand(name)
  for (const entry of registry) {
    await addCommand(program, entry, entry.name === name, (code) => {
      exitCode = code
    })
  }
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help that was asked for and --version are no errors; everything else commander throws is wrong usage.
    return error.exitCode === 0 ? 0 : 2
  }
  return exitCode
}

/** Ends the process once what was written has left it; open sockets or timers of a command do not keep it alive. */
function leave(exitCode: number): void {
  progress.end()
  process.exitCode = exitCode
  const drain = (stream: NodeJS.WriteStream, next: () => void): void => {
    if (stream.writable) stream.write('', () => next())
    else next()
  }
  drain(process.stdout, () => drain(process.stderr, () => process.exit(exitCode)))
}

function fail(error: unknown): void {
  const described = describeError(error, process.env.SAMETAPE_DEBUG === '1')
  writeErr(`${described.text}\n`)
  leave(described.exitCode)
}

forgiveClosedPipe(process.stdout)
forgiveClosedPipe(process.stderr)
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
runProgram(process.argv.slice(2)).then(leave, fail)
