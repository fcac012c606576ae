/**
 * Corporate actions of tapes as engine events. A raw tape (`adjustment: none`) takes splits and dividends, one whose
 * prices are adjusted for splits takes dividends only, in terms of today's shares, and a fully adjusted one nothing:
 * nothing is applied twice. The same action on several tapes of a symbol counts once. An action happens at the local
 * midnight that starts its date, so before the first price of the new shares.
 */
import { z } from 'zod'
import { Failure } from '../cli/failure.ts'
import { toScaled } from '../core/base/decimal.ts'
import { mulDiv, type Ratio } from '../core/base/fixed.ts'
import { DAY, type EpochDay, type Micros, parseDay } from '../core/base/time.ts'
import type { ActionKind } from '../core/domain/event.ts'
import { venueDefaults } from '../reference/venues.ts'
import { localToUtc } from '../reference/zones.ts'
import type { TapeManifest } from '../tape/manifest.ts'

const common = { symbol: z.string(), date: z.string() }
const whole = z.int().positive()
const actionSchema = z.discriminatedUnion('kind', [
  z.looseObject({ ...common, kind: z.literal('split'), ratio: z.object({ num: whole, den: whole }) }),
  z.looseObject({ ...common, kind: z.literal('dividend'), amount: z.string() }),
  z.looseObject({ ...common, kind: z.literal('rename') }),
])
type Stated = z.infer<typeof actionSchema>

/** Dividends per share are kept in 10^-8 of the currency (`ActionEvent.amount`). */
const AMOUNT_DECIMALS = 8

export interface TapeAction {
  readonly symbol: string
  readonly venue: string
  readonly day: EpochDay
  readonly t: Micros
  readonly kind: ActionKind
  readonly num: number
  readonly den: number
  readonly amount: number
}

export interface ActionTape {
  readonly dir: string
  readonly manifest: TapeManifest
}

/** All actions of the tapes, by symbol, venue, time and kind (splits after the dividends of their day). */
export function tapeActions(tapes: readonly ActionTape[]): TapeAction[] {
  const found = new Map<string, TapeAction>()
  for (const tape of tapes) {
    const stated = (tape.manifest.actions ?? []).map((raw, i) => parse(tape.dir, raw, i))
    for (const action of applicable(tape, stated)) {
      const key = [action.venue, action.symbol, action.day, action.kind].join(' ')
      const known = found.get(key)
      if (
        known !== undefined &&
        (known.num !== action.num || known.den !== action.den || known.amount !== action.amount)
      ) {
        throw new Failure(
          `tape ${tape.dir}: its ${action.kind} of ${key} is not that of another tape; import both alike`,
          2,
        )
      }
      found.set(key, action)
    }
  }
  const order: Readonly<Record<ActionKind, number>> = { dividend: 0, split: 1, rename: 2 }
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  return [...found.values()].sort(
    (a, b) => byText(a.venue, b.venue) || byText(a.symbol, b.symbol) || a.t - b.t || order[a.kind] - order[b.kind],
  )
}

function parse(dir: string, raw: unknown, i: number): Stated {
  const parsed = actionSchema.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Failure(`${dir}/manifest.json: actions.${i}.${issue?.path.join('.')}: ${issue?.message}; import it again`)
}

function applicable(tape: ActionTape, stated: readonly Stated[]): TapeAction[] {
  const { adjustment } = tape.manifest
  if (adjustment === 'total') return []
  const splits = stated.filter((a) => a.kind === 'split')
  return stated
    .filter((a) => adjustment === 'none' || a.kind !== 'split')
    .map((a) => {
      const venue = tape.manifest.instruments.find((i) => i.symbol === a.symbol)?.venue
      const day = parseDay(a.date)
      if (venue === undefined || day === undefined) {
        throw new Failure(`${tape.dir}/manifest.json: actions: ${a.kind} of ${a.symbol} at ${a.date} fits no stream`)
      }
      const t = localToUtc(day * DAY, venueDefaults(venue).zone)
      const ratio = a.kind === 'split' ? a.ratio : { num: 1, den: 1 }
      const later = adjustment === 'split' ? splits.filter((s) => s.symbol === a.symbol && s.date >= a.date) : []
      const amount =
        a.kind === 'dividend'
          ? amountOf(
              tape.dir,
              a,
              later.map((s) => s.ratio),
            )
          : 0
      return { symbol: a.symbol, venue, day, t, kind: a.kind, num: ratio.num, den: ratio.den, amount }
    })
}

/** Per share, in terms of the shares after `later` splits. */
function amountOf(dir: string, a: { symbol: string; date: string; amount: string }, later: readonly Ratio[]): number {
  let amount = toScaled(a.amount, AMOUNT_DECIMALS)
  if (amount === undefined || amount < 0) {
    throw new Failure(`${dir}/manifest.json: actions: dividend of ${a.symbol} at ${a.date}: ${a.amount} is no amount`)
  }
  for (const { num, den } of later) amount = mulDiv(amount, den, num, 'down')
  return amount
}
