/** The sections of a report that speak of trading: headline, curves, trades, costs. */
import { CASH_KINDS } from '../core/domain/event.ts'
import { type Currency, moneyDecimals } from '../core/domain/units.ts'
import { chart } from './chart.ts'
import { type Costs, KEEP_TRADES, type RunFacts } from './facts.ts'
import type { Figures } from './figures.ts'
import { duration, exact, money, number, percent, short, shownDecimals, signed, stamp } from './format.ts'
import { html, type Markup, table } from './markup.ts'
import { LEAST_DAYS, profitFactor, winRate } from './metrics.ts'
import { netOf, returnOf, type RoundTrip } from './round-trips.ts'
import type { Subject } from './subject.ts'

function tone(x: number | null | undefined): string {
  return x === null || x === undefined || x === 0 ? '' : x > 0 ? 'up' : 'down'
}

function card(name: string, value: string, note: string, kind = ''): Markup {
  return html`<div class="card"><span>${name}</span><b class="${kind}">${value}</b><span>${note}</span></div>`
}

export function headline(f: Figures, facts: RunFacts): Markup {
  const wins = [...facts.trades.values()].reduce((n, t) => n + t.wins, 0)
  const of = facts.trips.count
  const result = f.initial === undefined || f.final === undefined ? undefined : f.final - f.initial - f.flows
  const few = f.days < LEAST_DAYS ? `from ${LEAST_DAYS} days on; here ${f.days}` : `${f.days} days, rate 0 %`
  const costs = [...facts.costs].filter(([, x]) => x.fee + x.tax !== 0)
  return html`<div class="cards">
${card('Return', signed(percent(f.totalReturn)), `${signed(money(result, f.base))} ${f.base}`, tone(f.totalReturn))}
${card('Equity at the end', money(f.final, f.base), `${f.base}, from ${money(f.initial, f.base)}`)}
${card('Largest drawdown', percent(f.maxDrawdown), 'from the highest equity, at every event')}
${card('Sharpe ratio', number(f.sharpe, 2), few)}
${card('Round trips', number(f.trades), of === 0 ? 'flat to flat' : `${percent(wins / of, 0)} won, net of costs`)}
${card('Costs', costs.length === 0 ? '0' : costs.map(([c, x]) => `${money(x.fee + x.tax, c)} ${c}`).join(', '), 'fees and taxes', costs.length > 1 ? 'long' : '')}
${card('Buy and hold', signed(percent(f.buyAndHold)), f.buyAndHold === undefined ? 'not known; it needs the market rows' : 'the same symbols, equal parts, no costs', tone(f.buyAndHold))}
${card('Cash', percent(0), 'nothing bought, no interest')}
</div>`
}

export function curves(f: Figures, facts: RunFacts): Markup {
  const digits = (step: number): number => Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  const amount = (v: number, step: number): string => short(v, Math.min(digits(step), shownDecimals(f.base)))
  const share = (v: number, step: number): string => percent(v, digits(step * 100))
  const drawdown = facts.drawdown.buckets().map((b) => ({ t: b.t, min: -b.max, max: -b.min, last: -b.last }))
  return html`<section><h2>Equity</h2>
${chart(facts.equity.buckets(), { title: `Equity in ${f.base}`, tone: 'equity', label: amount })}
${chart(drawdown, { title: 'Drawdown from the highest equity', tone: 'loss', label: share, base: 0 })}
${chart(facts.exposure.buckets(), { title: 'Holdings, as a share of equity', tone: 'plain', label: share, base: 0 })}
</section>`
}

export function trades(subject: Subject, f: Figures, facts: RunFacts): Markup {
  if (!subject.journaled) return html``
  const open = facts.trips.open()
  const shown = facts.lastTrades.slice(-KEEP_TRADES).reverse()
  const hidden = facts.trips.count - shown.length
  return html`<section><h2>Trades</h2>
<p class="quiet">A trade is a round trip from flat to flat over all brokers, net of fees and taxes. Times are UTC.</p>
${facts.trips.count === 0 ? html`<p>No round trip was completed.</p>` : tradeFigures(facts)}
${shown.length === 0 ? '' : html`<h3>${hidden > 0 ? `The last ${shown.length} of ${facts.trips.count}` : 'All of them'}, newest first</h3>`}
${shown.length === 0 ? '' : tradeTable(subject, shown)}
${open.length === 0 ? '' : html`<h3>Still open at the end</h3>${openTable(subject, facts, open)}`}
${hidden > 0 ? html`<p class="quiet">The rest: <code>sametape report RUN --trades trades.csv</code></p>` : ''}
</section>`
}

function tradeFigures(facts: RunFacts): Markup {
  const rows = [...facts.trades].map(([c, t]) => [
    c,
    number(t.trades),
    percent(winRate(t), 1),
    amount(t.won + t.lost, c),
    number(profitFactor(t), 2),
    amount((t.won + t.lost) / Math.max(1, t.trades), c),
    amount(t.best, c),
    amount(t.worst, c),
    duration(t.held / Math.max(1, t.trades)),
  ])
  return table(
    [
      { head: 'Currency' },
      { head: 'Trades', kind: 'num' },
      { head: 'Won', kind: 'num' },
      { head: 'Net', kind: 'num' },
      { head: 'Won / lost', kind: 'num' },
      { head: 'Mean', kind: 'wide num' },
      { head: 'Best', kind: 'wide num' },
      { head: 'Worst', kind: 'wide num' },
      { head: 'Mean time', kind: 'wide num' },
    ],
    rows,
  )
}

function amount(x: number, currency: Currency): Markup {
  return html`<span class="${tone(x)}">${signed(money(x, currency))}</span>`
}

function tradeTable(subject: Subject, shown: readonly RoundTrip[]): Markup {
  const rows = shown.map((t) => {
    const i = subject.instruments[t.instrument]
    const c = i?.currency ?? subject.base
    return [
      when(t.closed),
      html`<b>${i?.symbol ?? '?'}</b>`,
      t.side,
      exact(t.qty, i?.qtyDecimals ?? 0),
      average(t, 'in', subject),
      average(t, 'out', subject),
      money(t.fee + t.tax, c),
      html`${amount(netOf(t), c)} <span class="quiet">${c}</span>`,
      html`<span class="${tone(netOf(t))}">${signed(percent(returnOf(t)))}</span>`,
      duration(t.closed - t.opened),
    ]
  })
  return table(
    [
      { head: 'Closed' },
      { head: 'Symbol' },
      { head: 'Side', kind: 'wide' },
      { head: 'Most held', kind: 'wide num' },
      { head: 'Mean in', kind: 'wide num' },
      { head: 'Mean out', kind: 'wide num' },
      { head: 'Costs', kind: 'wide num' },
      { head: 'Net', kind: 'num' },
      { head: 'Return', kind: 'num' },
      { head: 'Held', kind: 'wide num' },
    ],
    rows,
  )
}

/** Breaks between day and time where it must break. */
function when(t: number): Markup {
  const [day, time] = stamp(t).split(' ')
  return html`<time>${day}</time> <time>${time}</time>`
}

/** Mean price of what opened or closed a trip that never grew again; where it did, of all purchases or sales. */
function average(t: RoundTrip, end: 'in' | 'out', subject: Subject): string {
  const i = subject.instruments[t.instrument]
  if (i === undefined || t.traded === 0) return '–'
  const value = (t.side === 'long') === (end === 'in') ? t.bought : t.sold
  const price = value / 10 ** moneyDecimals(i.currency) / (t.traded / 10 ** i.qtyDecimals)
  return number(price, Math.max(i.priceDecimals, shownDecimals(i.currency)))
}

function openTable(subject: Subject, facts: RunFacts, open: readonly RoundTrip[]): Markup {
  const rows = open.map((t) => {
    const i = subject.instruments[t.instrument]
    return [
      html`<b>${i?.symbol ?? '?'}</b>`,
      exact(facts.trips.held(t.instrument), i?.qtyDecimals ?? 0),
      stamp(t.opened),
    ]
  })
  return table([{ head: 'Symbol' }, { head: 'Held', kind: 'num' }, { head: 'Since' }], rows)
}

export function costs(subject: Subject, facts: RunFacts): Markup {
  if (!subject.journaled) return html``
  const row = (name: string, c: Currency, x: Costs) => {
    const turnover = x.bought + x.sold
    return [
      name,
      number(x.fills),
      money(turnover, c),
      money(x.fee, c),
      money(x.tax, c),
      turnover > 0 ? `${number(((x.fee + x.tax) / turnover) * 10_000, 2)} bp` : '–',
    ]
  }
  const rows = [...facts.costs].map(([c, x]) => row(c, c, x))
  const brokers = [...facts.byBroker].map(([key, x]) => row(key, key.split(' ').at(-1) as Currency, x))
  const cash = [...facts.cash].filter(([, amount]) => amount !== 0)
  const columns = (first: string) =>
    [
      { head: first },
      { head: 'Fills', kind: 'num' },
      { head: 'Turnover', kind: 'num' },
      { head: 'Fees', kind: 'num' },
      { head: 'Taxes', kind: 'num' },
      { head: 'Of turnover', kind: 'wide num' },
    ] as const
  return html`<section><h2>Costs</h2>
${rows.length === 0 ? html`<p>Nothing was traded.</p>` : table(columns('Currency'), rows)}
${subject.brokers.length > 1 && brokers.length > 0 ? html`<h3>By broker</h3>${table(columns('Broker'), brokers)}` : ''}
${cash.length === 0 ? '' : html`<h3>Cash that was no fill</h3>${table([{ head: 'Kind' }, { head: 'Amount', kind: 'num' }], cash.map(cashRow))}`}
</section>`
}

function cashRow([key, amountOf]: readonly [string, number]): (string | Markup)[] {
  const [currency, kind] = key.split(' ') as [Currency, string]
  return [(CASH_KINDS[Number(kind)] ?? kind).replace('_', ' '), html`${amount(amountOf, currency)} ${currency}`]
}
