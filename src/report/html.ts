/**
 * The report of a run: one HTML file that needs nothing else, no script, no network. It is written into the run
 * directory beside the sealed files: made of them, after the seal, it is not among what the manifest lists, and
 * verifying the run neither reads it nor minds it.
 */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gatherFacts, type RunFacts } from './facts.ts'
import { type Figures, figuresJson, figuresOf, isGenerated, type Verified, verifySubject } from './figures.ts'
import { duration, stamp } from './format.ts'
import { MarketPrices } from './market-prices.ts'
import { html, Markup } from './markup.ts'
import { tapeOrigins, type TapeOrigin } from './provenance.ts'
import { latency, limits, provenance, verification } from './safety-sections.ts'
import { costs, curves, headline, trades } from './sections.ts'
import { STYLE } from './style.ts'
import { openSubject, type Subject } from './subject.ts'
import { markOf, REPORT_NAME } from './verified-mark.ts'

export interface ReportOptions {
  /** Where it is written; default: `report.html` in the run. */
  readonly out?: string
  /** Run it again and say whether it is the same (default), or say that this was not done. */
  readonly verify?: boolean
  /** Where the run's tapes lie now, in its order. */
  readonly tapes?: readonly string[]
  readonly progress?: (events: number, total: number) => void
}

export interface Report {
  readonly path: string
  readonly figures: Readonly<Record<string, unknown>>
  readonly verified: Verified
}

/** Writes a run's report and gives its path. */
export async function writeReport(runDir: string, options: ReportOptions = {}): Promise<string> {
  return (await makeReport(runDir, options)).path
}

export async function makeReport(runDir: string, options: ReportOptions = {}): Promise<Report> {
  const subject = await openSubject(runDir)
  const facts = gatherFacts(subject)
  const again = new MarketPrices(subject.instruments)
  const verified: Verified =
    options.verify === false ? { state: 'skipped' } : await verifySubject(subject, again, options)
  // A full journal holds its market rows; of another they pass by when the run is run again.
  const figures = figuresOf(subject, facts, again.rows > 0 ? again : facts.prices)
  const page = pageOf(subject, facts, figures, verified, await tapeOrigins(subject, options.tapes))
  const path = options.out ?? join(runDir, REPORT_NAME)
  await writeWhole(path, page.text)
  return { path, figures: figuresJson(subject, facts, figures, verified), verified }
}

/** A reader never sees half a page. */
async function writeWhole(path: string, text: string): Promise<void> {
  const part = `${path}.part`
  await writeFile(part, text)
  await rename(part, path)
}

const MODES: ReadonlyMap<string, string> = new Map([
  ['backtest', 'Backtest: tapes, simulated venue, virtual time'],
  ['scenario', 'Scenario: a rehearsal on the simulated venue'],
  ['start', 'Embedded session: broker emulators over real sockets'],
  ['paper', 'Paper trading: no real money'],
  ['live', 'Live trading: real money'],
])

function pageOf(
  subject: Subject,
  facts: RunFacts,
  f: Figures,
  verified: Verified,
  tapes: readonly TapeOrigin[],
): Markup {
  const symbols = subject.instruments.filter((i) => i.venue !== 'FX').map((i) => i.symbol)
  const { name } = subject.spec.agent
  const title = `${name} on ${symbols.length > 6 ? `${symbols.length} symbols` : symbols.join(', ') || 'no symbols'}`
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">${mark(subject, verified)}<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark"><title>${title} · Sametape</title><style>${new Markup(STYLE)}</style></head>
<body><main>
<header>${badges(subject, f, verified)}<h1>${title}</h1><p class="quiet">${MODES.get(f.mode) ?? f.mode}. ${span(facts)}</p></header>
${banner(subject)}${stoppedNote(f)}
${headline(f, facts)}
${subject.journaled ? curves(f, facts) : html`<section><p>This run kept no journal: only the figures of its manifest are known.</p></section>`}
${trades(subject, f, facts)}
${costs(subject, facts)}
${limits(subject, facts)}
${latency(f)}
${verification(subject, verified)}
${provenance(subject, tapes)}
<footer>Returns are of risk days (from 21:30 UTC), deposits and withdrawals removed. Money in tables is rounded for reading; the exact
figures stand in the run's CSV files. A simulated fill is a model of a market, not a promise of one. Past results say nothing of future ones.</footer>
</main></body></html>
`
}

function mark({ manifest }: Subject, v: Verified): Markup {
  if (v.state !== 'identical' && v.state !== 'different') return html``
  const of = { identical: v.state === 'identical', at: v.at, code: v.result.code.running }
  return markOf(of, manifest.manifest_sha256)
}

function span(facts: RunFacts): string {
  if (facts.first === undefined || facts.last === undefined) return 'Nothing was ever valued.'
  return `${stamp(facts.first)} to ${stamp(facts.last)} UTC, ${duration(facts.last - facts.first)}.`
}

function badges(subject: Subject, f: Figures, verified: Verified): Markup {
  const data = isGenerated(subject)
    ? html`<span class="badge warn">GENERATED DATA</span>`
    : html`<span class="badge">real market data</span>`
  const seal =
    verified.state === 'identical'
      ? html`<span class="badge ok">verified identical</span>`
      : verified.state === 'different'
        ? html`<span class="badge bad">DIFFERENT when run again</span>`
        : html`<span class="badge warn">not verified</span>`
  return html`<span class="badge">${f.mode}</span>${data}${seal}`
}

function banner(subject: Subject): Markup {
  if (!isGenerated(subject)) return html``
  return html`<div class="banner"><b>Generated data.</b> Prices in this run were made by a program from a seed. No market ever traded like this, and its results say nothing about one.</div>`
}

function stoppedNote(f: Figures): Markup {
  if (f.stopped === undefined) return html``
  return html`<div class="banner"><b>Stopped by ${f.stopped.rule}</b> at ${stamp(f.stopped.t)} UTC.</div>`
}
