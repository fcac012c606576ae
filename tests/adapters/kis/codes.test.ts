/**
 * I-37: what cannot be built. The lines marked `@ts-expect-error` are the test: if one of them compiled, the type check
 * of the project would fail. At run time the same is seen on the wire.
 */
import { expect, it } from 'vitest'
import { LIVE, type NoticeCode, type OrderCode, PAPER, QUOTE } from '../../../adapters/kis/codes.ts'
import type { QuoteRest, TradingRest } from '../../../adapters/kis/rest.ts'
import { assertHosts, HOSTS } from '../../../adapters/kis/settings.ts'
import { TRANSACTIONS } from '../../../adapters/kis/wire/transactions.ts'
import { Bench } from './bench.ts'

/** Never called: its body is for the compiler. */
export function notBuildable(paper: TradingRest<'paper'>, live: TradingRest<'live'>, quotes: QuoteRest): unknown[] {
  // @ts-expect-error a live order code does not fit a paper client
  const a = paper.order(LIVE.order['kr.buy'], {})
  // @ts-expect-error nor a live account code
  const b = paper.inquire(LIVE.account['kr.balance'], {})
  // @ts-expect-error nor the reverse
  const c = live.order(PAPER.order['kr.buy'], {})
  // @ts-expect-error an account code is no order code
  const d = paper.order(PAPER.account['kr.balance'], {})
  // @ts-expect-error a text is no code
  const e = paper.order('TTTC0012U', {})
  // @ts-expect-error the quotes client takes quotation codes only
  const f = quotes.quote(LIVE.order['kr.buy'], {})
  // @ts-expect-error it has no orders
  const g = quotes.order
  // @ts-expect-error and no inquiries
  const h = quotes.inquire
  // @ts-expect-error a live notice code is no paper notice code
  const i: NoticeCode<'paper'> = LIVE.notice.domestic
  // @ts-expect-error
  const j: OrderCode<'paper'> = 'VTTC0012U'
  return [a, b, c, d, e, f, g, h, i, j]
}

it('I-37: every code of an environment is one of the vendor of that environment', () => {
  for (const codes of [LIVE, PAPER] as const) {
    const trading = [...Object.values(codes.order), ...Object.values(codes.account)]
    for (const code of trading) {
      const t = TRANSACTIONS.find((x) => x[codes.env].includes(code))
      expect(t?.ledger, code).toBe(true)
      expect(t?.[codes.env === 'live' ? 'paper' : 'live'].includes(code), code).toBe(false)
    }
  }
  for (const code of Object.values(QUOTE)) expect(TRANSACTIONS.find((t) => t.live.includes(code))?.ledger).toBe(false)
})

it('I-37: a session in paper sends no code of live orders, accounts or notices', async () => {
  const b = await (await Bench.create()).up()
  const id = b.submit('NVDA', 1, 1)
  await b.event('filled', (e) => e.orderId === id)
  await b.books()
  const sent = b.raw.filter((f) => f.direction === 'out').map((f) => f.text)
  const ids = sent.flatMap((text) => /"tr_id":"([A-Z0-9]+)"/.exec(text)?.[1] ?? [])
  await b.close()
  expect(ids).toContain('VTTT1002U')
  const live = new Set(TRANSACTIONS.filter((t) => t.ledger).flatMap((t) => t.live))
  expect(ids.filter((x) => live.has(x) || x === 'H0STCNI0' || x === 'H0GSCNI0')).toEqual([])
})

it('F-79: the address of the other environment is refused before anything is sent', () => {
  expect(() => assertHosts('paper', { ...HOSTS.paper, rest: HOSTS.live.rest })).toThrow(
    /is the live address but env is paper/,
  )
  expect(() => assertHosts('live', { ...HOSTS.live, ws: HOSTS.paper.ws })).toThrow(
    /is the paper address but env is live/,
  )
  expect(() => assertHosts('paper', HOSTS.paper)).not.toThrow()
})
