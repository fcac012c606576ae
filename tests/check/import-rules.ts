/** Runs dependency-cruiser with the project's rules over a tree; used by the tests, on the project and on planted trees. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'
import { ROOT } from './source-files.ts'

const require = createRequire(import.meta.url)

export interface ImportRow {
  /** May be a pattern of folders, e.g. `adapters/[^/]+`. */
  readonly folder: string
  readonly may: readonly string[]
  readonly types?: readonly string[]
}

export const { table } = require('./import-table.cjs') as { readonly table: readonly ImportRow[] }

export interface CruiseOutcome {
  readonly cruised: number
  /** `rule: from → to` */
  readonly violations: readonly string[]
}

/** `baseDir` holds folders laid out as the project's. */
export async function checkImports(baseDir: string, folders: readonly string[]): Promise<CruiseOutcome> {
  const config = require(join(ROOT, '.dependency-cruiser.cjs')) as { forbidden: unknown[]; options: ICruiseOptions }
  const ruleSet = { forbidden: config.forbidden } as NonNullable<ICruiseOptions['ruleSet']>
  const { tsConfig: _, ...options } = config.options
  const result = await cruise([...folders], { ...options, baseDir, ruleSet, validate: true })
  const output = result.output as ICruiseResult
  return {
    cruised: output.modules.filter((module) => folders.some((folder) => module.source.startsWith(`${folder}/`))).length,
    violations: output.summary.violations
      .filter((violation) => violation.rule.severity === 'error')
      .map((violation) => `${violation.rule.name}: ${violation.from} → ${violation.to}`),
  }
}
