/** What an emulator needs once, before it serves: its fee model and where a generated market begins. */
import type { Micros } from '../../../src/core/base/time.ts'
import type { FeeModel, FeeSchedule } from '../../../src/core/domain/fees.ts'
import type { Instrument } from '../../../src/core/domain/instrument.ts'
import { loadFees } from '../../../src/reference/fee-data.ts'
import { feeModel } from '../../../src/reference/fees.ts'
import { GeneratedFeed } from '../../common/emulator/generated-feed.ts'
import type { EmulatorOptions } from './options.ts'

/** IB's own table; markets that it has no fees for (Korean shares) are free here. */
export function feesOf(options: EmulatorOptions, instruments: readonly Instrument[]): FeeModel {
  const { markets } = loadFees(options.fees)
  const charged = instruments.filter((i) => markets.includes(i.venue))
  const model = feeModel(options.fees, charged)
  if (model.kind !== 'table') return model
  const free: FeeSchedule = { from: [], rows: [] }
  const schedules = instruments.map((i) => model.schedules[charged.indexOf(i)] ?? free)
  return { ...model, schedules }
}

/** The first bid of a generated market, found by generating its beginning once more. */
export function firstBid(symbol: string, seed: number, start: Micros): number {
  const copy = new GeneratedFeed([symbol], seed, start)
  for (let i = 0; i < 1000; i++) {
    const { event } = copy.next()
    if (event.type === 'quote' && event.bid > 0) return event.bid
  }
  throw new Error(`${symbol}: the generated market shows no quote`)
}
