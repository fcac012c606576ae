/** Reference data: product information and calendars (reference 6.12, 7.2). */
import { weekday } from '../../../../src/core/base/time.ts'
import { sessionTimes } from '../../../../src/reference/calendars.ts'
import { KR_HOLIDAY, PRODUCT_INFO } from '../../wire/domestic-fields.ts'
import { EXCHANGES } from '../../wire/exchanges.ts'
import { row } from '../../wire/fields.ts'
import { padded } from '../../wire/numbers.ts'
import { OVERSEAS_HOLIDAY } from '../../wire/overseas-fields.ts'
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
    std_pdno: `${listing.exchange?.nationAbbreviation ?? 'KR7'}${symbol}${domestic ? '003' : ''}`,
    shtn_pdno: symbol,
    prdt_clsf_name: '주식',
    ivst_prdt_type_cd_name: '주식',
    frst_erlm_dt: '20000101',
  })
  return succeed(call, 'quote', { output }, 'D')
}

/** Trading days of the US, Hong Kong, Shanghai and Tokyo, the day after as their settlement date. */
export function countriesHoliday(call: Call): Answer {
  const from = readDate(call.param('TRAD_DT')) ?? localDayOf(call.now, 'America/New_York')
  const days = Array.from({ length: HOLIDAY_DAYS }, (_, i) => from + i)
  const markets = ['NASD', 'SEHK', 'SHAA', 'TKSE'].flatMap((code) => EXCHANGES.filter((e) => e.order === code))
  const output = markets.flatMap((e) =>
    days
      .filter((day) => e.venue !== undefined && sessionTimes(e.venue, day) !== undefined)
      .map((day) =>
        row(OVERSEAS_HOLIDAY, {
          prdt_type_cd: e.productType,
          tr_natn_cd: e.nation,
          tr_natn_name: e.nationName,
          natn_eng_abrv_cd: e.nationAbbreviation,
          tr_mket_cd: '01',
          tr_mket_name: e.name,
          acpl_sttl_dt: dayText(day + 1),
          dmst_sttl_dt: dayText(day + 1),
        }),
      ),
  )
  const cursors = { ctx_area_fk: ''.padEnd(CURSOR), ctx_area_nk: ''.padEnd(CURSOR) }
  return succeed(call, 'quote', { ...cursors, output }, 'D')
}
