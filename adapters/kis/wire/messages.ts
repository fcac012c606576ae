/**
 * Message codes and their texts as KIS sends them (KIS reference 5, 8.6). Codes marked unconfirmed there are left out.
 */

/** Texts of the gateway and of the parameter checks. */
export const GATEWAY: Readonly<Record<string, string>> = {
  EGW00103: '유효하지 않은 AppKey입니다.',
  EGW00105: '유효하지 않은 AppSecret입니다.',
  EGW00115: 'grant_type이 없습니다.',
  EGW00116: '지원하지 않는 grant_type입니다.',
  EGW00121: '유효하지 않은 token 입니다.',
  EGW00122: 'token을 찾을 수 없습니다.',
  EGW00123: '기간이 만료된 token 입니다.',
  EGW00131: '유효하지 않은 hashkey 입니다.',
  EGW00132: '유효하지 않은 content-type 입니다.',
  EGW00133: '접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)',
  EGW00201: '초당 거래건수를 초과하였습니다.',
  EGW00202: 'GW라우팅 중 오류가 발생했습니다.',
  EGW00203: 'OPS라우팅 중 오류가 발생했습니다.',
  EGW00205: 'credentials_type이 유효하지 않습니다.(Bearer)',
  EGW00206: 'API 사용 권한이 없습니다.',
  EGW00208: '고객유형(custtype)이 유효하지 않습니다.',
  EGW00215: '원장에서 허용 가능한 초당 거래건수를 초과하였습니다.',
  EGW00300: '서비스 호출 중 오류가 발생했습니다.',
  EGW00301: '연결시간이 초과되었습니다. 직전 거래를 확인하시기 바랍니다.',
  EGW00302: '거래시간이 초과되었습니다. 직전 거래를 확인하시기 바랍니다.',
  EGW00304: '고객식별키가 유효하지 않습니다.',
  EGW00310: 'tr_id가 유효하지 않습니다.',
  EGW00316: '조회 처리 중 오류 발생하였습니다. 재 조회 수행 부탁드립니다.',
  EGW02004: '실전투자 도메인은 모의투자 앱키로 호출하실 수 없습니다.',
  EGW02005: '실전투자 TR 이 아닙니다.',
  EGW02006: '모의투자 TR 이 아닙니다.',
  IGW00007: 'MCA 전문바디 구성 중 오류가 발생하였습니다.',
  MCA00124: '해당 서비스를 찾을수 없습니다.',
  OPSQ2000: 'ERROR : INPUT INVALID_CHECK_ACNO',
  OPSQ2001: 'ERROR : INPUT FIELD NOT FOUND',
  OPSQ2002: 'ERROR : INPUT FIELD SIZE',
  OPSQ9996: 'ERROR : INVALID JSON',
}

/** Why an order was refused, in our words; each environment has its own code and text. */
export type Refusal =
  | 'funds'
  | 'holdings'
  | 'quantity'
  | 'symbol'
  | 'tick'
  | 'limit'
  | 'division'
  | 'exchange'
  | 'before-open'
  | 'after-close'
  | 'holiday'
  | 'overseas-closed'
  | 'nothing-left'
  | 'no-order'
  | 'no-modify'
  | 'halted'

export interface Words {
  readonly code: string
  readonly text: string
  readonly rtCd: '1' | '7'
}

const words = (code: string, text: string, rtCd: '1' | '7' = '1'): Words => ({ code, text, rtCd })

/**
 * Live texts. The codes of tick, limit, division, exchange, halt and of an unknown or finished original order are not
 * published: the numbers here are stand-ins with the known wording, and nobody should branch on them. The same holds
 * for paper's division, exchange, symbol and modify codes.
 */
const LIVE: Readonly<Record<Refusal, Words>> = {
  funds: words('APBK0952', '주문가능금액을 초과 했습니다', '7'),
  holdings: words('APBK0400', '주문 가능한 수량을 초과했습니다.', '7'),
  quantity: words('APBK0400', '주문 가능한 수량을 초과했습니다.', '7'),
  symbol: words('APBK0656', '해당종목정보가 없습니다.'),
  tick: words('APBK0506', '주식주문호가단위 오류입니다.'),
  limit: words('APBK0501', '상/하한가를 벗어난 주문입니다.'),
  division: words('APBK0570', '주문구분 입력오류입니다.'),
  exchange: words('APBK0571', '거래소 구분 입력오류입니다.'),
  'before-open': words('APBK0919', '장운영시간이 아닙니다.(주문불가)'),
  'after-close': words('APBK0919', '장운영시간이 아닙니다.(주문불가)'),
  holiday: words('APBK0919', '장운영일자가 주문일과 상이합니다'),
  'overseas-closed': words('APBK1664', '해당 시장의 주문가능시간이 아닙니다.'),
  'nothing-left': words('APBK0927', '정정/취소할 수량이 없습니다.'),
  'no-order': words('APBK0930', '원주문번호를 확인하십시오.'),
  'no-modify': words('APBK1663', '정정주문이 불가능한 시장입니다.'),
  halted: words('APBK0956', '거래정지 종목입니다.'),
}

const PAPER: Readonly<Record<Refusal, Words>> = {
  funds: words('40250000', '모의투자 주문가능금액이 부족합니다.'),
  holdings: words('40240000', '모의투자 잔고내역이 없습니다.'),
  quantity: words('40310000', '모의투자 주문수량을 확인하십시오.'),
  symbol: words('40070000', '모의투자 주문처리가 안되었습니다(매매불가 종목)'),
  tick: words('40030000', '모의투자 주문처리가 안되었습니다(호가단위 오류)'),
  limit: words('40270000', '모의투자 상/하한가 오류'),
  division: words('40080000', '모의투자 주문구분 오류'),
  exchange: words('40090000', '모의투자 거래소구분 오류'),
  'before-open': words('40570000', '모의투자 장시작전 입니다.'),
  'after-close': words('40580000', '모의투자 장종료 입니다.'),
  holiday: words('40100000', '모의투자 영업일이 아닙니다.'),
  'overseas-closed': words('40570000', '모의투자 장시작전 입니다.'),
  'nothing-left': words('40330000', '모의투자 정정/취소할 수량이 없습니다.'),
  'no-order': words('40330000', '모의투자 정정/취소할 수량이 없습니다.'),
  'no-modify': words('40080000', '모의투자 정정주문이 불가능한 시장입니다.'),
  halted: words('40070000', '모의투자 주문처리가 안되었습니다(매매불가 종목)'),
}

export function refusalWords(env: 'live' | 'paper', refusal: Refusal): Words {
  return (env === 'live' ? LIVE : PAPER)[refusal]
}

export type Success = 'quote' | 'inquiry' | 'empty' | 'more' | 'buy' | 'sell' | 'modify' | 'cancel'

const LIVE_OK: Readonly<Record<Success, readonly [string, string]>> = {
  quote: ['MCA00000', '정상처리 되었습니다.'],
  inquiry: ['KIOK0510', '조회가 완료되었습니다'],
  empty: ['KIOK0560', '조회할 내용이 없습니다'],
  more: ['MCA05762', '조회가 계속 됩니다'],
  buy: ['APBK0013', '주문 전송 완료 되었습니다.'],
  sell: ['APBK0013', '주문 전송 완료 되었습니다.'],
  modify: ['APBK0013', '주문 전송 완료 되었습니다.'],
  cancel: ['APBK0013', '주문 전송 완료 되었습니다.'],
}

const PAPER_OK: Readonly<Record<Success, readonly [string, string]>> = {
  quote: ['MCA00000', '정상처리 되었습니다.'],
  inquiry: ['20310000', '모의투자 조회가 완료되었습니다.'],
  empty: ['70070000', '모의투자 조회할 내역(자료)이 없습니다.'],
  more: ['20310000', '모의투자 조회가 완료되었습니다.'],
  buy: ['40600000', '모의투자 매수주문이 완료 되었습니다.'],
  sell: ['40590000', '모의투자 매도주문이 완료 되었습니다.'],
  modify: ['40620000', '모의투자 정정주문이 완료 되었습니다.'],
  cancel: ['40630000', '모의투자 취소주문이 완료 되었습니다.'],
}

export function successWords(env: 'live' | 'paper', success: Success): readonly [code: string, text: string] {
  return (env === 'live' ? LIVE_OK : PAPER_OK)[success]
}

/** Codes of the socket with their return code and text. */
export const SOCKET: Readonly<Record<string, readonly [rtCd: string, text: string]>> = {
  OPSP0000: ['0', 'SUBSCRIBE SUCCESS'],
  OPSP0001: ['0', 'UNSUBSCRIBE SUCCESS'],
  OPSP0002: ['1', 'ALREADY IN SUBSCRIBE'],
  OPSP0003: ['1', 'UNSUBSCRIBE ERROR(not found!)'],
  OPSP0007: ['1', 'SUBSCRIBE INTERNAL ERROR'],
  OPSP0008: ['1', 'MAX SUBSCRIBE OVER'],
  OPSP0011: ['1', 'invalid approval : NOT FOUND'],
  OPSP8991: ['9', 'invalid tr_id'],
  OPSP8992: ['9', 'invalid tr_key'],
  OPSP8996: ['9', 'ALREADY IN USE appkey'],
  OPSP8997: ['9', 'invalid tr_type'],
  OPSP8998: ['9', 'invalid custtype'],
  OPSP9990: ['9', 'tr_key not found'],
  OPSP9991: ['9', 'input not found'],
  OPSP9992: ['9', 'body not found'],
  OPSP9994: ['9', 'approval_key not found'],
  OPSP9996: ['9', 'header not found'],
  OPSP9999: ['9', 'invalid json'],
}
