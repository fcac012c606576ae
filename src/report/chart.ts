/**
 * A curve as inline SVG that stretches to its place; labels are HTML beside it, so that they keep their size on a phone.
 * The line is the last value of each bucket and holds until the next one; bars reach from its least to its greatest.
 */
import { DAY, formatMicros, type Micros } from '../core/base/time.ts'
import type { Bucket } from './curve.ts'
import { html, type Markup } from './markup.ts'

export interface ChartOptions {
  readonly title: string
  readonly tone: 'equity' | 'loss' | 'plain'
  /** Text of a value on the axis; `step` is the distance of two labels. */
  readonly label: (value: number, step: number) => string
  /** Fills towards this value; it is always in view. */
  readonly base?: number
}

const WIDTH = 1000
const HEIGHT = 300

const px = (x: number): string => x.toFixed(1)

interface Scale {
  readonly low: number
  readonly high: number
  readonly step: number
}

/** About four round steps over the values. */
function scaleOf(buckets: readonly Bucket[], base: number | undefined): Scale {
  let low = base ?? Infinity
  let high = base ?? -Infinity
  for (const b of buckets) {
    low = Math.min(low, b.min)
    high = Math.max(high, b.max)
  }
  if (!(high > low)) {
    const pad = Math.abs(high) * 0.01 || 1
    high += pad
    if (base === undefined) low -= pad
  }
  const rough = (high - low) / 4
  const unit = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((m) => m * unit >= rough) ?? 10) * unit
  return { low: Math.floor(low / step) * step, high: Math.ceil(high / step) * step, step }
}

export function chart(buckets: readonly Bucket[], o: ChartOptions): Markup {
  if (buckets.length < 2)
    return html`<figure><figcaption>${o.title}</figcaption><p class="quiet">No values.</p></figure>`
  const scale = scaleOf(buckets, o.base)
  const [first, last] = [(buckets[0] as Bucket).t, (buckets.at(-1) as Bucket).t]
  const x = (t: number): number => (last > first ? ((t - first) / (last - first)) * WIDTH : 0)
  const y = (value: number): number => HEIGHT - ((value - scale.low) / (scale.high - scale.low)) * HEIGHT
  const at = (t: number, value: number): string => `${px(x(t))} ${px(y(value))}`
  const line = buckets.map((b, i) => (i === 0 ? `M${at(b.t, b.last)}` : `H${px(x(b.t))}V${px(y(b.last))}`)).join('')
  const bars = buckets.map((b) => (b.max > b.min ? `M${at(b.t, b.min)}V${px(y(b.max))}` : '')).join('')
  const fill = o.base === undefined ? '' : `${line}V${px(y(o.base))}H${px(x(first))}Z`
  const marks: number[] = []
  for (let v = scale.low; v <= scale.high + scale.step / 2; v += scale.step) marks.push(v)
  const grid = marks.map((v) => `M0 ${y(v).toFixed(1)}H${WIDTH}`).join('')
  return html`<figure class="${o.tone}"><figcaption>${o.title}</figcaption>
<div class="plot"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${o.title}"><path class="grid" d="${grid}"/>${
    fill === '' ? '' : html`<path class="fill" d="${fill}"/>`
  }<path class="band" d="${bars}"/><path class="line" d="${line}"/></svg>${marks.map(
    (v) => html`<span class="y" style="top:${((y(v) / HEIGHT) * 100).toFixed(2)}%">${o.label(v, scale.step)}</span>`,
  )}</div>
<div class="x">${times(first, last).map((text) => html`<span>${text}</span>`)}</div></figure>`
}

/** Three labels: first, middle, last; with the date where it says more than the hour. */
function times(first: Micros, last: Micros): string[] {
  const middle = first + (last - first) / 2
  const days = last - first >= 3 * DAY
  const text = (t: number): string => formatMicros(Math.floor(t / 1e6) * 1e6)
  if (days) return [first, middle, last].map((t) => text(t).slice(0, 10))
  const sameDay = text(first).slice(0, 10) === text(last).slice(0, 10)
  const short = (t: number): string =>
    sameDay ? text(t).slice(11, 16) : `${text(t).slice(5, 10)} ${text(t).slice(11, 16)}`
  return [`${text(first).slice(0, 10)} ${text(first).slice(11, 16)}`, short(middle), `${short(last)} UTC`]
}
