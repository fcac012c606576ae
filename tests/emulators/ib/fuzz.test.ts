/** Mutated frames and bytes: an error of the wire at most, never a crash, and the emulator serves on. Seeded. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { Rng } from '../../../src/core/base/rng.ts'
import { decodePayload, FrameSplitter } from '../../../adapters/ib/wire/frame.ts'
import { readRange } from '../../../adapters/ib/wire/hello.ts'
import { readFields } from '../../../adapters/ib/wire/layout.ts'
import { REQUESTS, type RequestName } from '../../../adapters/ib/wire/requests.ts'
import { WireError } from '../../../adapters/ib/wire/wire-error.ts'
import { frameOf, helloOf, RawClient } from './raw-client.ts'
import { AT, placeOrder, Stage } from './script-feed.ts'

/** `npm run fuzz:ib-emulator` asks for 100,000. */
const ROUNDS = Number(process.env.SAMETAPE_FUZZ_ROUNDS ?? 3000)

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open()
})

afterAll(() => stage.close())

const ODD = [
  '',
  '0',
  '-1',
  'abc',
  '1e309',
  '99999999999999999999',
  '2147483647',
  '0.0',
  'NaN',
  '\u{1f4a5}',
  'x'.repeat(5000),
  'BAG',
  '1',
]

/** Well-formed requests of every kind, to be spoiled. */
function samples(rng: Rng): string[][] {
  const plain = Object.values(REQUESTS)
    .filter(({ id }) => id !== 71)
    .map(({ id }) => [String(id), ...Array.from({ length: rng.below(26) }, () => ODD[rng.below(ODD.length)] as string)])
  const order = placeOrder(1 + rng.below(2000), { [AT.action]: 'BUY', [AT.qty]: 1, [AT.type]: 'LMT', [AT.limit]: '99' })
  return [...plain, order.map(String)]
}

function mutate(rng: Rng, tokens: readonly string[]): string[] {
  const out = [...tokens]
  for (let i = rng.below(4); i >= 0; i--) {
    const at = 1 + rng.below(out.length)
    const what = rng.below(4)
    if (what === 0) out[at] = ODD[rng.below(ODD.length)] as string
    else if (what === 1) out.splice(at, 1)
    else if (what === 2) out.splice(at, 0, ODD[rng.below(ODD.length)] as string)
    else out.length = Math.max(1, at)
  }
  return Array.from(out, (token) => token ?? '')
}

test('layouts read anything or throw an error of the wire', () => {
  const rng = Rng.start(11, 1)
  let refused = 0
  for (let round = 0; round < ROUNDS; round++) {
    const all = samples(rng)
    const tokens = mutate(rng, all[rng.below(all.length)] as string[])
    for (const name of Object.keys(REQUESTS) as RequestName[]) {
      if (String(REQUESTS[name].id) !== tokens[0]) continue
      try {
        readFields(REQUESTS[name].layout, tokens, [157, 176, 178, 193][rng.below(4)] as number)
      } catch (error) {
        expect(error).toBeInstanceOf(WireError)
        refused++
      }
    }
  }
  expect(refused).toBeGreaterThan(100)
}, 120_000)

test('mutated requests, in random segments', async () => {
  const rng = Rng.start(12, 1)
  const client = await RawClient.start(stage.port, 50)
  const bytes: Buffer[] = []
  for (let round = 0; round < ROUNDS / 250; round++)
    for (const tokens of samples(rng)) bytes.push(frameOf(mutate(rng, tokens)))
  const stream = Buffer.concat(bytes)
  for (let at = 0; at < stream.length; ) {
    const end = at + 1 + rng.below(4000)
    client.socket.write(stream.subarray(at, end))
    at = end
    if (rng.below(20) === 0) await stage.quote(10_000, 10_002)
  }
  await client.settle()
  expect(client.closed).toBe(false)
  client.close()
  await serves()
}, 30_000)

test('bytes that are no protocol cost their connection only', async () => {
  const rng = Rng.start(13, 1)
  for (let round = 0; round < 60; round++) {
    const client = new RawClient(stage.port)
    const noise = Buffer.from(Array.from({ length: 1 + rng.below(300) }, () => rng.below(256)))
    if (round % 3 === 0) client.socket.write(noise)
    else {
      client.socket.write(helloOf('v100..178'))
      await client.until(() => client.version > 0)
      client.socket.write(noise)
    }
    await new Promise((resolve) => setImmediate(resolve))
    client.close()
  }
  const big = await RawClient.start(stage.port, 51)
  big.socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]))
  await big.until(() => big.closed)
  await serves()
})

test('golden frames, cut at every byte, wait for the rest', () => {
  const lines = readFileSync(new URL('../../fixtures/ib/frames.txt', import.meta.url), 'utf8').split('\n')
  for (const line of lines.filter((l) => l.startsWith('in|'))) {
    const bytes = Buffer.from(line.split('|')[3] as string, 'hex')
    for (let cut = 0; cut < bytes.length; cut++) {
      const splitter = new FrameSplitter()
      splitter.push(bytes.subarray(0, cut))
      expect(splitter.next()).toBeUndefined()
      splitter.push(bytes.subarray(cut))
      expect(decodePayload(splitter.next() as Uint8Array).join('·')).toBe(line.split('|')[2])
    }
  }
})

test('ranges', () => {
  const rng = Rng.start(14, 1)
  for (let i = 0; i < 500; i++) {
    const text = Array.from({ length: rng.below(14) }, () => 'v0123456789. +A'[rng.below(15)]).join('')
    try {
      expect(Number.isInteger(readRange(text).max)).toBe(true)
    } catch (error) {
      expect(error).toBeInstanceOf(WireError)
    }
  }
})

async function serves(): Promise<void> {
  const client = await RawClient.start(stage.port, 90)
  client.send(16, 1)
  await client.next('53')
  client.close()
  await client.until(() => client.closed)
}
