/** Faults of the KIS emulator: which requests they strike; how they wait is `FaultPlan`'s. */
import { FaultFields } from '../../common/emulator/fault-fields.ts'
import { FaultPlan, type PlannedFault } from '../../common/emulator/fault-plan.ts'
import type { Micros } from '../../../src/core/base/time.ts'
import { FAULT_KINDS, type FaultKind } from './fault-kinds.ts'

export interface Fault extends PlannedFault<FaultKind> {
  readonly path: string
  readonly trId: string
}

/** What a fault is matched against. */
export interface Target {
  readonly path?: string
  readonly trId?: string
}

export type Faults = FaultPlan<FaultKind, Fault, Target>

const COMMON = ['kind', 'at', 'after_ms', 'count', 'path', 'tr_id', 'for_ms']
const EXAMPLE = '{"kind":"http-error","status":503}'

export function planFaults(play: (fault: Fault) => void): Faults {
  return new FaultPlan({ read: readFault, strikes, play })
}

/** Without a path of its own a fault leaves the OAuth endpoints alone: a login must not use up what is meant for orders. */
function strikes(f: Fault, { path = '', trId }: Target): boolean {
  const there = f.path === '' ? !path.startsWith('/oauth2/') : path.includes(f.path)
  return there && (f.trId === '' || trId === f.trId)
}

/** `at` is a stamp; else `after_ms` from now. */
function readFault(request: unknown, now: Micros, id: number): Fault {
  const fields = new FaultFields(request, FAULT_KINDS, COMMON, EXAMPLE)
  const at = fields.has('at')
    ? fields.stamp('write a stamp such as 2026-03-03T01:00:00Z')
    : now + fields.whole('after_ms', 0) * 1000
  return { id, ...fields.plan(at), path: fields.word('path'), trId: fields.word('tr_id') }
}
