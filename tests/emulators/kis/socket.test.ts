/** The socket (reference 8, 12.5): registrations, sessions, frames, PINGPONG, notices. */
import { afterEach, describe, expect, it } from 'vitest'
import { KisEmulator } from '../../../adapters/kis/emulator/emulator.ts'
import { NEW_LAYOUTS, OLD_LAYOUTS } from '../../../adapters/kis/emulator/options.ts'
import { columnsOf } from '../../../adapters/kis/wire/columns.ts'
import { fromFields, readControl, readFrame, splitRecords } from '../../../adapters/kis/wire/frame.ts'
import { readNotice } from '../../../adapters/kis/wire/notice.ts'
import { Bench, type Listener, pause, SECOND, TEN_IN_SEOUL, until } from './support.ts'

const benches: Bench[] = []
async function open(...args: Parameters<typeof Bench.create>): Promise<Bench> {
  const bench = await Bench.create(...args)
  benches.push(bench)
  return bench
}
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})

function widths(listener: Listener, tr: string): number[] {
  return listener.frames(tr).map((text) => {
    const frame = readFrame(text) as NonNullable<ReturnType<typeof readFrame>>
    return frame.payload.split('^').length / frame.count
  })
}

describe('registrations', () => {
  it('are acknowledged with key and IV, doubled, ended and unknown ones said so', async () => {
    const bench = await open()
    const listener = await bench.listen()
    expect(await listener.register('H0STCNT0', '005930')).toBe('OPSP0000')
    const control = readControl(listener.heard[0] as string)
    expect(control).toMatchObject({ type: 'ack', ack: { tr: 'H0STCNT0', key: '005930', encrypt: 'N', rtCd: '0' } })
    const secret = control?.type === 'ack' ? control.ack.secret : undefined
    expect([secret?.key.length, secret?.iv.length]).toEqual([32, 16])
    expect(await listener.register('H0STCNT0', '005930')).toBe('OPSP0002')
    expect(await listener.register('H0STCNT0', '005930', '2')).toBe('OPSP0001')
    expect(await listener.register('H0STCNT0', '005930', '2')).toBe('OPSP0003')
    expect(await listener.register('H0STCNT0', '12')).toBe('OPSP8992')
    expect(await listener.register('NOTHING0', '005930')).toBe('OPSP8991')
    expect(await listener.register('HDFSCNT0', 'DNASNVDA')).toBe('OPSP8991')
    expect(await listener.register('H0STCNT0', '005930', '1', 'no such key')).toBe('OPSP0011')
    // Errors come without `output`, whose absence clients test.
    expect(listener.heard.slice(-1)[0]).not.toContain('output')
  })

  it('41 fit, the 42nd does not, and any well-formed code counts', async () => {
    const bench = await open()
    const listener = await bench.listen()
    for (let i = 0; i < 41; i++) expect(await listener.register('H0STASP0', String(100_000 + i))).toBe('OPSP0000')
    expect(await listener.register('H0STASP0', '005930')).toBe('OPSP0008')
    expect(await listener.register('H0STASP0', '100000', '2')).toBe('OPSP0001')
    expect(await listener.register('H0STASP0', '005930')).toBe('OPSP0000')
  })

  it('messages that are none are named', async () => {
    const bench = await open()
    const listener = await bench.listen()
    const key = await bench.approval()
    const header = { approval_key: key, tr_type: '1' }
    const cases: readonly (readonly [string, unknown])[] = [
      ['OPSP9999', 'no json'],
      ['OPSP9999', []],
      ['OPSP9996', { body: {} }],
      ['OPSP9994', { header: {}, body: {} }],
      ['OPSP9992', { header }],
      ['OPSP9991', { header, body: {} }],
      ['OPSP8991', { header, body: { input: {} } }],
      ['OPSP9990', { header, body: { input: { tr_id: 'H0STCNT0' } } }],
      ['OPSP8997', { header: { ...header, tr_type: '9' }, body: { input: { tr_id: 'H0STCNT0', tr_key: '005930' } } }],
    ]
    for (const [code, message] of cases) {
      const from = listener.heard.length
      listener.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
      const text = await listener.next(() => true, from)
      expect([message, readControl(text)]).toMatchObject([message, { ack: { msgCd: code } }])
    }
    expect(listener.closed).toBeUndefined()
  })

  it('every path that clients use is open, others are not', async () => {
    const bench = await open()
    for (const path of ['', '/', '/tryitout', '/tryitout/H0STCNT0']) await (await bench.listen(bench.door, path)).end()
    await expect(bench.listen(bench.door, '/elsewhere')).rejects.toThrow('404')
  })
})

describe('sessions', () => {
  it('one per appkey: the second is told so and dropped without a close frame, the first lives on', async () => {
    const bench = await open()
    const first = await bench.listen()
    await first.register('H0STCNT0', '005930')
    const second = await bench.listen()
    expect(await second.register('H0STCNT0', '005930')).toBe('OPSP8996')
    await until(() => second.closed !== undefined)
    expect([second.closed?.code, second.heard[0]]).toEqual([1006, expect.stringContaining('"tr_id":"(null)"')])
    expect(await first.register('H0STASP0', '005930')).toBe('OPSP0000')
    // The live-key door has a key of its own.
    const quotes = await bench.listen(bench.quotes)
    expect(await quotes.register('HDFSCNT0', 'DNASNVDA')).toBe('OPSP0000')
    await first.end()
    const third = await bench.listen()
    expect(await third.register('H0STCNT0', '005930')).toBe('OPSP0000')
  })

  it('a wrong HTS ID ends the connection', async () => {
    const bench = await open()
    const listener = await bench.listen()
    await expect(listener.register('H0STCNI9', 'somebody')).rejects.toThrow('nothing of that kind')
    expect(listener.closed?.code).toBe(1006)
  })

  it('PINGPONG comes in the beat and wants an answer, as text or as a pong', async () => {
    const bench = await open({ pingSeconds: 0.05, pongSeconds: 0.3 })
    const [silent, echoing, ponging] = [await bench.listen(), await bench.listen(bench.quotes), await bench.listen()]
    silent.socket.on('message', () => undefined)
    echoing.socket.on('message', (data) => echoing.socket.send(String(data)))
    ponging.socket.on('message', (data) => ponging.socket.pong(String(data)))
    const text = await silent.next((t) => t.includes('PINGPONG'))
    expect(JSON.parse(text)).toEqual({
      header: { tr_id: 'PINGPONG', datetime: expect.stringMatching(/^20260303\d{6}$/) },
    })
    await until(() => silent.closed !== undefined, 'the end of the silent one')
    await pause(200)
    expect([echoing.closed, ponging.closed]).toEqual([undefined, undefined])
  })
})

describe('frames', () => {
  it('trades and books of both markets, on the live door, whole and in step with REST', async () => {
    const bench = await open({ env: 'live' })
    const listener = await bench.listen()
    for (const tr of ['H0STCNT0', 'H0STASP0']) await listener.register(tr, '005930')
    for (const tr of ['HDFSCNT0', 'HDFSASP0']) await listener.register(tr, 'DNASNVDA')
    await bench.pass(5 * SECOND)
    await listener.next((t) => readFrame(t)?.tr === 'HDFSASP0')
    expect(widths(listener, 'H0STCNT0')[0]).toBe(47)
    expect(widths(listener, 'H0STASP0')).toEqual([63])
    expect(widths(listener, 'HDFSCNT0')[0]).toBe(26)
    expect(widths(listener, 'HDFSASP0')).toEqual([71])
    const { payload, count } = readFrame(listener.frames('H0STCNT0').at(-1) as string) as NonNullable<
      ReturnType<typeof readFrame>
    >
    // Five seconds of prints in one frame.
    expect(count).toBeGreaterThan(2)
    const last = (splitRecords(payload, count) as readonly string[][]).at(-1) as string[]
    const named = fromFields(columnsOf('H0STCNT0', last.length) as string[], last)
    const board = bench.board('005930')
    expect(named).toMatchObject({ STCK_PRPR: String(board.last), ACML_VOL: String(board.volume), MARKET_CLS_CODE: '2' })
    const volumes = (splitRecords(payload, count) as readonly string[][]).map((r) => Number(r[13]))
    expect(volumes).toEqual([...volumes].sort((a, b) => a - b))
  })

  it('columns are those of the environment, or of the switch', async () => {
    for (const [options, want] of [
      [{ env: 'paper' }, [46, 59]],
      [{ env: 'live' }, [47, 63]],
      [{ env: 'live', layouts: OLD_LAYOUTS }, [46, 59]],
      [{ env: 'paper', layouts: { ...NEW_LAYOUTS, book: 62 } }, [47, 62]],
      [{ env: 'paper', layouts: { ...OLD_LAYOUTS, trades: 47 } }, [47, 59]],
    ] as const) {
      const bench = await open(options)
      const listener = await bench.listen()
      await listener.register('H0STCNT0', '005930')
      await listener.register('H0STASP0', '005930')
      await bench.pass(3 * SECOND)
      await listener.next((t) => readFrame(t)?.tr === 'H0STASP0')
      expect([widths(listener, 'H0STCNT0')[0], widths(listener, 'H0STASP0')[0]]).toEqual(want)
    }
  })

  it('every symbol shows a trade and a book at least every two seconds, and nothing fills 15 % away', async () => {
    const bench = await open({ env: 'live', symbols: ['005930', '000660', 'NVDA', 'PLTR'] })
    const { lower } = bench.board('005930').limits()
    await bench.order('buy', 1, lower)
    const listener = await bench.listen()
    for (const symbol of ['005930', '000660'])
      for (const tr of ['H0STCNT0', 'H0STASP0']) await listener.register(tr, symbol)
    for (const symbol of ['NVDA', 'PLTR'])
      for (const tr of ['HDFSCNT0', 'HDFSASP0']) await listener.register(tr, `DNAS${symbol}`)
    for (let i = 0; i < 60; i++) {
      const from = listener.heard.length
      await bench.pass(2 * SECOND)
      await until(
        () =>
          new Set(listener.heard.slice(from).map((t) => t.slice(2, 10) + (t.split('^')[0] ?? '').slice(-8))).size >= 8,
        `second ${2 * i}`,
      )
    }
    expect(bench.emulator.world.desk.orders[0]?.filled).toBe(0)
  }, 30_000)
})

describe('determinism', () => {
  it('the same seed and the same script are answered with the same bytes', async () => {
    const play = async (): Promise<unknown> => {
      const bench = await open({ env: 'live', seed: 9 })
      const listener = await bench.listen()
      await listener.register('H0STCNI0', bench.door.credentials.hts_id)
      await listener.register('H0STCNT0', '005930')
      await listener.register('HDFSASP0', 'DNASNVDA')
      const answers: unknown[] = []
      for (let i = 1; i <= 4; i++) {
        const { text, headers } = await bench.order('buy', i)
        answers.push(text, headers.gt_uid)
        await until(() => listener.frames('H0STCNI0').length === 2 * i)
        await bench.pass(SECOND)
      }
      await bench.usOrder('buy', 1, '1.00')
      await pause(20)
      return { answers, heard: listener.heard, state: await bench.control('/state'), door: bench.door.credentials }
    }
    expect(await play()).toEqual(await play())
  })
})

describe('notices', () => {
  it('accept and fills in order, incremental, encrypted with the session’s key', async () => {
    const bench = await open()
    const listener = await bench.listen()
    await listener.register('H0STCNI9', bench.door.credentials.hts_id)
    await listener.register('H0GSCNI9', bench.door.credentials.hts_id)
    const number = Number((await bench.order('buy', 4)).body.output.ODNO)
    await until(() => listener.frames('H0STCNI9').length === 2, 'two notices')
    expect(listener.frames('H0STCNI9')[0]).toMatch(/^1\|H0STCNI9\|001\|[A-Za-z0-9+/]+=*$/)
    const [accepted, filled] = listener.notices('H0STCNI9').map((text) => readNotice('H0STCNI9', text))
    expect(accepted).toMatchObject({
      order: number,
      filled: false,
      accepted: '1',
      qty: 4,
      side: 1,
      account: '5000000001',
      symbol: '005930',
    })
    expect(filled).toMatchObject({
      order: number,
      filled: true,
      accepted: '2',
      qty: 4,
      price: bench.board('005930').ask,
    })
    expect(listener.notices('H0STCNI9')[0]?.split('^')).toHaveLength(23)
    const { ask } = bench.board('NVDA')
    await bench.usOrder('buy', 2, (ask / 10_000 + 1).toFixed(2))
    await until(() => listener.frames('H0GSCNI9').length === 2, 'two overseas notices')
    const us = readNotice('H0GSCNI9', listener.notices('H0GSCNI9')[1] as string)
    // US prices carry four implied decimals.
    expect(us).toMatchObject({ filled: true, qty: 2, price: ask, symbol: 'NVDA' })
  })

  it('modification and cancellation name the original, first accepted, then confirmed', async () => {
    const bench = await open({ env: 'live' })
    const listener = await bench.listen()
    await listener.register('H0STCNI0', bench.door.credentials.hts_id)
    const board = bench.board('005930')
    const far = board.limits().lower
    const first = (await bench.order('buy', 2, far)).body.output.ODNO as string
    const second = (await bench.change('modify', first, 2, far + board.tick)).body.output.ODNO as string
    const third = (await bench.change('cancel', second, 2)).body.output.ODNO as string
    await until(() => listener.frames('H0STCNI0').length === 5, 'five notices')
    const facts = listener.notices('H0STCNI0').map((text) => readNotice('H0STCNI0', text))
    expect(facts.map((n) => [n?.order, n?.original, n?.action, n?.accepted])).toEqual([
      [Number(first), 0, 'new', '1'],
      [Number(second), Number(first), 'modify', '1'],
      [Number(second), Number(first), 'modify', '2'],
      [Number(third), Number(second), 'cancel', '1'],
      [Number(third), Number(second), 'cancel', '2'],
    ])
    expect(listener.notices('H0STCNI0')[0]?.split('^')).toHaveLength(26)
  })

  it('the acknowledgement can say "encrypt": "Y"', async () => {
    const bench = await open({ noticeAckEncrypt: 'Y' })
    const listener = await bench.listen()
    await listener.register('H0STCNI9', bench.door.credentials.hts_id)
    expect(readControl(listener.heard[0] as string)).toMatchObject({ ack: { encrypt: 'Y' } })
  })

  it('the live-key door takes a paper notice id and stays silent, and trades nothing', async () => {
    const bench = await open()
    const quotes = await bench.listen(bench.quotes)
    expect(await quotes.register('H0GSCNI9', bench.quotes.credentials.hts_id)).toBe('OPSP0000')
    await bench.usOrder('buy', 1, (bench.board('NVDA').ask / 10_000 + 1).toFixed(2))
    await pause(50)
    expect(quotes.frames('H0GSCNI9')).toEqual([])
  })
})

describe('driven by another clock', () => {
  it('the generated market begins before that clock’s now and moves only when it is advanced', async () => {
    const clock = { t: TEN_IN_SEOUL }
    const emulator = await KisEmulator.create({ symbols: ['005930'] }, { clock: { now: () => clock.t } })
    const board = emulator.world.boards.get('005930')
    expect(board?.minutesOf(board.day).length).toBeGreaterThanOrEqual(30)
    expect(board?.daily().length).toBeGreaterThanOrEqual(20)
    const { volume, seenAt } = { volume: board?.volume, seenAt: board?.seenAt }
    expect(TEN_IN_SEOUL - (seenAt ?? 0)).toBeLessThan(2 * SECOND)
    await pause(30)
    expect(board?.volume).toBe(volume)
    clock.t += 600 * SECOND
    await emulator.advance()
    expect(clock.t - (board?.seenAt ?? 0)).toBeLessThan(2 * SECOND)
    expect(emulator.busy).toBe(false)
    await emulator.close()
  })
})
