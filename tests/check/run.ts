/**
 * `npm run check`: types, lint, format, import rules, source rules, lock file. Runs every step even when one fails,
 * two at a time, prints the output of those that failed, and exits 1 if any did.
 */
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { checkProject } from './lock-file.ts'
import { ROOT } from './source-files.ts'

interface Outcome {
  readonly passed: boolean
  readonly output: string
}

interface Step {
  readonly name: string
  run(): Promise<Outcome>
}

/** The project's own tools come first, and with them the pinned Node. */
const env = { ...process.env, PATH: `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}` }

function tool(name: string, command: string, ...args: string[]): Step {
  const run = (): Promise<Outcome> =>
    new Promise((resolve) => {
      const child = spawn(join(ROOT, 'node_modules', '.bin', command), args, { cwd: ROOT, env })
      let output = ''
      const collect = (chunk: Buffer): void => void (output += String(chunk))
      child.stdout.on('data', collect)
      child.stderr.on('data', collect)
      child.on('error', (error) => resolve({ passed: false, output: `${command}: ${error.message}` }))
      child.on('close', (code) => resolve({ passed: code === 0, output }))
    })
  return { name, run }
}

const folders = ['src', 'adapters', 'tests', 'bench']

const steps: readonly Step[] = [
  tool('types of src/core', 'tsc', '-p', 'src/core/tsconfig.json'),
  tool('types', 'tsc', '-p', 'tsconfig.json'),
  tool('lint', 'oxlint', '--type-aware', '--quiet', ...folders),
  tool('format', 'biome', 'format'),
  tool('imports', 'depcruise', ...folders, '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long'),
  tool('architecture', 'vitest', 'run', '--config', 'tests/vitest.config.ts', 'tests/architecture.test.ts'),
  {
    name: 'lock file and licences',
    run: () => {
      const faults = checkProject()
      return Promise.resolve({ passed: faults.length === 0, output: faults.join('\n') })
    },
  },
]

let failed = 0
const queue = [...steps]

async function work(): Promise<void> {
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const start = performance.now()
    const { passed, output } = await step.run()
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${passed ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)`)
    if (passed) continue
    failed++
    console.log(output.trimEnd())
  }
}

await Promise.all([work(), work()])
console.log(`check: ${steps.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
