/** Domestic charts (reference 6.4, 6.5): minute bars, recent days, bars of days, weeks, months and years; newest first. */
import { parseDay, weekday } from '../../../../src/core/base/time.ts'
import { KR_CHART_BAR, KR_CHART_HEAD, KR_DAILY, KR_MINUTE, KR_MINUTES_HEAD } from '../../wire/domestic-fields.ts'
import { type Row, row } from '../../wire/fields.ts'
import { percentText, signCode } from '../../wire/numbers.ts'
import type { Bar, Board } from '../board.ts'
import { gathered } from '../gather-bars.ts'
import { dayText, KST, kst, localDayOf } from '../../../common/emulator/clock.ts'
import { type Answer, type Call, succeed } from './call.ts'
import { badMarket, changeOf, domesticBoard } from './kr-quotes.ts'

const MINUTES_A_PAGE = 30
const PAST_MINUTES_A_PAGE = 120
const DAYS_A_PAGE = 100
const RECENT = 30

/** `YYYYMMDD` → day number. */
export function readDate(text: string): number | undefined {
  const m = /^(\d{4})(\d{2})(\d{2})$/.exec(text.trim())
  return m === null ? undefined : parseDay(`${m[1]}-${m[2]}-${m[3]}`)
}

function head(board: Board): Row {
  return row(KR_MINUTES_HEAD, {
    ...changeOf(board),
    stck_prdy_clpr: String(board.prevClose),
    acml_vol: String(board.volume),
    acml_tr_pbmn: String(board.amount),
    hts_kor_isnm: board.listing.name,
    stck_prpr: String(board.last),
  })
}

/** Rows of one day up to `time`, newest first; the amount of a row is the day's cumulative amount. */
function minuteRows(board: Board, day: number, time: string, count: number): Row[] {
  const date = dayText(day)
  const ascending = board.minutesOf(day, count).reverse()
  let amount = 0
  const rows = ascending.map((bar) => {
    amount += bar.amount
    const at = kst(bar.at)
    return row(KR_MINUTE, {
      stck_bsop_date: at.date,
      stck_cntg_hour: at.time,
      stck_prpr: String(bar.close),
      stck_oprc: String(bar.open),
      stck_hgpr: String(bar.high),
      stck_lwpr: String(bar.low),
      cntg_vol: String(bar.volume),
      acml_tr_pbmn: String(amount),
    })
  })
  return rows
    .filter((r) => (r.stck_bsop_date as string) < date || (r.stck_cntg_hour as string) <= time)
    .reverse()
    .slice(0, count)
}

/** `HHMMSS`; python-kis asks with midnight for the newest bars, and gets them from the vendor. */
function untilOf(call: Call): string {
  const time = call.param('FID_INPUT_HOUR_1').padStart(6, '0')
  return time === '000000' ? '235959' : time
}

export function minutes(call: Call): Answer {
  const fault = badMarket(call)
  if (fault !== undefined) return fault
  const board = domesticBoard(call, call.param('FID_INPUT_ISCD'))
  if (board === undefined) return succeed(call, 'quote', { output1: row(KR_MINUTES_HEAD, {}), output2: [] })
  const until = untilOf(call)
  const day = localDayOf(call.now, KST)
  return succeed(call, 'quote', { output1: head(board), output2: minuteRows(board, day, until, MINUTES_A_PAGE) })
}

export function pastMinutes(call: Call): Answer {
  const fault = badMarket(call)
  if (fault !== undefined) return fault
  const board = domesticBoard(call, call.param('FID_INPUT_ISCD'))
  const day = readDate(call.param('FID_INPUT_DATE_1'))
  if (board === undefined || day === undefined) {
    return succeed(call, 'quote', { output1: row(KR_MINUTES_HEAD, {}), output2: [] })
  }
  const until = untilOf(call)
  return succeed(call, 'quote', { output1: head(board), output2: minuteRows(board, day, until, PAST_MINUTES_A_PAGE) })
}

export function recentDays(call: Call): Answer {
  const fault = badMarket(call)
  if (fault !== undefined) return fault
  const board = domesticBoard(call, call.param('FID_INPUT_ISCD'))
  const bars = periods(board?.daily() ?? [], call.param('FID_PERIOD_DIV_CODE')).slice(0, RECENT)
  const output = bars.map((bar, i) => {
    const before = bars[i + 1]?.close ?? bar.open
    return row(KR_DAILY, {
      stck_bsop_date: dayText(bar.at),
      stck_oprc: String(bar.open),
      stck_hgpr: String(bar.high),
      stck_lwpr: String(bar.low),
      stck_clpr: String(bar.close),
      acml_vol: String(bar.volume),
      prdy_vrss_vol_rate: percentText(bar.volume - (bars[i + 1]?.volume ?? bar.volume), bars[i + 1]?.volume ?? 0),
      prdy_vrss: String(bar.close - before),
      prdy_vrss_sign: signCode(bar.close - before),
      prdy_ctrt: percentText(bar.close - before, before),
      flng_cls_code: '00',
    })
  })
  return succeed(call, 'quote', { output })
}

export function chart(call: Call): Answer {
  const fault = badMarket(call)
  if (fault !== undefined) return fault
  const symbol = call.param('FID_INPUT_ISCD')
  const board = domesticBoard(call, symbol)
  if (board === undefined) return succeed(call, 'quote', { output1: row(KR_CHART_HEAD, {}), output2: [] })
  const from = readDate(call.param('FID_INPUT_DATE_1')) ?? -Infinity
  const to = readDate(call.param('FID_INPUT_DATE_2')) ?? Infinity
  const all = periods(board.daily(), call.param('FID_PERIOD_DIV_CODE'))
  const output2 = all
    .map((bar, i) => chartRow(bar, all[i + 1]))
    .filter((_, i) => (all[i] as Bar).at >= from && (all[i] as Bar).at <= to)
    .slice(0, DAYS_A_PAGE)
  return succeed(call, 'quote', { output1: chartHead(board), output2 })
}

function chartRow(bar: Bar, before: Bar | undefined): Row {
  const change = bar.close - (before?.close ?? bar.open)
  return row(KR_CHART_BAR, {
    stck_bsop_date: dayText(bar.at),
    stck_clpr: String(bar.close),
    stck_oprc: String(bar.open),
    stck_hgpr: String(bar.high),
    stck_lwpr: String(bar.low),
    acml_vol: String(bar.volume),
    acml_tr_pbmn: String(bar.amount),
    flng_cls_code: '00',
    prtt_rate: '0.00',
    mod_yn: 'N',
    prdy_vrss_sign: signCode(change),
    prdy_vrss: String(change),
  })
}

function chartHead(board: Board): Row {
  const { upper, lower } = board.limits()
  const yesterday = board.days.at(-1)
  return row(KR_CHART_HEAD, {
    ...changeOf(board),
    stck_prdy_clpr: String(board.prevClose),
    acml_vol: String(board.volume),
    acml_tr_pbmn: String(board.amount),
    hts_kor_isnm: board.listing.name,
    stck_prpr: String(board.last),
    stck_shrn_iscd: board.listing.symbol,
    prdy_vol: String(board.prevVolume),
    stck_mxpr: String(upper),
    stck_llam: String(lower),
    stck_oprc: String(board.open),
    stck_hgpr: String(board.high),
    stck_lwpr: String(board.low),
    stck_prdy_oprc: String(yesterday?.open ?? 0),
    stck_prdy_hgpr: String(yesterday?.high ?? 0),
    stck_prdy_lwpr: String(yesterday?.low ?? 0),
    askp: String(board.ask),
    bidp: String(board.bid),
    prdy_vrss_vol: String(board.volume - board.prevVolume),
    lstn_stcn: String(board.listing.shares),
    hts_avls: String(Math.floor((board.listing.shares * board.last) / 100_000_000)),
  })
}

/** Daily bars (newest first) gathered into weeks, months or years; each is dated by its newest day. */
export function periods(daily: readonly Bar[], code: string): Bar[] {
  if (code !== 'W' && code !== 'M' && code !== 'Y') return [...daily]
  return gathered(daily, ({ at }) =>
    code === 'W' ? String(at - weekday(at)) : dayText(at).slice(0, code === 'M' ? 6 : 4),
  )
}
