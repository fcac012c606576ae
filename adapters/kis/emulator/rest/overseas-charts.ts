/** Overseas charts (reference 7.11): daily and minute bars, newest first. */
import { MINUTE } from '../../../../src/core/base/time.ts'
import { sessionTimes } from '../../../../src/reference/calendars.ts'
import { socketKey } from '../../wire/exchanges.ts'
import { type Row, row } from '../../wire/fields.ts'
import { signCode } from '../../wire/numbers.ts'
import {
  OVERSEAS_DAILY_BAR,
  OVERSEAS_DAILY_HEAD,
  OVERSEAS_MINUTE,
  OVERSEAS_MINUTES_HEAD,
} from '../../wire/overseas-fields.ts'
import type { Bar } from '../board.ts'
import { gathered } from '../gather-bars.ts'
import { dayText, KST, localDayOf, stamp } from '../../../common/emulator/clock.ts'
import { type Answer, type Call, succeed } from './call.ts'
import { periods, readDate } from './kr-charts.ts'
import { amountText, asked, type OverseasBoard, priceText, signedPercent, zdivOf } from './overseas-quotes.ts'

const DAYS_A_PAGE = 100
const MINUTES_A_PAGE = 120

export function daily(call: Call): Answer {
  const board = asked(call)
  if (board === undefined) {
    return succeed(call, 'quote', { output1: row(OVERSEAS_DAILY_HEAD, { zdiv: '', nrec: '0' }), output2: [] })
  }
  const anchor = readDate(call.param('BYMD')) ?? Infinity
  const code = ({ '1': 'W', '2': 'M' } as const)[call.param('GUBN')] ?? 'D'
  const all = periods(board.daily(), code)
  const output2 = all
    .map((bar, i) => dailyRow(board, bar, all[i + 1]))
    .filter((_, i) => (all[i] as Bar).at <= anchor)
    .slice(0, DAYS_A_PAGE)
  const rsym = socketKey(board.listing.exchange, board.listing.symbol)
  const output1 = row(OVERSEAS_DAILY_HEAD, { rsym, zdiv: String(zdivOf(board)), nrec: String(output2.length) })
  return succeed(call, 'quote', { output1, output2 })
}

function dailyRow(board: OverseasBoard, bar: Bar, before: Bar | undefined): Row {
  const change = bar.close - (before?.close ?? bar.open)
  return row(OVERSEAS_DAILY_BAR, {
    xymd: dayText(bar.at),
    clos: priceText(board, bar.close),
    sign: signCode(change),
    diff: priceText(board, Math.abs(change)),
    rate: signedPercent(change, before?.close ?? bar.open),
    open: priceText(board, bar.open),
    high: priceText(board, bar.high),
    low: priceText(board, bar.low),
    tvol: String(bar.volume),
    tamt: amountText(board, bar.amount),
    pbid: priceText(board, bar.close),
    vbid: '100',
    pask: priceText(board, bar.close),
    vask: '100',
  })
}

/** Bars are stamped with their start. `KEYB` asks for bars at or before a local stamp. */
export function minutes(call: Call): Answer {
  const board = asked(call)
  if (board === undefined) {
    return succeed(call, 'quote', { output1: row(OVERSEAS_MINUTES_HEAD, { nrec: '' }), output2: [] })
  }
  const size = Math.max(1, Math.min(MINUTES_A_PAGE, Number(call.param('NREC')) || MINUTES_A_PAGE))
  const length = Math.max(1, Number(call.param('NMIN')) || 1)
  const today = localDayOf(call.now, board.listing.zone)
  const days = call.param('PINC') === '1' ? board.minutes.toReversed() : board.minutesOf(today, MINUTES_A_PAGE)
  const before = call.param('KEYB').trim()
  const all = gather(days, length).filter((bar) => {
    const at = stamp(bar.at, board.listing.zone)
    return before === '' || at.date + at.time <= before
  })
  const rows = all.slice(0, size).map((bar) => minuteRow(board, bar))
  return succeed(call, 'quote', { output1: minutesHead(call, board, rows.length, all.length > size), output2: rows })
}

function gather(newestFirst: readonly Bar[], length: number): Bar[] {
  const startOf = ({ at }: Bar): number => Math.floor(at / (length * MINUTE)) * length * MINUTE
  return gathered(newestFirst, startOf).map((bar) => ({ ...bar, at: startOf(bar) }))
}

function minuteRow(board: OverseasBoard, bar: Bar): Row {
  const [local, korea] = [stamp(bar.at, board.listing.zone), stamp(bar.at, KST)]
  return row(OVERSEAS_MINUTE, {
    tymd: local.date,
    xymd: local.date,
    xhms: local.time,
    kymd: korea.date,
    khms: korea.time,
    open: priceText(board, bar.open),
    high: priceText(board, bar.high),
    low: priceText(board, bar.low),
    last: priceText(board, bar.close),
    evol: String(bar.volume),
    eamt: amountText(board, bar.amount),
  })
}

/** Hours are those of the exchange's calendar today, or of a usual day. */
function minutesHead(call: Call, board: OverseasBoard, count: number, more: boolean): Row {
  const { zone, exchange, symbol, instrument } = board.listing
  const today = localDayOf(call.now, zone)
  const on = (day: number) => sessionTimes(instrument.venue, day)
  const session = on(today) ?? on(today - 2) ?? on(today - 3)
  const time = (t: number | undefined, z: string): string => (t === undefined ? '' : stamp(t, z).time)
  return row(OVERSEAS_MINUTES_HEAD, {
    rsym: socketKey(exchange, symbol),
    zdiv: String(zdivOf(board)),
    stim: time(session?.open, zone),
    etim: time(session?.close, zone),
    sktm: time(session?.open, KST),
    ektm: time(session?.close, KST),
    next: more ? '1' : '0',
    more: more ? '1' : '0',
    nrec: String(count),
  })
}
