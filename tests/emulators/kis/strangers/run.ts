/**
 * `npm run strangers:kis [-- live|paper] [-- NAME]`: unmodified third-party clients from the Python package index against
 * the emulator, with only the vendor's host names replaced. Makes a virtual environment in the temporary folder on first
 * use. Prints each check; exits 1 if one failed, 0 with a reason where Python or the packages are not to be had.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const BIN = fileURLToPath(new URL('../../../../src/cli/bin.mjs', import.meta.url))
const CLIENTS = ['python_kis.py', 'mojito_client.py', 'kis_trader_client.py']

/** The interpreter of a ready environment; a reason where there is none. */
export function preparePython(): { readonly python: string } | { readonly missing: string } {
  const requirements = join(HERE, 'requirements.txt')
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const venv = join(tmpdir(), `sametape-strangers-kis-${hash}`)
  const python = join(venv, 'bin', 'python')
  const done = join(venv, 'ready')
  if (existsSync(done)) return { python }
  if (spawnSync('python3', ['-m', 'venv', venv], { stdio: 'ignore' }).status !== 0) {
    return { missing: 'python3 with venv is not there' }
  }
  const install = spawnSync(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements], { encoding: 'utf8' })
  if (install.status !== 0)
    return { missing: `pip could not install the clients: ${install.stderr.trim().slice(-300)}` }
  spawnSync('touch', [done])
  return { python }
}

/** Starts an emulator of its own for each client: one access token a minute is all an appkey gets. */
export async function runStranger(python: string, client: string, env: string): Promise<boolean> {
  const emulator = spawn(process.execPath, [BIN, 'emulate', 'kis', '--env', env, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const line = await firstLine(emulator.stdout)
    const child = spawn(python, [join(HERE, client)], {
      env: { ...process.env, EMULATOR_READY: line, PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore' },
      stdio: 'inherit',
    })
    return await new Promise((resolve) => {
      child.on('close', (code) => resolve(code === 0))
    })
  } finally {
    emulator.kill('SIGTERM')
  }
}

function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stream.on('data', (chunk: Buffer) => {
      text += String(chunk)
      const end = text.indexOf('\n')
      if (end >= 0) resolve(text.slice(0, end))
    })
    stream.on('end', () => reject(new Error('the emulator ended without its line')))
  })
}

async function main(words: readonly string[]): Promise<void> {
  const prepared = preparePython()
  if ('missing' in prepared) {
    console.log(`strangers: skipped, ${prepared.missing}`)
    return
  }
  const environments = ['live', 'paper'].filter(
    (env) => words.every((w) => w !== 'live' && w !== 'paper') || words.includes(env),
  )
  const named = words.filter((w) => w !== 'live' && w !== 'paper')
  const clients = CLIENTS.filter((client) => named.length === 0 || named.some((word) => client.includes(word)))
  for (const env of environments) {
    for (const client of clients) {
      console.log(`== ${client} against --env ${env}`)
      if (!(await runStranger(prepared.python, client, env))) process.exitCode = 1
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2))
