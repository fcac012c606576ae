/** A session on the socket for the doctor's eyes: does a registration stand, and if not, what to do. */
import type { Door } from './rest.ts'
import { KisSocket } from './socket.ts'

const ANSWER_MS = 5000

export function socketMend(why: string): string {
  if (why.includes('OPSP8996'))
    return 'another program holds a session on this key, or its slot is not free yet: end it and wait a minute'
  if (why.includes('not up within'))
    return 'the socket does not answer: check the address, and that port 21000 or 31000 is not blocked'
  return 'check the socket address of brokers.kis; the paper socket is away at times'
}

/** `both`, or `first: …` or what became of the second registration. */
export async function registers(
  door: Door,
  url: string,
  first: { readonly tr: string; readonly key: string },
  second?: { readonly tr: string; readonly key: string },
): Promise<string> {
  let end: (outcome: string) => void = () => undefined
  const ended = new Promise<string>((resolve) => {
    end = resolve
  })
  const socket = new KisSocket(
    {
      url,
      name: 'ws',
      approval: (signal) => door.tokens.approval(signal),
      redactor: door.redactor,
      raw: () => undefined,
      spacing: 100_000,
      clock: door.clock,
    },
    {
      frame: () => undefined,
      notice: () => undefined,
      damaged: () => undefined,
      forgotten: () => undefined,
      registered: (wanted, refusal) => {
        if (wanted.tr === second?.tr) end(refusal ?? 'both')
      },
      lost: (why) => end(why),
    },
  )
  socket.want({ ...first, login: true })
  const failure = await socket.connect()
  if (failure !== undefined) return `first: ${failure}`
  if (second === undefined) {
    await socket.close()
    return 'both'
  }
  const timer = setTimeout(() => end('no answer within 5 s'), ANSWER_MS)
  socket.want({ ...second, login: false })
  const outcome = await ended
  clearTimeout(timer)
  await socket.close()
  return outcome
}
