/** A `--set` argument as messages and listings show it: the value of what could be a credential is left out. */
import { processSecrets } from './redactor.ts'
import { HIDDEN } from './secret.ts'

/** Of a broker, everything but these could be a key, also under a name that was mistyped. */
const PLAIN = new Set([
  ...[
    'enabled',
    'name',
    'env',
    'markets',
    'realtime',
    'rest',
    'ws',
    'us_funding',
    'requests_per_second',
    'token_refresh_at',
  ],
  ...['market_collar_bps', 'maintenance', 'state_dir', 'host', 'port', 'client_id'],
])

export function shownSet(argument: string): string {
  const at = argument.indexOf('=')
  if (at < 0) return argument
  const path = argument.slice(0, at)
  const steps = path.trim().split('.')
  if (steps[0] !== 'brokers' || PLAIN.has(steps.at(-1) ?? '')) return argument
  const value = argument.slice(at + 1)
  // A reference holds no secret, and whole groups are shown by the values they give.
  if (value === '' || /^\$\{[^}]*\}$/.test(value.trim())) return argument
  processSecrets.hide(value)
  return `${path}=${HIDDEN}`
}
