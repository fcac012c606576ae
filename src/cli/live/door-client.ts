/** Asks a running session something through its door, and shows how it stands. */
import { connect } from 'node:net'
import type { Command } from 'commander'
import { readEnvironment } from '../../config/environment.ts'
import type { SessionStatus } from '../../runtime/live-status.ts'
import type { CommandContext, CommandResult, Options } from '../command.ts'
import { Failure } from '../failure.ts'
import { text } from '../run-options.ts'
import type { DoorAnswer, DoorRequest } from './door.ts'
import { findCard } from './session-cards.ts'

const PATIENCE_MS = 10_000

export function addDoorOptions(command: Command): void {
  command.option('--out <dir>', 'the session’s directory, where several run')
}

/** The session named by `--out`, or the only one that runs. */
export async function askSession(request: DoorRequest, options: Options, root?: string): Promise<SessionStatus> {
  const env = readEnvironment(process.cwd(), process.env)
  const card = findCard(env, root ?? text(options, 'out'))
  const answer = await exchange(card.socket, request)
  if ('refused' in answer) throw new Failure(answer.refused, 2)
  return answer.status
}

function exchange(path: string, request: DoorRequest): Promise<DoorAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    let said = ''
    const fail = (why: string): void => {
      socket.destroy()
      reject(new Failure(`the session does not answer (${why}); is it stopped, or its process held?`, 1))
    }
    socket.setTimeout(PATIENCE_MS, () => fail('10 s without a word'))
    socket.setEncoding('utf8')
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`))
    socket.on('data', (chunk: string) => void (said += chunk))
    socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message))
    socket.on('end', () => {
      if (said === '') return fail('closed')
      resolve(JSON.parse(said) as DoorAnswer)
    })
  })
}

export function sayStatus(ctx: CommandContext, s: SessionStatus): CommandResult {
  const why = s.holds.length === 0 ? '' : ` (${s.holds.join(', ')})`
  const rows: [string, string][] = [['state', `${s.state}${why}${s.stopped === null ? '' : ` by ${s.stopped}`}`]]
  for (const b of s.brokers) {
    const books = b.reconciled ? 'books agree' : 'books not compared'
    const cash = b.unexplained_cash ? ', unexplained cash' : ''
    rows.push([b.name, `${b.link}, ${books}, ${b.orders} live orders${cash}`])
  }
  for (const p of s.positions) {
    const external = p.external === '0' ? '' : `, ${p.external} not ours`
    rows.push([p.symbol, `${p.qty} at ${p.broker}${external}, mark ${p.mark ?? 'unknown'}`])
  }
  for (const f of s.feeds) {
    const age = f.age === null ? 'no datum yet' : `last datum ${f.age} s ago`
    rows.push([f.symbol, `${f.delay}, ${age}${f.note === '' ? '' : `: ${f.note}`}`])
  }
  const { to_daily_loss: daily, to_total_loss: total, orders_left: orders, positions_left: positions } = s.limits
  rows.push(['equity', `${s.equity} ${s.base_currency}`])
  rows.push([
    'limits',
    `daily loss in ${daily}, total loss in ${total}, ${orders} orders and ${positions} positions left`,
  ])
  rows.push(['journal', `${s.inputs} inputs, ${s.events} market rows since this process began, to ${s.t}`])
  for (const [name, value] of rows) ctx.say(`${name.padEnd(10)}${value}`)
  return { json: s }
}
