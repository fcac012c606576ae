/** Reference data: product information and calendars (reference 6.12, 7.2). */
import { weekday } from '../../../../src/core/base/time.ts'
import { sessionTimes } from '../../../../src/reference/calendars.ts'
import { KR_HOLIDAY, PRODUCT_INFO } from '../../wire/domestic-fields.ts'
import { row } from '../../wire/fields.ts'
import { padded } from '../../wire/numbers.ts'
import { US_HOLIDAY } from '../../wire/overseas-fields.ts'
import { dayText, KST, localDayOf } from '../../../common/emulator/clock.ts'
import type { Listing } from '../listing.ts'
import { type Answer, type Call, refuseWith, succeed } from './call.ts'
import { readDate } from './kr-charts.ts'

const HOLIDAY_DAYS = 25
const CURSOR = 20

/** Consecutive calendar days from the asked one on; every KRX session is a business, trading and settlement day here. */
export function holidays(call: Call): Answer {
  const from = readDate(call.param('BASS_DT')) ?? localDayOf(call.now, KST)
  const output = Array.from({ length: HOLIDAY_DAYS }, (_, i) => {
    const day = from + i
    const open = sessionTimes('KRX', day) === undefined ? 'N' : 'Y'
    return row(KR_HOLIDAY, {
      bass_dt: dayText(day),
      wday_dvsn_cd: padded(weekday(day) + 1, 2),
      bzdy_yn: open,
      tr_day_yn: open,
      opnd_yn: open,
      sttl_day_yn: open,
    })
  })
  const cursors = { ctx_area_fk: ''.padEnd(CURSOR), ctx_area_nk: ''.padEnd(CURSOR) }
  return succeed(call, 'quote', { ...cursors, output }, 'D')
}

function productType(listing: Listing): string {
  return listing.exchange?.productType ?? '300'
}

/** The domestic service answers for every market: clients find the exchange of a symbol by trying product types. */
export function productInfo(call: Call): Answer {
  const symbol = call.param('PDNO').toUpperCase()
  const listing = call.world.listings.get(symbol)
  const type = call.param('PRDT_TYPE_CD')
  if (listing === undefined || productType(listing) !== type) {
    return refuseWith('KIOK0560', '조회할 내용이 없습니다', '7')
  }
  const domestic = listing.exchange === undefined
  const output = row(PRODUCT_INFO, {
    pdno: domestic ? symbol.padStart(12, '0') : symbol,
    prdt_type_cd: type,
    prdt_name: listing.name,
    prdt_name120: listing.name,
    prdt_abrv_name: listing.name,
    prdt_eng_name: listing.englishName,
    prdt_eng_name120: listing.englishName,
    prdt_eng_abrv_name: listing.englishName,
    std_pdno: domestic ? `KR7${symbol}003` : `US${symbol}`,
    shtn_pdno: symbol,
    prdt_clsf_name: '주식',
    ivst_prdt_type_cd_name: '주식',
    frst_erlm_dt: '20000101',
  })
  return succeed(call, 'quote', { output }, 'D')
}

/** US days without a session, each as its own settlement date. */
export function countriesHoliday(call: Call): Answer {
  const from = readDate(call.param('TRAD_DT')) ?? localDayOf(call.now, 'America/New_York')
  const days = Array.from({ length: HOLIDAY_DAYS }, (_, i) => from + i)
  const output = days
    .filter((day) => sessionTimes('US', day) !== undefined)
    .map((day) =>
      row(US_HOLIDAY, {
        prdt_type_cd: '512',
        tr_natn_cd: '840',
        tr_natn_name: '미국',
        natn_eng_abrv_cd: 'US',
        tr_mket_cd: '01',
        tr_mket_name: '나스닥',
        acpl_sttl_dt: dayText(day + 1),
        dmst_sttl_dt: dayText(day + 1),
      }),
    )
  const cursors = { ctx_area_fk: ''.padEnd(CURSOR), ctx_area_nk: ''.padEnd(CURSOR) }
  return succeed(call, 'quote', { ...cursors, output }, 'D')
}
