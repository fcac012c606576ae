/** What this machine says of its own clock: is it disciplined by a time service? Asked of the service's own tools. */
import { execFile } from 'node:child_process'
import type { ClockSync } from '../core/domain/control.ts'

const PATIENCE_MS = 2000

type Answer = (tool: string, args: readonly string[]) => Promise<string | undefined>

/** systemd first, then chrony; unknown where neither is there or says anything. */
export async function clockSync(ask: Answer = run): Promise<ClockSync> {
  const systemd = await ask('timedatectl', ['show', '--property=NTPSynchronized', '--value'])
  if (systemd?.trim() === 'yes') return 'synchronised'
  const leap = (await ask('chronyc', ['-c', 'tracking']))?.trim().split(',').at(-1)
  if (leap === 'Normal' || leap === 'Insert second' || leap === 'Delete second') return 'synchronised'
  return systemd?.trim() === 'no' || leap === 'Not synchronised' ? 'unsynchronised' : 'unknown'
}

/** Undefined where the tool is missing, fails or takes too long. */
function run(tool: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(tool, args, { timeout: PATIENCE_MS }, (error, stdout) => resolve(error === null ? stdout : undefined))
  })
}
