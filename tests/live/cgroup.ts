/** Puts a process under one CPU and 1 GiB where this machine lets us make control groups (v1 or v2); else says so. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = '/sys/fs/cgroup'
const GIB = String(2 ** 30)
const PERIOD_US = '100000'

export function confine(pid: number): { readonly what: string } {
  const name = `sametape-soak-${pid}`
  try {
    if (existsSync(join(ROOT, 'cgroup.controllers'))) {
      const dir = made(join(ROOT, name))
      writeFileSync(join(dir, 'memory.max'), GIB)
      writeFileSync(join(dir, 'cpu.max'), `${PERIOD_US} ${PERIOD_US}`)
      writeFileSync(join(dir, 'cgroup.procs'), String(pid))
    } else {
      const memory = made(join(ROOT, 'memory', name))
      writeFileSync(join(memory, 'memory.limit_in_bytes'), GIB)
      writeFileSync(join(memory, 'cgroup.procs'), String(pid))
      const cpu = made(join(ROOT, 'cpu', name))
      writeFileSync(join(cpu, 'cpu.cfs_period_us'), PERIOD_US)
      writeFileSync(join(cpu, 'cpu.cfs_quota_us'), PERIOD_US)
      writeFileSync(join(cpu, 'cgroup.procs'), String(pid))
    }
    return { what: 'cgroup: 1 CPU, 1 GiB' }
  } catch (error) {
    return { what: `no control group: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function made(dir: string): string {
  mkdirSync(dir, { recursive: true })
  return dir
}
