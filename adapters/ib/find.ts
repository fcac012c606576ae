/**
 * Looks a share up at IB: symbols that begin with a text or names that hold it, then the contract details of each
 * (reference 4.2). A session of its own, beside one that trades, under the next client id; it places no orders.
 */
import { type Contract, type ContractDetails, SecType } from '@stoqey/ib'
import type { Clock } from '../../src/runtime/ports.ts'
import { fromIbCurrency } from '../../src/reference/broker-codes.ts'
import { Asks } from './asks.ts'
import { IbLink } from './link.ts'
import { Redactor } from './redact.ts'
import type { IbSettings } from './settings.ts'

export interface FoundContract {
  readonly symbol: string
  readonly name: string
  readonly exchange: string
  readonly currency: string
  readonly conId: number
  /** Decimal texts: the smallest step at any price, in pounds where IB quotes pence, and the smallest quantity. */
  readonly minTick: string
  readonly lot: string
  readonly zone: string
}

export type Found = { readonly contracts: readonly FoundContract[] } | { readonly failure: string }

/** Of each text IB gives 16 samples at most; details are asked of so many. */
const SAMPLES_MAX = 16

export async function findContracts(settings: IbSettings, text: string, clock: Clock): Promise<Found> {
  const redactor = new Redactor()
  redactor.hide(settings.account)
  const own = { ...settings, clientId: settings.clientId + 1 }
  const link = new IbLink({ settings: own, clock, redactor, raw: () => undefined, isRecorded: () => false })
  const asks = new Asks(link)
  link.on('contractDetails', (reqId, details) => asks.row(reqId, details))
  link.on('contractDetailsEnd', (reqId) => asks.end(reqId))
  link.on('symbolSamples', (reqId, samples) => {
    for (const { contract } of samples) asks.row(reqId, contract)
    asks.end(reqId)
  })
  try {
    const failure = await link.connect()
    if (failure !== undefined) return { failure }
    const samples = await asks.ask<Contract>('query', (api, reqId) => api.reqMatchingSymbols(reqId, text))
    if (!samples.ok) return { failure: `${samples.code} ${samples.text}` }
    const shares = samples.rows.filter((c) => c.secType === SecType.STK && c.conId !== undefined).slice(0, SAMPLES_MAX)
    return { contracts: await details(asks, shares) }
  } finally {
    await link.close()
  }
}

async function details(asks: Asks, shares: readonly Contract[]): Promise<FoundContract[]> {
  const answers = await Promise.all(
    shares.map(({ conId = 0 }) =>
      asks.ask<ContractDetails>('query', (api, reqId) => api.reqContractDetails(reqId, { conId })),
    ),
  )
  return answers.flatMap((answer) => (answer.ok ? answer.rows.slice(0, 1).map(foundOf) : []))
}

function foundOf(d: ContractDetails): FoundContract {
  const { symbol = '', primaryExch = '', exchange = '', currency = '', conId = 0 } = d.contract
  return {
    ...{ symbol, name: d.longName ?? '', exchange: primaryExch === '' ? exchange : primaryExch, conId },
    currency: fromIbCurrency(currency),
    minTick: d.minTick === undefined ? '' : stepText(d.minTick / (d.priceMagnifier || 1)),
    lot: String(d.minSize ?? ''),
    zone: d.timeZoneId ?? '',
  }
}

/** Never in powers of ten. */
function stepText(step: number): string {
  return step.toFixed(8).replace(/\.?0+$/, '')
}
