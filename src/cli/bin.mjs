#!/usr/bin/env node
/**
 * Entry of the `sametape` command. Plain JavaScript that old Node versions can parse: the sources are TypeScript run
 * directly, which needs Node 24.15 or newer. An older Node hands over to the pinned runtime of package.json's
 * optional dependencies; standard streams are shared, signals and the exit status pass through.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NEEDED = [24, 15]

function isRecent(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
}

/** Path of the pinned runtime, undefined where no package of it is installed for this machine. */
function pinnedRuntime() {
  try {
    return createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/bin/node`)
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined
    throw error
  }
}

function handOver(runtime) {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  // SAMETAPE_HANDED_OVER stops an endless chain should the pinned runtime be too old itself.
  const child = spawn(runtime, args, { stdio: 'inherit', env: { ...process.env, SAMETAPE_HANDED_OVER: '1' } })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
    process.on(signal, () => {
      // A terminal signals the whole foreground group, the child included: passing it on would count twice.
      const fromTerminal = (signal === 'SIGINT' || signal === 'SIGQUIT') && process.stdin.isTTY
      if (!fromTerminal) child.kill(signal)
    })
  }
  child.on('error', (error) => {
    console.error(`sametape: the pinned Node at ${runtime} did not start: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/**
 * What Node made of the sources is kept, which halves the start of every command. In the user's own directory: a shared
 * one would let others on the machine choose what runs here. Where it cannot be written, Node goes on without.
 */
function keepCompiled() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  // Only where somebody keeps such things: a home that is not there is not made.
  if (!existsSync(process.env.XDG_CACHE_HOME || homedir())) return
  module.enableCompileCache?.(join(cache, 'sametape', 'compile'))
}

if (isRecent(process.versions.node)) {
  keepCompiled()
  await import('./main.ts')
} else {
  const runtime = process.env.SAMETAPE_HANDED_OVER === '1' ? undefined : pinnedRuntime()
  if (runtime === undefined) {
    console.error(
      `sametape needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}. ` +
        'Install a newer Node, or run "npm install" without --omit=optional to get the pinned one.',
    )
    process.exit(1)
  }
  handOver(runtime)
}
