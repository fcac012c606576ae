/**
 * What sessions hear of accounts by themselves: positions at once after each fill, portfolio and account values after
 * each fill and every three minutes, summaries as they change, P&L every second.
 */
import { SECOND, type Micros } from '../../../src/core/base/time.ts'
import { moneyDecimals } from '../../../src/core/domain/units.ts'
import type { Values } from '../wire/layout.ts'
import type { Account, Position } from './account.ts'
import { accountValues, cents, ledgerValues, type AccountValue } from './account-values.ts'
import { BASE } from './base-rates.ts'
import { contractValues, type Listing, qtyText } from './listing.ts'
import { realText } from '../wire/numbers.ts'
import type { Session } from './session.ts'
import type { PnlLine, SummaryLine } from './subscriptions.ts'
import { localTime, TWS_ZONE } from './times.ts'
import { boardOf, type World } from './world.ts'

const CADENCE = 180 * SECOND

export class AccountFeed {
  readonly #world: World
  readonly #touched = new Set<Account>()
  #nextCadence: Micros = Number.NaN
  #day = Number.NaN

  constructor(world: World) {
    this.#world = world
  }

  /** A fill changed the account. Positions are told at once, values with the next flush. */
  traded(account: Account, listing: Listing): void {
    this.#touched.add(account)
    if (this.#world.connectivity.outage !== undefined) return
    for (const session of this.#world.ready()) {
      const { positions, positionsMulti, account: followed } = session.subscriptions
      const position = account.position(listing)
      if (positions) session.send('POSITION', positionValues(account, position))
      for (const [reqId, of] of positionsMulti) {
        if (of === undefined || of === account) this.positionMulti(session, reqId, account, position)
      }
      if (followed === account) this.portfolio(session, account, position)
    }
  }

  /** Called after anything may have changed. */
  flush(now: Micros): void {
    this.#roll(now)
    const due = !(now < this.#nextCadence)
    if (due) this.#nextCadence = now + CADENCE
    for (const session of this.#world.ready()) {
      const { account, summaries, pnl, accountsMulti } = session.subscriptions
      if (account !== undefined && (due || this.#touched.has(account))) this.download(session, account, false)
      if (this.#touched.size > 0 || due) {
        for (const [reqId, line] of summaries) this.summary(session, reqId, line)
        for (const [reqId, of] of accountsMulti) this.valuesMulti(session, reqId, of)
      }
      for (const [reqId, line] of pnl) this.#pnl(session, reqId, line, now)
    }
    this.#touched.clear()
  }

  /** Daily P&L counts from midnight of the TWS day. */
  #roll(now: Micros): void {
    const { day } = localTime(now, TWS_ZONE)
    if (day === this.#day) return
    this.#day = day
    for (const account of this.#world.accounts) account.dayStart = this.#world.valuer.of(account).net
  }

  /** All values and positions; `whole` for the first batch, which ends with a message of its own. */
  download(session: Session, account: Account, whole: boolean): void {
    for (const value of accountValues(account, this.#world.valuer)) {
      session.send('ACCT_VALUE', { ...value, account: account.id })
    }
    for (const position of account.positions.values()) {
      if (position.qty !== 0) this.portfolio(session, account, position)
    }
    session.send('ACCT_UPDATE_TIME', { time: localTime(this.#world.now(), TWS_ZONE).time.slice(0, 5) })
    if (whole) session.send('ACCT_DOWNLOAD_END', { account: account.id })
  }

  portfolio(session: Session, account: Account, position: Position): void {
    const { listing, qty } = position
    const { value, unrealized } = this.#world.valuer.position(position)
    session.send('PORTFOLIO_VALUE', {
      ...contractValues(listing, listing.exchange),
      right: '0',
      position: qtyText(listing, qty),
      marketPrice: realText(boardOf(this.#world, listing).mark2 / 2 / 10 ** listing.instrument.priceDecimals),
      marketValue: cents(value, listing.currency),
      averageCost: averageCost(position),
      unrealizedPNL: cents(unrealized, listing.currency),
      realizedPNL: cents(position.realized, listing.currency),
      account: account.id,
    })
  }

  positionMulti(session: Session, reqId: number, account: Account, position: Position): void {
    session.send('POSITION_MULTI', { ...positionValues(account, position), reqId: String(reqId), modelCode: '' })
  }

  valuesMulti(session: Session, reqId: number, of: Account | undefined): void {
    for (const account of of === undefined ? this.#world.accounts : [of]) {
      for (const value of accountValues(account, this.#world.valuer)) {
        session.send('ACCOUNT_UPDATE_MULTI', { ...value, reqId: String(reqId), account: account.id, modelCode: '' })
      }
    }
  }

  /** What changed since it was told last. */
  summary(session: Session, reqId: number, line: SummaryLine): void {
    for (const account of this.#world.accounts) {
      for (const { key, value, currency } of summaryValues(account, this.#world, line.tags)) {
        const name = `${account.id} ${key} ${currency}`
        if (line.told.get(name) === value) continue
        line.told.set(name, value)
        session.send('ACCOUNT_SUMMARY', { reqId: String(reqId), account: account.id, tag: key, value, currency })
      }
    }
  }

  #pnl(session: Session, reqId: number, line: PnlLine, now: Micros): void {
    if (now - line.sentAt < SECOND) return
    line.sentAt = now
    const values =
      line.listing === undefined ? this.#accountPnl(line.account) : this.#positionPnl(line.account, line.listing)
    const text = JSON.stringify(values)
    if (text === line.told) return
    line.told = text
    session.send(line.listing === undefined ? 'PNL' : 'PNL_SINGLE', { reqId: String(reqId), ...values })
  }

  #accountPnl(account: Account): Values {
    const { net, unrealized, realized } = this.#world.valuer.of(account)
    return {
      dailyPnL: cents(net - account.dayStart),
      unrealizedPnL: cents(unrealized),
      realizedPnL: cents(realized),
    }
  }

  #positionPnl(account: Account, listing: Listing): Values {
    const position = account.position(listing)
    const { value, unrealized } = this.#world.valuer.position(position)
    const { currency } = listing
    return {
      position: qtyText(listing, position.qty),
      dailyPnL: cents(unrealized + position.realized, currency),
      unrealizedPnL: cents(unrealized, currency),
      realizedPnL: cents(position.realized, currency),
      value: cents(value, currency),
    }
  }
}

export function positionValues(account: Account, position: Position): Values {
  const { listing, qty } = position
  return {
    ...contractValues(listing, listing.exchange),
    right: '',
    account: account.id,
    position: qtyText(listing, qty),
    avgCost: averageCost(position),
  }
}

/** Money per share with commissions, in the listing's currency. */
function averageCost({ listing, qty, cost }: Position): string {
  return qty === 0
    ? '0'
    : realText(cost / qty / 10 ** (moneyDecimals(listing.currency) - listing.instrument.qtyDecimals))
}

/** `$LEDGER` alone is the base currency, `$LEDGER:CUR` one, `$LEDGER:ALL` all of them. */
function summaryValues(account: Account, world: World, tags: readonly string[]): AccountValue[] {
  const all = accountValues(account, world.valuer)
  return tags.flatMap((tag) => {
    if (!tag.startsWith('$LEDGER'))
      return all.filter((v) => v.key === tag && (v.currency === '' || v.currency === BASE))
    const which = tag.slice('$LEDGER:'.length)
    const wanted = which === '' ? 'BASE' : which
    return ledgerValues(account, world.valuer).filter((v) => wanted === 'ALL' || v.currency === wanted)
  })
}
