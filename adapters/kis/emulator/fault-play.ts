/** Faults that happen at a moment: to tokens, to sockets, to the account. */
import type { KisEmulator } from './emulator.ts'
import type { Fault } from './faults.ts'
import { writeAcknowledgement } from '../wire/frame.ts'
import { SOCKET } from '../wire/messages.ts'
import { wallNow } from '../../common/emulator/clock.ts'
import type { OrderTicket } from './order.ts'

const INVALID_UTF8 = Buffer.from([0x30, 0x7c, 0xff, 0xfe, 0xfd])

export function playFault(emulator: KisEmulator, fault: Fault): void {
  const { world } = emulator
  switch (fault.spec.kind) {
    case 'token-expiry':
      return world.tokens.expireAll(wallNow())
    case 'token-revocation':
      return world.tokens.revokeAll()
    case 'socket-drop':
      return eachSocket(emulator, (s) => s.socket.terminate())
    case 'socket-close':
      return eachSocket(emulator, (s) => s.socket.close(1000))
    case 'duplicate-login':
      return takeOver(emulator, Number(fault.params.ms))
    case 'subscription-lost':
      return eachSocket(emulator, (s) => s.forgetAll())
    case 'notice-forged':
      return emulator.notices.forge(emulator.sessions())
    case 'frame-utf8':
      return eachSocket(emulator, (s) => s.socket.send(INVALID_UTF8, { binary: false }))
    case 'frame-oversize':
      return eachSocket(emulator, (s) =>
        s.send(`0|H0STCNT0|001|${'9'.repeat(Math.min(Number(fault.params.bytes), 64_000_000))}`),
      )
    case 'frame-flood':
      return flood(emulator, Math.min(Number(fault.params.count_frames), 1_000_000))
    case 'external-order':
      return externalOrder(emulator, fault)
    default:
      return
  }
}

function eachSocket(emulator: KisEmulator, act: (session: ReturnType<KisEmulator['sessions']>[number]) => void): void {
  for (const session of emulator.sessions()) act(session)
}

/** The newcomer wins here: sessions hear OPSP8996 and die, and cannot come back while the key is kept. */
function takeOver(emulator: KisEmulator, ms: number): void {
  const [rtCd, msg1] = SOCKET.OPSP8996 as readonly [string, string]
  const text = writeAcknowledgement({ tr: '(null)', key: '', encrypt: 'N', rtCd, msgCd: 'OPSP8996', msg1 })
  for (const { credentials } of emulator.world.keys.values()) emulator.block(credentials.appkey, ms)
  eachSocket(emulator, (s) => s.socket.send(text, () => s.socket.terminate()))
}

function flood(emulator: KisEmulator, count: number): void {
  const { lastTrade } = emulator.publisher
  if (lastTrade === '') return
  eachSocket(emulator, (s) => {
    for (let i = 0; i < count; i++) s.send(lastTrade)
  })
}

/** A marketable order at another terminal of the same account: it has a number and notices like any other. */
function externalOrder(emulator: KisEmulator, fault: Fault): void {
  const { world } = emulator
  const board = world.boards.get(String(fault.params.symbol))
  const qty = Number(fault.params.qty)
  if (board === undefined || !Number.isSafeInteger(qty) || qty <= 0) return
  const side = fault.params.side === 'sell' ? -1 : 1
  const { listing } = board
  const price = side > 0 ? board.ask : board.bid
  const terms = { side, orderType: 'limit', timeInForce: 'DAY', qty, price, stop: 0 } as const
  const ticket: OrderTicket = { listing, division: '00', medium: 'hts', ...terms }
  world.desk.place(ticket, world.clock.now())
}
