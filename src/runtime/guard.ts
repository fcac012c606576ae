/**
 * What an agent must not read while it decides: clock, randomness, timers, network, process, files. The globals are
 * wrapped once, before any agent is loaded; outside a handler they work as always, inside they throw and the error
 * names the agent's file and line. A reference taken at import time is a wrapped one too.
 */
import type * as fs from 'node:fs'
import type * as fsPromises from 'node:fs/promises'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import type { AgentDefinition } from '../core/decision/agent.ts'

/** An agent read what it must not; the message names the thing, file and line. */
export class AgentReadError extends Error {
  override readonly name = 'AgentReadError'
}

let deciding = false
let installed = false

const FRAME = /(?:\(|at )((?:file:\/\/|\/)[^()\s]+:\d+):\d+\)?$/

/** The first frame outside this file: where the agent read. */
function place(error: Error): string {
  for (const line of (error.stack ?? '').split('\n').slice(1)) {
    const at = FRAME.exec(line.trim())?.[1]
    if (at !== undefined && !at.includes('/runtime/guard.')) return at.replace('file://', '')
  }
  return 'the agent'
}

function refuse(what: string): never {
  deciding = false
  const at = place(new Error())
  throw new AgentReadError(
    `${at}: an agent must not read ${what} during a step; use what the context gives (ctx.now, ctx.setTimer, parameters)`,
  )
}

type Callable = (...args: unknown[]) => unknown

function wrapCall(holder: object, name: string, what: string): void {
  const real: unknown = Reflect.get(holder, name)
  if (typeof real !== 'function') return
  const wrapped = new Proxy(real as Callable, {
    apply(target, self, args) {
      if (deciding) refuse(what)
      return Reflect.apply(target, self, args)
    },
    construct(target, args, newTarget) {
      if (deciding) refuse(what)
      return Reflect.construct(target as never, args, newTarget) as object
    },
    get(target, key, receiver) {
      if (deciding && (key === 'now' || key === 'parse' || key === 'UTC')) refuse(`${what}.${String(key)}`)
      return Reflect.get(target, key, receiver)
    },
  })
  Object.defineProperty(holder, name, { value: wrapped, writable: true, configurable: true, enumerable: false })
}

function wrapModule(module: object, what: string): void {
  for (const name of Object.keys(module)) {
    if (/^[a-z]/.test(name) && typeof Reflect.get(module, name) === 'function')
      wrapCall(module, name, `${what}.${name}`)
  }
}

/** Installs the wrappers; once per process. */
export function installGuard(): void {
  if (installed) return
  installed = true
  const now = Date.now
  Object.defineProperty(Date, 'now', {
    value: () => (deciding ? refuse('Date.now') : now()),
    writable: true,
    configurable: true,
  })
  wrapCall(globalThis, 'Date', 'Date')
  wrapCall(Math, 'random', 'Math.random')
  wrapCall(globalThis.performance, 'now', 'performance.now')
  for (const timer of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch']) {
    wrapCall(globalThis, timer, timer)
  }
  wrapCall(globalThis.crypto, 'getRandomValues', 'crypto.getRandomValues')
  wrapCall(globalThis.crypto, 'randomUUID', 'crypto.randomUUID')
  const require = createRequire(import.meta.url)
  wrapModule(require('node:fs') as typeof fs, 'fs')
  wrapModule(require('node:fs/promises') as typeof fsPromises, 'fs')
  wrapModule(require('node:child_process') as object, 'child_process')
  wrapModule(require('node:net') as object, 'net')
  wrapModule(require('node:http') as object, 'http')
  wrapModule(require('node:os') as object, 'os')
  syncBuiltinESMExports()
  guardProcess()
}

/** `process` itself: any property read during a step is refused. */
function guardProcess(): void {
  const real = globalThis.process
  const guarded = new Proxy(real, {
    get(target, key) {
      if (deciding) refuse(`process.${String(key)}`)
      const value: unknown = Reflect.get(target, key)
      return value
    },
  })
  Object.defineProperty(globalThis, 'process', { value: guarded, writable: true, configurable: true })
  // `import process from 'node:process'` gives the real object: its readings are wrapped one by one.
  for (const name of ['hrtime', 'uptime', 'cwd', 'memoryUsage', 'cpuUsage', 'resourceUsage']) {
    wrapCall(real, name, `process.${name}`)
  }
  const { env, argv } = real
  Object.defineProperty(real, 'env', { get: () => (deciding ? refuse('process.env') : env), configurable: true })
  Object.defineProperty(real, 'argv', { get: () => (deciding ? refuse('process.argv') : argv), configurable: true })
}

/**
 * Lets the harness itself work while a handler is on the stack: an order placed by an agent may fill a record block,
 * which is then written out. Returns what `resume` needs.
 */
export function suspend(): boolean {
  const was = deciding
  deciding = false
  return was
}

export function resume(was: boolean): void {
  deciding = was
}

type Handler = (state: unknown, event: never, ctx: never) => void

function guarded(handler: Handler): Handler {
  return (state, event, ctx) => {
    deciding = true
    try {
      handler(state, event, ctx)
    } finally {
      deciding = false
    }
  }
}

const HANDLERS = ['onBar', 'onQuote', 'onTrade', 'onFill', 'onOrder', 'onTimer'] as const

/** The same agent with every handler run under the guard. */
export function guardAgent(agent: AgentDefinition): AgentDefinition {
  const copy: Record<string, unknown> = { ...agent }
  for (const name of HANDLERS) {
    const handler = agent[name]
    if (handler !== undefined) copy[name] = guarded(handler.bind(agent) as Handler)
  }
  return copy as unknown as AgentDefinition
}
