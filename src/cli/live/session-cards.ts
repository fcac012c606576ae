/**
 * Which sessions run on this machine: each leaves a card in the state directory that names its process, its directory
 * and the socket at which an operator reaches it. A card whose process is gone is void.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stateDirOf } from '../../../adapters/kis/index.ts'
import type { Environment } from '../../config/environment.ts'
import { bornOf, isAlive } from '../../runtime/lease.ts'
import { Failure } from '../failure.ts'

export interface SessionCard {
  readonly pid: number
  readonly born: string
  /** `paper`, `record` or `start`. */
  readonly mode: string
  readonly root: string
  readonly since: string
  readonly socket: string
}

/** Paths of local sockets are short by the system's rule. */
const SOCKET_PATH_MAX = 100

function cardsDir(env: Environment): string {
  return join(stateDirOf(env), 'sessions')
}

export function writeCard(env: Environment, mode: string, root: string): { card: SessionCard; remove(): void } {
  const dir = cardsDir(env)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const beside = join(dir, `${process.pid}.sock`)
  const socket = beside.length <= SOCKET_PATH_MAX ? beside : join(tmpdir(), `sametape-${process.pid}.sock`)
  const born = bornOf(process.pid) ?? ''
  const card = { pid: process.pid, born, mode, root: resolve(root), since: new Date().toISOString(), socket }
  const file = join(dir, `${process.pid}.json`)
  writeFileSync(file, JSON.stringify(card), { mode: 0o600 })
  // Of an earlier process of that number.
  rmSync(socket, { force: true })
  return { card, remove: () => [file, socket].forEach((path) => rmSync(path, { force: true })) }
}

/** Of processes that live, the oldest first. */
export function liveCards(env: Environment): SessionCard[] {
  const cards = readCards(cardsDir(env)).filter((c) => isAlive(c))
  return cards.sort((a, b) => (a.since < b.since ? -1 : 1))
}

function readCards(dir: string): SessionCard[] {
  let names: string[] = []
  try {
    names = readdirSync(dir).filter((name) => name.endsWith('.json'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return names.map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as SessionCard)
}

/** The session that is meant: the one named by its directory, or the only one. Throws Failure. */
export function findCard(env: Environment, root: string | undefined): SessionCard {
  const cards = liveCards(env)
  const named = root === undefined ? cards : cards.filter((c) => c.root === resolve(root))
  const [card, second] = named
  if (card !== undefined && second === undefined) return card
  const running = cards.map((c) => `${c.root} (${c.mode})`).join(', ')
  if (card === undefined && root !== undefined) {
    throw new Failure(`${root}: no session runs there${running === '' ? '' : `; running: ${running}`}`, 1)
  }
  if (card === undefined) throw new Failure('no session runs on this machine', 1)
  throw new Failure(`several sessions run; name one by its directory: ${running}`, 2)
}
