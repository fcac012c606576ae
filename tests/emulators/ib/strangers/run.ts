/**
 * `npm run strangers:ib [-- NAME]`: ib_async, ib_insync and IB's own ibapi against the emulator. Prints each check; exits
 * 1 if one failed, 0 with a reason where Python or the packages are not to be had.
 */
import { fileURLToPath } from 'node:url'
import { playStrangers, type Stranger } from '../../strangers/stranger.ts'

const at = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** ib_async and ib_insync both bring a package called eventkit, so they live apart. */
const STRANGERS: readonly Stranger[] = [
  stranger('ib_async', 'ib_async.txt', ['asyncio_client.py', 'ib_async']),
  stranger('ib_insync', 'ib_insync.txt', ['asyncio_client.py', 'ib_insync']),
  stranger('ibapi', 'ib_insync.txt', ['ibapi_client.py']),
]

function stranger(name: string, requirements: string, [script, ...words]: [string, ...string[]]): Stranger {
  return { name, requirements: at(requirements), script: [at(script), ...words], emulator: ['ib'] }
}

const names = process.argv.slice(2)
const asked = STRANGERS.filter(({ name }) => names.length === 0 || names.includes(name))
if (!(await playStrangers(asked))) process.exitCode = 1
