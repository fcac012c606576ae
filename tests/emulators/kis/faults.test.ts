/** Scripted faults through the control door: off by default, each does what its line says (invariants, rows F-…). */
import { afterEach, describe, expect, it } from 'vitest'
import { FAULT_KINDS } from '../../../adapters/kis/emulator/fault-kinds.ts'
import { readControl, readFrame, splitRecords } from '../../../adapters/kis/wire/frame.ts'
import { readNotice } from '../../../adapters/kis/wire/notice.ts'
import { Bench, type JsonAnswer, type Listener, pause, type RawAnswer, rows, SECOND, send, until } from './support.ts'

const benches: Bench[] = []
async function open(...args: Parameters<typeof Bench.create>): Promise<Bench> {
  const bench = await Bench.create(...args)
  benches.push(bench)
  return bench
}
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close()
})

const SAMSUNG = { FID_COND_MRKT_DIV_CODE: 'J', FID_INPUT_ISCD: '005930' }
const balance = (bench: Bench): Promise<JsonAnswer> =>
  bench.call('kr.balance', { ...bench.account(), CTX_AREA_FK100: '', CTX_AREA_NK100: '' })
const orders = (bench: Bench): number => bench.emulator.world.desk.orders.length

/** The request as bytes: some faults answer with no JSON. */
async function raw(bench: Bench): Promise<RawAnswer> {
  const url = `${bench.door.rest}/uapi/domestic-stock/v1/quotations/inquire-price?${new URLSearchParams(SAMSUNG)}`
  return send('GET', url, await bench.headers('FHKST01010100'))
}

async function listening(bench: Bench): Promise<Listener> {
  const listener = await bench.listen()
  await listener.register('H0STCNI9', bench.door.credentials.hts_id)
  await listener.register('H0STCNT0', '005930')
  return listener
}

describe('the control door', () => {
  it('lists every kind with its parameters, and what is waiting', async () => {
    const bench = await open()
    const kinds = await bench.control('/faults')
    expect(Object.keys(kinds)).toEqual(FAULT_KINDS.map((k) => k.kind))
    expect(kinds['late-ack']).toEqual({
      what: expect.any(String),
      rows: ['F-11'],
      mode: 'next',
      params: { ms: { what: expect.any(String), default: 3000 } },
      waiting: [],
    })
    expect(
      JSON.parse((await bench.fault({ kind: 'late-ack', ms: 5, count: 2, path: 'order-cash' })).text),
    ).toMatchObject({ kind: 'late-ack' })
    expect((await bench.control('/faults'))['late-ack']).toMatchObject({
      waiting: [{ left: 2, fired: 0, params: { ms: 5 } }],
    })
    await send('DELETE', `${bench.emulator.control}/faults`)
    expect((await bench.control('/faults'))['late-ack']).toMatchObject({ waiting: [] })
  })

  it('refuses what it does not understand, naming field and value', async () => {
    const bench = await open()
    const why = async (fault: Record<string, unknown>): Promise<string> => {
      const answer = await bench.fault(fault)
      expect(answer.status).toBe(400)
      return (JSON.parse(answer.text) as { error: string }).error
    }
    expect(await why({ kind: 'nothing' })).toContain('"nothing"')
    expect(await why({ kind: 'late-ack', seconds: 1 })).toContain('field seconds')
    expect(await why({ kind: 'late-ack', ms: 'long' })).toContain('field ms')
    expect(await why({ kind: 'late-ack', count: -1 })).toContain('field count')
    const text = await send('POST', `${bench.emulator.control}/fault`, {}, 'no json')
    expect(text.status).toBe(400)
    expect((await send('GET', `${bench.emulator.control}/elsewhere`)).status).toBe(404)
    const foreign = await send('GET', `${bench.emulator.control}/state`, { origin: 'http://example.org' })
    expect(foreign.status).toBe(403)
    expect((await send('GET', `${bench.emulator.control}/state`, { host: 'example.org' })).status).toBe(403)
  })

  it('every kind can be played with its defaults, and the emulator answers afterwards', async () => {
    const bench = await open()
    const listener = await listening(bench)
    for (const { kind } of FAULT_KINDS) {
      const extra = kind === 'frame-oversize' ? { bytes: 1000 } : kind === 'frame-flood' ? { count_frames: 10 } : {}
      expect([kind, (await bench.fault({ kind, for_ms: 1, ...extra })).status]).toEqual([kind, 200])
      await bench.pass(SECOND)
    }
    await send('DELETE', `${bench.emulator.control}/faults`)
    await listener.end()
    const fresh = await open()
    expect((await balance(fresh)).body.rt_cd).toBe('0')
    expect((await bench.control('/state')).env).toBe('paper')
  })

  it('a fault waits for its moment, its path and its count', async () => {
    const bench = await open()
    await bench.fault({ kind: 'rate-limit', path: 'inquire-balance', count: 2, after_ms: 1000 })
    expect((await balance(bench)).status).toBe(200)
    await bench.pass(SECOND)
    expect((await raw(bench)).status).toBe(200)
    expect([(await balance(bench)).body.msg_cd, (await balance(bench)).body.msg_cd]).toEqual(['EGW00201', 'EGW00201'])
    expect((await balance(bench)).status).toBe(200)
    await bench.fault({ kind: 'rate-limit', at: '2026-03-03T10:03:05+09:00' })
    expect((await balance(bench)).status).toBe(200)
    await bench.pass(4 * SECOND)
    expect((await balance(bench)).body.msg_cd).toBe('EGW00201')
    expect((await bench.fault({ kind: 'rate-limit', at: 'noon' })).status).toBe(400)
  })

  it('the state is the account as the venue knows it', async () => {
    const bench = await open()
    await bench.order('buy', 3)
    const account = ((await bench.control('/state')).accounts as Record<string, Record<string, unknown>>)['50000000-01']
    const { ask } = bench.board('005930')
    const fee = Math.floor(ask * 3 * 0.00015)
    expect(account).toMatchObject({
      cash: { KRW: String(100_000_000 - ask * 3 - fee), USD: '100000' },
      settled: { KRW: '100000000' },
      positions: { '005930': { qty: '3', cost: String(ask * 3) } },
      orders: [{ symbol: '005930', side: 'buy', qty: '3', filled: '3', state: 'filled', medium: 'api' }],
      fills: [{ seq: 1, qty: '3', price: String(ask), fee: String(fee), tax: '0', currency: 'KRW' }],
    })
  })
})

describe('REST', () => {
  it('tokens expire, are revoked, and are throttled', async () => {
    const bench = await open()
    await balance(bench)
    await bench.fault({ kind: 'token-expiry' })
    expect((await balance(bench)).body.msg_cd).toBe('EGW00123')
    const again = await open()
    await balance(again)
    await again.fault({ kind: 'token-revocation' })
    expect((await balance(again)).body.msg_cd).toBe('EGW00121')
    const third = await open()
    await third.fault({ kind: 'token-throttled' })
    expect(await third.token()).toBeUndefined()
    expect(await third.token()).toEqual(expect.any(String))
  })

  it('gateway errors, HTTP errors and the maintenance window', async () => {
    const bench = await open()
    await bench.fault({ kind: 'gateway-error', msg_cd: 'EGW00316' })
    expect((await balance(bench)).body.msg_cd).toBe('EGW00316')
    await bench.fault({ kind: 'ledger-limit' })
    expect((await raw(bench)).status).toBe(200)
    expect((await balance(bench)).body.msg_cd).toBe('EGW00215')
    await bench.fault({ kind: 'http-error', status: 502 })
    const html = await raw(bench)
    expect([html.status, html.headers['content-type'], html.text.startsWith('<html>')]).toEqual([
      502,
      'text/html',
      true,
    ])
    await bench.fault({ kind: 'http-error', status: 500, body: 'empty' })
    expect((await raw(bench)).text).toBe('')
    const listener = await listening(bench)
    await bench.fault({ kind: 'maintenance', for_ms: 1000 })
    expect((await raw(bench)).status).toBe(503)
    await until(() => listener.closed !== undefined)
    await expect(bench.listen(bench.door)).rejects.toThrow()
    await bench.pass(2 * SECOND)
    expect((await raw(bench)).status).toBe(200)
  })

  it('an order is accepted although its answer fails, is late or never comes', async () => {
    const bench = await open()
    const { lower } = bench.board('005930').limits()
    await bench.fault({ kind: 'accepted-then-error', status: 502, body: 'json' })
    expect((await bench.order('buy', 1, lower)).status).toBe(502)
    expect(orders(bench)).toBe(1)
    await bench.fault({ kind: 'accepted-then-timeout' })
    expect((await bench.order('buy', 1, lower)).body.msg_cd).toBe('EGW00302')
    expect(orders(bench)).toBe(2)
    await bench.fault({ kind: 'lost-ack' })
    await expect(bench.order('buy', 1, lower)).rejects.toThrow()
    expect(orders(bench)).toBe(3)
    await bench.fault({ kind: 'late-ack', ms: 150 })
    const start = performance.now()
    const asked = bench.order('buy', 1, lower)
    await pause(60)
    expect([orders(bench), bench.emulator.busy]).toEqual([4, true])
    expect((await asked).body.rt_cd).toBe('0')
    await until(() => !bench.emulator.busy, 'the end of all answers')
    expect(performance.now() - start).toBeGreaterThan(140)
    await bench.fault({ kind: 'lost-request', ms: 10 })
    await expect(bench.order('buy', 1, lower)).rejects.toThrow()
    expect(orders(bench)).toBe(4)
  })

  it('answers are malformed, cut, dripped, or emptied', async () => {
    const bench = await open()
    await bench.fault({ kind: 'malformed-body' })
    const bad = (await raw(bench)).text
    expect(() => JSON.parse(bad) as unknown).toThrow()
    await bench.fault({ kind: 'truncated-body' })
    const cut = (await raw(bench)).text
    expect(cut.startsWith('{"output"')).toBe(true)
    expect(() => JSON.parse(cut) as unknown).toThrow()
    await bench.order('buy', 1)
    await bench.fault({ kind: 'empty-list', path: 'inquire-daily-ccld' })
    const list = (): Promise<JsonAnswer> =>
      bench.call('kr.orders', {
        ...bench.account(),
        INQR_STRT_DT: '20260303',
        INQR_END_DT: '20260303',
        EXCG_ID_DVSN_CD: 'KRX',
        CTX_AREA_FK100: '',
        CTX_AREA_NK100: '',
      })
    const emptied = await list()
    // Paper does that with the totals still filled.
    expect([rows(emptied).length, emptied.body.msg_cd, emptied.body.output2.tot_ccld_qty]).toEqual([0, '70070000', '1'])
    expect(rows(await list())).toHaveLength(1)
    await bench.fault({ kind: 'data-changed' })
    expect((await list()).body.msg1).toContain('자료가 변경')
    await bench.fault({ kind: 'trickle', ms: 1, path: 'revokeP' })
    const start = performance.now()
    const { appkey, appsecret } = bench.door.credentials
    const slow = await send(
      'POST',
      `${bench.door.rest}/oauth2/revokeP`,
      {},
      JSON.stringify({ appkey, appsecret, token: 'x' }),
    )
    expect(JSON.parse(slow.text)).toMatchObject({ error_code: 'EGW00121' })
    expect(performance.now() - start).toBeGreaterThan(slow.text.length * 0.9)
  })

  it('orders are refused, or accepted and rejected by a notice', async () => {
    const bench = await open()
    const listener = await listening(bench)
    await bench.fault({ kind: 'order-refused', msg_cd: '90020000', msg1: '모의투자 서비스가 지연되고 있습니다' })
    expect((await bench.order('buy', 1)).body).toMatchObject({ rt_cd: '1', msg_cd: '90020000' })
    expect(orders(bench)).toBe(0)
    await bench.fault({ kind: 'order-rejected-later' })
    const number = Number((await bench.order('buy', 1)).body.output.ODNO)
    await until(() => listener.frames('H0STCNI9').length === 1)
    const notice = readNotice('H0STCNI9', listener.notices('H0STCNI9')[0] as string)
    expect(notice).toMatchObject({ order: number, rejected: true, filled: false })
    expect(bench.emulator.world.desk.orders[0]).toMatchObject({ rejected: 1, filled: 0 })
  })
})

describe('sockets', () => {
  it('drop without a close frame, close cleanly, or close right after opening', async () => {
    const bench = await open()
    const first = await listening(bench)
    await bench.fault({ kind: 'socket-drop' })
    await until(() => first.closed !== undefined)
    expect(first.closed?.code).toBe(1006)
    const second = await listening(bench)
    await bench.fault({ kind: 'socket-close' })
    await until(() => second.closed !== undefined)
    expect(second.closed?.code).toBe(1000)
    await bench.fault({ kind: 'socket-close-after-open' })
    const third = await bench.listen()
    await until(() => third.closed !== undefined)
    expect(third.heard).toEqual([])
  })

  it('stay open and silent, with or without PINGPONG', async () => {
    const bench = await open({ pingSeconds: 0.03 })
    const listener = await listening(bench)
    await bench.fault({ kind: 'no-pingpong', for_ms: 1000 })
    await pause(40)
    const from = listener.heard.length
    await bench.pass(0.5 * SECOND)
    await listener.next((t) => readFrame(t)?.tr === 'H0STCNT0', from)
    expect(listener.heard.slice(from).some((t) => t.includes('PINGPONG'))).toBe(false)
    await bench.pass(SECOND)
    await listener.next((t) => t.includes('PINGPONG'), from)
    await bench.fault({ kind: 'socket-half-open', for_ms: 1000 })
    const heard = listener.heard.length
    await bench.pass(0.5 * SECOND)
    await pause(60)
    expect([listener.heard.length, listener.closed]).toEqual([heard, undefined])
    await bench.pass(SECOND)
    await listener.next((t) => readFrame(t)?.tr === 'H0STCNT0', heard)
  })

  it('the login is never answered, or refused', async () => {
    const bench = await open()
    await bench.fault({ kind: 'socket-silent-login', for_ms: 1000 })
    const opening = bench.listen().then(
      () => 'open',
      () => 'refused',
    )
    expect(await Promise.race([opening, pause(80).then(() => 'silent')])).toBe('silent')
    await bench.pass(2 * SECOND)
    await bench.fault({ kind: 'socket-refused', for_ms: 1000 })
    await expect(bench.listen()).rejects.toThrow()
  })

  it('somebody else logs in: OPSP8996, dropped, and the key stays in use for a while', async () => {
    const bench = await open()
    const listener = await listening(bench)
    await bench.fault({ kind: 'duplicate-login', ms: 100 })
    await until(() => listener.closed !== undefined)
    expect(readControl(listener.heard.at(-1) as string)).toMatchObject({ ack: { msgCd: 'OPSP8996', rtCd: '9' } })
    expect(await (await bench.listen()).register('H0STCNT0', '005930')).toBe('OPSP8996')
    await pause(120)
    expect(await (await bench.listen()).register('H0STCNT0', '005930')).toBe('OPSP0000')
  })

  it('after an unclean end the slot is freed late only while that fault is on', async () => {
    const bench = await open()
    const first = await listening(bench)
    first.socket.terminate()
    await until(() => bench.emulator.sessions().length === 0)
    await bench.fault({ kind: 'slow-slot-release', ms: 100, for_ms: 60_000 })
    const second = await listening(bench)
    expect(await second.register('H0STASP0', '005930')).toBe('OPSP0000')
    second.socket.terminate()
    await until(() => bench.emulator.sessions().length === 0)
    expect(await (await bench.listen()).register('H0STCNT0', '005930')).toBe('OPSP8996')
    await pause(120)
    const third = await bench.listen()
    expect(await third.register('H0STCNT0', '005930')).toBe('OPSP0000')
    await third.end()
    expect(await (await bench.listen()).register('H0STCNT0', '005930')).toBe('OPSP0000')
  })

  it('registrations are lost silently, or refused', async () => {
    const bench = await open()
    const listener = await listening(bench)
    await bench.fault({ kind: 'subscription-lost' })
    const from = listener.heard.length
    await bench.pass(2 * SECOND)
    await pause(30)
    expect(listener.heard).toHaveLength(from)
    await bench.fault({ kind: 'subscribe-refused', msg_cd: 'OPSP0007' })
    expect(await listener.register('H0STCNT0', '005930')).toBe('OPSP0007')
  })

  it('frames are cut, miscounted, garbled, oversized, flooded, or wrong', async () => {
    const bench = await open()
    const listener = await listening(bench)
    const frame = async (fault: Record<string, unknown>): Promise<string> => {
      await bench.fault(fault)
      const from = listener.heard.length
      await bench.pass(2 * SECOND)
      return listener.next((t) => t.startsWith('0|H0STCNT0'), from)
    }
    const whole = await frame({ kind: 'late-ack' })
    const cut = readFrame(await frame({ kind: 'frame-truncated' }))
    expect((cut?.payload.split('^').length ?? 0) < (readFrame(whole)?.count ?? 0) * 46).toBe(true)
    const counted = readFrame(await frame({ kind: 'frame-count' }))
    expect(splitRecords(counted?.payload ?? '', counted?.count ?? 1)).toBeUndefined()
    const bad = readFrame(await frame({ kind: 'bad-print', factor: 100 }))
    const { last } = bench.board('005930')
    const printed = (splitRecords(bad?.payload ?? '', bad?.count ?? 1) as readonly string[][]).map((r) => Number(r[2]))
    expect(Math.max(...printed)).toBeGreaterThan(last * 50)
    const stale = readFrame(await frame({ kind: 'stale-stamp', seconds: 3600 }))
    expect(stale?.payload.split('^')[1]?.slice(0, 2)).toBe('09')
    const from = listener.heard.length
    await bench.fault({ kind: 'frame-utf8' })
    await bench.fault({ kind: 'frame-oversize', bytes: 100_000 })
    await bench.fault({ kind: 'frame-flood', count_frames: 500 })
    await until(() => listener.heard.length >= from + 502)
    expect(listener.heard.slice(from).some((t) => t.length > 100_000)).toBe(true)
    expect(listener.heard[from]).toContain('�')
  })

  it('quotes fall silent while notices flow; a listing is halted and resumes', async () => {
    const bench = await open({ env: 'live' })
    const listener = await bench.listen()
    await listener.register('H0STCNT0', '005930')
    await listener.register('H0STMKO0', '005930')
    await listener.register('HDFSCNT0', 'DNASNVDA')
    await bench.fault({ kind: 'quotes-silent', symbol: '005930', for_ms: 3000 })
    const from = listener.heard.length
    await bench.pass(2 * SECOND)
    await listener.next((t) => readFrame(t)?.tr === 'HDFSCNT0', from)
    expect(listener.heard.slice(from).filter((t) => t.startsWith('0|H0STCNT0'))).toEqual([])
    await bench.pass(2 * SECOND)
    await bench.fault({ kind: 'halt', symbol: '005930', for_ms: 2000 })
    await listener.next((t) => t.startsWith('0|H0STMKO0|001|005930^Y'))
    const { last } = bench.board('005930')
    await bench.pass(SECOND)
    expect(bench.board('005930').last).toBe(last)
    expect((await bench.order('buy', 1)).body.rt_cd).not.toBe('0')
    expect((await bench.call('kr.price', SAMSUNG)).body.output).toMatchObject({
      temp_stop_yn: 'Y',
      iscd_stat_cls_code: '58',
    })
    await bench.pass(2 * SECOND)
    await listener.next((t) => t.startsWith('0|H0STMKO0|001|005930^N'))
    expect((await bench.order('buy', 1)).body.rt_cd).toBe('0')
  })
})

describe('notices', () => {
  const kinds = (listener: Listener): string[] =>
    listener.notices('H0STCNI9').map((text) => {
      const n = readNotice('H0STCNI9', text)
      return n === undefined ? 'garbage' : n.filled ? 'fill' : 'accept'
    })

  it('are lost, doubled, reordered, late', async () => {
    const bench = await open()
    const listener = await listening(bench)
    const after = async (fault: Record<string, unknown>, count: number): Promise<string[]> => {
      const before = kinds(listener).length
      await bench.fault(fault)
      await bench.order('buy', 1)
      await until(() => kinds(listener).length >= before + count, JSON.stringify(fault))
      await pause(20)
      return kinds(listener).slice(before)
    }
    expect(await after({ kind: 'notice-lost' }, 1)).toEqual(['fill'])
    expect(await after({ kind: 'notice-duplicate', count: 2 }, 4)).toEqual(['accept', 'accept', 'fill', 'fill'])
    expect(await after({ kind: 'notice-reorder' }, 2)).toEqual(['fill', 'accept'])
    expect(await after({ kind: 'notice-late', ms: 60 }, 2)).toEqual(['fill', 'accept'])
    expect(await after({ kind: 'frame-garbage' }, 2)).toEqual(['garbage', 'fill'])
  })

  it('can leave before the answer to the order', async () => {
    const bench = await open()
    const listener = await listening(bench)
    await bench.fault({ kind: 'notice-first' })
    await bench.fault({ kind: 'late-ack', ms: 100 })
    const asked = bench.order('buy', 1)
    await until(() => listener.frames('H0STCNI9').length === 2)
    const early = Symbol('early')
    expect(await Promise.race([asked, Promise.resolve(early)])).toBe(early)
    expect((await asked).body.rt_cd).toBe('0')
  })

  it('one is forged in the clear, and somebody else trades on the account', async () => {
    const bench = await open()
    const listener = await listening(bench)
    await bench.fault({ kind: 'notice-forged' })
    await until(() => listener.frames('H0STCNI9').length === 1)
    const forged = readFrame(listener.frames('H0STCNI9')[0] as string)
    expect(forged?.encrypted).toBe(false)
    expect(readNotice('H0STCNI9', forged?.payload ?? '')).toMatchObject({ filled: true, order: 9_999_999_999 })
    expect(bench.emulator.world.account.fills).toEqual([])
    await bench.fault({ kind: 'external-order', symbol: '005930', side: 'buy', qty: 7 })
    await until(() => listener.frames('H0STCNI9').length === 3)
    expect(bench.emulator.world.account.holding('005930')?.qty).toBe(7)
    expect(bench.emulator.world.desk.orders[0]?.medium).toBe('hts')
  })
})
