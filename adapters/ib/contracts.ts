/**
 * Which listing of ours is which contract of IB's (reference 10). A contract is looked up once per session of the
 * process and then traded by its number; its steps come from the market rule of the exchange to which orders go, its
 * prices may be quoted in hundredths (London). What IB does not know, or knows twice, is not traded here.
 */
import { type Contract, type ContractDetails, SecType } from '@stoqey/ib'
import type { Instrument } from '../../src/core/domain/instrument.ts'
import type { IbContract } from '../../src/reference/broker-codes.ts'
import type { Answer, Asks } from './asks.ts'
import type { PriceStep } from './events.ts'
import type { IbLink } from './link.ts'
import { rounded, scaled } from './numbers.ts'
import { wantedContract } from './wanted-contract.ts'

/** What IB said of a contract. */
export interface Resolved {
  readonly conId: number
  readonly contract: Contract
  /** Prices of IB are so many times ours: 100 where it quotes pence. */
  readonly magnifier: number
  readonly longName: string
  /** Steps by price, ascending, in IB's prices; empty while the rule is not known. */
  readonly steps: readonly PriceStep[]
  readonly minTick: number
  /** In shares. */
  readonly sizeIncrement: number
  readonly timeZone: string
  readonly tradingHours: string
}

export class IbListing {
  readonly instrument: Instrument
  readonly wanted: IbContract
  /** Undefined until IB answered, or while it does not know the contract. */
  resolved: Resolved | undefined
  /** Why it is not resolved; for people. */
  trouble = ''

  constructor(instrument: Instrument, wanted: IbContract) {
    this.instrument = instrument
    this.wanted = wanted
  }

  get isRate(): boolean {
    return this.wanted.secType === 'CASH'
  }

  /** A price of theirs in our units; `exact` refuses what lies between two. */
  price(theirs: number | undefined, exact = false): number | undefined {
    const { priceDecimals } = this.instrument
    const ours = theirs === undefined ? undefined : theirs / (this.resolved?.magnifier ?? 1)
    return exact ? scaled(ours, priceDecimals) : rounded(ours, priceDecimals)
  }

  qty(theirs: number | undefined): number | undefined {
    return scaled(theirs, this.instrument.qtyDecimals)
  }
}

export class Contracts {
  readonly all: readonly IbListing[]
  readonly #byId = new Map<number, IbListing>()
  readonly #byConId = new Map<number, IbListing>()
  readonly #link: IbLink
  readonly #asks: Asks
  readonly #rules = new Map<number, readonly PriceStep[]>()
  readonly #asking = new Map<IbListing, Promise<Resolved | undefined>>()

  constructor(instruments: readonly Instrument[], serves: (venue: string) => boolean, link: IbLink, asks: Asks) {
    this.all = instruments.flatMap((i) => {
      const wanted = i.venue === 'FX' || serves(i.venue) ? wantedContract(i) : undefined
      return wanted === undefined ? [] : [new IbListing(i, wanted)]
    })
    this.#link = link
    this.#asks = asks
    for (const listing of this.all) this.#byId.set(listing.instrument.id, listing)
    link.on('contractDetails', (reqId, details) => asks.row(reqId, details))
    link.on('contractDetailsEnd', (reqId) => asks.end(reqId))
    link.on('marketRule', (id, steps) => this.#rule(id, steps))
  }

  of(instrument: number): IbListing | undefined {
    return this.#byId.get(instrument)
  }

  /** By their number; before it is known by symbol, kind and currency, if only one fits. */
  find(contract: Contract): IbListing | undefined {
    const known = this.#byConId.get(contract.conId ?? 0)
    if (known !== undefined) return known
    const fitting = this.all.filter(
      ({ wanted, resolved }) =>
        resolved === undefined &&
        wanted.symbol === contract.symbol &&
        wanted.secType === String(contract.secType) &&
        wanted.currency === contract.currency,
    )
    return fitting.length === 1 ? fitting[0] : undefined
  }

  /** Asks about everything that is not known yet. */
  resolveAll(): void {
    for (const listing of this.all) void this.resolve(listing)
  }

  resolve(listing: IbListing): Promise<Resolved | undefined> {
    if (listing.resolved !== undefined) return Promise.resolve(listing.resolved)
    const asking = this.#asking.get(listing) ?? this.#ask(listing).finally(() => this.#asking.delete(listing))
    this.#asking.set(listing, asking)
    return asking
  }

  async #ask(listing: IbListing): Promise<Resolved | undefined> {
    const answer = await this.lookUp(toContract(listing.wanted))
    const found = answer.ok ? answer.rows.filter((row) => fits(row, listing.wanted)) : []
    const [details] = found
    if (details === undefined || found.length > 1) {
      listing.trouble = answer.ok ? `${found.length} contracts fit it` : `${answer.code} ${answer.text}`
      return undefined
    }
    listing.trouble = ''
    listing.resolved = resolvedOf(details, listing.wanted)
    this.#byConId.set(listing.resolved.conId, listing)
    this.#askRule(listing, details)
    return listing.resolved
  }

  /** Every contract that fits a description; also for `instruments find`. */
  lookUp(contract: Contract): Promise<Answer<ContractDetails>> {
    return this.#asks.ask<ContractDetails>('query', (api, reqId) => api.reqContractDetails(reqId, contract))
  }

  #askRule(listing: IbListing, details: ContractDetails): void {
    const id = ruleOf(details, listing.resolved?.contract.exchange ?? '')
    if (id === undefined) return
    this.#ruleOf.set(listing, id)
    const known = this.#rules.get(id)
    if (known !== undefined) this.#rule(id, known)
    else this.#link.send('background', (api) => api.reqMarketRule(id))
  }

  readonly #ruleOf = new Map<IbListing, number>()

  #rule(id: number, steps: readonly PriceStep[]): void {
    this.#rules.set(id, steps)
    for (const [listing, of] of this.#ruleOf) {
      if (of === id && listing.resolved !== undefined) listing.resolved = { ...listing.resolved, steps }
    }
  }
}

/** Is a price of ours on IB's grid? True where the rule is not known: then IB says it itself (110). */
export function onTick(listing: IbListing, price: number): boolean {
  const { resolved, instrument } = listing
  if (resolved === undefined) return true
  const steps = resolved.steps.flatMap(({ lowEdge, increment }) => {
    const [from, step] = [listing.price(lowEdge), listing.price(increment, true)]
    return from === undefined || step === undefined ? [] : [{ from, step }]
  })
  const found = steps.findLast(({ from }) => from <= price)?.step
  // A step finer than our own unit allows every price we can write.
  const step = found ?? scaled(resolved.minTick / resolved.magnifier, instrument.priceDecimals) ?? 1
  return step <= 1 || price % step === 0
}

export function toContract(wanted: IbContract): Contract {
  const { secType, symbol, exchange, primaryExchange, currency } = wanted
  return {
    symbol,
    secType: secType === 'CASH' ? SecType.CASH : SecType.STK,
    exchange,
    currency,
    ...(primaryExchange === undefined ? {} : { primaryExch: primaryExchange }),
  }
}

/** A share is listed at one exchange and has rows of others: the listed one counts, where it is known. */
function fits({ contract }: ContractDetails, wanted: IbContract): boolean {
  if (contract.conId === undefined || contract.currency !== wanted.currency) return false
  // ISLAND is what NASDAQ was called as a destination (reference 10.1).
  const listed = (contract.primaryExch ?? '').replace('ISLAND', 'NASDAQ')
  return wanted.primaryExchange === undefined || listed === '' || listed === wanted.primaryExchange
}

function resolvedOf(details: ContractDetails, wanted: IbContract): Resolved {
  const { contract } = details
  const conId = contract.conId as number
  const magnifier = details.priceMagnifier ?? 1
  return {
    conId,
    contract: { ...toContract(wanted), conId },
    magnifier: magnifier > 0 ? magnifier : 1,
    longName: details.longName ?? wanted.symbol,
    steps: [],
    minTick: details.minTick ?? 0,
    sizeIncrement: details.sizeIncrement ?? 1,
    timeZone: details.timeZoneId ?? '',
    tradingHours: details.tradingHours ?? '',
  }
}

/** Exchanges and rules are two lists in the same order. */
function ruleOf({ validExchanges, marketRuleIds }: ContractDetails, exchange: string): number | undefined {
  const at = (validExchanges ?? '').split(',').indexOf(exchange)
  const id = Number((marketRuleIds ?? '').split(',')[at] ?? '')
  return at >= 0 && Number.isSafeInteger(id) && id > 0 ? id : undefined
}
