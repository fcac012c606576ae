/**
 * `sametape cash`: a deposit or withdrawal that the broker's books will show (R-05: it moves the lines, not the loss); or
 * `cash explain`, which books what stayed unexplained.
 */
import { CASH_KINDS, type CashKind } from '../core/domain/event.ts'
import { Failure } from './failure.ts'
import type { CliCommand, Options } from './command.ts'
import { addDoorOptions, askSession, sayStatus } from './live/door-client.ts'
import type { DoorRequest } from './live/door.ts'
import { text } from './run-options.ts'

export const command: CliCommand = {
  configure(command) {
    command
      // A withdrawal begins with a minus, which is no option.
      .allowUnknownOption()
      .argument('<amount>', 'such as +5000 or -250.50, or: explain')
      .argument('[currency]', 'such as USD')
      .requiredOption('--broker <name>', 'whose account')
      .option('--kind <kind>', `of what is explained: ${CASH_KINDS.join(', ')}`, 'correction')
    addDoorOptions(command)
  },
  run: async ([amount = '', currency = ''], options, ctx) =>
    sayStatus(ctx, await askSession(requestOf(amount, currency, options), options)),
}

function requestOf(amount: string, currency: string, options: Options): DoorRequest {
  const broker = text(options, 'broker') ?? ''
  const written = text(options, 'kind') ?? ''
  const kind: CashKind | undefined = CASH_KINDS.find((k) => k === written)
  if (kind === undefined) throw new Failure(`--kind ${written}: write one of ${CASH_KINDS.join(', ')}`, 2)
  if (amount === 'explain') return { do: 'explain', broker, kind }
  const m = /^([+-])(\d{1,15}(?:\.\d{1,6})?)$/.exec(amount)
  if (m === null || currency === '') {
    throw new Failure(`cash ${amount} ${currency}: write a signed amount and its currency, such as +5000 USD`, 2)
  }
  const out = m[1] === '-'
  return { do: 'cash', broker, currency, amount: `${out ? '-' : ''}${m[2]}`, kind: out ? 'withdrawal' : 'deposit' }
}
