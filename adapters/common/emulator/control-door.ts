/**
 * The control door, outside everything clients see: `GET /state` (accounts as the venue knows them), `GET /faults` (the
 * catalogue and what is waiting), `POST /fault`, `DELETE /faults`. Loopback only, and only for requests that name it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Failure } from '../../../src/cli/failure.ts'
import { formatMicros } from '../../../src/core/base/time.ts'
import type { PlannedFault } from './fault-plan.ts'
import type { FaultSpec } from './fault-spec.ts'

/** A venue as the door shows it. */
export interface Controlled {
  readonly kinds: readonly FaultSpec[]
  state(): unknown
  waiting(): readonly PlannedFault[]
  clear(): void
  /** Plans or plays what a request asks for; throws Failure naming field and value. */
  post(request: unknown): PlannedFault
}

const BODY_MAX = 64 * 1024
const LOCAL_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/

export function createControlDoor(venue: Controlled): Server {
  return createServer((request, response) => {
    serve(venue, request, response).catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? error : String(error))
      response.destroy()
    })
  })
}

async function serve(venue: Controlled, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const say = (status: number, document: unknown): void => {
    response.statusCode = status
    response.setHeader('Content-Type', 'application/json; charset=utf-8')
    response.end(`${JSON.stringify(document)}\n`)
  }
  // A page in a browser must not reach this door through a name of its own.
  if (!LOCAL_HOST.test(request.headers.host ?? '') || request.headers.origin !== undefined) {
    return say(403, { error: 'only direct local requests' })
  }
  const path = (request.url ?? '/').split('?')[0]
  const route = `${request.method} ${path}`
  if (route === 'GET /state') return say(200, venue.state())
  if (route === 'GET /faults') return say(200, faultList(venue))
  if (route === 'DELETE /faults') {
    venue.clear()
    return say(200, { cleared: true })
  }
  if (route !== 'POST /fault') return say(404, { error: `${route}: unknown; GET /state, GET /faults, POST /fault` })
  const text = await bodyOf(request)
  if (text === undefined) return say(413, { error: 'body too large' })
  try {
    const fault = venue.post(JSON.parse(text))
    return say(200, { id: fault.id, kind: fault.spec.kind, at: formatMicros(fault.at) })
  } catch (error) {
    if (error instanceof Failure || error instanceof SyntaxError) return say(400, { error: error.message })
    throw error
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_MAX) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** An object by kind, so that its size is the number of kinds. */
function faultList(venue: Controlled): unknown {
  const waiting = venue.waiting()
  const entries = venue.kinds.map((spec) => [
    spec.kind,
    {
      what: spec.what,
      rows: spec.rows,
      mode: spec.mode,
      params: Object.fromEntries(
        Object.entries(spec.params).map(([name, { what, fallback }]) => [name, { what, default: fallback }]),
      ),
      waiting: waiting.filter((fault) => fault.spec === spec).map(waitingOf),
    },
  ])
  return Object.fromEntries(entries)
}

function waitingOf(fault: PlannedFault): unknown {
  const { id, at, left, fired, params } = fault
  return { id, at: formatMicros(at), left, fired, params }
}
