/**
 * Finds an agent by name, or loads it from a user's TypeScript file: default export `Agent`, erasable TypeScript only,
 * the bare name `sametape` is our own entry. The files it was made of are kept with the run, with their hashes.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { basename, dirname, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Failure } from '../cli/failure.ts'
import type { AgentDefinition } from '../core/decision/agent.ts'
import { KNOWN_AGENTS } from '../core/decision/agents/known.ts'
import type { RunSink } from './graph.ts'
import { guardAgent, installGuard } from './guard.ts'

export interface AgentFile {
  /** Path relative to the agent's own directory. */
  readonly path: string
  readonly text: string
  readonly sha256: string
}

export interface LoadedAgent {
  readonly definition: AgentDefinition
  /** What the user wrote after --agent, without directories. */
  readonly name: string
  /** Hash over the agent's source and everything of the user's it imports. */
  readonly hash: string
  /** Empty for the agents that come with the engine. */
  readonly files: readonly AgentFile[]
}

const ENTRY = pathToFileURL(fileURLToPath(new URL('../index.ts', import.meta.url))).href
const OWN = fileURLToPath(new URL('../../', import.meta.url))

/** Files of the user's that were loaded since the list was last emptied. */
const loaded = new Set<string>()
let hooked = false

function hook(): void {
  if (hooked) return
  hooked = true
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'sametape') return { url: ENTRY, shortCircuit: true }
      return next(specifier, context)
    },
    load(url, context, next) {
      if (url.startsWith('file:') && !url.includes('/node_modules/')) {
        const path = fileURLToPath(url)
        if (!path.startsWith(`${OWN}src/`)) loaded.add(path)
      }
      return next(url, context)
    },
  })
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Hash of a set of files by their relative paths and contents. */
export function hashAgentFiles(files: readonly AgentFile[]): string {
  return sha256(files.map((f) => `${f.path}\n${f.sha256}\n`).join(''))
}

export async function loadAgent(wanted: string): Promise<LoadedAgent> {
  installGuard()
  const known = KNOWN_AGENTS.get(wanted)
  if (known !== undefined) {
    // The engine's own agents change with its version; their identity is their name and revision.
    return { definition: guardAgent(known), name: wanted, hash: sha256(`builtin:${wanted}:1`), files: [] }
  }
  const path = resolve(wanted)
  if (!/\.(ts|mts|js|mjs)$/.test(wanted) || !existsSync(path)) {
    const names = [...KNOWN_AGENTS.keys()].join(', ')
    throw new Failure(`--agent ${wanted}: no agent of that name and no such file; known: ${names}, or a .ts file`, 2)
  }
  return loadFile(path)
}

async function loadFile(path: string): Promise<LoadedAgent> {
  hook()
  loaded.clear()
  const module = await importAgent(path)
  const definition = module.default
  if (!isAgent(definition)) {
    const found = Object.keys(module).join(', ') || 'nothing'
    throw new Failure(
      `${path}: the default export is not an agent (it exports ${found}); write: export default defineAgent({ name, subscribe, init, onBar })`,
      2,
    )
  }
  const dir = dirname(path)
  const paths = [...new Set([path, ...loaded])].sort()
  const files = paths.map((p) => {
    const text = readFileSync(p, 'utf8')
    return { path: p === path ? basename(p) : relative(dir, p), text, sha256: sha256(text) }
  })
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { definition: guardAgent(definition), name: basename(path), hash: hashAgentFiles(files), files }
}

async function importAgent(path: string): Promise<{ default?: unknown }> {
  try {
    return (await import(pathToFileURL(path).href)) as { default?: unknown }
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    throw new Failure(`${path}: cannot be loaded: ${what.split('\n')[0]}`, 2)
  }
}

function isAgent(x: unknown): x is AgentDefinition {
  if (typeof x !== 'object' || x === null) return false
  const a = x as Partial<AgentDefinition>
  return typeof a.name === 'string' && typeof a.subscribe === 'function' && typeof a.init === 'function'
}

/** The default export of a user's TypeScript file; `option` names it in the error. */
export async function loadDefault(wanted: string, option: string): Promise<unknown> {
  hook()
  const path = resolve(wanted)
  if (!existsSync(path)) throw new Failure(`${option} ${wanted}: no such file`, 2)
  return (await importAgent(path)).default
}

/** A user's sink: a file whose default export is a function of the run's streams. */
export async function loadSink(wanted: string): Promise<RunSink> {
  const sink = await loadDefault(wanted, '--sink')
  if (typeof sink === 'function') return sink as RunSink
  throw new Failure(
    `${wanted}: the default export is not a function of the run's streams; write: export default (run) => { run.fills$.subscribe(…) }`,
    2,
  )
}
