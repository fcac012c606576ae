/** Golden frames of the reference to events, and our requests as the reference writes them, byte for byte. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { makeChange, makeOrder } from '../../../adapters/kis/encode.ts'
import { FrameDecoder } from '../../../adapters/kis/frames.ts'
import { Listings } from '../../../adapters/kis/instruments.ts'
import { readAccount } from '../../../adapters/kis/settings.ts'
import { readFrame, registration } from '../../../adapters/kis/wire/frame.ts'
import { GeneratedFeed } from '../../../adapters/common/emulator/generated-feed.ts'
import { formatMicros, parseStamp } from '../../../src/core/base/time.ts'

const NOW = parseStamp('2026-03-03T00:30:06Z')?.t as number
const { instruments } = new GeneratedFeed(['005930', 'AAPL'], 1, NOW)
const listings = new Listings(instruments, ['KRX', 'US'])
const [kr, us] = [listings.find('kr', '005930'), listings.find('us', 'AAPL')]
if (kr === undefined || us === undefined) throw new Error('no listings')
const cents = 10 ** (us.instrument.priceDecimals - 2)

const golden = JSON.parse(readFileSync(new URL('../../fixtures/kis/golden-frames.json', import.meta.url), 'utf8')) as {
  readonly frames: readonly { readonly frame: string }[]
}

it('frames to events: prices, sizes and stamps at the end of their second', () => {
  const decoder = new FrameDecoder(listings)
  const events = golden.frames.flatMap(({ frame }) => decoder.decode(readFrame(frame) as never, NOW))
  const seen = events.map((e) =>
    e.type === 'trade'
      ? [formatMicros(e.venueT), e.instrument === kr.instrument.id ? e.price : e.price / cents, e.size]
      : e.type === 'quote'
        ? [
            formatMicros(e.venueT),
            ...[e.bid, e.ask].map((x) => (e.instrument === kr.instrument.id ? x : x / cents)),
            e.bidSize,
            e.askSize,
          ]
        : [e.type],
  )
  expect(seen).toEqual([
    ['2026-03-03T00:30:06Z', 72_300, 15],
    ['2026-03-03T00:30:06Z', 72_300, 15],
    ['2026-03-03T00:30:06Z', 72_400, 220],
    ['2026-03-03T00:30:07Z', 72_300, 72_400, 88_410, 51_010],
    ['2026-03-03T15:05:13Z', 19_512, 85],
    ['2026-03-03T16:25:14Z', 19_280, 85],
    ['2026-03-03T15:05:14Z', 19_511, 19_513, 320, 410],
  ])
  expect([...decoder.unused]).toEqual([])
})

const account = readAccount('50000000-01')
const terms = { qty: 10, stop: 0, timeInForce: 'DAY', orderType: 'limit' } as const
const common = { account, best: undefined, range: undefined, collarBps: 50 } as const

it('requests as the reference writes them (6.6, 6.7, 7.3, 7.4, 8.2)', () => {
  const buy = makeOrder({
    ...{ ...common, env: 'paper', listing: kr },
    terms: { ...terms, instrument: kr.instrument.id, side: 1, limit: 72_300 },
  })
  expect('fields' in buy && JSON.stringify(buy.fields)).toBe(
    '{"CANO":"50000000","ACNT_PRDT_CD":"01","PDNO":"005930","SLL_TYPE":"","ORD_DVSN":"00","ORD_QTY":"10","ORD_UNPR":"72300","CNDT_PRIC":"","EXCG_ID_DVSN_CD":"KRX"}',
  )
  const sell = makeOrder({
    ...{ ...common, env: 'paper', listing: us },
    terms: { ...terms, instrument: us.instrument.id, side: -1, limit: 19_512 * cents },
  })
  expect('fields' in sell && JSON.stringify(sell.fields)).toBe(
    '{"CANO":"50000000","ACNT_PRDT_CD":"01","OVRS_EXCG_CD":"NASD","PDNO":"AAPL","ORD_QTY":"10","OVRS_ORD_UNPR":"195.12","CTAC_TLNO":"","MGCO_APTM_ODNO":"","SLL_TYPE":"00","ORD_SVR_DVSN_CD":"0","ORD_DVSN":"00"}',
  )
  const target = { listing: kr, number: 117_057, org: '06010', division: '00' }
  const cancel = makeChange({ account, target, action: 'cancel', qty: 0, limit: 0, range: undefined })
  expect(JSON.stringify(cancel)).toBe(
    '{"CANO":"50000000","ACNT_PRDT_CD":"01","ORGN_ODNO":"0000117057","RVSE_CNCL_DVSN_CD":"02","ORD_QTY":"0","KRX_FWDG_ORD_ORGNO":"06010","ORD_DVSN":"00","ORD_UNPR":"0","QTY_ALL_ORD_YN":"Y","CNDT_PRIC":"","EXCG_ID_DVSN_CD":"KRX"}',
  )
  const move = makeChange({
    ...{ account, action: 'modify', qty: 10, limit: 19_500 * cents, range: undefined },
    target: { listing: us, number: 30_135, org: '', division: '00' },
  })
  expect(JSON.stringify(move)).toBe(
    '{"CANO":"50000000","ACNT_PRDT_CD":"01","ORGN_ODNO":"0000030135","RVSE_CNCL_DVSN_CD":"01","ORD_QTY":"10","OVRS_EXCG_CD":"NASD","PDNO":"AAPL","OVRS_ORD_UNPR":"195.00","MGCO_APTM_ODNO":"","ORD_SVR_DVSN_CD":"0"}',
  )
  expect(registration('a-b-c', '1', 'H0STCNT0', '005930')).toBe(
    '{"header":{"approval_key":"a-b-c","custtype":"P","tr_type":"1","content-type":"utf-8"},"body":{"input":{"tr_id":"H0STCNT0","tr_key":"005930"}}}',
  )
})

it('an overseas market order is a limit behind the best quote by the collar, outwards on the grid', () => {
  const best = { bid: 19_511 * cents, ask: 19_513 * cents }
  const made = ([1, -1] as const).map((side) =>
    makeOrder({
      ...{ ...common, env: 'live', listing: us, best },
      terms: { ...terms, orderType: 'market', instrument: us.instrument.id, side, limit: 0 },
    }),
  )
  // 195.13 × 1.005 = 196.10565, 195.11 × 0.995 = 194.13445.
  expect(made.map((m) => 'fields' in m && m.fields.OVRS_ORD_UNPR)).toEqual(['196.11', '194.13'])
})
