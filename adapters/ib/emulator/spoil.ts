/** Frames that go wrong on purpose: what the faults of transport and decoding do to an answer on its way out. */
import type { AnswerName } from '../wire/answers.ts'
import { encodeFrame } from '../wire/frame.ts'
import type { Fault, Target } from './faults.ts'
import type { FaultKind } from './fault-kinds.ts'
import type { Session } from './session.ts'

/** Writes the tokens as the waiting faults want them; most of the time that is as they are. */
export function spoil(session: Session, name: AnswerName, tokens: readonly string[]): void {
  const { world, clientId: client } = session
  const { faults } = world
  const now = world.now()
  const target: Target = { message: name, client }
  const take = (kind: FaultKind): Fault | undefined => faults.take(kind, now, target)
  if (faults.isOn('socket-half-open', now, target)) return
  if (take('frame-truncated') !== undefined) {
    const frame = encodeFrame(tokens)
    session.writeBytes(frame.subarray(0, Math.max(5, frame.length >> 1)))
    session.close()
    return
  }
  if (take('frame-no-nul') !== undefined) return session.writeBytes(withoutNul(encodeFrame(tokens)))
  const spoiled =
    take('field-short') !== undefined
      ? tokens.slice(0, -1)
      : take('field-extra') !== undefined
        ? [...tokens, '0']
        : take('field-text') !== undefined
          ? withText(tokens)
          : tokens
  const frame = encodeFrame(spoiled)
  if (!faults.isOn('trickle', now, target)) return session.writeBytes(frame)
  for (const byte of frame) session.writeBytes(Uint8Array.of(byte), true)
}

function withoutNul(frame: Uint8Array): Uint8Array {
  const cut = frame.slice(0, -1)
  new DataView(cut.buffer).setUint32(0, cut.length - 4)
  return cut
}

/** The last number behind the id becomes a word. */
function withText(tokens: readonly string[]): string[] {
  const at = tokens.findLastIndex((token, i) => i > 0 && /^-?\d+(\.\d+)?$/.test(token))
  return tokens.map((token, i) => (i === at ? 'abc' : token))
}
