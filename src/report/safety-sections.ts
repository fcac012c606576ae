/** The sections of a report that speak of how far it can be trusted: limits, latency, verification, provenance. */
import type { RiskConfig } from '../config/risk.ts'
import type { RunFacts } from './facts.ts'
import type { Figures, Verified } from './figures.ts'
import { bytes, number, percent, stamp } from './format.ts'
import { factList, html, type Markup, table } from './markup.ts'
import { configHash, type TapeOrigin } from './provenance.ts'
import type { Subject } from './subject.ts'

/** How much of a limit was used, as a bar; red from nine tenths on. */
function meter(used: number | undefined): Markup {
  if (used === undefined || !Number.isFinite(used)) return html``
  const share = Math.min(1, Math.max(0, used))
  return html`<div class="meter${share >= 0.9 ? ' hot' : ''}"><i style="width:${(share * 100).toFixed(1)}%"></i></div>`
}

function fraction({ num, den }: RiskConfig['dailyLossLimit']): number {
  return num / den
}

export function limits(subject: Subject, facts: RunFacts): Markup {
  if (!subject.journaled) return html``
  const { risk } = subject.config
  const seen = facts.limits
  const recorded = seen.toDaily !== undefined
  const [daily, total] = [fraction(risk.dailyLossLimit), fraction(risk.emergencyShutdownLoss)]
  const stops = seen.alerts.get('stop_loss') ?? 0
  const room = (left: number | undefined): string => (left === undefined ? '–' : `${percent(left)} left`)
  const count = (left: number | undefined, of: number): string =>
    left === undefined ? '–' : `${number(of - left)} used, ${number(left)} left`
  const used = (left: number | undefined, of: number): number | undefined =>
    left === undefined ? undefined : 1 - left / of
  const rows = [
    ['Daily loss', percent(daily), room(seen.toDaily), meter(used(seen.toDaily, daily))],
    ['Total loss', percent(total), room(seen.toEmergency), meter(used(seen.toEmergency, total))],
    [
      'One instrument',
      percent(fraction(risk.positionSizeLimit)),
      recorded ? `${percent(seen.share)} at most` : '–',
      meter(recorded ? seen.share / fraction(risk.positionSizeLimit) : undefined),
    ],
    [
      'Orders a day',
      number(risk.maxDailyOrders),
      count(seen.ordersLeft, risk.maxDailyOrders),
      meter(used(seen.ordersLeft, risk.maxDailyOrders)),
    ],
    [
      'Instruments held',
      number(risk.maxPositionCount),
      count(seen.positionsLeft, risk.maxPositionCount),
      meter(used(seen.positionsLeft, risk.maxPositionCount)),
    ],
    ['Stop-loss', percent(fraction(risk.stopLossPct)), recorded ? `tripped ${number(stops)} times` : '–', ''],
  ]
  const columns = [
    { head: 'Limit' },
    { head: 'Set to', kind: 'num' },
    { head: 'Nearest' },
    { head: 'Used', kind: 'wide' },
  ] as const
  return html`<section><h2>Limits</h2>
<p class="quiet">The nearest that the run came to each limit, looked at once a minute of its time and at every order; shares are of the money that the limits are taken of.${
    recorded ? '' : ' This run kept no distances.'
  }${seen.limitChanges > 0 ? ` Limits were changed ${seen.limitChanges} times while it ran; here stand those of its start.` : ''}</p>
${table(columns, rows)}
${denials(facts)}${alerts(facts)}${states(facts)}</section>`
}

function denials({ limits: seen }: RunFacts): Markup {
  const rows = [...seen.denied]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, n]) => [html`<code>${reason}</code>`, number(n)])
  const total = seen.decisions - seen.approved
  return html`<h3>Denied orders</h3>${
    total === 0
      ? html`<p>None of ${number(seen.decisions)} intents was denied.</p>`
      : html`<p>${number(total)} of ${number(seen.decisions)} intents were denied, each for one or more reasons.</p>${table(
          [{ head: 'Reason' }, { head: 'Times', kind: 'num' }],
          rows,
        )}`
  }`
}

function alerts({ limits: seen }: RunFacts): Markup {
  if (seen.alerts.size === 0) return html``
  const rows = [...seen.alerts]
    .sort(([, a], [, b]) => b - a)
    .map(([code, n]) => [html`<code>${code}</code>`, number(n)])
  return html`<h3>Alerts${seen.critical > 0 ? `, ${number(seen.critical)} of them critical` : ''}</h3>${table(
    [{ head: 'Code' }, { head: 'Times', kind: 'num' }],
    rows,
  )}`
}

function states({ limits: seen }: RunFacts): Markup {
  if (seen.states.length === 0) return html``
  const more = seen.stateChanges - seen.states.length
  return html`<h3>States of the engine</h3>${table(
    [{ head: 'UTC' }, { head: 'State' }, { head: 'Rule' }],
    seen.states.map((s) => [stamp(s.t), html`<code>${s.to}</code>`, s.rule]),
  )}${more > 0 ? html`<p class="quiet">and ${number(more)} more</p>` : ''}`
}

export function latency(f: Figures): Markup {
  const { latency: l } = f
  if (l === undefined) return html``
  const ms = (x: number): string => `${number(x, x < 10 ? 3 : 1)} ms`
  return html`<section><h2>Latency</h2>
<p class="quiet">Wall time from the arrival of an input to its order leaving the engine${
    l.count === undefined ? '' : `, over ${number(l.count)} orders`
  }.</p>
${table(
  [
    { head: 'p50', kind: 'num' },
    { head: 'p99', kind: 'num' },
    { head: 'p99.9', kind: 'num' },
    { head: 'Slowest', kind: 'num' },
  ],
  [[ms(l.p50), ms(l.p99), ms(l.p99_9), ms(l.max)]],
)}</section>`
}

export function verification(subject: Subject, v: Verified): Markup {
  return html`<section><h2>Verification</h2>${verdict(v)}
<p class="quiet">Verify it yourself, offline: <code>npx sametape verify RUN</code>. It runs the recorded inputs through the engine again and compares every record.</p>
${factList([
  ['Digest', html`<code>${subject.manifest.digest}</code>`],
  ['Events', number(subject.manifest.events)],
  ['Journal', subject.manifest.journal],
])}</section>`
}

function verdict(v: Verified): Markup {
  if (v.state === 'skipped')
    return html`<p><span class="badge warn">not verified</span> It was not run again for this report.</p>`
  if (v.state === 'impossible') {
    return html`<p><span class="badge warn">not verified</span> Tried at ${v.at}: ${v.why}</p>`
  }
  const { code, cause, first_difference: d } = v.result
  const by =
    code.recorded === code.running
      ? `the version that recorded it, ${code.running}`
      : `version ${code.running}; recorded by ${code.recorded}`
  if (v.state === 'identical') {
    return html`<p><span class="badge ok">identical</span> Run again at ${v.at} by ${by}: the same bytes.</p>`
  }
  const where =
    d === null
      ? ''
      : ` First at event ${d.seq}, ${d.stream}.${d.field}: recorded ${String(d.recorded)}, replayed ${String(d.replayed)}.`
  return html`<p><span class="badge bad">different</span> Run again at ${v.at} by ${by}. Cause: ${cause}.${where}</p>`
}

export function provenance(subject: Subject, tapes: readonly TapeOrigin[]): Markup {
  const { manifest, spec, instruments } = subject
  const text = (key: string): string | undefined =>
    typeof manifest[key] === 'string' ? (manifest[key] as string) : undefined
  const agent = manifest.agent as { name?: string; hash?: string } | undefined
  const runtime = manifest.runtime as { node?: string; platform?: string; lock_sha256?: string } | undefined
  const command = manifest.command_line as readonly string[] | undefined
  const size = manifest.files.reduce((n, file) => n + file.bytes, 0)
  const params = Object.entries(spec.agent.params).map(([k, v]) => `${k}=${v}`)
  const simulation = 'simulation' in spec ? Object.entries(spec.simulation).filter(([k]) => k !== 'samples') : []
  return html`<section><h2>Provenance</h2>
${factList([
  ['Recorded', text('created')],
  ['Sametape', manifest.code],
  ['Command', command === undefined ? undefined : html`<code>sametape ${command.join(' ')}</code>`],
  ['Agent', html`${agent?.name ?? spec.agent.name}${params.length > 0 ? html` <code>${params.join(' ')}</code>` : ''}`],
  ['Agent hash', html`<code>${spec.agent.hash}</code>`],
  ['Configuration', html`<code>${configHash(subject)}</code>`],
  [
    'Simulated venue',
    simulation.length === 0
      ? undefined
      : html`<code>${simulation.map(([k, v]) => `${k}=${String(v)}`).join(' ')}</code>`,
  ],
  ['Fee table', feeTable(subject)],
  ['Instruments', instruments.map((i) => `${i.symbol} (${i.venue})`).join(', ')],
  ['Brokers', subject.brokers.join(', ')],
  ['Runtime', runtime === undefined ? undefined : `Node ${runtime.node ?? ''}, ${runtime.platform ?? ''}`],
  ['Packages', runtime?.lock_sha256 === undefined ? undefined : html`<code>${runtime.lock_sha256}</code>`],
  ['Files', `${manifest.files.length}, ${bytes(size)}`],
  ['Manifest', html`<code>${manifest.manifest_sha256}</code>`],
])}
${tapes.length === 0 ? html`<p class="quiet">All inputs stand in the journal.</p>` : html`<h3>Tapes</h3>${tapes.map(tape)}`}</section>`
}

function tape(t: TapeOrigin): Markup {
  return html`${factList([
    ['Tape', html`<code>${t.path}</code>`],
    ['Rows', number(t.rows)],
    ['Source', t.source ?? 'not here any more; the hash says which rows they were'],
    ['Data', t.generated === undefined ? undefined : t.generated ? html`<b>generated</b>` : 'real'],
    ['Licence', t.licence],
    ['Row hash', html`<code>${t.rowHash}</code>`],
  ])}`
}

function feeTable({ manifest }: Subject): string | undefined {
  const t = manifest.fee_table
  return t === undefined ? undefined : `${t.name} of ${t.version}`
}
