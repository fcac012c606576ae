/** The lock file of the project passes its own check, and the check finds what it is for. */
import { expect, it } from 'vitest'
import { checkLockFile, checkProject, isAllowedLicence, type LockedPackage } from '../../check/lock-file.ts'

it('the project passes', () => {
  expect(checkProject()).toEqual([])
})

const good: LockedPackage = { version: '1.0.0', integrity: 'sha512-x', license: 'MIT' }

function faultsOf(entry: LockedPackage, allowScripts: Readonly<Record<string, boolean>> = {}): string[] {
  const packages = { '': {}, 'node_modules/@a/b': entry }
  return checkLockFile({ lockfileVersion: 3, packages }, { allowScripts }, () => undefined)
}

it.each<[string, LockedPackage]>([
  ['no sha512 integrity', { version: '1.0.0', license: 'MIT' }],
  ['no sha512 integrity', { ...good, integrity: 'sha1-x' }],
  ['names an address', { ...good, resolved: 'anything' }],
  ['install script', { ...good, hasInstallScript: true }],
  ['licence GPL-3.0-only', { ...good, license: 'GPL-3.0-only' }],
  ['licence unknown', { version: '1.0.0', integrity: 'sha512-x' }],
])('F-78 finds: %s', (message, entry) => {
  const faults = faultsOf(entry)
  expect(faults).toHaveLength(1)
  expect(faults[0]).toContain(`node_modules/@a/b: `)
  expect(faults[0]).toContain(message)
})

it('accepts a denied install script and a good entry', () => {
  expect(faultsOf(good)).toEqual([])
  expect(faultsOf({ ...good, hasInstallScript: true }, { '@a/b': false })).toEqual([])
  expect(faultsOf({ ...good, hasInstallScript: true }, { '@a/b': true })).toHaveLength(1)
})

it('finds versions that are not exact', () => {
  const check = (version: string): string[] =>
    checkLockFile({ lockfileVersion: 3, packages: {} }, { dependencies: { x: version } }, () => undefined)
  for (const version of ['^1.0.0', '~1.0.0', '1.x', 'latest', '*', 'npm:y@^1.0.0'])
    expect(check(version)).toHaveLength(1)
  for (const version of ['1.0.0', '1.5.5-r.5', 'npm:y@1.0.0', 'npm:@a/y@6.0.2']) expect(check(version)).toEqual([])
})

it('reads licence expressions', () => {
  expect(isAllowedLicence('(AFL-2.1 OR BSD-3-Clause)')).toBe(true)
  expect(isAllowedLicence('MIT AND GPL-2.0-only')).toBe(false)
  expect(isAllowedLicence('MIT AND ISC')).toBe(true)
})
