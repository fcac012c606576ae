/** May an order be taken? What it would tie up if it were filled, with everything else that works, against the equity. */
import type { Micros } from '../../../src/core/base/time.ts'
import { charge, nothingCharged } from '../../../src/core/domain/fees.ts'
import { type Money, moneyDecimals } from '../../../src/core/domain/units.ts'
import type { Values } from '../wire/layout.ts'
import type { Account } from './account.ts'
import { cents } from './account-values.ts'
import type { Listing } from './listing.ts'
import { type IbOrder, leavesOf, type Terms } from './order.ts'
import { boardOf, type World } from './world.ts'

/** Beyond this many units of a currency no order is looked at further. */
const VALUE_MAX = 1_000_000_000

/** Why the order is refused; undefined when the account can bear it. `before` is the order that it modifies. */
export function marginFault(
  world: World,
  account: Account,
  listing: Listing,
  terms: Terms,
  before: IbOrder | undefined,
): string | undefined {
  const { instrument } = listing
  const mark = boardOf(world, listing).mark
  const value = (terms.qty / 10 ** instrument.qtyDecimals) * (mark / 10 ** instrument.priceDecimals)
  // Currencies of few decimals have large numbers.
  const most = moneyDecimals(listing.currency) < 6 ? VALUE_MAX * 1000 : VALUE_MAX
  if (value > most) return 'YOUR ORDER IS NOT ACCEPTED. THE VALUE OF THE ORDER IS TOO LARGE'
  const others = world.desk.index
    .working()
    .filter((o) => o.account === account && o.listing === listing && o !== before)
  const rest = terms.qty - (before?.filled ?? 0)
  const now = worst(account.held(listing), others, 0, 0)
  const then = worst(account.held(listing), others, terms.side > 0 ? rest : 0, terms.side < 0 ? rest : 0)
  if (then <= now) return undefined
  const { net } = world.valuer.of(account)
  const required = totalMargin(world, account, listing) + world.valuer.marginOf(listing, then)
  if (required <= net) return undefined
  return `YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH LOAN VALUE [${cents(net)} USD] MUST EXCEED THE INITIAL MARGIN [${cents(required)} USD]`
}

/** The larger of the two positions that all buys, or all sells, would lead to. */
function worst(held: number, others: readonly IbOrder[], buy: number, sell: number): number {
  const open = (side: 1 | -1): number =>
    others.filter((o) => o.terms.side === side).reduce((sum, o) => sum + leavesOf(o), 0)
  return Math.max(Math.abs(held + open(1) + buy), Math.abs(held - open(-1) - sell))
}

/** Margin of everything but one listing, working orders included. */
function totalMargin(world: World, account: Account, but: Listing): Money {
  let sum = 0
  for (const listing of world.listings) {
    if (listing === but) continue
    const others = world.desk.index.working().filter((o) => o.account === account && o.listing === listing)
    sum += world.valuer.marginOf(listing, worst(account.held(listing), others, 0, 0))
  }
  return sum
}

/** Margins and commission of an order that is only asked about. */
export function whatIfFigures(world: World, account: Account, listing: Listing, terms: Terms, now: Micros): Values {
  const { net, margin } = world.valuer.of(account)
  const held = account.held(listing)
  const after =
    margin - world.valuer.marginOf(listing, held) + world.valuer.marginOf(listing, held + terms.side * terms.qty)
  const price = terms.limit > 0 ? terms.limit : boardOf(world, listing).mark
  const order = { side: terms.side, cumQty: 0, charged: nothingCharged() }
  const { fee, tax } = charge(world.fees, listing.instrument, order, terms.qty, price, now)
  const commission = money(listing, fee + tax)
  return {
    initMarginBefore: cents(margin),
    maintMarginBefore: cents(margin),
    equityWithLoanBefore: cents(net),
    initMarginChange: cents(after - margin),
    maintMarginChange: cents(after - margin),
    equityWithLoanChange: cents(-world.valuer.rates.toBase(listing.currency, fee + tax)),
    initMarginAfter: cents(after),
    maintMarginAfter: cents(after),
    equityWithLoanAfter: cents(net - world.valuer.rates.toBase(listing.currency, fee + tax)),
    commission,
    minCommission: commission,
    maxCommission: commission,
    commissionCurrency: listing.contractCurrency,
    warningText: after > net ? 'This order would exceed the margin of the account' : '',
  }
}

function money(listing: Listing, amount: Money): string {
  return (amount / 10 ** moneyDecimals(listing.currency)).toFixed(moneyDecimals(listing.currency))
}
