/**
 * Unmodified clients from the Python package index against an emulator. Makes a virtual environment for each list of
 * requirements in the temporary folder on first use. Their scripts share `checks.py`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CHECKS = fileURLToPath(new URL('.', import.meta.url))
const BIN = fileURLToPath(new URL('../../../src/cli/bin.mjs', import.meta.url))

export interface Stranger {
  /** For the person who watches. */
  readonly name: string
  readonly requirements: string
  /** Script and its words. */
  readonly script: readonly [string, ...string[]]
  /** What follows `sametape emulate`. */
  readonly emulator: readonly string[]
}

/** Plays each in turn and prints its checks; false if one failed. Says why where Python or a package is not to be had. */
export async function playStrangers(strangers: readonly Stranger[]): Promise<boolean> {
  let passed = true
  for (const stranger of strangers) {
    const prepared = preparePython(stranger.requirements)
    if ('missing' in prepared) {
      console.log(`${stranger.name}: skipped, ${prepared.missing}`)
      continue
    }
    console.log(`== ${stranger.name}`)
    if (!(await play(prepared.python, stranger))) passed = false
  }
  return passed
}

/** The interpreter of a ready environment; a reason where there is none. */
function preparePython(requirements: string): { readonly python: string } | { readonly missing: string } {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const venv = join(tmpdir(), `sametape-strangers-${hash}`)
  const python = join(venv, 'bin', 'python')
  const done = join(venv, 'ready')
  if (existsSync(done)) return { python }
  if (spawnSync('python3', ['-m', 'venv', venv], { stdio: 'ignore' }).status !== 0) {
    return { missing: 'python3 with venv is not there' }
  }
  const install = spawnSync(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements], { encoding: 'utf8' })
  if (install.status !== 0) {
    return { missing: `pip could not install the clients: ${install.stderr.trim().slice(-300)}` }
  }
  writeFileSync(done, '')
  return { python }
}

/** Each has an emulator of its own: its account begins flat, and no other has used up what a key may ask for. */
async function play(python: string, { script, emulator }: Stranger): Promise<boolean> {
  const venue = spawn(process.execPath, [BIN, 'emulate', ...emulator, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const line = await firstLine(venue.stdout)
    const settings = { PYTHONPATH: CHECKS, PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore' }
    const child = spawn(python, script, {
      env: { ...process.env, EMULATOR_READY: line, ...settings },
      stdio: 'inherit',
    })
    return await new Promise((resolve) => {
      child.on('close', (code) => resolve(code === 0))
    })
  } finally {
    venue.kill('SIGTERM')
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
