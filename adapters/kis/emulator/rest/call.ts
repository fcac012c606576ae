/** One REST request that passed the gateway, and the answers it may get (reference 2.6, 5). */
import type { Micros } from '../../../../src/core/base/time.ts'
import { GATEWAY, type Refusal, refusalWords, type Success, successWords } from '../../wire/messages.ts'
import type { Transaction } from '../../wire/transactions.ts'
import type { Door, World } from '../world.ts'

export interface Call {
  readonly world: World
  readonly door: Door
  readonly tr: Transaction
  readonly trId: string
  readonly trCont: string
  readonly now: Micros
  /** A parameter: query names in any case, body names in upper case; blank when absent. */
  param(name: string): string
}

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly trCont?: string
}

export type Handler = (call: Call) => Answer

const MSG1_WIDTH = 80

export function succeed(
  call: Call,
  success: Success,
  parts: Readonly<Record<string, unknown>>,
  trCont?: string,
): Answer {
  const [code, text] = successWords(call.door.env, success)
  // Account and order services pad their message, quotations do not (2.5).
  const msg1 = call.tr.ledger ? text.padEnd(MSG1_WIDTH) : text
  const body = { ...parts, rt_cd: '0', msg_cd: code, msg1 }
  return { status: 200, body, ...(trCont === undefined ? {} : { trCont }) }
}

/** A business refusal: HTTP 200 and a return code that is not 0. */
export function refuse(call: Call, refusal: Refusal): Answer {
  const { code, text, rtCd } = refusalWords(call.door.env, refusal)
  return { status: 200, body: { rt_cd: rtCd, msg_cd: code, msg1: text.padEnd(MSG1_WIDTH) } }
}

export function refuseWith(code: string, text: string, rtCd = '1'): Answer {
  return { status: 200, body: { rt_cd: rtCd, msg_cd: code, msg1: text } }
}

/** A refusal of the gateway: HTTP 500 with the usual envelope. */
export function gatewayError(code: string, status = 500): Answer {
  return { status, body: { rt_cd: '1', msg_cd: code, msg1: GATEWAY[code] ?? code } }
}

/** A parameter is wrong: HTTP 200 with an OPSQ code. */
export function parameterError(code: 'OPSQ2000' | 'OPSQ2001' | 'OPSQ2002', field = ''): Answer {
  return { status: 200, body: { rt_cd: '2', msg_cd: code, msg1: `${GATEWAY[code]} ${field}`.trim() } }
}

/** Does the request name the account of this emulator? */
export function ownsAccount(call: Call): boolean {
  const { account } = call.world
  return call.param('CANO') === account.cano && call.param('ACNT_PRDT_CD') === account.product
}
