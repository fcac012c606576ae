/** The wire codecs against the golden frames of `tests/fixtures/kis`: decoded, and encoded again byte for byte. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decryptNotice, encryptNotice } from '../../../adapters/kis/cipher.ts'
import { columnsOf, H0STASP0, HDFSASP0, NOTICE_KR } from '../../../adapters/kis/wire/columns.ts'
import { byOrderCode, byQuoteCode, EXCHANGES, readSocketKey, socketKey } from '../../../adapters/kis/wire/exchanges.ts'
import {
  fromFields,
  isDataFrame,
  joinRecords,
  pingpong,
  readControl,
  readFrame,
  registration,
  splitRecords,
  toFields,
  writeAcknowledgement,
  writeFrame,
} from '../../../adapters/kis/wire/frame.ts'
import { type Notice, readNotice, writeDomesticNotice, writeOverseasNotice } from '../../../adapters/kis/wire/notice.ts'
import { fixedText, percentText, readScaled, sameOrderNumber, signCode } from '../../../adapters/kis/wire/numbers.ts'
import { TRANSACTIONS, transactionId } from '../../../adapters/kis/wire/transactions.ts'

interface Golden {
  readonly secret: { readonly key: string; readonly iv: string }
  readonly frames: readonly { readonly frame: string }[]
  readonly notices: readonly {
    readonly tr: string
    readonly layout: 'new' | 'old'
    readonly text: string
    readonly frame?: string
  }[]
}
const golden = JSON.parse(
  readFileSync(new URL('../../fixtures/kis/golden-frames.json', import.meta.url), 'utf8'),
) as Golden

describe('golden data frames', () => {
  it.each(golden.frames.map(({ frame }) => [frame.slice(0, 24), frame]))('%s…', (_, text) => {
    const frame = readFrame(text)
    expect(frame).toBeDefined()
    if (frame === undefined) return
    const records = splitRecords(frame.payload, frame.count)
    expect(records).toHaveLength(frame.count)
    const again = (records ?? []).map((fields) => {
      const columns = columnsOf(frame.tr, fields.length) as readonly string[]
      expect(columns).toHaveLength(fields.length)
      return toFields(columns, fromFields(columns, fields))
    })
    expect(joinRecords(frame.tr, again)).toBe(text)
    expect(writeFrame(frame)).toBe(text)
  })

  it('name what the fields mean', () => {
    const named = golden.frames.map(({ frame }) => {
      const { tr, payload, count } = readFrame(frame) as NonNullable<ReturnType<typeof readFrame>>
      const fields = (splitRecords(payload, count) as readonly string[][])[0] as string[]
      return { tr, values: fromFields(columnsOf(tr, fields.length) as string[], fields) }
    })
    const of = (tr: string): Record<string, string> => named.find((n) => n.tr === tr)?.values ?? {}
    expect(of('H0STCNT0')).toMatchObject({
      STCK_PRPR: '72300',
      CNTG_VOL: '15',
      VI_STND_PRC: '72100',
      BSOP_DATE: '20260303',
    })
    expect(of('H0STASP0')).toMatchObject({ ASKP1: '72400', BIDP10: '71400', KMID_PRC: '72350', ACML_VOL: '1204550' })
    expect(of('HDFSCNT0')).toMatchObject({ LAST: '195.1200', RATE: '+0.66', EVOL: '85', MTYP: '1', TYMD: '20260303' })
    expect(of('HDFSASP0')).toMatchObject({ PBID1: '195.1100', PASK1: '195.1300', PASK10: '195.2200', VASK10: '160' })
  })

  it('columns grow by layout and are never guessed', () => {
    expect(H0STASP0).toHaveLength(63)
    expect(HDFSASP0).toHaveLength(71)
    expect(columnsOf('H0STCNT0', 46)).toHaveLength(46)
    expect(columnsOf('H0STCNT0', 48)).toHaveLength(47)
    expect(columnsOf('H0STCNT0', 45)).toBeUndefined()
    expect(columnsOf('H0STASP0', 59)?.at(-1)).toBe('STCK_DEAL_CLS_CODE')
    expect(columnsOf('HDFSCNT0', 25)?.[0]).toBe('SYMB')
    expect(columnsOf('HDFSASP0', 17)?.at(-1)).toBe('DASK1')
    expect(columnsOf('NOTHING0', 46)).toBeUndefined()
  })
})

const base: Omit<Notice, 'qty' | 'price' | 'time' | 'filled' | 'accepted'> = {
  customer: 'testuser',
  account: '1234567801',
  accountName: '홍길동',
  order: 12345,
  original: 0,
  side: 1,
  action: 'new',
  kind: '00',
  condition: 'none',
  symbol: '005930',
  name: '삼성전자',
  priceDecimals: 0,
  orderQty: 10,
  orderPrice: 72300,
  rejected: false,
  branch: '06010',
}
const accepted = { filled: false, accepted: '1' } as const
const filled = { filled: true, accepted: '2' } as const

describe('golden notices', () => {
  it('are written byte for byte', () => {
    const [first, second, old, usFirst, usSecond] = golden.notices.map((n) => n.text)
    const fill = { ...base, ...filled, qty: 4, price: 72300, time: '093112' }
    expect(writeDomesticNotice({ ...base, ...accepted, qty: 10, price: 72300, time: '093107' }, 'new')).toBe(first)
    expect(writeDomesticNotice(fill, 'new')).toBe(second)
    expect(writeDomesticNotice(fill, 'old')).toBe(old)
    const nasdaq = byOrderCode('NASD') as NonNullable<ReturnType<typeof byOrderCode>>
    const us = {
      ...base,
      order: 43360,
      kind: '2',
      symbol: 'AAPL',
      name: '애플',
      priceDecimals: 2,
      orderQty: 3,
      branch: '01790',
    }
    const usAccepted = { ...us, ...accepted, qty: 3, price: 19513, time: '000601' }
    expect(writeOverseasNotice(usAccepted, nasdaq, 'new')).toBe(usFirst)
    const usFilled = { ...us, ...filled, qty: 3, price: 19512, time: '000612' }
    expect(writeOverseasNotice(usFilled, nasdaq, 'new')).toBe(usSecond)
    expect(writeOverseasNotice(usFilled, nasdaq, 'old').split('^')).toHaveLength(21)
    expect(writeDomesticNotice(fill, 'old-packed').split('^')[18]).toBe('1Y')
  })

  it.each(golden.notices.map((n) => [n.tr, n.layout, n]))('%s (%s) is read', (tr, _, { text, frame }) => {
    const facts = readNotice(tr, text)
    expect(facts).toMatchObject({ account: '1234567801', side: 1, action: 'new', original: 0, rejected: false })
    if (frame === undefined) return
    const read = readFrame(frame)
    expect(read).toMatchObject({ encrypted: true, tr, count: 1 })
    expect(decryptNotice(read?.payload ?? '', golden.secret)).toBe(text)
    expect(writeFrame({ encrypted: true, tr, count: 1, payload: encryptNotice(text, golden.secret) })).toBe(frame)
  })

  it('carry the price of the exchange in its implied decimals', () => {
    expect(readNotice('H0GSCNI9', golden.notices[4]?.text ?? '')).toMatchObject({
      price: 1951200,
      qty: 3,
      filled: true,
    })
    expect(readNotice('H0STCNI9', golden.notices[2]?.text ?? '')).toMatchObject({
      price: 72300,
      qty: 4,
      branch: '06010',
    })
  })

  it('a damaged one is refused, never guessed', () => {
    const text = golden.notices[1]?.text ?? ''
    expect(readNotice('H0STCNI0', text.split('^').slice(0, 20).join('^'))).toBeUndefined()
    expect(readNotice('H0STCNI0', text.replace('0000012345', 'x'))).toBeUndefined()
    expect(readNotice('H0STCNT0', text)).toBeUndefined()
    expect(decryptNotice('AAAA', golden.secret)).toBeUndefined()
    expect(decryptNotice(encryptNotice(text, golden.secret), { ...golden.secret, key: 'x'.repeat(32) })).not.toBe(text)
    expect(NOTICE_KR).toHaveLength(26)
  })
})

describe('frames', () => {
  it('fields that do not divide by the count are no records', () => {
    expect(splitRecords('a^b^c', 2)).toBeUndefined()
    expect(readFrame('0|H0STCNT0|000|')).toBeUndefined()
    expect(readFrame('2|H0STCNT0|001|x')).toBeUndefined()
    expect(isDataFrame('{"header":{}}')).toBe(false)
  })

  it('no text makes a reader throw', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        readFrame(text)
        readControl(text)
        readNotice('H0STCNI0', text)
        decryptNotice(text, golden.secret)
      }),
      { numRuns: 300 },
    )
  })

  it('acknowledgements, registrations and PINGPONG survive the way there and back', () => {
    const secret = golden.secret
    const ack = {
      tr: 'H0STCNI0',
      key: 'me',
      encrypt: 'N',
      rtCd: '0',
      msgCd: 'OPSP0000',
      msg1: 'SUBSCRIBE SUCCESS',
      secret,
    } as const
    expect(readControl(writeAcknowledgement(ack))).toEqual({ type: 'ack', ack })
    expect(readControl(pingpong('20260303093045'))).toEqual({ type: 'pingpong' })
    expect(JSON.parse(registration('k', '1', 'H0STCNT0', '005930'))).toEqual({
      header: { approval_key: 'k', custtype: 'P', tr_type: '1', 'content-type': 'utf-8' },
      body: { input: { tr_id: 'H0STCNT0', tr_key: '005930' } },
    })
    expect(readControl('{"header":{}}')).toBeUndefined()
  })
})

describe('numbers', () => {
  it('are fixed to their decimals, exactly', () => {
    expect(fixedText(19512, 2, 4)).toBe('195.1200')
    expect(fixedText(-5, 2, 2)).toBe('-0.05')
    expect(fixedText(-4, 4, 2)).toBe('0.00')
    expect(percentText(300, 72_000)).toBe('0.42')
    expect(percentText(1, 0)).toBe('0.00')
    expect(signCode(1, 100, 100)).toBe('1')
    expect(signCode(-1, 5, Infinity, 5)).toBe('4')
    expect(readScaled(' +0.66 ', 2)).toBe(66)
    expect(readScaled('   ', 2)).toBeUndefined()
    expect(sameOrderNumber('0000012345', '12345')).toBe(true)
    expect(sameOrderNumber('', '')).toBe(false)
  })

  it('what is written is read back', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 6 }), (x, scale) => {
        expect(readScaled(fixedText(x, scale, 6), scale)).toBe(x === 0 ? 0 : x)
      }),
    )
  })
})

describe('tables', () => {
  it('codes of an exchange lead to each other', () => {
    for (const e of EXCHANGES) {
      expect(byOrderCode(e.order)).toBe(e)
      expect(byQuoteCode(e.quote)).toBe(e)
      expect(readSocketKey(socketKey(e, 'AAPL'))).toEqual({ exchange: e, symbol: 'AAPL', prefix: 'D' })
    }
    expect(byQuoteCode('BAQ')?.order).toBe('NASD')
    expect(byQuoteCode('')).toBeUndefined()
    expect(readSocketKey('NVDA')).toBeUndefined()
  })

  it('the US paper sale is the exception from T to V', () => {
    expect(transactionId('us.sell', 'live')).toBe('TTTT1006U')
    expect(transactionId('us.sell', 'paper')).toBe('VTTT1001U')
    expect(transactionId('kr.open', 'paper')).toBeUndefined()
    const regular = TRANSACTIONS.filter((t) => t.name !== 'us.sell' && t.paper.length > 0 && t.paper[0] !== t.live[0])
    for (const t of regular) expect(t.paper[0]?.slice(1)).toBe(t.live[0]?.slice(1))
    expect(new Set(TRANSACTIONS.flatMap((t) => t.live)).size).toBe(TRANSACTIONS.flatMap((t) => t.live).length)
  })
})
