/** OAuth, headers and the gateway (reference 2, 3, 4, 5.2, 12.1 to 12.3). */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { TRANSACTIONS } from '../../../adapters/kis/wire/transactions.ts'
import { Bench, type RawAnswer, send } from './support.ts'

let paper: Bench
let live: Bench
beforeAll(async () => {
  paper = await Bench.create({ env: 'paper' })
  live = await Bench.create({ env: 'live' })
})
afterAll(() => {
  paper.close()
  live.close()
})

const PRICE = '/uapi/domestic-stock/v1/quotations/inquire-price'
const SAMSUNG = { FID_COND_MRKT_DIV_CODE: 'J', FID_INPUT_ISCD: '005930' }
const json = (answer: RawAnswer): Record<string, unknown> => JSON.parse(answer.text) as Record<string, unknown>

describe('tokens', () => {
  it('are issued once a minute by the wall clock, the same one within six hours', async () => {
    const bench = await Bench.create()
    const { appkey, appsecret } = bench.door.credentials
    expect([appkey.length, appsecret.length]).toEqual([36, 180])
    const body = JSON.stringify({ grant_type: 'client_credentials', appkey, appsecret })
    const ask = (): Promise<RawAnswer> => send('POST', `${bench.door.rest}/oauth2/tokenP`, {}, body)
    const first = json(await ask())
    expect(first).toMatchObject({ token_type: 'Bearer', expires_in: 86_400 })
    expect(first.access_token_token_expired).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    const refused = await ask()
    expect(refused.status).toBe(403)
    expect(json(refused)).toEqual({ error_code: 'EGW00133', error_description: expect.stringContaining('1분당 1회') })
    const start = Date.now()
    const clock = vi.spyOn(Date, 'now')
    try {
      // The refusal at 30 s must not start the minute anew.
      clock.mockReturnValue(start + 61_000)
      expect(json(await ask()).access_token).toBe(first.access_token)
      clock.mockReturnValue(start + 7 * 3_600_000)
      const second = json(await ask())
      expect(second.access_token).not.toBe(first.access_token)
    } finally {
      clock.mockRestore()
    }
    bench.close()
  })

  it('wrong keys and grants are refused in the OAuth envelope', async () => {
    const { appkey, appsecret } = paper.door.credentials
    const ask = async (body: object): Promise<unknown> => {
      const answer = await send('POST', `${paper.door.rest}/oauth2/tokenP`, {}, JSON.stringify(body))
      expect(answer.status).toBe(403)
      return json(answer).error_code
    }
    expect(await ask({ grant_type: 'client_credentials', appkey: 'x', appsecret })).toBe('EGW00103')
    expect(await ask({ grant_type: 'client_credentials', appkey, appsecret: 'x' })).toBe('EGW00105')
    expect(await ask({ appkey, appsecret })).toBe('EGW00115')
    expect(await ask({ grant_type: 'password', appkey, appsecret })).toBe('EGW00116')
  })

  it('a revoked one is unknown, another key’s is expired, none and a wrong scheme are told apart', async () => {
    const bench = await Bench.create()
    const code = async (headers: Record<string, string>): Promise<unknown> => {
      const answer = await send('GET', `${bench.door.rest}${PRICE}?${new URLSearchParams(SAMSUNG)}`, headers)
      expect(answer.status).toBe(500)
      expect(json(answer)).toMatchObject({ rt_cd: '1', msg1: expect.any(String) })
      return json(answer).msg_cd
    }
    const headers = await bench.headers('FHKST01010100')
    const foreign = await bench.token(bench.quotes)
    expect(await code({ ...headers, authorization: `Bearer ${foreign}` })).toBe('EGW00123')
    expect(await code({ ...headers, authorization: 'Bearer nothing' })).toBe('EGW00121')
    expect(await code({ ...headers, authorization: 'Basic abc' })).toBe('EGW00205')
    expect(await code({ ...headers, authorization: '' })).toBe('EGW00122')
    expect(await code({ ...headers, custtype: 'X' })).toBe('EGW00208')
    const { appkey, appsecret } = bench.door.credentials
    const token = (headers.authorization as string).slice(7)
    const revoke = await send(
      'POST',
      `${bench.door.rest}/oauth2/revokeP`,
      {},
      JSON.stringify({ appkey, appsecret, token }),
    )
    expect(json(revoke)).toEqual({ code: 200, message: '접근토큰 폐기에 성공하였습니다' })
    expect(await code(headers)).toBe('EGW00121')
    bench.close()
  })

  it('the paper key gets a token at the live door, and no service there', async () => {
    const bench = await Bench.create()
    const { appkey, appsecret } = bench.door.credentials
    const body = JSON.stringify({ grant_type: 'client_credentials', appkey, appsecret })
    const token = json(await send('POST', `${bench.quotes.rest}/oauth2/tokenP`, {}, body)).access_token
    const headers = { authorization: `Bearer ${token}`, appkey, appsecret, tr_id: 'FHKST01010100' }
    const answer = await send('GET', `${bench.quotes.rest}${PRICE}?${new URLSearchParams(SAMSUNG)}`, headers)
    expect([answer.status, json(answer).msg_cd]).toEqual([500, 'EGW02004'])
    bench.close()
  })
})

describe('headers and paths', () => {
  it('have the casing that clients depend on', async () => {
    const answer = await paper.call('kr.balance', { ...paper.account(), CTX_AREA_FK100: '', CTX_AREA_NK100: '' })
    const names = answer.raw.filter((_, i) => i % 2 === 0)
    expect(names).toEqual(expect.arrayContaining(['Content-Type', 'tr_id', 'tr_cont', 'gt_uid', 'Content-Length']))
    expect(names.filter((name) => name === name.toLowerCase() && name.includes('-'))).toEqual([])
    expect(answer.headers.gt_uid).toMatch(/^[0-9a-f]{32}$/)
    expect(answer.headers.tr_id).toBe('VTTC8434R')
    // Every answer of a service states its continuation.
    expect((await paper.call('kr.price', SAMSUNG)).headers.tr_cont).toBe('D')
  })

  it('double slashes, lower-case queries and any case of header names are taken', async () => {
    const headers = await paper.headers('FHKST01010100')
    const { appkey, appsecret, ...rest } = headers
    const odd = { ...rest, appKey: appkey as string, appSecret: appsecret as string }
    const path = `//uapi/domestic-stock/v1/quotations/inquire-price?fid_cond_mrkt_div_code=J&fid_input_iscd=005930`
    const answer = await send('GET', paper.door.rest, odd, undefined, path)
    expect(json(answer)).toMatchObject({ rt_cd: '0', output: { stck_shrn_iscd: '005930' } })
  })

  it('unknown paths and ids are refused with the usual envelope', async () => {
    const headers = await paper.headers('FHKST01010100')
    const nowhere = await send('GET', `${paper.door.rest}/uapi/nothing`, headers)
    expect([nowhere.status, json(nowhere).msg_cd]).toEqual([404, 'MCA00124'])
    const wrong = await paper.call('kr.price', SAMSUNG, { tr_id: 'XXXX00000000' })
    expect([wrong.status, wrong.body.msg_cd]).toEqual([500, 'EGW00310'])
  })

  it('every live-only service and every live id is refused by paper, and the reverse', async () => {
    for (const t of TRANSACTIONS) {
      const foreign = (bench: Bench): string[] => {
        const mine = t[bench.env]
        return t[bench.env === 'paper' ? 'live' : 'paper'].filter((id) => !mine.includes(id))
      }
      for (const [bench, code] of [
        [paper, 'EGW02006'],
        [live, 'EGW02005'],
      ] as const) {
        for (const id of foreign(bench)) {
          const answer = await bench.call(t.name, {}, { tr_id: id })
          expect([t.name, id, answer.status, answer.body.msg_cd]).toEqual([t.name, id, 500, code])
        }
      }
    }
  })

  it('a hash of the body is checked only when it is sent', async () => {
    const { appkey, appsecret } = paper.door.credentials
    const order = { CANO: '1' }
    const made = await send('POST', `${paper.door.rest}/uapi/hashkey`, { appkey, appsecret }, JSON.stringify(order))
    expect(json(made)).toEqual({ BODY: order, HASH: expect.stringMatching(/^[0-9a-f]{64}$/) })
    const wrong = await paper.call('kr.buy', { ...paper.account() }, { hashkey: 'f'.repeat(64) })
    expect(wrong.body.msg_cd).toBe('EGW00131')
  })
})

describe('rate', () => {
  it.each([
    ['paper', 2],
    ['live', 20],
  ] as const)('%s takes %i requests a second and key', async (env, limit) => {
    const bench = await Bench.create({ env, requestsPerSecond: limit })
    const codes: string[] = []
    for (let i = 0; i <= limit; i++) codes.push((await bench.call('kr.price', SAMSUNG)).body.msg_cd)
    expect(codes).toEqual([...Array<string>(limit).fill('MCA00000'), 'EGW00201'])
    bench.now += 1_000_000
    expect((await bench.call('kr.price', SAMSUNG)).status).toBe(200)
    bench.close()
  })
})
