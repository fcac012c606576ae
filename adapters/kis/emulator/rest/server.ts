/**
 * HTTP of one door: reads a request, plays the transport faults, hands it on, writes the answer with the header casing
 * that clients of this API depend on (reference 2.2: `tr_id`, `tr_cont`, `gt_uid` in lower case, the rest capitalised).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { TextSource } from '../credentials.ts'
import type { Door, World } from '../world.ts'
import { issueApproval, issueHash, issueToken, type JsonBody, revokeToken } from './auth.ts'
import { type Answer, gatewayError } from './call.ts'
import { answerService, type RestRequest } from './gateway.ts'

const BODY_MAX = 64 * 1024
/** Longer than clients keep an idle connection, so that they never meet a closing one. */
const KEEP_ALIVE_MS = 120_000

export function createRestServer(world: World, door: Door, ids: TextSource): Server {
  const server = createServer((request, response) => {
    world.activity.requests++
    response.setHeader('Date', dateOf(world))
    response.on('close', () => world.activity.requests--)
    serve(world, door, ids, request, response).catch((error: unknown) => sayBroken(world, response, error))
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  return server
}

/** The venue's own clock, which is the run's, not this machine's; whole seconds. */
function dateOf({ clock, faults }: World): string {
  const now = clock.now()
  const skewed = faults.on('clock-skew', now)
  return new Date((now + Number(skewed?.params.ms ?? 0) * 1000) / 1000).toUTCString()
}

/** A fault of the emulator's own: said on stderr, answered as the vendor answers when a service breaks. */
function sayBroken(world: World, response: ServerResponse, error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
  if (response.headersSent) response.destroy()
  else writeAnswer(world, response, { path: '', trId: '' }, gatewayError('EGW00300'), '')
}

async function serve(
  world: World,
  door: Door,
  ids: TextSource,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const read = await readRequest(request)
  if (read === undefined) return void response.destroy()
  const target = { path: read.path, trId: read.headers.tr_id ?? '' }
  const now = world.clock.now()
  const { faults } = world
  if (faults.isOn('maintenance', now)) return writeHtml(response, 503)
  const lost = faults.take('lost-request', now, target)
  if (lost !== undefined) return void setTimeout(() => response.destroy(), Number(lost.params.ms))
  const broken = faults.take('http-error', now, target)
  if (broken !== undefined) return writeError(response, broken.params)
  const first = faults.take('notice-first', now, target)
  const answer = answerOf(world, door, read)
  if (first !== undefined) world.flush()
  const failed = faults.take('accepted-then-error', now, target)
  const timeout = faults.take('accepted-then-timeout', now, target)
  const late = faults.take('late-ack', now, target)
  const unanswered = faults.take('lost-ack', now, target)
  // Notices leave after the answer unless a fault says otherwise; nothing orders the two on the real wire.
  setImmediate(() => world.flush())
  if (failed !== undefined) return writeError(response, failed.params)
  if (unanswered !== undefined) return void setTimeout(() => response.destroy(), Number(unanswered.params.ms))
  const final = timeout === undefined ? answer : gatewayError('EGW00302')
  const send = (): void => writeAnswer(world, response, target, final, ids.hex(32))
  if (late === undefined) send()
  else setTimeout(send, Number(late.params.ms))
}

/** Undefined when the client went away or sent more than any request needs. */
async function readRequest(request: IncomingMessage): Promise<RestRequest | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > BODY_MAX) return undefined
      chunks.push(chunk)
    }
  } catch {
    return undefined
  }
  const url = URL.parse((request.url ?? '/').replace(/^\/+/, '/'), 'http://emulator') ?? URL.parse('http://emulator/')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? (value[0] ?? '') : (value ?? '')
  }
  return {
    method: request.method ?? 'GET',
    path: (url?.pathname ?? '/').replaceAll(/\/{2,}/g, '/'),
    headers,
    query: url?.searchParams ?? new URLSearchParams(),
    body: readBody(Buffer.concat(chunks).toString('utf8')),
  }
}

function readBody(text: string): JsonBody | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonBody) : undefined
  } catch {
    return undefined
  }
}

function answerOf(world: World, door: Door, request: RestRequest): Answer {
  const { path, method, body } = request
  const bodied = method === 'POST' ? (body ?? {}) : {}
  switch (path) {
    case '/oauth2/tokenP':
      return issueToken(world, bodied)
    case '/oauth2/revokeP':
      return revokeToken(world, bodied)
    case '/oauth2/Approval':
      return issueApproval(world, bodied)
    case '/uapi/hashkey':
      return issueHash(world, bodied, request.headers.appkey ?? '')
    default:
      return answerService(world, door, request)
  }
}

interface Target {
  readonly path: string
  readonly trId: string
}

function writeAnswer(world: World, response: ServerResponse, target: Target, answer: Answer, uid: string): void {
  let text = JSON.stringify(answer.body)
  const now = world.clock.now()
  if (world.faults.take('malformed-body', now, target) !== undefined) text = text.replaceAll('"', "'")
  const truncated = world.faults.take('truncated-body', now, target) !== undefined
  const trickle = world.faults.take('trickle', now, target)
  const bytes = Buffer.from(text, 'utf8')
  response.statusCode = answer.status
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  if (target.trId !== '') {
    response.setHeader('tr_id', target.trId.replaceAll(/[^\x21-\x7e]/g, ''))
    // The vendor's own samples read it from every answer, quotations and orders too.
    response.setHeader('tr_cont', answer.trCont ?? 'D')
  }
  response.setHeader('gt_uid', uid)
  if (!truncated) response.setHeader('Content-Length', bytes.length)
  if (truncated) {
    // Chunked, complete as HTTP and cut as JSON.
    response.end(bytes.subarray(0, Math.floor(bytes.length / 2)))
  } else if (trickle === undefined) response.end(bytes)
  else drip(response, bytes, Number(trickle.params.ms))
}

function drip(response: ServerResponse, bytes: Buffer, pauseMs: number): void {
  let at = 0
  const timer = setInterval(() => {
    if (response.destroyed || at === bytes.length) {
      clearInterval(timer)
      response.end()
      return
    }
    response.write(bytes.subarray(at, ++at))
  }, pauseMs)
}

function writeHtml(response: ServerResponse, status: number): void {
  response.statusCode = status
  response.setHeader('Content-Type', 'text/html')
  response.end('<html><head><title>Service Unavailable</title></head><body>서비스 점검중입니다.</body></html>')
}

function writeError(response: ServerResponse, params: Readonly<Record<string, string | number>>): void {
  const asked = Number(params.status)
  const status = Number.isInteger(asked) && asked >= 400 && asked <= 599 ? asked : 500
  if (params.body === 'html') return writeHtml(response, status)
  response.statusCode = status
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.end(params.body === 'empty' ? '' : JSON.stringify({ error: 'upstream' }))
}
