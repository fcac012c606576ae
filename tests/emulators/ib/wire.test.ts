/** Layouts against the protocol's reference: index by index, count by version, and single frames byte for byte. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ANSWERS, type AnswerName } from '../../../adapters/ib/wire/answers.ts'
import { decodePayload, encodeFrame, FRAME_MAX, FrameSplitter } from '../../../adapters/ib/wire/frame.ts'
import { negotiate, readRange, takeHello } from '../../../adapters/ib/wire/hello.ts'
import { type Layout, readFields, type Values, writeFields } from '../../../adapters/ib/wire/layout.ts'
import { isUnset, isZero, readInt, realText } from '../../../adapters/ib/wire/numbers.ts'
import { COMPLETED_ORDER, OPEN_ORDER, ORDER_FILLERS } from '../../../adapters/ib/wire/order-fields.ts'
import { PLACE_ORDER } from '../../../adapters/ib/wire/place-order.ts'
import { REQUESTS, requestOf } from '../../../adapters/ib/wire/requests.ts'
import { WireError } from '../../../adapters/ib/wire/wire-error.ts'

const fixture = (name: string): string[] =>
  readFileSync(new URL(`../../fixtures/ib/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

/** The reference's words for what our layouts name otherwise. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  '""': 'sharesAllocation',
  'dead sharesAllocation': 'sharesAllocation',
  'dn conId': 'deltaNeutralConId',
  'dn settlingFirm': 'deltaNeutralSettlingFirm',
  'dn clearingAccount': 'deltaNeutralClearingAccount',
  'dn clearingIntent': 'deltaNeutralClearingIntent',
  'dn openClose': 'deltaNeutralOpenClose',
  'dn shortSale': 'deltaNeutralShortSale',
  'dn shortSaleSlot': 'deltaNeutralShortSaleSlot',
  'dn designatedLocation': 'deltaNeutralDesignatedLocation',
  'orderState.status': 'status',
  'softDollarTier.name': 'softDollarTierName',
  'softDollarTier.value': 'softDollarTierValue',
  'softDollarTier.displayName': 'softDollarTierDisplayName',
}
const COUNTS = ['comboLegCount', 'orderComboLegCount', 'smartComboParamCount', 'conditionCount']
/** Fields that decide whether others follow; here they say no. */
const CLOSED: Values = { scalePriceIncrement: '', hedgeType: '', deltaNeutralContract: '0', algoStrategy: '' }
const LISTS: Values = { comboLegs: [], orderComboLegs: [], smartComboRoutingParams: [], algoParams: [], conditions: [] }

/** Every field's value is its own name, so that what is written can be compared with the reference's table. */
function named(names: readonly string[]): Values {
  return { ...Object.fromEntries(names.map((n) => [n, n])), ...LISTS, ...CLOSED }
}

describe.each([
  ['place-order.txt', PLACE_ORDER, '3', ''],
  ['open-order.txt', OPEN_ORDER, '5', 'None'],
  ['completed-order.txt', COMPLETED_ORDER, '101', 'None'],
] as const)('%s', (file, layout, id, deltaNeutral) => {
  const rows = fixture(file).map((line) => line.replace(/^\d+ /, ''))
  const names = rows.map((row) => OTHER_NAMES[row] ?? row)

  test('field by field at 193', () => {
    const values: Values = { ...named([...names, 'orderId']), deltaNeutralOrderType: deltaNeutral }
    const written = [id, ...writeFields(layout, values, 193)]
    const expected = names.map((name, i) => {
      if (i === 0) return id
      if (COUNTS.includes(name)) return '0'
      return name === 'deltaNeutralOrderType' ? deltaNeutral : String(values[name] ?? name)
    })
    expect(written).toEqual(expected)
  })
})

describe('counts by version', () => {
  const all: Values = { ...ORDER_FILLERS, ...LISTS, ...CLOSED, orderId: '1', status: 'Submitted' }
  const contract = [
    'conId',
    'symbol',
    'secType',
    'exchange',
    'primaryExchange',
    'currency',
    'localSymbol',
    'tradingClass',
  ]
  const rest = [
    'action',
    'totalQuantity',
    'orderType',
    'account',
    'clientId',
    'permId',
    'secIdType',
    'secId',
    'transmit',
  ]
  const more = `overridePercentageConstraints scaleTable activeStartTime activeStopTime algoId orderMiscOptions
    mifid2DecisionMaker mifid2DecisionAlgo mifid2ExecutionTrader mifid2ExecutionAlgo advancedErrorOverride
    manualOrderTime`.split(/\s+/)
  const values: Values = { ...all, ...Object.fromEntries([...contract, ...rest, ...more].map((n) => [n, ''])) }
  const count = (layout: Layout, version: number, over: Values = {}): number =>
    1 + writeFields(layout, { ...values, ...over }, version).length

  test.each([
    [157, 110, 128, 96],
    [176, 115, 136, 101],
    [177, 114, 135, 100],
    [178, 114, 135, 100],
    [193, 118, 141, 102],
  ])('%i: place %i, open %i, completed %i', (version, place, open, completed) => {
    expect(count(PLACE_ORDER, version, { deltaNeutralOrderType: '' })).toBe(place)
    expect(count(OPEN_ORDER, version)).toBe(open)
    expect(count(COMPLETED_ORDER, version)).toBe(completed)
  })

  test.each([
    [157, 31],
    [177, 31],
    [178, 32],
  ])('execution at %i: %i', (version, n) => {
    const filled = new Proxy<Values>({}, { get: () => '0' })
    expect(1 + writeFields(ANSWERS.EXECUTION_DATA.layout, filled, version).length).toBe(n)
  })

  test.each([
    [157, 39],
    [163, 40],
    [178, 40],
    [193, 42],
  ])('contract data at %i: %i', (version, n) => {
    const filled = new Proxy<Values>(
      {},
      { get: (_, name) => (name === 'secIds' || name === 'ineligibilityReasons' ? [] : '0') },
    )
    expect(1 + writeFields(ANSWERS.CONTRACT_DATA.layout, filled, version).length).toBe(n)
  })

  test.each([
    [168, ['1', '1001']],
    [178, ['1', '1001', '']],
    [193, ['1001', '', '', '2147483647']],
  ])('cancel at %i finds the id', (version, tokens) => {
    expect(readFields(REQUESTS.CANCEL_ORDER.layout, ['4', ...tokens], version).orderId).toBe('1001')
  })
})

describe('frames', () => {
  const rows = fixture('frames.txt').map((line) => line.split('|') as [string, string, string, string])

  test.each(rows.filter(([direction]) => direction !== 'hello'))('%s %s', (direction, _, text, hex) => {
    const tokens = text.split('·')
    expect(Buffer.from(encodeFrame(tokens)).toString('hex')).toBe(hex)
    const splitter = new FrameSplitter()
    for (const byte of Buffer.from(hex, 'hex')) splitter.push(Uint8Array.of(byte))
    expect(decodePayload(splitter.next() as Uint8Array)).toEqual(tokens)
    expect(splitter.buffered).toBe(0)
    if (direction === 'out') expect(requestOf(tokens[0] as string)).toBeDefined()
  })

  /** What our layouts write of the same values is the same frame: names are read by layout, then written by it. */
  test.each(rows.filter(([direction, what]) => direction === 'in' && what !== 'version reply'))(
    '%s by layout: %s',
    (_, what, text) => {
      const tokens = text.split('·')
      const version = what.endsWith('157') ? 157 : 178
      const [, { layout }] = Object.entries(ANSWERS).find(([, a]) => String(a.id) === tokens[0]) as [
        AnswerName,
        { layout: Layout },
      ]
      const values = readFields(layout, tokens, version)
      expect([tokens[0], ...writeFields(layout, values, version)]).toEqual(tokens)
    },
  )

  test('the hello, in any segmentation', () => {
    const [, , range, hex] = rows.find(([direction]) => direction === 'hello') as [string, string, string, string]
    const splitter = new FrameSplitter()
    const bytes = Buffer.from(hex, 'hex')
    for (const byte of bytes.subarray(0, -1)) {
      splitter.push(Uint8Array.of(byte))
      expect(takeHello(splitter)).toBeUndefined()
    }
    splitter.push(bytes.subarray(-1))
    expect(takeHello(splitter)).toEqual(readRange(range))
  })

  test('text outside ASCII goes out escaped, a NUL never', () => {
    expect(decodePayload(encodeFrame(['삼a\0b']).subarray(4))).toEqual(['\\uc0bcab'])
  })

  test('a length beyond the limit is refused before its bytes come', () => {
    const splitter = new FrameSplitter()
    const head = Buffer.alloc(4)
    head.writeUInt32BE(FRAME_MAX + 1)
    splitter.push(head)
    expect(() => splitter.next()).toThrow(WireError)
  })
})

describe('negotiation', () => {
  test.each([
    ['v100..193', 178, 178],
    ['v100..193', 193, 193],
    ['v157..178', 193, 178],
    ['v157..176', 178, 176],
    ['v100..157', 178, 157],
    ['v100..187 +PACEAPI', 193, 178],
    ['v201..215', 178, undefined],
    ['v100..156', 178, undefined],
  ])('%s with %i at most: %s', (range, most, version) => {
    expect(negotiate(readRange(range), most)).toBe(version)
  })

  test.each(['', 'v', '100..178', 'v1e3..5', 'vA..B'])('%j is no range', (range) => {
    expect(() => readRange(range)).toThrow(WireError)
  })
})

describe('numbers', () => {
  test('three languages of nothing', () => {
    for (const text of ['', '2147483647', '9223372036854775807', '1.7976931348623157E308', '1.7976931348623157e+308']) {
      expect(isUnset(text)).toBe(true)
    }
    for (const text of ['0', '0.0', '0.', '-0', '+0.00']) expect(isZero(text)).toBe(true)
    expect(isZero('0.1')).toBe(false)
  })

  test('a whole number may be written with decimals that are zero, nothing else', () => {
    expect(readInt('100.0', 'qty')).toBe(100)
    for (const text of ['abc', '1.5', '1e400', '0x10', ' ']) expect(() => readInt(text, 'qty')).toThrow(WireError)
  })

  test('a double is plain decimal text', () => {
    expect([realText(0.1 + 0.2), realText(1e-7), realText(-0), realText(100)]).toEqual(['0.3', '0.0000001', '0', '100'])
  })
})

test('layouts that a message cannot fill are errors of the wire', () => {
  expect(() => readFields(PLACE_ORDER, ['3', '1'], 178)).toThrow(WireError)
  expect(() => readFields(REQUESTS.PLACE_ORDER.layout, ['3'], 178)).toThrow(/missing/)
})
