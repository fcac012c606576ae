/**
 * Mutated requests and frames against the emulator: whatever arrives, the answer is one of the vendor's typed errors or a
 * closed connection, never a crash, and the account does not move. A short version; `FUZZ_RUNS` makes it longer.
 */
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TRANSACTIONS } from '../../../adapters/kis/wire/transactions.ts'
import { registration } from '../../../adapters/kis/wire/frame.ts'
import { Bench, pause, send, until } from './support.ts'

const RUNS = Number(process.env.FUZZ_RUNS ?? 150)
const STATUSES = [200, 400, 403, 404, 500]

let bench: Bench
let headers: Record<string, string>
beforeAll(async () => {
  bench = await Bench.create({ env: 'live' })
  headers = await bench.headers('')
})
afterAll(() => bench.close())

/** A typed error or a success; anything else is a bug of the emulator. */
function expectTyped(status: number, text: string): void {
  expect(STATUSES).toContain(status)
  const body = JSON.parse(text) as Record<string, unknown>
  expect(
    typeof body.rt_cd === 'string' || typeof body.error_code === 'string' || 'HASH' in body || 'code' in body,
  ).toBe(true)
  // That code says that the emulator itself broke.
  expect(body.msg_cd).not.toBe('EGW00300')
  if (typeof body.rt_cd === 'string') expect([typeof body.msg_cd, typeof body.msg1]).toEqual(['string', 'string'])
}

const value = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e9',
    '99999999999999999999',
    'NaN',
    '005930',
    'NVDA',
    'NASD',
    '50000000',
    '01',
    '\u0000',
  ),
  fc.integer().map(String),
)
const NAMES = [
  'CANO',
  'ACNT_PRDT_CD',
  'PDNO',
  'ORD_QTY',
  'ORD_UNPR',
  'ORD_DVSN',
  'OVRS_EXCG_CD',
  'OVRS_ORD_UNPR',
  'ORGN_ODNO',
  'RVSE_CNCL_DVSN_CD',
  'KRX_FWDG_ORD_ORGNO',
  'QTY_ALL_ORD_YN',
  'EXCG_ID_DVSN_CD',
  'CTX_AREA_NK100',
  'CTX_AREA_NK200',
  'FID_COND_MRKT_DIV_CODE',
  'FID_INPUT_ISCD',
  'FID_INPUT_HOUR_1',
  'FID_INPUT_DATE_1',
  'FID_INPUT_DATE_2',
  'EXCD',
  'SYMB',
  'NMIN',
  'NREC',
  'KEYB',
  'BYMD',
  'BASS_DT',
  'PRDT_TYPE_CD',
  'ITEM_CD',
  'INQR_STRT_DT',
  'INQR_END_DT',
  'ORD_STRT_DT',
  'TRAD_DT',
]
const params = fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: NAMES.length })
const own = fc.boolean().map((yes): Record<string, string> => (yes ? { CANO: '50000000', ACNT_PRDT_CD: '01' } : {}))

describe('REST', () => {
  it('any parameters to any service', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...TRANSACTIONS),
        params,
        own,
        fc.constantFrom('', 'N'),
        async (t, given, account, trCont) => {
          const all = { ...given, ...account }
          const tr_id = t.live[0] ?? ''
          const query = t.method === 'GET' ? `?${new URLSearchParams(all)}` : ''
          const body = t.method === 'GET' ? undefined : JSON.stringify(all)
          const answer = await send(
            t.method,
            `${bench.door.rest}${t.path}${query}`,
            { ...headers, tr_id, tr_cont: trCont },
            body,
          )
          expectTyped(answer.status, answer.text)
        },
      ),
      { numRuns: 2 * RUNS, seed: 1 },
    )
    // Money and shares still add up: what was bought was paid for.
    const { account } = bench.emulator.world
    const spent = account.fills.reduce(
      (sum, f) => sum + f.fee + f.tax + f.side * f.qty * f.price * (f.listing.currency === 'KRW' ? 10_000 : 100),
      0,
    )
    expect(account.depositAfter('KRW', 2) + account.depositAfter('USD', 2) + spent).toBe(
      100_000_000 * 10_000 + 100_000 * 1_000_000,
    )
  }, 60_000)

  it('any body to any endpoint that takes one', async () => {
    const paths = [
      '/oauth2/tokenP',
      '/oauth2/revokeP',
      '/oauth2/Approval',
      '/uapi/hashkey',
      ...TRANSACTIONS.filter((t) => t.method === 'POST').map((t) => t.path),
    ]
    const body = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.json({ maxDepth: 3 }),
      fc.constant('{"CANO":'),
      fc.constant('[]'),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), body, async (path, text) => {
        const answer = await send('POST', bench.door.rest + path, { ...headers, tr_id: 'TTTC0012U' }, text)
        expectTyped(answer.status, answer.text)
      }),
      { numRuns: RUNS, seed: 2 },
    )
  }, 60_000)

  it('any header and any path', async () => {
    const header = fc.string({ maxLength: 40, unit: fc.constantFrom(...'abcXYZ019 -_./:;'.split('')) })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          'authorization',
          'appkey',
          'appsecret',
          'tr_id',
          'tr_cont',
          'custtype',
          'hashkey',
          'content-type',
        ),
        header,
        fc.webPath(),
        async (name, text, path) => {
          const url = `/${path.replace(/[^\x21-\x7e]/g, '')}`
          const answer = await send(
            'GET',
            bench.door.rest,
            { ...headers, tr_id: 'FHKST01010100', [name]: text },
            undefined,
            url,
          )
          expectTyped(answer.status, answer.text)
          const real = await send('GET', `${bench.door.rest}/uapi/domestic-stock/v1/quotations/inquire-price`, {
            ...headers,
            tr_id: 'FHKST01010100',
            [name]: text,
          })
          expectTyped(real.status, real.text)
        },
      ),
      { numRuns: RUNS, seed: 3 },
    )
  }, 60_000)

  it('bytes that are no HTTP, and a body without end', async () => {
    const port = Number(new URL(bench.door.rest).port)
    for (const bytes of [
      '\u0000\u0001\u0002',
      'GET\r\n\r\n',
      'POST /oauth2/tokenP HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n{',
    ]) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => socket.destroy())
      socket.write(bytes)
      await pause(10)
      socket.destroy()
    }
    await expect(send('POST', `${bench.door.rest}/oauth2/tokenP`, {}, 'x'.repeat(200_000))).rejects.toThrow()
    expect((await send('GET', `${bench.door.rest}/uapi/nothing`)).status).toBe(404)
  })
})

describe('socket', () => {
  it('mutated messages get typed answers and leave the session alive', async () => {
    const listener = await bench.listen()
    const good = registration(await bench.approval(), '1', 'H0STCNT0', '005930')
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.string({ maxLength: 6 }), fc.nat(12), async (at, insert, cut) => {
        const text = good.slice(0, at) + insert + good.slice(at + cut)
        const from = listener.heard.length
        listener.socket.send(text)
        const answer = await listener.next((t) => t.startsWith('{'), from)
        const control = JSON.parse(answer) as { header: { tr_id: string }; body: { rt_cd: string; msg_cd: string } }
        expect(control.body.msg_cd).toMatch(/^OPSP\d{4}$/)
      }),
      { numRuns: RUNS, seed: 4 },
    )
    expect(listener.closed).toBeUndefined()
    await listener.end()
  }, 60_000)

  it('any text and any bytes: answered or closed, and the next client is served', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 })), async (message) => {
        const listener = await bench.listen()
        listener.socket.send(message)
        if (typeof message !== 'string') listener.socket.send(Buffer.from(message), { binary: false })
        await until(() => listener.heard.length > 0 || listener.closed !== undefined, 'an answer or an end')
        listener.socket.terminate()
      }),
      { numRuns: Math.ceil(RUNS / 5), seed: 5 },
    )
    const listener = await bench.listen()
    listener.socket.send('x'.repeat(100_000))
    await until(() => listener.closed !== undefined, 'the end after too large a message')
    const next = await bench.listen()
    expect(await next.register('H0STCNT0', '005930')).toBe('OPSP0000')
  }, 60_000)

  it('bytes that are no WebSocket', async () => {
    const port = Number(new URL(bench.door.ws).port)
    for (const bytes of [
      'GET / HTTP/1.1\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      '\u0000\u00ff',
    ]) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => socket.destroy())
      socket.write(bytes)
      await pause(10)
      socket.destroy()
    }
    await (await bench.listen()).end()
  })
})
