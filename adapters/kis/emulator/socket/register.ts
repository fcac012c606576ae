/** What the server says to a message of a client (reference 8.2 to 8.7), before anything is sent. */
import { MAX_REGISTRATIONS } from '../../wire/columns.ts'
import { readSocketKey } from '../../wire/exchanges.ts'
import { SOCKET } from '../../wire/messages.ts'
import { type Acknowledgement, writeAcknowledgement } from '../../wire/frame.ts'
import { wallNow } from '../../../common/emulator/clock.ts'
import type { TextSource } from '../credentials.ts'
import type { World } from '../world.ts'
import type { Session } from './session.ts'

/** Transaction ids of a door: what it serves, what it takes and stays silent about. */
const PAPER = new Set(['H0STCNT0', 'H0STASP0', 'H0STCNI9', 'H0GSCNI9'])
const LIVE = new Set([
  'H0STCNT0',
  'H0STASP0',
  'H0STMKO0',
  'HDFSCNT0',
  'HDFSASP0',
  'HDFSASP1',
  'H0STCNI0',
  'H0GSCNI0',
  // Taken and silent: other markets, expected matches. The paper notice ids are what a well-known
  // client registers here by mistake, and gets nothing for.
  'H0NXCNT0',
  'H0NXASP0',
  'H0UNCNT0',
  'H0UNASP0',
  'H0STANC0',
  'H0STCNI9',
  'H0GSCNI9',
])
const NOTICES = /^H0(ST|GS)CNI[09]$/

export type Outcome =
  | { readonly type: 'reply'; readonly text: string }
  /** The reply goes out, then the connection dies without a close frame. */
  | { readonly type: 'reply-and-drop'; readonly text: string }
  | { readonly type: 'drop' }

interface Message {
  readonly approvalKey: string
  readonly type: string
  readonly tr: string
  readonly key: string
}

function reply(code: string, tr: string, key: string, extra: Partial<Acknowledgement> = {}): string {
  const [rtCd, msg1] = SOCKET[code] ?? ['1', code]
  return writeAcknowledgement({ tr, key, encrypt: 'N', rtCd, msgCd: code, msg1, ...extra })
}

/** The parts of a message, or the code for what is missing. */
function readMessage(text: string): Message | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'OPSP9999'
  }
  if (!isObject(value)) return 'OPSP9999'
  const { header, body } = value
  if (!isObject(header)) return 'OPSP9996'
  if (typeof header.approval_key !== 'string') return 'OPSP9994'
  if (!isObject(body)) return 'OPSP9992'
  const { input } = body
  if (!isObject(input)) return 'OPSP9991'
  if (typeof input.tr_id !== 'string' || input.tr_id === '') return 'OPSP8991'
  if (typeof input.tr_key !== 'string') return 'OPSP9990'
  const type = typeof header.tr_type === 'string' ? header.tr_type : ''
  return { approvalKey: header.approval_key, type, tr: input.tr_id, key: input.tr_key }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Who holds an appkey; the first session that registers under it does. */
export interface Slots {
  /** True when the session may use the key from now on. */
  claim(appkey: string, session: Session): boolean
}

export function answerMessage(world: World, session: Session, slots: Slots, source: TextSource, text: string): Outcome {
  const message = readMessage(text)
  if (typeof message === 'string') return { type: 'reply', text: reply(message, '(null)', '') }
  const { tr, key } = message
  const appkey = world.tokens.appkeyOf(message.approvalKey, wallNow())
  if (appkey === undefined) {
    const msg1 = `invalid approval : ${message.approvalKey.slice(0, 64)}`
    return { type: 'reply', text: reply('OPSP0011', tr, key, { msg1 }) }
  }
  if (!slots.claim(appkey, session)) return { type: 'reply-and-drop', text: reply('OPSP8996', '(null)', '') }
  if (message.type !== '1' && message.type !== '2') return { type: 'reply', text: reply('OPSP8997', tr, key) }
  if (!(session.door.env === 'paper' ? PAPER : LIVE).has(tr)) return { type: 'reply', text: reply('OPSP8991', tr, key) }
  if (message.type === '2') {
    const code = session.remove(tr, key) ? 'OPSP0001' : 'OPSP0003'
    return { type: 'reply', text: reply(code, tr, key) }
  }
  return register(world, session, source, tr, key)
}

function register(world: World, session: Session, source: TextSource, tr: string, key: string): Outcome {
  const scripted = world.faults.take('subscribe-refused', world.clock.now(), { trId: tr })
  if (scripted !== undefined) return { type: 'reply', text: reply(String(scripted.params.msg_cd), tr, key) }
  const notices = NOTICES.test(tr)
  // A wrong HTS ID is answered by an abrupt end (8.7).
  if (notices && key !== session.door.credentials.hts_id) return { type: 'drop' }
  if (!notices && !isKey(tr, key)) return { type: 'reply', text: reply('OPSP8992', tr, key) }
  if (session.has(tr, key)) return { type: 'reply', text: reply('OPSP0002', tr, key) }
  if (session.count >= MAX_REGISTRATIONS) return { type: 'reply', text: reply('OPSP0008', tr, key) }
  session.add(tr, key)
  // Key and IV come with every registration and matter only where data are encrypted; the newest ones count.
  const secret = { key: source.text(32), iv: source.hex(16) }
  session.secrets.set(tr, secret)
  const encrypt = notices ? world.options.noticeAckEncrypt : 'N'
  return { type: 'reply', text: reply('OPSP0000', tr, key, { encrypt, secret }) }
}

/** Any well-formed code may be registered, whether it trades here or not. */
function isKey(tr: string, key: string): boolean {
  return tr.startsWith('HDF') ? readSocketKey(key) !== undefined : /^(Q\d{6}|[0-9A-Z]{6})$/.test(key)
}
