/**
 * What package-lock.json must hold so that an install is the same everywhere and runs nothing: an integrity hash for
 * every package, no address to fetch from, no install script that package.json does not know, a licence on the list.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './source-files.ts'

export interface LockedPackage {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly hasInstallScript?: boolean
  readonly license?: string
  readonly link?: boolean
}

export interface LockFile {
  readonly lockfileVersion: number
  readonly packages: Readonly<Record<string, LockedPackage>>
}

export interface Manifest {
  readonly allowScripts?: Readonly<Record<string, boolean>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const LICENCES: ReadonlySet<string> = new Set([
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'MPL-2.0',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  'Python-2.0',
  'CC-BY-4.0',
])

/** An SPDX expression of the listed licences; of alternatives one is enough. */
export function isAllowedLicence(expression: string): boolean {
  const bare = expression.trim().replace(/^\((.*)\)$/, '$1')
  if (bare.includes(' OR ')) return bare.split(' OR ').some(isAllowedLicence)
  if (bare.includes(' AND ')) return bare.split(' AND ').every(isAllowedLicence)
  return LICENCES.has(bare)
}

/** `licenceOf` answers for packages whose lock entry names none. One line per fault. */
export function checkLockFile(
  lock: LockFile,
  manifest: Manifest,
  licenceOf: (path: string) => string | undefined,
): string[] {
  const faults: string[] = []
  if (lock.lockfileVersion !== 3) faults.push(`lockfileVersion is ${lock.lockfileVersion}, not 3`)
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '') continue
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    if (entry.link === true) faults.push(`${path}: a link to a folder, not a package`)
    if (entry.integrity?.startsWith('sha512-') !== true) faults.push(`${path}: no sha512 integrity`)
    if (entry.resolved !== undefined) faults.push(`${path}: names an address (resolved)`)
    if (entry.hasInstallScript === true && manifest.allowScripts?.[name] !== false) {
      faults.push(`${path}: has an install script; name it in allowScripts of package.json, as false`)
    }
    const licence = entry.license ?? licenceOf(path)
    if (licence === undefined || !isAllowedLicence(licence)) faults.push(`${path}: licence ${licence ?? 'unknown'}`)
  }
  for (const [name, version] of directDependencies(manifest)) {
    if (!/^(npm:[^@]*@?[^@]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
      faults.push(`package.json: ${name}: ${version} is not an exact version`)
    }
  }
  return faults
}

function directDependencies(manifest: Manifest): [string, string][] {
  const groups = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies]
  return groups.flatMap((group) => Object.entries(group ?? {}))
}

function installedLicence(path: string): string | undefined {
  const file = join(ROOT, path, 'package.json')
  if (!existsSync(file)) return undefined
  const { license } = JSON.parse(readFileSync(file, 'utf8')) as { license?: unknown }
  return typeof license === 'string' ? license : undefined
}

export function checkProject(): string[] {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'))
  return checkLockFile(read('package-lock.json') as LockFile, read('package.json') as Manifest, installedLicence)
}
