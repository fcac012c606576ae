/**
 * The run that a report is about, opened and checked: its manifest, its configuration, and from the journal's header the
 * instruments, currencies and brokers that its records name by number.
 */
import { Failure } from '../cli/failure.ts'
import { type EffectiveConfig, loadConfig } from '../config/load.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import type { Currency } from '../core/domain/units.ts'
import { KIND } from '../core/engine/records.ts'
import { type Opening, readOpening } from '../runtime/live-opening.ts'
import { liveSetsOf, type LiveSpec } from '../runtime/live-spec.ts'
import { textOf } from '../runtime/record-fields.ts'
import { journalRecords } from '../runtime/record-reader.ts'
import { openRun, type RunManifest } from '../runtime/run-dir.ts'
import { currenciesOf } from '../runtime/run-money.ts'
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
  /** What a part of a session opens with; undefined for a first part and for every other run. */
  readonly opening: Opening | undefined
  /** False for a run without a journal: then only the figures of its manifest are known. */
  readonly journaled: boolean
}

interface Header {
  readonly instruments: readonly Instrument[]
  readonly base: Currency
  readonly cash: Readonly<Record<string, string>>
}

/** Throws Failure or TapeError naming what is damaged. */
export async function openSubject(dir: string): Promise<Subject> {
  const { manifest, spec } = await openRun(dir)
  const sets = 'kind' in spec ? liveSetsOf(spec) : setsOf(spec)
  const config = loadConfig({ dir: undefined, sets, env: {} })
  const common = { dir, manifest, spec, config, opening: readOpening(dir) }
  if (manifest.journal === 'none') {
    const base = (manifest.result as { base_currency?: Currency } | undefined)?.base_currency ?? 'USD'
    return { ...common, base, instruments: [], currencies: [], brokers: [], journaled: false }
  }
  if ('kind' in spec) {
    // A part that goes on with another has a header that names only what it opens with.
    const { base, currencies } = spec
    const instruments = spec.instruments as readonly Instrument[]
    return { ...common, base, instruments, currencies, brokers: spec.brokers.map((b) => b.name), journaled: true }
  }
  const header = headerOf(dir)
  return {
    ...common,
    base: header.base,
    instruments: header.instruments,
    currencies: currenciesOf(header.instruments, header.base, Object.keys(header.cash) as Currency[]),
    brokers: ['sim'],
    journaled: true,
  }
}

function headerOf(dir: string): Header {
  for (const r of journalRecords(dir)) if (r.kind === KIND.header) return JSON.parse(textOf(r)) as Header
  throw new Failure(`${dir}: its journal has no header; the run ended before it began`)
}
