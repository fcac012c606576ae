/** An older Node hands over to the pinned one: output, exit status and signals pass through. */
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../check/source-files.ts'
import { BIN, runCli } from './run-cli.ts'

/** A Node of PATH that is older than the sources need. */
function findOldNode(): string | undefined {
  const candidates = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
  return candidates
    .filter((file) => existsSync(file))
    .find((file) => {
      const version = spawnSync(file, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.trim()
      const [major = 0, minor = 0] = version.split('.').map(Number)
      return major >= 18 && (major < 24 || (major === 24 && minor < 15))
    })
}

const old = findOldNode()
const pinned = existsSync(join(ROOT, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node'))

describe.skipIf(old === undefined || !pinned)(
  'an older Node (skipped where PATH has none or no pinned Node is installed)',
  () => {
    const node = old ?? ''
    let dir = ''
    beforeAll(() => {
      // A copy of the entry point before a main that waits: no real command is known to last.
      dir = mkdtempSync(join(tmpdir(), 'sametape-bin-'))
      mkdirSync(join(dir, 'src', 'cli'), { recursive: true })
      cpSync(BIN, join(dir, 'src', 'cli', 'bin.mjs'))
      writeFileSync(join(dir, 'package.json'), '{"type":"module"}')
      symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
      const main = [
        'const deadline: number = 20_000',
        "if (process.argv[2] === 'exit') process.exit(Number(process.argv[3]))",
        "if (process.argv[2] === 'die') process.kill(process.pid, 'SIGKILL')",
        "process.on('SIGTERM', () => process.exit(7))",
        'setTimeout(() => process.exit(8), deadline)',
        "console.log('up', process.versions.node)",
      ]
      writeFileSync(join(dir, 'src', 'cli', 'main.ts'), `${main.join('\n')}\n`)
    })
    afterAll(() => rmSync(dir, { recursive: true, force: true }))

    it('runs the command without a warning', () => {
      const { code, stdout, stderr } = runCli(['config', '--json'], { node })
      expect([code, stderr]).toEqual([0, ''])
      expect(JSON.parse(stdout)).toHaveProperty('hash')
      expect(runCli(['nonsense'], { node }).code).toBe(2)
    })

    it('mirrors exit status and death by signal', () => {
      const run = (...args: string[]) => spawnSync(node, [join(dir, 'src', 'cli', 'bin.mjs'), ...args])
      expect(run('exit', '3').status).toBe(3)
      expect(run('die').signal).toBe('SIGKILL')
    })

    it('passes a signal on', async () => {
      const child = spawn(node, [join(dir, 'src', 'cli', 'bin.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
      const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
      await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
      child.kill('SIGTERM')
      expect(await ended).toBe(7)
    })
  },
)
