/**
 * Preloaded into `paper` (`--import`): the process ends itself by SIGKILL when it gets to the point that `KILL_AT`
 * names, `point:nth`. The product knows nothing of it: the methods on the way of an order are wrapped from outside.
 */
import { subscribe } from 'node:diagnostics_channel'
import { KisBroker } from '../../adapters/kis/broker.ts'
import { Engine } from '../../src/core/engine/engine.ts'
import { LiveSession } from '../../src/runtime/live-session.ts'
import { JournalWriter } from '../../src/tape/journal.ts'
import type { KillPoint } from './kill-point-names.ts'

const [point, nth] = (process.env.KILL_AT ?? '').split(':')
let left = Number(nth)

function at(here: KillPoint): void {
  if (here === point && --left <= 0) process.kill(process.pid, 'SIGKILL')
}

/** Runs `before` and `after` around a method of a class. */
function around<C extends object, K extends keyof C>(
  prototype: C,
  name: K,
  before: (args: readonly unknown[]) => void,
  after: (args: readonly unknown[], result: unknown) => void = () => undefined,
): void {
  const method = prototype[name] as (...args: unknown[]) => unknown
  prototype[name] = function (this: unknown, ...args: unknown[]): unknown {
    before(args)
    const result = method.apply(this, args)
    after(args, result)
    return result
  } as C[K]
}

const has = (batch: unknown, type: string): boolean => (batch as { type: string }[]).some((e) => e.type === type)

/** An order was decided on and is not durable yet; an acknowledgement was stepped and is not. */
let orderOpen = false
let ackOpen = false
around(
  Engine.prototype,
  'takeCommands',
  () => undefined,
  (_, commands) => {
    if (!has(commands, 'submit')) return
    orderOpen = true
    at('decided')
  },
)
around(
  JournalWriter.prototype,
  'flush',
  () => undefined,
  () => {
    if (orderOpen) at('written')
  },
)
around(
  JournalWriter.prototype,
  'sync',
  () => {
    if (ackOpen) at('before_ack_durable')
    ackOpen = false
  },
  () => {
    if (orderOpen) at('durable')
    orderOpen = false
  },
)
around(
  KisBroker.prototype,
  'send',
  ([command]) => {
    if (has([command], 'submit')) at('before_send')
  },
  ([command]) => {
    if (has([command], 'submit')) at('after_send')
  },
)
const ORDER = /\/trading\/order(-cash)?(\?|$)/
subscribe('http.client.request.start', (message) => {
  if (ORDER.test((message as { request: { path: string } }).request.path)) at('request_out')
})
subscribe('http.client.response.finish', (message) => {
  if (ORDER.test((message as { request: { path: string } }).request.path)) at('answer_in')
})
around(
  LiveSession.prototype,
  'inputBatch',
  ([batch]) => {
    if (has(batch, 'accepted')) at('before_ack_step')
    if (has(batch, 'filled')) at('before_fill_step')
  },
  ([batch]) => {
    if (has(batch, 'accepted')) {
      ackOpen = true
      at('after_ack_step')
    }
    if (has(batch, 'filled')) at('after_fill_step')
  },
)
