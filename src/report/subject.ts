/**
 * The run that a report is about, opened and checked: its manifest, its configuration, and from the journal's header the
 * instruments, currencies and brokers that its records name by number.
 */
import { Failure } from '../cli/failure.ts'
import { type EffectiveConfig, loadConfig } from '../config/load.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import type { Currency } from '../core/domain/units.ts'
import { KIND } from '../core/engine/records.ts'
import { liveSetsOf, type LiveSpec } from '../runtime/live-spec.ts'
import { textOf } from '../runtime/record-fields.ts'
import { journalRecords } from '../runtime/record-reader.ts'
import { openRun, type RunManifest } from '../runtime/run-dir.ts'
import { currenciesOf } from '../runtime/run-setup.ts'
import { type RunSpec, setsOf } from '../runtime/run-spec.ts'

export interface Subject {
  readonly dir: string
  readonly manifest: RunManifest
  readonly spec: RunSpec | LiveSpec
  readonly config: EffectiveConfig
  readonly base: Currency
  readonly instruments: readonly Instrument[]
  readonly currencies: readonly Currency[]
  readonly brokers: readonly string[]
  /** False for a run without a journal: then only the figures of its manifest are known. */
  readonly journaled: boolean
}

interface Header {
  readonly instruments: readonly Instrument[]
  readonly base: Currency
  readonly currencies?: readonly Currency[]
  readonly brokers?: readonly { readonly name: string }[]
  readonly cash: unknown
}

/** Throws Failure or TapeError naming what is damaged. */
export async function openSubject(dir: string): Promise<Subject> {
  const { manifest, spec } = await openRun(dir)
  const sets = 'kind' in spec ? liveSetsOf(spec) : setsOf(spec)
  const config = loadConfig({ dir: undefined, sets, env: {} })
  const common = { dir, manifest, spec, config }
  if (manifest.journal === 'none') {
    const base = (manifest.result as { base_currency?: Currency } | undefined)?.base_currency ?? 'USD'
    return { ...common, base, instruments: [], currencies: [], brokers: [], journaled: false }
  }
  const header = headerOf(dir)
  const held = Array.isArray(header.cash) ? [] : Object.keys(header.cash as object)
  return {
    ...common,
    base: header.base,
    instruments: header.instruments,
    currencies: header.currencies ?? currenciesOf(header.instruments, header.base, held as Currency[]),
    brokers: header.brokers?.map((b) => b.name) ?? ['sim'],
    journaled: true,
  }
}

function headerOf(dir: string): Header {
  for (const r of journalRecords(dir)) if (r.kind === KIND.header) return JSON.parse(textOf(r)) as Header
  throw new Failure(`${dir}: its journal has no header; the run ended before it began`)
}
