/**
 * The mutants: each limit deleted, each comparison moved by its equality, each base swapped, each latch dropped, each
 * exemption added or taken away. A line that changes takes its mutant with it: `tests/unit/check/mutants.test.ts` says so.
 */
import type { Mutant } from './mutant.ts'

type Line = readonly [rule: string, line: string, to: string, after?: string]

function of(file: string, first: readonly string[], lines: readonly Line[]): Mutant[] {
  return lines.map(([rule, line, to, after]) => {
    const path = `src/core/${file}`
    return after === undefined ? { file: path, line, to, rule, first } : { file: path, line, to, rule, first, after }
  })
}

const gate = of(
  'execution/gate.ts',
  ['gate-order', 'gate-capital', 'books', 'loss'],
  [
    [
      'R-31',
      'if (!reducing && (!view.mayOpen(intent.broker) || !view.clockTrusted)) return true',
      'if (!reducing && !view.mayOpen(intent.broker)) return true',
    ],
    [
      'I-26',
      'if (!reducing && (!view.mayOpen(intent.broker) || !view.clockTrusted)) return true',
      'if (!reducing && !view.clockTrusted) return true',
    ],
    [
      'R-31',
      'if (!reducing && (!view.mayOpen(intent.broker) || !view.clockTrusted)) return true',
      'if (!view.mayOpen(intent.broker) || !view.clockTrusted) return true',
    ],
    ['D-08', 'if (!reducing) return true', ''],
    ['R-19', "return view.state !== 'REDUCE_ONLY'", 'return true'],
    ['D-08', "return view.state !== 'REDUCE_ONLY'", 'return false'],
    [
      'R-25',
      "if (intent.origin === 'liquidation') return !reducing || view.state === 'STOPPED'",
      "if (intent.origin === 'liquidation') return view.state === 'STOPPED'",
    ],
    [
      'R-25',
      "if (intent.origin === 'liquidation') return !reducing || view.state === 'STOPPED'",
      "if (intent.origin === 'liquidation') return !reducing",
    ],
    [
      'R-22',
      "const checkRate: RiskCheck = (view, intent, reducing) => !reducing && intent.origin === 'agent' && view.runaway",
      "const checkRate: RiskCheck = (view, intent) => intent.origin === 'agent' && view.runaway",
    ],
    [
      'R-19',
      'const checkLoss: RiskCheck = (view, _intent, reducing) => !reducing && view.dailyLossTripped',
      'const checkLoss: RiskCheck = (view) => view.dailyLossTripped',
    ],
    ['D-06', 'if (held === 0 || held > 0 === intent.side > 0) return false', 'if (held === 0) return false'],
    [
      'D-06',
      'return intent.qty <= Math.abs(held) - view.orders.reducingLeaves(intent.broker, intent.instrument, intent.side)',
      'return intent.qty < Math.abs(held) - view.orders.reducingLeaves(intent.broker, intent.instrument, intent.side)',
    ],
    [
      'D-06',
      'return intent.qty <= Math.abs(held) - view.orders.reducingLeaves(intent.broker, intent.instrument, intent.side)',
      'return intent.qty <= Math.abs(held)',
    ],
    ['I-27', "['closed', checkClosed],", ''],
    ['R-29', "['halted', checkHalted],", ''],
    ['R-32', "['stale', checkStale],", ''],
    ['R-33', "['fx', checkFx],", ''],
    ['I-12', "['duplicate', checkDuplicate],", ''],
    ['R-16', "['short', checkShort],", ''],
    ['R-15', "['min_notional', checkMinNotional],", ''],
    ['R-18', "['daily_orders', checkDailyOrders],", ''],
    ['R-14', "['position_count', checkPositionCount],", ''],
    ['R-09', "['exposure', checkExposure],", ''],
    ['R-17', "['cash', checkCash],", ''],
    ['R-02', "['loss', checkLoss],", ''],
    ['R-21', "['collar', checkCollar],", ''],
    ['R-22', "['rate', checkRate],", ''],
    ['R-20', "if (reason === 'structure') break", ''],
  ],
)

const capital = of(
  'execution/checks/capital.ts',
  ['gate-capital', 'books'],
  [
    [
      'R-10',
      'return 100 * (order.side > 0 ? Math.max(limit2, mark2) : Math.min(limit2, mark2))',
      'return 100 * limit2',
    ],
    [
      'R-10',
      'return 100 * (order.side > 0 ? Math.max(limit2, mark2) : Math.min(limit2, mark2))',
      'return 100 * Math.max(limit2, mark2)',
    ],
    ['R-10', 'return price2 * (order.side > 0 ? 102 : 98)', 'return price2 * 100'],
    [
      'R-10',
      'const price2 = order.stop > 0 && order.side > 0 ? Math.max(2 * order.stop, mark2) : mark2',
      'const price2 = mark2',
    ],
    [
      'R-43',
      'for (const of of view.ledger.positions) held += Math.abs(of[instrument]?.qty ?? 0) + (of[instrument]?.external ?? 0)',
      'for (const of of view.ledger.positions) held += Math.abs(of[instrument]?.qty ?? 0)',
    ],
    ['R-11', 'if (o.instrument !== instrument || o.reducing) continue', 'if (o.instrument !== instrument) continue'],
    ['R-09', 'sum += view.orders.leaves(o) * value200(next, mark2)', ''],
    [
      'R-11',
      'const next = { ...o, limit: Math.max(o.limit, o.nextLimit), stop: Math.max(o.stop, o.nextStop) }',
      'const next = o',
      'if (o.instrument !== instrument || o.reducing) continue',
    ],
    ['I-25', 'if (o.instrument !== instrument || o.side < 0) continue', 'continue'],
    ['I-25', '(o.qty - o.cumQty) *', 'o.qty *'],
    ['R-19', 'if (reducing) return false', ''],
    ['R-45', 'const equity = view.valuation.limitBase()', 'const equity = view.valuation.equity'],
    ['R-12', 'const family = instruments.filter((i) => i.economicId === own.economicId)', 'const family = [own]'],
    [
      'R-09',
      'return compareProducts(x, den * mul * rate.num, equity, num * 200 * div * rate.den) > 0',
      'return compareProducts(x, den * mul * rate.num, equity, num * 200 * div * rate.den) >= 0',
    ],
    ['R-12', 'return compareProducts(sum, den, equity, num) > 0', 'return compareProducts(sum, den, equity, num) >= 0'],
    ['R-17', 'sum += cashNeed(view, next, o.instrument, view.orders.leaves(o), filledPart(view, o))', ''],
    [
      'R-11',
      'const next = { ...o, limit: Math.max(o.limit, o.nextLimit), stop: Math.max(o.stop, o.nextStop) }',
      'const next = o',
      'export function reservedCash(view: GateView, broker: number, currency: number): Money {',
    ],
    [
      'R-17',
      'return value + buyCosts(view.fees, instrument, qty, Math.ceil(v200 / 200), view.t, filled)',
      'return value',
    ],
    [
      'R-17',
      'return need > freeCash(view, intent.broker, currency)',
      'return need >= freeCash(view, intent.broker, currency)',
    ],
    [
      'R-17',
      'if (!integrated) return view.ledger.cashOf(broker, currency) - reserved - lentAbroad(view, broker, currency)',
      'if (!integrated) return view.ledger.cashOf(broker, currency) - reserved',
    ],
    [
      'R-17',
      'const debt = reservedCash(view, broker, foreign) + Math.max(0, -view.ledger.cashOf(broker, foreign))',
      'const debt = reservedCash(view, broker, foreign)',
    ],
    [
      'R-17',
      'const debt = reservedCash(view, broker, foreign) + Math.max(0, -view.ledger.cashOf(broker, foreign))',
      'const debt = Math.max(0, -view.ledger.cashOf(broker, foreign))',
    ],
    [
      'R-17',
      'if (power === undefined || view.t - power.t > POWER_AGE) return 0',
      'if (power === undefined || view.t - power.t >= POWER_AGE) return 0',
    ],
    ['R-17', 'if (power === undefined || view.t - power.t > POWER_AGE) return 0', 'if (power === undefined) return 0'],
    ['R-17', 'return power.amount - spent - reserved', 'return power.amount - spent'],
    ['R-17', 'return power.amount - spent - reserved', 'return power.amount - reserved'],
  ],
)

const collar = of(
  'execution/checks/collar.ts',
  ['gate-order'],
  [
    [
      'R-21',
      'return 100 * Math.abs(2 * intent.limit - mark2) > 5 * mark2',
      'return 100 * Math.abs(2 * intent.limit - mark2) >= 5 * mark2',
    ],
    [
      'R-19',
      'if (reducing || (intent.limit === 0 && intent.stop === 0)) return false',
      'if (intent.limit === 0 && intent.stop === 0) return false',
    ],
  ],
)

const count = of(
  'execution/checks/count.ts',
  ['gate-order', 'gate-capital', 'fills', 'books'],
  [
    [
      'R-48',
      'if (o.side === intent.side || view.market.instruments[o.instrument]?.economicId !== own) return false',
      'if (o.side === intent.side || o.instrument !== intent.instrument) return false',
    ],
    [
      'R-48',
      "if (o.state === 'pendingCancel' && o.broker === intent.broker) return false",
      "if (o.state === 'pendingCancel') return false",
    ],
    [
      'R-48',
      'return bid.limit === 0 || ask.limit === 0 || bid.limit >= ask.limit',
      'return bid.limit === 0 || ask.limit === 0 || bid.limit > ask.limit',
    ],
    [
      'R-48',
      'return bid.limit === 0 || ask.limit === 0 || bid.limit >= ask.limit',
      'return ask.limit === 0 || bid.limit >= ask.limit',
    ],
    ['R-48', 'if (crossesOwn(view, intent)) return true', ''],
    ['I-14', 'if (inFlight(view, intent)) return true', ''],
    ['I-14', "(o.state === 'pendingNew' || o.state === 'unknown'),", "o.state === 'pendingNew',"],
    [
      'R-23',
      "(o) => o.broker === intent.broker && o.instrument === intent.instrument && o.origin !== 'agent',",
      '() => false,',
    ],
    [
      'R-24',
      'if (view.t < view.blockedUntil(intent.instrument, intent.side) || view.unacknowledged(intent.instrument)) return true',
      'if (view.t <= view.blockedUntil(intent.instrument, intent.side) || view.unacknowledged(intent.instrument)) return true',
    ],
    [
      'F-30',
      'if (view.t < view.blockedUntil(intent.instrument, intent.side) || view.unacknowledged(intent.instrument)) return true',
      'if (view.t < view.blockedUntil(intent.instrument, intent.side)) return true',
    ],
    [
      'R-24',
      'if (view.t < view.blockedUntil(intent.instrument, intent.side) || view.unacknowledged(intent.instrument)) return true',
      'if (view.unacknowledged(intent.instrument)) return true',
    ],
    [
      'I-12',
      "(o) => o.broker === intent.broker && o.instrument === intent.instrument && o.state === 'unknown',",
      '() => false,',
    ],
    [
      'R-16',
      'return intent.qty > sellable(view, intent.broker, intent.instrument)',
      'return intent.qty >= sellable(view, intent.broker, intent.instrument)',
    ],
    [
      'R-43',
      'const most = p.sellable < 0 ? p.qty : Math.min(p.qty, p.sellable)',
      'const most = p.sellable < 0 ? p.qty : p.sellable',
    ],
    ['R-16', 'const most = p.sellable < 0 ? p.qty : Math.min(p.qty, p.sellable)', 'const most = p.qty'],
    ['R-16', 'return most - view.orders.reducingLeaves(broker, instrument, -1)', 'return most'],
    ['R-15', 'const price2 = intent.limit > 0 ? 2 * intent.limit : mark2', 'const price2 = mark2'],
    ['R-15', 'if (own !== undefined) return twice < 2 * own', 'if (own !== undefined) return twice <= 2 * own'],
    [
      'R-15',
      'if (usd !== undefined && rate !== undefined) return compareProducts(twice, rate.num, 2 * usd, rate.den) < 0',
      'if (usd !== undefined && rate !== undefined) return compareProducts(twice, rate.num, 2 * usd, rate.den) <= 0',
    ],
    [
      'R-19',
      'if (reducing) return false',
      '',
      'export const checkMinNotional: RiskCheck = (view, intent, reducing) => {',
    ],
    [
      'R-18',
      '!reducing && view.ordersToday >= view.limits.maxDailyOrders',
      '!reducing && view.ordersToday > view.limits.maxDailyOrders',
    ],
    [
      'R-19',
      '!reducing && view.ordersToday >= view.limits.maxDailyOrders',
      'view.ordersToday >= view.limits.maxDailyOrders',
    ],
    [
      'R-14',
      'return !taken.has(own.economicId) && taken.size >= view.limits.maxPositions',
      'return !taken.has(own.economicId) && taken.size > view.limits.maxPositions',
    ],
    [
      'R-14',
      'return !taken.has(own.economicId) && taken.size >= view.limits.maxPositions',
      'return taken.size >= view.limits.maxPositions',
    ],
    [
      'R-43',
      'for (const of of view.ledger.positions) if (of[id]?.qty !== 0 || of[id]?.external !== 0) add(id)',
      'for (const of of view.ledger.positions) if (of[id]?.qty !== 0) add(id)',
    ],
    ['R-14', 'for (const o of view.orders.live) if (!o.reducing) add(o.instrument)', ''],
    ['R-14', 'for (const o of view.orders.external) if (o.side > 0) add(o.instrument)', ''],
    [
      'R-14',
      'for (const o of view.orders.external) if (o.side > 0) add(o.instrument)',
      'for (const o of view.orders.external) add(o.instrument)',
    ],
  ],
)

const market = of(
  'execution/checks/market.ts',
  ['gate-order', 'data', 'exits', 'books'],
  [
    [
      'R-34',
      "return q !== undefined && (q.status !== 'trading' || q.frozen)",
      "return q !== undefined && q.status !== 'trading'",
    ],
    [
      'R-29',
      "return q !== undefined && (q.status !== 'trading' || q.frozen)",
      "return q !== undefined && (q.status === 'halted' || q.frozen)",
    ],
    [
      'R-19',
      '!reducing && !view.market.isFresh(intent.instrument, view.t)',
      '!view.market.isFresh(intent.instrument, view.t)',
    ],
    ['R-33', 'if (q.mark2 <= 0 || q.suspect.price2 !== 0) return true', 'if (q.mark2 <= 0) return true'],
    [
      'R-33',
      'return fxElapsed(q.markT, view.t) > (view.limits.fxMaxAge || DEFAULT_FX_MOVE_HOURS)',
      'return fxElapsed(q.markT, view.t) >= (view.limits.fxMaxAge || DEFAULT_FX_MOVE_HOURS)',
    ],
    [
      'R-33',
      'return fxElapsed(q.markT, view.t) > (view.limits.fxMaxAge || DEFAULT_FX_MOVE_HOURS)',
      'return view.t - q.markT > (view.limits.fxMaxAge || DEFAULT_FX_MOVE_HOURS)',
    ],
    ['R-19', 'if (reducing) return false', ''],
    ['F-50', 'if (!clock.covers(t)) return !reducing', 'if (!clock.covers(t)) return false'],
    [
      'R-19',
      'if (!Number.isSafeInteger(intent.qty) || intent.qty <= 0 || intent.qty % instrument.lot !== 0) return true',
      'if (!Number.isSafeInteger(intent.qty) || intent.qty <= 0) return true',
    ],
    [
      'R-21',
      'return Number.isSafeInteger(price) && price > 0 && price % tickAt(instrument, price) === 0',
      'return Number.isSafeInteger(price) && price > 0',
    ],
  ],
)

const ledger = of(
  'execution/ledger.ts',
  ['fills', 'loss', 'gate-capital', 'books'],
  [
    [
      'R-42',
      'this.#managed(f.broker, this.currencyOf(f.instrument), -f.side * value - f.fee - f.tax)',
      'this.#managed(f.broker, this.currencyOf(f.instrument), -f.side * value - f.fee)',
    ],
    [
      'R-26',
      "p.cost = safe(p.cost + f.qty * f.price, 'entry cost')",
      "p.cost = safe(p.cost + f.qty * f.price + f.fee, 'entry cost')",
    ],
    [
      'F-28',
      'this.#managed(broker, this.currencyOf(instrumentId), side * value + entry.fee + entry.tax)',
      'this.#managed(broker, this.currencyOf(instrumentId), side * value + entry.fee)',
    ],
    ['F-28', 'p.cost = p.qty === 0 ? 0 : Math.abs(p.cost - entry.cost)', 'p.cost = p.qty === 0 ? 0 : p.cost'],
    [
      'R-42',
      'this.#managed(broker, this.currencyOf(instrument), was.fee + was.tax - fee - tax)',
      'this.#managed(broker, this.currencyOf(instrument), was.fee - fee - tax)',
    ],
    ['R-16', 'if (p.sellable >= 0) p.sellable = Math.max(0, p.sellable + signed)', ''],
    ['R-43', "p.external = mulDiv(p.external, num, den, 'down')", ''],
    ['R-43', 'p.external -= qty', ''],
    ['R-28', 'p.fillSeq = seq', ''],
    ['R-43', 'sum += p.qty + p.external', 'sum += p.qty'],
    ['R-34', "const whole = mulDiv(held, num, den, 'down')", "const whole = mulDiv(held, num, den, 'up')"],
  ],
)

const lifecycle = of(
  'execution/lifecycle.ts',
  ['fills', 'gate-order', 'exits'],
  [
    ['R-36', "timeout: 'unknown', // silence is never a rejection (R-36)", "timeout: 'rejected',"],
    ['F-14', "missing: 'same',", "missing: 'unknown',", "timeout: 'unknown', // silence is never a rejection (R-36)"],
    ['I-18', "partialFill: 'late',", "partialFill: 'ignore',"],
    ['F-31', "rejected: 'rejected', // a venue may reject after it accepted (F-31)", "rejected: 'ignore',"],
    ['I-12', "accepted: 'working', // evidence arrived (I-12)", "accepted: 'same',"],
    [
      'F-24',
      "cancelRejected: 'working', // too late or unknown there: the order works on until evidence says otherwise",
      "cancelRejected: 'canceled',",
    ],
    [
      'F-10',
      "partialFill: 'partiallyFilled', // a fill may overtake its acknowledgement (F-10)",
      "partialFill: 'same',",
    ],
    ['F-32', "revived: 'working',", "revived: 'ignore',", "missing: 'ignore',"],
  ],
)

const loss = of(
  'execution/loss.ts',
  ['loss', 'gate-capital', 'control'],
  [
    [
      'R-01',
      "this.dailyLine = this.startOfDay + this.flowDay - mulDiv(day, dailyLoss.num, dailyLoss.den, 'up')",
      "this.dailyLine = this.startOfDay + this.flowDay - mulDiv(day, dailyLoss.num, dailyLoss.den, 'down') - 1",
    ],
    [
      'R-01',
      "this.dailyLine = this.startOfDay + this.flowDay - mulDiv(day, dailyLoss.num, dailyLoss.den, 'up')",
      "this.dailyLine = this.startOfDay + this.flowDay - mulDiv(day, dailyLoss.num, dailyLoss.den, 'down')",
    ],
    [
      'R-05',
      "this.dailyLine = this.startOfDay + this.flowDay - mulDiv(day, dailyLoss.num, dailyLoss.den, 'up')",
      "this.dailyLine = this.startOfDay - mulDiv(day, dailyLoss.num, dailyLoss.den, 'up')",
    ],
    ['R-45', 'const day = Math.min(this.startOfDay, this.dayBase)', 'const day = this.startOfDay'],
    [
      'R-03',
      "this.emergencyLine = start - mulDiv(base, emergencyLoss.num, emergencyLoss.den, 'up')",
      "this.emergencyLine = start - mulDiv(base, emergencyLoss.num, emergencyLoss.den, 'down')",
    ],
    [
      'R-05',
      "const start = this.#limits.totalLossBase === 'peak' ? this.peak : this.initial + this.flowAll",
      "const start = this.#limits.totalLossBase === 'peak' ? this.peak : this.initial",
    ],
    [
      'R-03',
      "const start = this.#limits.totalLossBase === 'peak' ? this.peak : this.initial + this.flowAll",
      'const start = this.peak + this.flowAll',
    ],
    [
      'R-03',
      "const start = this.#limits.totalLossBase === 'peak' ? this.peak : this.initial + this.flowAll",
      'const start = this.initial + this.flowAll',
    ],
    ['R-03', "if (this.#limits.totalLossBase === 'peak') this.#lines()", ''],
    ['R-45', 'const base = this.allBase < this.initial ? Math.min(start, this.allBase) : start', 'const base = start'],
    ['R-07', 'this.flowDay = 0', '', 'roll(equity: Money, base = equity): void {'],
    ['R-02', 'this.dailyTripped = false', '', 'roll(equity: Money, base = equity): void {'],
    ['R-08', 'if (equity <= this.startOfDay) return', ''],
    ['R-08', 'this.startOfDay = equity', '', 'raiseStart(equity: Money, base = equity): void {'],
    ['R-04', 'this.emergencyTripped = false', '', 'rebase(equity: Money, base = equity): void {'],
    ['R-05', 'this.flowAll += amount', ''],
    ['R-08', 'dailyTripped: this.dailyTripped,', ''],
    ['R-08', 'emergencyTripped: this.emergencyTripped,', ''],
    ['D-05', 'const ROLL_AT: Micros = (21 * 60 + 30) * MINUTE', 'const ROLL_AT: Micros = 24 * 60 * MINUTE'],
  ],
)

const watch = of(
  'engine/watch.ts',
  ['loss', 'exits', 'gate-capital', 'books'],
  [
    ['R-03', 'if (equity <= losses.emergencyLine) {', 'if (equity < losses.emergencyLine) {'],
    [
      'R-01',
      '} else if (equity <= losses.dailyLine && !losses.dailyTripped) {',
      '} else if (equity < losses.dailyLine && !losses.dailyTripped) {',
    ],
    [
      'R-02',
      '} else if (equity <= losses.dailyLine && !losses.dailyTripped) {',
      '} else if (equity <= losses.dailyLine) {',
    ],
    ['R-02', 'losses.dailyTripped = true', ''],
    ['R-04', 'losses.emergencyTripped = true', ''],
    ['R-02', "desk.hold('dailyLoss', 'R-02 daily loss')", ''],
    ['R-02', "if (desk.limits.onDailyLoss === 'flatten') wantAll(desk)", 'wantAll(desk)'],
    ['R-02', "if (desk.limits.onDailyLoss === 'flatten') wantAll(desk)", ''],
    ['R-07', 'desk.ordersToday = 0', ''],
    ['R-02', "desk.release('dailyLoss', `risk day from ${formatDay(day)} 21:30Z`)", ''],
    ['R-25', "for (const o of [...desk.orders.live]) desk.cancel(o, 'R-25')", ''],
    [
      'R-43',
      "if (p.qty !== 0) desk.exits.want(broker, instrument, 'liquidation')",
      "if (p.qty + p.external !== 0) desk.exits.want(broker, instrument, 'stop')",
    ],
    ['R-29', 'if (isShut(desk.market, instrument, desk.t, true)) return', ''],
    [
      'R-28',
      'if (stop.tripped || q.markSeq <= position.fillSeq || !reachesStop(stop, position, q.mark2)) continue',
      'if (q.markSeq <= position.fillSeq || !reachesStop(stop, position, q.mark2)) continue',
    ],
    ['R-13', 'if (above === desk.over.has(instrument)) return', 'if (!above) return'],
    [
      'R-13',
      'const above = compareProducts(value, den, valuation.limitBase(), num) > 0',
      'const above = compareProducts(value, den, valuation.limitBase(), num) >= 0',
    ],
    ['R-13', 'if (!above) desk.over.delete(instrument)', 'if (!above) return'],
    [
      'R-38',
      'const overdue = desk.shutdownSince !== 0 && desk.t - desk.shutdownSince >= SHUTDOWN_MAX',
      'const overdue = desk.shutdownSince !== 0 && desk.t - desk.shutdownSince > SHUTDOWN_MAX',
    ],
    [
      'R-38',
      'const overdue = desk.shutdownSince !== 0 && desk.t - desk.shutdownSince >= SHUTDOWN_MAX',
      'const overdue = false',
    ],
    [
      'R-25',
      'if (!overdue && (desk.exits.pending || desk.orders.live.length > 0)) return',
      'if (!overdue && desk.exits.pending) return',
    ],
    ['R-38', 'residuals(desk)', ''],
    [
      'I-08',
      'const most = qty > 0 ? Math.min(qty, sellable(desk, x.broker, x.instrument)) : Math.abs(qty)',
      'const most = Math.abs(qty)',
    ],
    [
      'R-44',
      "if (desk.exits.wanted.length > 0 && desk.state !== 'RECONCILING' && desk.state !== 'UNARMED') stepExits(desk)",
      'if (desk.exits.wanted.length > 0) stepExits(desk)',
    ],
    ['I-17', 'checkDrift(desk)', '', 'if (equity <= losses.emergencyLine) {'],
  ],
)

const stops = of(
  'execution/stops.ts',
  ['exits'],
  [
    [
      'R-26',
      'return position.qty > 0 ? mark2 <= stop.level2 : mark2 >= stop.level2',
      'return position.qty > 0 ? mark2 < stop.level2 : mark2 >= stop.level2',
    ],
    [
      'R-26',
      'return position.qty > 0 ? mark2 <= stop.level2 : mark2 >= stop.level2',
      'return position.qty > 0 ? mark2 <= stop.level2 : mark2 > stop.level2',
    ],
    [
      'R-26',
      'const num = BigInt(long ? pct.den - pct.num : pct.den + pct.num)',
      'const num = BigInt(pct.den - pct.num)',
    ],
    ['R-28', 'if (side !== stop.side) stop.tripped = false', ''],
    [
      'R-26',
      'stop.level2 = Number(long ? twice / den : (twice + den - 1n) / den)',
      'stop.level2 = Number((twice + den - 1n) / den) + 1',
    ],
  ],
)

const exits = of(
  'execution/exits.ts',
  ['exits', 'books', 'regressions'],
  [
    [
      'R-23',
      "if (x.restUntil === -1 || live.some((o) => o.origin !== 'agent')) continue",
      'if (x.restUntil === -1) continue',
    ],
    [
      'R-25',
      "if (x.restUntil === -1 || live.some((o) => o.origin !== 'agent')) continue",
      "if (live.some((o) => o.origin !== 'agent')) continue",
    ],
    [
      'R-25',
      'if (inTheWay.length > 0 && view.t - x.cancelingSince < CANCEL_WAIT) continue',
      'if (inTheWay.length > 0 && view.t - x.cancelingSince <= CANCEL_WAIT) continue',
    ],
    ['R-23', 'if (inTheWay.length > 0 && view.t - x.cancelingSince < CANCEL_WAIT) continue', ''],
    ['R-23', 'for (const o of inTheWay) if (cancelable(o, view.t)) step.cancel.push(o)', ''],
    ['R-25', 'return o.refusedAt === 0 || t - o.refusedAt >= CANCEL_WAIT', 'return true'],
    ['R-25', 'if (x.rounds >= ROUNDS) {', 'if (x.rounds > ROUNDS) {'],
    ['R-25', 'const ROUNDS = 3', 'const ROUNDS = 2'],
    ['R-25', 'if (!this.#compared(view, x, doubted, step.books)) return', ''],
    [
      'R-25',
      "if (x.rounds === 0 && (inStep || (x.reason === 'stop' && !doubted))) return true",
      'if (x.rounds === 0) return true',
    ],
    ['I-33', "if (x.rounds === 0 && (inStep || (x.reason === 'stop' && !doubted))) return true", ''],
    [
      'I-08',
      "if (x.rounds === 0 && (inStep || (x.reason === 'stop' && !doubted))) return true",
      "if (x.rounds === 0 && (inStep || x.reason === 'stop')) return true",
    ],
    [
      'R-25',
      'return inStep || view.lookedAt(x.broker, x.booksAsked) || view.t - x.booksAskedAt >= BOOKS_WAIT',
      'return inStep || view.lookedAt(x.broker, x.booksAsked) || view.t - x.booksAskedAt > BOOKS_WAIT',
    ],
    ['R-25', 'x.rounds++', ''],
    ['R-25', "x.restUntil = x.reason === 'liquidation' ? -1 : t + REST", 'x.restUntil = t + REST'],
    ['R-25', "x.restUntil = x.reason === 'liquidation' ? -1 : t + REST", 'x.restUntil = -1'],
    [
      'F-46',
      'if (session !== x.session || (x.restUntil > 0 && t >= x.restUntil)) {',
      'if (session !== x.session || (x.restUntil > 0 && t > x.restUntil)) {',
    ],
    [
      'R-29',
      'if (isShut(market, x.instrument, t, true) || !view.reaches(x.broker)) return',
      'if (!view.reaches(x.broker)) return',
    ],
    [
      'R-38',
      'if (isShut(market, x.instrument, t, true) || !view.reaches(x.broker)) return',
      'if (isShut(market, x.instrument, t, true)) return',
    ],
    ['R-25', 'step.send.sort((a, b) => size(b) - size(a) || a.broker - b.broker || a.instrument - b.instrument)', ''],
    ['R-23', "if (known.reason === 'stop') Object.assign(known, { rounds: 0, restUntil: 0 })", ''],
  ],
)

const orders = of(
  'execution/orders.ts',
  ['fills', 'gate-capital', 'control', 'exits'],
  [
    ['R-11', 'return Math.max(row.qty, row.nextQty) - row.cumQty', 'return row.qty - row.cumQty'],
    ['F-25', 'return Math.max(row.qty, row.nextQty) - row.cumQty', 'return Math.max(row.qty, row.nextQty)'],
    [
      'E-12',
      'return this.live.filter((o) => AWAITING.has(o.state) && unansweredSince(o) < askedBefore)',
      'return this.live.filter((o) => AWAITING.has(o.state) && unansweredSince(o) + 1 < askedBefore)',
    ],
    [
      'R-36',
      "const AWAITING: ReadonlySet<OrderState> = new Set(['pendingNew', 'pendingCancel', 'pendingReplace'])",
      "const AWAITING: ReadonlySet<OrderState> = new Set(['pendingNew'])",
    ],
    ['I-40', 'if (this.#finished.size > KEEP_FINISHED) {', 'if (this.#finished.size < 0) {'],
    ['R-36', 'row.askedAt = cmd.t', ''],
  ],
)

const holds = of(
  'execution/holds.ts',
  ['loss', 'exits', 'fills'],
  [
    ['D-08', 'return this.#standing.length > 0', 'return this.#standing.length > 1'],
    ['D-08', 'this.#standing = this.#standing.filter((c) => c !== cause)', 'this.#standing = []'],
    ['I-35', 'if (this.has(cause)) return false', ''],
  ],
)

const books = of(
  'execution/books.ts',
  ['books', 'fills'],
  [
    [
      'I-14',
      'if (row?.broker === broker && !row.log.some((known) => known.fillNo === fill.fillNo)) {',
      'if (row?.broker === broker && row.log.length === 0) {',
    ],
    ['F-32', "if (!isLive(row.state)) return { kind: 'revived', row }", ''],
    [
      'F-12',
      "return row.state === 'unknown' || row.state === 'pendingNew' ? { kind: 'works', row } : undefined",
      'return undefined',
    ],
    ['R-36', "if (row.broker === broker && !booked.has(row.orderId)) findings.push({ kind: 'missing', row })", ''],
    [
      'F-33',
      "if (row.broker === broker && !booked.has(row.orderId)) findings.push({ kind: 'missing', row })",
      "if (!booked.has(row.orderId)) findings.push({ kind: 'missing', row })",
    ],
    [
      'I-25',
      ".filter((o) => o.orderId === 0 && o.state === 'working')",
      ".filter((o) => o.orderId < 0 && o.state === 'working')",
    ],
    [
      'R-43',
      'const difference = (there.get(instrument) ?? 0) - p.qty - p.external',
      'const difference = (there.get(instrument) ?? 0) - p.qty',
    ],
    [
      'I-13',
      'p.fillSeq > books.askedSeq || orders.live.some((o) => o.broker === e.broker && o.instrument === instrument)',
      'orders.live.some((o) => o.broker === e.broker && o.instrument === instrument)',
    ],
    [
      'I-13',
      'p.fillSeq > books.askedSeq || orders.live.some((o) => o.broker === e.broker && o.instrument === instrument)',
      'p.fillSeq > books.askedSeq',
    ],
    ['R-46', 'if (busy) return undefined', ''],
  ],
)

const links = of(
  'execution/links.ts',
  ['books'],
  [
    [
      'R-37',
      'const falls = !l.down && (l.failures >= this.#maxAttempts || l.losses.length > MOST_LOSSES_AN_HOUR)',
      'const falls = !l.down && (l.failures > this.#maxAttempts || l.losses.length > MOST_LOSSES_AN_HOUR)',
    ],
    [
      'F-08',
      'const falls = !l.down && (l.failures >= this.#maxAttempts || l.losses.length > MOST_LOSSES_AN_HOUR)',
      'const falls = !l.down && (l.failures >= this.#maxAttempts || l.losses.length >= MOST_LOSSES_AN_HOUR)',
    ],
    [
      'F-08',
      'const falls = !l.down && (l.failures >= this.#maxAttempts || l.losses.length > MOST_LOSSES_AN_HOUR)',
      'const falls = !l.down && l.failures >= this.#maxAttempts',
    ],
    ['F-08', 'const held = l.up && t - l.since >= HEALTHY', 'const held = l.up && t - l.since > HEALTHY'],
    ['F-08', 'const held = l.up && t - l.since >= HEALTHY', 'const held = l.up'],
    ['F-07', 'if (!held) l.failures++', 'l.failures++'],
    ['R-37', 'if (held) Object.assign(l, { failures: 0, waits: 0 })', 'if (held) Object.assign(l, { failures: 0 })'],
    ['R-37', "if (l.planned) return { change: was ? 'lost' : 'none', retryAt: t + (BACK_OFF.at(-1) as Micros) }", ''],
    [
      'F-08',
      'if (was) l.losses = [...l.losses.filter((at) => at > t - HOUR), t]',
      'if (was) l.losses = [...l.losses.filter((at) => at >= t - HOUR), t]',
    ],
    ['R-37', 'return l.up && !l.planned && !l.down', 'return l.up && !l.down'],
    ['F-08', 'return l.up && !l.planned && !l.down', 'return l.up && !l.planned'],
    [
      'R-37',
      'const BACK_OFF: readonly Micros[] = [1 * SECOND, 2 * SECOND, 4 * SECOND, 60 * SECOND]',
      'const BACK_OFF: readonly Micros[] = [1 * SECOND, 2 * SECOND, 2 * SECOND, 60 * SECOND]',
    ],
    ['F-08', 'if (l.losses.length <= MOST_LOSSES_AN_HOUR) l.down = false', 'l.down = false'],
  ],
)

const runaway = of(
  'execution/runaway.ts',
  ['gate-order', 'control'],
  [
    [
      'R-22',
      'while ((times[0] as Micros) <= t - WINDOW) times.shift()',
      'while ((times[0] as Micros) < t - WINDOW) times.shift()',
    ],
    [
      'R-22',
      'return this.#count(this.#orders, t, this.#most.orders)',
      'return this.#count(this.#orders, t, this.#most.orders + 1)',
    ],
    [
      'R-22',
      'return this.#count(this.#refusals, t, this.#most.refusals)',
      'return this.#count(this.#refusals, t, this.#most.refusals + 1)',
    ],
    [
      'R-22',
      "const NO_FAULT: ReadonlySet<DenialReason> = new Set(['closed', 'halted', 'state', 'daily_orders'])",
      "const NO_FAULT: ReadonlySet<DenialReason> = new Set(['closed', 'halted', 'state'])",
    ],
    [
      'R-22',
      "const NO_FAULT: ReadonlySet<DenialReason> = new Set(['closed', 'halted', 'state', 'daily_orders'])",
      "const NO_FAULT: ReadonlySet<DenialReason> = new Set(['closed', 'halted', 'state', 'daily_orders', 'collar'])",
    ],
    ['R-22', 'this.disabled = true', ''],
    ['I-40', 'if (times.length > most) times.shift()', ''],
    ['R-22', 'this.disabled = s.disabled', ''],
  ],
)

const upkeep = of(
  'engine/upkeep.ts',
  ['fills', 'exits', 'books', 'late'],
  [
    [
      'R-36',
      'if (desk.t - row.unknownSince < UNKNOWN_MAX || row.unknownTold === row.unknownSince) continue',
      'if (desk.t - row.unknownSince <= UNKNOWN_MAX || row.unknownTold === row.unknownSince) continue',
    ],
    [
      'R-36',
      "if (row.state !== 'unknown' || !desk.links.reaches(row.broker)) continue",
      "if (row.state !== 'unknown') continue",
    ],
    ['R-36', 'if (desk.t - row.queriedAt >= UPKEEP_EVERY) {', 'if (desk.t - row.queriedAt > UPKEEP_EVERY) {'],
    ['R-36', "desk.hold('unknown', 'R-36 unknown for 60 s')", ''],
    ['I-35', 'row.unknownTold = row.unknownSince', ''],
    ['I-35', 'row.unknownTold = row.unknownSince', 'for (const o of desk.orders.live) o.unknownTold = o.unknownSince'],
    ['R-30', "desk.hold('blind', 'R-30 no live data of a holding')", ''],
    [
      'R-30',
      "} else if (desk.limits.onBlind === 'exit' && t - since >= BLIND_EXIT) {",
      "} else if (desk.limits.onBlind === 'exit' && t - since > BLIND_EXIT) {",
    ],
    [
      'R-30',
      "} else if (desk.limits.onBlind === 'exit' && t - since >= BLIND_EXIT) {",
      '} else if (t - since >= BLIND_EXIT) {',
    ],
    ['R-30', 'if (isShut(market, id, t, true) || market.isLive(id, t)) {', 'if (market.isLive(id, t)) {'],
    [
      'R-30',
      "if (desk.blind.size === 0) desk.release('blind', 'R-30 data of all holdings is live')",
      "desk.release('blind', 'R-30 data of all holdings is live')",
    ],
    [
      'R-37',
      "if (l.down && holds && t - l.since >= desk.limits.brokerLossMax) shutDown(desk, 'R-37 holdings out of reach')",
      "if (l.down && holds && t - l.since > desk.limits.brokerLossMax) shutDown(desk, 'R-37 holdings out of reach')",
    ],
    [
      'R-37',
      "if (l.down && holds && t - l.since >= desk.limits.brokerLossMax) shutDown(desk, 'R-37 holdings out of reach')",
      "if (l.down && t - l.since >= desk.limits.brokerLossMax) shutDown(desk, 'R-37 holdings out of reach')",
    ],
  ],
)

const control = of(
  'engine/control.ts',
  ['control', 'books', 'data', 'loss', 'gate-capital', 'fills'],
  [
    ['R-31', 'const trusted = Math.abs(e.value) <= CLOCK_MAX', 'const trusted = Math.abs(e.value) < CLOCK_MAX'],
    ['I-45', "const armed = desk.state !== 'UNARMED' && desk.state !== 'STOPPED'", 'const armed = false'],
    [
      'I-45',
      'const tighter = e.changes.every((c) => tightens(desk.limits, c))',
      'const tighter = e.changes.some((c) => tightens(desk.limits, c))',
    ],
    [
      'I-45',
      'return num > 0 && den > 0 && num * whole.den <= whole.num * den',
      'return num > 0 && den > 0 && num * whole.den < whole.num * den',
    ],
    [
      'I-45',
      'return num > 0 && den > 0 && num * whole.den <= whole.num * den',
      'return den > 0 && num * whole.den <= whole.num * den',
    ],
    ['I-45', 'desk.losses.retune(next)', ''],
    ['R-04', "if (desk.losses.initial === 0 || (desk.state !== 'STOPPED' && desk.state !== 'UNARMED')) return", ''],
    ['F-03', 'desk.books.of(broker).agreed = desk.books.of(broker).inStep', ''],
    ['F-14', 'for (const o of desk.orders.live) if (o.broker === broker) o.absentSince = 0', ''],
    ['F-30', 'desk.waiting.add(instrument)', ''],
    [
      'R-43',
      'const fromOurs = e.side < 0 ? Math.min(p.qty, Math.max(0, e.qty - p.external)) : 0',
      'const fromOurs = e.side < 0 ? Math.min(p.qty, e.qty) : 0',
    ],
    [
      'R-43',
      'const fromOurs = e.side < 0 ? Math.min(p.qty, Math.max(0, e.qty - p.external)) : 0',
      'const fromOurs = 0',
    ],
    ['R-43', 'const qty = Math.min(e.value, p.external)', 'const qty = e.value'],
    [
      'R-38',
      "if (!left && (desk.state === 'LIVE' || desk.state === 'REDUCE_ONLY' || desk.state === 'LIQUIDATING')) {",
      'if (desk.seq < 0) {',
    ],
    ['R-05', 'books.unexplained = []', ''],
    ['I-15', "if (desk.holds.has('overfill')) desk.release('overfill', 'operator acknowledged')", ''],
    [
      'R-38',
      "for (const o of [...desk.orders.live]) if (!o.reducing) desk.cancel(o, 'operator stop')",
      "for (const o of [...desk.orders.live]) desk.cancel(o, 'operator stop')",
    ],
  ],
)

const start = of(
  'engine/start.ts',
  ['loss', 'books', 'regressions'],
  [
    ['R-04', 'if (desk.losses.emergencyTripped) {', 'if (desk.seq < 0) {'],
    ['R-40', 'if (!brokers.every((b) => desk.books.agreed(b) || desk.links.of(b).down)) return', ''],
    ['R-08', 'desk.losses.raiseStart(desk.valuation.equity, desk.valuation.limitBase())', ''],
    ['R-44', "desk.hold('restart', 'R-44 restarted, nothing is opened until armed')", ''],
    ['R-44', 'desk.armed = false', ''],
    [
      'R-04',
      "if (desk.losses.emergencyTripped || desk.state === 'STOPPED' || desk.state === 'LIQUIDATING') {",
      'if (desk.seq < 0) {',
    ],
    ['R-02', "desk.enter(desk.holds.any ? 'REDUCE_ONLY' : 'LIVE', why)", "desk.enter('LIVE', why)"],
  ],
)

const reports = of(
  'engine/reports.ts',
  ['fills', 'gate-order', 'regressions'],
  [
    ['R-36', "if (e.type === 'replaced' && row.cumQty >= row.qty) desk.orders.move(row, 'fill')", ''],
    ['I-14', 'if (row.log.some((known) => known.fillNo === e.fillNo)) return undefined', ''],
    [
      'F-14',
      'if (desk.t - row.absentSince < ABSENCE_APART) return undefined',
      'if (desk.t - row.absentSince <= ABSENCE_APART) return undefined',
    ],
    ['F-14', 'if (desk.t - row.absentSince < ABSENCE_APART) return undefined', ''],
    ['F-14', 'if (row.known) return undefined', ''],
    ['F-15', 'if (!e.proves) return undefined', ''],
    ['I-15', 'if (over <= 0) return', 'if (over < 0) return'],
    ['I-15', "desk.hold('overfill', 'I-15 overfill')", ''],
    [
      'F-28',
      'if (entry === undefined || entry.qty === 0) return undefined',
      'if (entry === undefined) return undefined',
    ],
    ['F-29', 'if (was.qty > 0) desk.ledger.unfill(row.broker, row.instrument, row.side, was)', ''],
    [
      'R-36',
      "if (!desk.orders.live.some((o) => o.state === 'unknown')) desk.release('unknown', 'R-36 no order is unknown')",
      "desk.release('unknown', 'R-36 no order is unknown')",
    ],
    ['R-24', "if (e.type === 'rejected') desk.rejected(row)", ''],
    ['R-26', 'followFill(desk, broker, instrument)', ''],
    ['R-01', 'watchLosses(desk)', '', 'followFill(desk, broker, instrument)'],
    ['F-14', 'if (row.absentSince === 0) row.absentSince = desk.t', 'row.absentSince = desk.t'],
  ],
)

const desk = of(
  'engine/desk.ts',
  ['gate-order', 'loss', 'gate-capital', 'exits', 'regressions'],
  [
    ['R-18', 'if (counts) this.ordersToday++', ''],
    ['R-18', 'if (counts) this.ordersToday++', 'this.ordersToday++'],
    ['R-18', 'this.ordersToday++', ''],
    ['R-24', 'const REJECT_BLOCK: Micros = 60 * SECOND', 'const REJECT_BLOCK: Micros = 59 * SECOND'],
    ['R-02', 'for (const o of [...this.orders.live]) if (!o.reducing) this.cancel(o, rule)', ''],
    [
      'R-02',
      'for (const o of [...this.orders.live]) if (!o.reducing) this.cancel(o, rule)',
      'for (const o of [...this.orders.live]) this.cancel(o, rule)',
    ],
    [
      'D-08',
      "if (this.state === 'REDUCE_ONLY' && !this.holds.any) this.enter('LIVE', rule)",
      "if (this.state === 'REDUCE_ONLY') this.enter('LIVE', rule)",
    ],
    [
      'R-22',
      "if (row.origin === 'agent') this.#refused(row.instrument, undefined)",
      'this.#refused(row.instrument, undefined)',
    ],
    ['R-22', "if (row.origin === 'agent') this.#refused(row.instrument, undefined)", ''],
    ['I-26', 'return this.links.serves(broker) && this.books.agreed(broker)', 'return this.links.serves(broker)'],
    ['R-37', 'return this.links.serves(broker) && this.books.agreed(broker)', 'return this.books.agreed(broker)'],
  ],
)

const replacement = of(
  'engine/replacement.ts',
  ['gate-order', 'loss', 'gate-capital', 'exits', 'regressions'],
  [
    ['R-11', 'if (!verdict.approved.reducing) row.reducing = false', 'row.reducing = verdict.approved.reducing'],
    ['R-11', 'if (!verdict.approved.reducing) row.reducing = false', ''],
    ['R-11', 'desk.orders.live = others.filter((o) => o !== row)', ''],
  ],
)

const durable = of(
  'engine/desk-state.ts',
  ['loss', 'gate-order', 'control', 'books', 'exits'],
  [
    ['R-08', "'ordersToday',", ''],
    ['I-11', "'nextIntentId',", ''],
    ['R-08', 'desk.orders.restore(from.orders)', ''],
    ['R-22', 'desk.runawayWatch.restore(from.runaway)', ''],
    ['R-28', 'desk.stops = from.stops', ''],
    [
      'I-32',
      'desk.limits = { ...limits, minOrder: new Map(limits.minOrder), minOrderDefault: new Map(limits.minOrderDefault) }',
      '',
    ],
  ],
)

const reconcile = of(
  'engine/reconcile.ts',
  ['books', 'loss'],
  [
    ['R-36', "else if (f.kind === 'complete') keep(completed(desk, row, f.qty))", ''],
    [
      'R-05',
      'return Math.max(dollar, Math.floor(desk.valuation.equity / 10_000))',
      'return Math.floor(desk.valuation.equity / 10_000)',
    ],
    ['R-05', 'return Math.max(dollar, Math.floor(desk.valuation.equity / 10_000))', 'return dollar'],
    [
      'R-05',
      'else if (Math.abs(desk.valuation.toBase(currency, difference)) <= tolerance(desk)) {',
      'else if (Math.abs(desk.valuation.toBase(currency, difference)) < tolerance(desk)) {',
    ],
    [
      'R-46',
      "if (twice !== undefined && desk.hold('cash', 'R-05 unexplained cash')) {",
      "if (left.length > 0 && desk.hold('cash', 'R-05 unexplained cash')) {",
    ],
    ['R-40', 'if (e.requestId !== books.requestId || books.askedAt === 0) return', 'if (books.askedAt === 0) return'],
    [
      'R-40',
      'if (e.requestId !== books.requestId || books.askedAt === 0) return',
      'if (e.requestId !== books.requestId) return',
    ],
    [
      'F-35',
      'if (e.orders === null || e.fills === null || e.positions === null || e.cash === null) {',
      'if (e.orders === null || e.fills === null || e.cash === null) {',
    ],
    [
      'F-35',
      'if (e.orders === null || e.fills === null || e.positions === null || e.cash === null) {',
      'if (e.positions === null) {',
    ],
    ['F-34', "desk.hold('mismatch', 'F-34 fewer shares at the broker than ours')", ''],
    ['F-34', 'if (desk.mismatched.has(key)) continue', ''],
    [
      'F-34',
      "if (desk.mismatched.size === 0) desk.release('mismatch', 'R-40 books agree')",
      "desk.release('mismatch', 'R-40 books agree')",
    ],
    ['R-43', 'if (difference > 0 || p.external >= -difference) {', 'if (p.external >= 0) {'],
    ['R-34', 'if (books.ever) desk.waiting.add(instrument)', ''],
    [
      'R-46',
      "if (!books.ever) bookCash(desk, e.broker, currency, difference, 'deposit')",
      "if (!books.ever) bookCash(desk, e.broker, currency, difference, 'correction')",
    ],
    ['I-25', 'desk.orders.external = [...others, ...found]', 'desk.orders.external = [...found]'],
    ['R-40', 'if (positions && cash) {', 'if (cash) {'],
    [
      'R-46',
      "if (desk.losses.initial !== 0 && (kind === 'deposit' || kind === 'withdrawal')) {",
      'if (desk.losses.initial !== 0) {',
    ],
    ['F-32', "desk.cancel(row, 'F-32')", ''],
  ],
)

const asking = of(
  'engine/ask-books.ts',
  ['books', 'exits'],
  [
    [
      'R-47',
      'if (books.askedAt !== 0 && desk.t - books.askedAt < PATIENCE) return',
      'if (books.askedAt !== 0 && desk.t - books.askedAt <= PATIENCE) return',
    ],
    ['R-47', 'if (books.askedAt !== 0) booksFailed(desk, broker)', ''],
    [
      'R-47',
      'if (rules.reconcileEvery === 0 || desk.t < desk.books.of(broker).nextAt) return',
      'if (rules.reconcileEvery === 0 || desk.t <= desk.books.of(broker).nextAt) return',
    ],
    [
      'R-47',
      'books.nextAt = desk.t + (desk.brokers[broker]?.reconcileEvery ?? 0) + broker * SECOND',
      'books.nextAt = desk.t + (desk.brokers[broker]?.reconcileEvery ?? 0)',
    ],
    ['R-47', 'if (books.failures !== FAILURES) return', ''],
  ],
)

const router = of(
  'execution/router.ts',
  ['gate-order'],
  [
    [
      'router',
      'serving.sort((a, b) => cheaper(view.brokers[a] as BrokerRules, view.brokers[b] as BrokerRules) || a - b)',
      '',
    ],
    ['router', 'const open = serving.filter((broker) => view.mayOpen(broker))', 'const open = serving'],
    ['router', 'return able ?? open[0] ?? serving[0] ?? 0', 'return open[0] ?? serving[0] ?? 0'],
    ['router', 'if (holder >= 0) return holder', ''],
    [
      'router',
      'if (qty !== 0 && qty > 0 !== terms.side > 0 && Math.abs(qty) > most) {',
      'if (qty !== 0 && qty > 0 !== terms.side > 0) {',
    ],
  ],
)

const valuation = of(
  'execution/valuation.ts',
  ['gate-capital', 'data'],
  [
    [
      'R-45',
      'return this.allotted === 0 ? this.equity : Math.min(this.equity, this.allotted + this.managedResult())',
      'return this.allotted === 0 ? this.equity : this.allotted + this.managedResult()',
    ],
    [
      'R-45',
      'return this.allotted === 0 ? this.equity : Math.min(this.equity, this.allotted + this.managedResult())',
      'return this.allotted === 0 ? this.equity : Math.min(this.equity, this.allotted)',
    ],
    ['R-33', 'if (mark2 <= 0) return undefined', 'if (mark2 <= 0) return { num: 1, den: 1 }'],
    [
      'R-33',
      'return route.inverse ? { num: up * one, den: down * mark2 } : { num: up * mark2, den: down * one }',
      'return { num: up * mark2, den: down * one }',
    ],
  ],
)

const door = of(
  'data/market.ts',
  ['data', 'regressions', 'gate-order'],
  [
    [
      'R-31',
      'if (age <= AGE_MAX && age >= -FUTURE_MAX && venueT >= lastVenueT) return true',
      'if (age < AGE_MAX && age >= -FUTURE_MAX && venueT >= lastVenueT) return true',
    ],
    [
      'R-31',
      'if (age <= AGE_MAX && age >= -FUTURE_MAX && venueT >= lastVenueT) return true',
      'if (age <= AGE_MAX && age > -FUTURE_MAX && venueT >= lastVenueT) return true',
    ],
    [
      'R-31',
      'if (age <= AGE_MAX && age >= -FUTURE_MAX && venueT >= lastVenueT) return true',
      'if (age <= AGE_MAX && age >= -FUTURE_MAX && venueT > lastVenueT) return true',
    ],
    [
      'R-31',
      'if (age <= AGE_MAX && age >= -FUTURE_MAX && venueT >= lastVenueT) return true',
      'if (age <= AGE_MAX && age >= -FUTURE_MAX) return true',
    ],
    ['R-33', 'const FX_MOVE: Ratio = { num: 5, den: 100 }', 'const FX_MOVE: Ratio = { num: 6, den: 100 }'],
    ['R-34', 'q.frozen = false', '', '#set(q: Quoted, mark2: Mark2, t: Micros, seq: number): void {'],
  ],
)

const quoted = of(
  'data/quoted.ts',
  ['data', 'regressions', 'gate-order'],
  [
    [
      'D-03',
      'return bid > 0 && ask >= bid && 40 * (ask - bid) <= ask + bid',
      'return bid > 0 && ask > bid && 40 * (ask - bid) <= ask + bid',
    ],
    [
      'D-03',
      'return bid > 0 && ask >= bid && 40 * (ask - bid) <= ask + bid',
      'return bid > 0 && ask >= bid && 40 * (ask - bid) < ask + bid',
    ],
    [
      'F-41',
      'return bid > 0 && ask >= bid && 40 * (ask - bid) <= ask + bid',
      'return bid > 0 && 40 * (ask - bid) <= ask + bid',
    ],
  ],
)

const freshness = of(
  'data/freshness.ts',
  ['data', 'regressions', 'gate-order'],
  [
    [
      'R-32',
      'return (!s.dropped && t - s.since <= AGE_MAX) || !isLive(q, clock, shape, t)',
      'return (!s.dropped && t - s.since < AGE_MAX) || !isLive(q, clock, shape, t)',
    ],
    [
      'R-30',
      'if (shape.heartbeat !== undefined) return t - q.seenT <= shape.heartbeat',
      'if (shape.heartbeat !== undefined) return t - q.seenT < shape.heartbeat',
    ],
  ],
)

const quarantine = of(
  'data/quarantine.ts',
  ['data', 'loss'],
  [
    [
      'R-32',
      'return compareProducts(gap, limit.den, b, limit.num) > 0',
      'return compareProducts(gap, limit.den, b, limit.num) >= 0',
    ],
    [
      'R-32',
      'return s.prints >= CONFIRM_PRINTS && t - s.firstPrint >= CONFIRM_SPAN',
      'return s.prints >= CONFIRM_PRINTS && t - s.firstPrint > CONFIRM_SPAN',
    ],
    [
      'R-32',
      'return s.prints >= CONFIRM_PRINTS && t - s.firstPrint >= CONFIRM_SPAN',
      'return s.prints >= CONFIRM_PRINTS',
    ],
    [
      'R-32',
      'return s.prints >= CONFIRM_PRINTS && t - s.firstPrint >= CONFIRM_SPAN',
      'return t - s.firstPrint >= CONFIRM_SPAN',
    ],
  ],
)

const step = of(
  'engine/engine.ts',
  ['loss', 'fills', 'regressions'],
  [
    ['R-07', 'if (t >= this.#nextRoll) this.#roll(t, e)', 'if (t > this.#nextRoll) this.#roll(t, e)'],
    [
      'R-05',
      "if (e.kind === 'deposit' || e.kind === 'withdrawal') desk.losses.flow(desk.valuation.toBase(e.currency, e.amount))",
      "if (e.kind === 'deposit') desk.losses.flow(desk.valuation.toBase(e.currency, e.amount))",
    ],
    [
      'R-30',
      'if (desk.blind.size > 0 && desk.market.accepted) sees(desk, e.instrument)',
      'if (desk.blind.size > 0) sees(desk, e.instrument)',
      '#quote(e: QuoteEvent): void {',
    ],
    ['R-08', "desk.sodPending = e.type === 'history' || (e.type === 'system' && e.fact === 'restarted')", ''],
    ['I-41', "assert(!this.#stepping, 'an event handler re-entered the engine (I-41)')", ''],
    ['I-17', "if (desk.seq % DRIFT_CHECK_EVENTS === 0 && desk.state !== 'UNARMED') checkDrift(desk)", ''],
  ],
)

export const MUTANTS: readonly Mutant[] = [
  ...[...gate, ...capital, ...collar, ...count, ...market, ...ledger, ...lifecycle, ...loss, ...watch, ...stops],
  ...[...exits, ...orders, ...holds, ...books, ...links, ...runaway, ...upkeep, ...control, ...start, ...reports],
  ...[
    ...desk,
    ...replacement,
    ...durable,
    ...reconcile,
    ...asking,
    ...router,
    ...valuation,
    ...door,
    ...quoted,
    ...freshness,
    ...quarantine,
    ...step,
  ],
]
