/** Faults of the IB emulator: which answers and which clients they strike; how they wait is `FaultPlan`'s. */
import { FaultFields } from '../../common/emulator/fault-fields.ts'
import { FaultPlan, type PlannedFault } from '../../common/emulator/fault-plan.ts'
import type { Micros } from '../../../src/core/base/time.ts'
import { FAULT_KINDS, type FaultKind } from './fault-kinds.ts'

export interface Fault extends PlannedFault<FaultKind> {
  /** Name of the answer it strikes, '' for any. */
  readonly message: string
  /** Client it strikes, undefined for any. */
  readonly client: number | undefined
}

/** What a fault is matched against. */
export interface Target {
  readonly message?: string
  readonly client?: number | undefined
}

export type Faults = FaultPlan<FaultKind, Fault, Target>

const COMMON = ['kind', 'after_ms', 'at', 'count', 'for_ms', 'message', 'client']
const EXAMPLE = '{"kind":"socket-reset"}'

export function planFaults(play: (fault: Fault) => void): Faults {
  return new FaultPlan({ read: readFault, strikes, play })
}

function strikes(f: Fault, target: Target): boolean {
  return (f.message === '' || f.message === target.message) && (f.client === undefined || f.client === target.client)
}

function readFault(request: unknown, now: Micros, id: number): Fault {
  const fields = new FaultFields(request, FAULT_KINDS, COMMON, EXAMPLE)
  const moment = fields.has('at') ? fields.stamp('write such as 2026-01-12T15:00:00Z') : now
  return {
    id,
    ...fields.plan(moment + fields.whole('after_ms', 0) * 1000),
    message: fields.word('message'),
    client: fields.has('client') ? fields.whole('client', 0) : undefined,
  }
}
