/**
 * What one command file gives to the frame, and what the frame gives to it.
 *
 * A plain command has `configure` and `run`:
 *
 *     export const command: CliCommand = {
 *       configure: (command) => void command.argument('<run>', 'run directory').option('--at <seq>', 'event number'),
 *       run: async ([run], options, ctx) => ({ json: … }),
 *     }
 *
 * A command with subcommands declares them in `configure` and hands each a runner through `action`; it needs no `run`:
 *
 *     configure(command, action) {
 *       action(command.command('csv').argument('<file...>').requiredOption('--symbol <symbol>'), runCsv)
 *     }
 *
 * `action` adds --json to the subcommand. A variadic argument arrives flattened in `args`: `<file...>` gives one
 * string per file. Options arrive as commander names them (--time-unit → timeUnit); use `repeat` for those that may
 * come several times. stdout belongs to the frame: with --json it prints the one document, else only what went
 * through `say`.
 */
import type { Command } from 'commander'

export interface Progress {
  /** Draws only when stderr is a terminal; `total` undefined where the end is not known. Cheap to call often. */
  update(done: number, total: number | undefined, label?: string): void
  /** Clears the line; safe to call twice. The frame calls it too. */
  end(): void
}

export interface CommandContext {
  readonly json: boolean
  readonly progress: Progress
  /** One line on stderr. */
  note(line: string): void
  /** One line on stdout, dropped with --json. */
  say(line: string): void
  /**
   * Prints the one --json document at once, for a command that then runs on (emulate); `run` later returns
   * `{ json: undefined }`. Without --json it does nothing.
   */
  announce(document: unknown): void
}

export interface CommandResult {
  /** The document of --json; undefined where `announce` printed it already. */
  readonly json: unknown
  /** 0 when absent. */
  readonly exitCode?: 0 | 1 | 2 | 3 | 4 | 5
}

export type Options = Readonly<Record<string, unknown>>

/** Does the work; throws `Failure` for what the user can mend. */
export type CommandRunner = (args: readonly string[], options: Options, ctx: CommandContext) => Promise<CommandResult>

/** Attaches a runner (and --json) to a subcommand made with `command.command(…)`. */
export type AttachAction = (subcommand: Command, run: CommandRunner) => void

export interface CliCommand {
  /** Adds arguments and options; --json, --help and the example are added by the frame. */
  configure(command: Command, action: AttachAction): void
  /** Absent where the command consists of subcommands only. */
  run?: CommandRunner
}

/** Parser of an option that may be repeated: `.option('--set <path=value>', '…', repeat, [])` gives string[]. */
export function repeat(value: string, before: unknown): string[] {
  return Array.isArray(before) ? [...(before as string[]), value] : [value]
}
