/** The judge's own copy of the record layout is the engine's: a new kind, word or reason must reach the judge too. */
import { describe, expect, it } from 'vitest'
import * as control from '../../src/core/domain/control.ts'
import * as event from '../../src/core/domain/event.ts'
import { ORDER_STATES, ORDER_TYPES } from '../../src/core/domain/order.ts'
import { TRADING_STATUSES } from '../../src/core/domain/phase.ts'
import { DENIAL_REASONS } from '../../src/core/domain/reason.ts'
import { ACTIONS } from '../../src/core/engine/audit.ts'
import { BOOK_ROWS } from '../../src/core/engine/control-records.ts'
import { EXPLANATIONS } from '../../src/core/engine/reconcile.ts'
import { COMMAND_TYPES, FIRST_NUMBERED, KIND, REPORT_TYPES, REQUEST_TYPES } from '../../src/core/engine/records.ts'
import { ALERT_CODES } from '../../src/core/execution/alerts.ts'
import { ENGINE_STATES } from '../../src/core/execution/gate.ts'
import { VERDICT_FIELDS } from '../../src/runtime/record-fields.ts'
import { CHECKPOINT } from '../../src/runtime/record-sink.ts'
import * as own from './layout.ts'

describe('the record layout the judge reads by', () => {
  it('is the engine’s', () => {
    expect(own.K).toEqual({ ...KIND, checkpoint: CHECKPOINT })
    expect(own.LAST_TAPE_KIND).toBe(FIRST_NUMBERED - 1)
    const pairs: [readonly string[], readonly string[]][] = [
      [own.REPORT, REPORT_TYPES],
      [own.STATE, ENGINE_STATES],
      [own.ORDER_STATE, ORDER_STATES],
      [own.ORDER_TYPE, ORDER_TYPES],
      [own.REASON, DENIAL_REASONS],
      [own.DECISION, ACTIONS],
      [own.COMMAND, COMMAND_TYPES],
      [own.REQUEST, REQUEST_TYPES],
      [own.STATUS, TRADING_STATUSES],
      [own.ACTION, event.ACTION_KINDS],
      [own.CASH, event.CASH_KINDS],
      [own.LINK, control.LINK_STATES],
      [own.OPERATOR, control.OPERATOR_ACTIONS],
      [own.SYSTEM, control.SYSTEM_FACTS],
      [own.LIMIT, control.CHANGEABLE_LIMITS],
      [own.BOOKED, control.BOOKED_STATES],
      [own.BOOK, BOOK_ROWS],
      [own.EXPLAIN, EXPLANATIONS],
      [own.ALERT, ALERT_CODES],
      [own.VERDICT, VERDICT_FIELDS],
    ]
    for (const [mine, theirs] of pairs) expect(mine).toEqual(theirs)
  })
})
