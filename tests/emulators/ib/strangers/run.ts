/**
 * `npm run strangers:ib [-- NAME]`: unmodified clients from the Python package index against the emulator. Makes virtual
 * environments in the temporary folder on first use. Prints each check; exits 1 if one failed, 0 with a reason where
 * Python or the packages are not to be had.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const BIN = fileURLToPath(new URL('../../../../src/cli/bin.mjs', import.meta.url))

interface Stranger {
  readonly name: string
  readonly requirements: string
  readonly script: readonly string[]
}

/** ib_async and ib_insync both bring a package called eventkit, so they live apart. */
const STRANGERS: readonly Stranger[] = [
  { name: 'ib_async', requirements: 'ib_async.txt', script: ['asyncio_client.py', 'ib_async'] },
  { name: 'ib_insync', requirements: 'ib_insync.txt', script: ['asyncio_client.py', 'ib_insync'] },
  { name: 'ibapi', requirements: 'ib_insync.txt', script: ['ibapi_client.py'] },
]

/** The interpreter of a ready environment; a reason where there is none. */
function preparePython(file: string): { readonly python: string } | { readonly missing: string } {
  const requirements = join(HERE, file)
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const venv = join(tmpdir(), `sametape-strangers-ib-${hash}`)
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

/** Each has an emulator of its own: the account begins flat. */
async function runStranger(python: string, script: readonly string[]): Promise<boolean> {
  const emulator = spawn(process.execPath, [BIN, 'emulate', 'ib', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const line = await firstLine(emulator.stdout)
    const child = spawn(python, [join(HERE, script[0] ?? ''), ...script.slice(1)], {
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

const words = process.argv.slice(2)
for (const { name, requirements, script } of STRANGERS) {
  if (words.length > 0 && !words.includes(name)) continue
  const prepared = preparePython(requirements)
  if ('missing' in prepared) {
    console.log(`${name}: skipped, ${prepared.missing}`)
    continue
  }
  console.log(`== ${name}`)
  if (!(await runStranger(prepared.python, script))) process.exitCode = 1
}
