/**
 * `npm run strangers:ib [-- NAME]`: ib_async, ib_insync and IB's own ibapi against the emulator, ib_async also in Tokyo
 * and London (`regions`). Prints each check; exits 1 if one failed, 0 with a reason where Python or the packages are not to be had.
 */
import { fileURLToPath } from 'node:url'
import { playStrangers, type Stranger } from '../../strangers/stranger.ts'

const at = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** ib_async and ib_insync both bring a package called eventkit, so they live apart. */
const STRANGERS: readonly Stranger[] = [
  stranger('ib_async', 'ib_async.txt', ['asyncio_client.py', 'ib_async']),
  stranger('ib_insync', 'ib_insync.txt', ['asyncio_client.py', 'ib_insync']),
  stranger('ibapi', 'ib_insync.txt', ['ibapi_client.py']),
  stranger(
    'regions',
    'ib_async.txt',
    ['regions_client.py'],
    [...['--symbols', 'TSE:7203,LSE:VOD,GBP/USD', '--cash', 'USD=1000000,JPY=20000000,GBP=100000']],
  ),
]

function stranger(
  name: string,
  requirements: string,
  [script, ...words]: [string, ...string[]],
  options: readonly string[] = [],
): Stranger {
  return { name, requirements: at(requirements), script: [at(script), ...words], emulator: ['ib', ...options] }
}

const names = process.argv.slice(2)
const asked = STRANGERS.filter(({ name }) => names.length === 0 || names.includes(name))
if (!(await playStrangers(asked))) process.exitCode = 1
