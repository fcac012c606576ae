/**
 * Execution notices: order events become plain notices in order, wait for the flush, and leave encrypted with the secret
 * of each session's own registration. The faults that lose, double, delay or reorder them act here.
 */
import { encryptNotice } from '../../cipher.ts'
import { NOTICE_TRS } from '../../wire/columns.ts'
import { writeFrame } from '../../wire/frame.ts'
import { type Notice, writeDomesticNotice, writeOverseasNotice } from '../../wire/notice.ts'
import { kst } from '../../../common/emulator/clock.ts'
import type { TextSource } from '../credentials.ts'
import type { OrderEvent } from '../desk.ts'
import type { World } from '../world.ts'
import type { Session } from './session.ts'

interface Waiting {
  readonly tr: string
  readonly text: string
}

/** Overseas ODER_KIND2 of a limit order. */
const LIMIT = '2'

export class NoticeDesk {
  readonly #world: World
  readonly #source: TextSource
  #waiting: Waiting[] = []
  #held: Waiting | undefined

  constructor(world: World, source: TextSource) {
    this.#world = world
    this.#source = source
  }

  /** Notices that nobody was told yet. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Takes an order event in; an order that ends with the day is not noticed. */
  take(event: OrderEvent): void {
    if (event.type === 'expired') return
    this.#waiting.push(this.#write(noticeOf(this.#world, event), event))
  }

  /** A fill of an order that nobody made, unencrypted: what a forger on the wire could send. */
  forge(sessions: Iterable<Session>): void {
    const { domestic } = NOTICE_TRS[this.#world.options.env]
    const { account } = this.#world
    const fields = [account.customer, account.id.replace('-', ''), '9999999999', '', '02', '0', '00', '0', '005930']
    const payload = [...fields, '0000000100', '000070000', '090000', '0', '2', '2', '00950', '000000100', account.name]
    for (const session of sessions) {
      if (!session.has(domestic, session.door.credentials.hts_id)) continue
      session.send(
        writeFrame({
          encrypted: false,
          tr: domestic,
          count: 1,
          payload: [...payload, '1Y', '10', '', '', ''].join('^'),
        }),
      )
    }
  }

  flush(sessions: readonly Session[]): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const notice of waiting) this.#release(notice, sessions)
  }

  #release(notice: Waiting, sessions: readonly Session[]): void {
    const { faults, clock } = this.#world
    const now = clock.now()
    const target = { trId: notice.tr }
    if (faults.take('notice-lost', now, target) !== undefined) return
    const late = faults.take('notice-late', now, target)
    if (late !== undefined) {
      setTimeout(() => this.#send(notice, sessions), Number(late.params.ms)).unref()
      return
    }
    if (faults.take('notice-reorder', now, target) !== undefined && this.#held === undefined) {
      this.#held = notice
      return
    }
    this.#send(notice, sessions)
    if (faults.take('notice-duplicate', now, target) !== undefined) this.#send(notice, sessions)
    if (this.#held === undefined) return
    this.#send(this.#held, sessions)
    this.#held = undefined
  }

  #send({ tr, text }: Waiting, sessions: readonly Session[]): void {
    for (const session of sessions) {
      const secret = session.secrets.get(tr)
      if (secret === undefined || session.door.quotesOnly || !session.has(tr, session.door.credentials.hts_id)) continue
      const garbage = this.#world.faults.take('frame-garbage', this.#world.clock.now(), { trId: tr })
      const payload = garbage === undefined ? encryptNotice(text, secret) : this.#garbage()
      session.send(writeFrame({ encrypted: true, tr, count: 1, payload }))
    }
  }

  #garbage(): string {
    return Buffer.from(this.#source.text(160), 'utf8').toString('base64')
  }

  #write(notice: Notice, event: OrderEvent): Waiting {
    const { env, layouts } = this.#world.options
    const { domestic, overseas } = NOTICE_TRS[env]
    const { exchange } = event.order.listing
    if (exchange === undefined) return { tr: domestic, text: writeDomesticNotice(notice, layouts.notices) }
    return { tr: overseas, text: writeOverseasNotice(notice, exchange, layouts.overseasNotices) }
  }
}

function noticeOf(world: World, event: OrderEvent): Notice {
  const { order } = event
  const { listing } = order
  const filled = event.type === 'filled'
  const { account, desk } = world
  return {
    customer: account.customer,
    account: account.id.replace('-', ''),
    accountName: account.name,
    order: order.number,
    original: order.original,
    side: order.side,
    action: order.action,
    kind: listing.exchange === undefined ? order.division : LIMIT,
    condition: order.timeInForce === 'IOC' ? 'ioc' : order.timeInForce === 'FOK' ? 'fok' : 'none',
    symbol: listing.symbol,
    name: listing.name,
    qty: filled ? event.qty : order.qty,
    price: filled ? event.price : order.price,
    priceDecimals: listing.instrument.priceDecimals,
    orderQty: order.qty,
    orderPrice: order.price,
    time: kst(event.t).time,
    rejected: event.type === 'rejected',
    filled,
    accepted: event.type === 'immediate-end' ? '3' : filled || event.type === 'confirmed' ? '2' : '1',
    branch: desk.branch,
  }
}
