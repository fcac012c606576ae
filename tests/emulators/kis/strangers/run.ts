/**
 * `npm run strangers:kis [-- live|paper] [-- NAME]`: third-party clients of KIS against the emulator, with only the
 * vendor's host names replaced. Prints each check; exits 1 if one failed, 0 with a reason where Python or the packages
 * are not to be had.
 */
import { fileURLToPath } from 'node:url'
import { playStrangers } from '../../strangers/stranger.ts'

const CLIENTS = ['python_kis.py', 'python_kis_asia.py', 'mojito_client.py', 'kis_trader_client.py']
/** What is listed for a client that wants more than the usual market. */
const SYMBOLS: Readonly<Record<string, string>> = {
  'python_kis_asia.py': '005930,NVDA,TSE:7203,HK:00700,SSE:600519,SZSE:000001',
}
const ENVIRONMENTS = ['live', 'paper']

const at = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

const words = process.argv.slice(2)
const environments = words.filter((word) => ENVIRONMENTS.includes(word))
const names = words.filter((word) => !ENVIRONMENTS.includes(word))
const clients = CLIENTS.filter((client) => names.length === 0 || names.some((name) => client.includes(name)))
const strangers = (environments.length === 0 ? ENVIRONMENTS : environments).flatMap((env) =>
  clients.map((client) => ({
    name: `${client} against --env ${env}`,
    requirements: at('requirements.txt'),
    script: [at(client)] as const,
    emulator: ['kis', '--env', env, ...(SYMBOLS[client] === undefined ? [] : ['--symbols', SYMBOLS[client]])],
  })),
)
if (!(await playStrangers(strangers))) process.exitCode = 1
