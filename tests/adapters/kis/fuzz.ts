/**
 * Mutated frames and bodies against everything of the adapter that reads (I-42): a value that can be used, or a typed
 * refusal; never a throw, a number that is none, or a long stare. Seeded, so that a finding can be played again.
 */
import { readFileSync } from 'node:fs'
import { AccountInquiries } from '../../../adapters/kis/accounts.ts'
import { decryptNotice } from '../../../adapters/kis/cipher.ts'
import { PAPER } from '../../../adapters/kis/codes.ts'
import { ForeignAccounts } from '../../../adapters/kis/foreign.ts'
import { DayPrices } from '../../../adapters/kis/day-prices.ts'
import { domesticOrder, overseasOrder } from '../../../adapters/kis/decode.ts'
import { FrameDecoder } from '../../../adapters/kis/frames.ts'
import { History } from '../../../adapters/kis/history.ts'
import { type Http, readJson } from '../../../adapters/kis/http.ts'
import { Listings } from '../../../adapters/kis/instruments.ts'
import { readLeg } from '../../../adapters/kis/order-answer.ts'
import { RequestRate } from '../../../adapters/kis/rate.ts'
import { Redactor } from '../../../adapters/kis/redact.ts'
import { type Door, rowsOf, TradingRest } from '../../../adapters/kis/rest.ts'
import { DEFAULTS, HOSTS, type KisSettings, readAccount } from '../../../adapters/kis/settings.ts'
import { GeneratedFeed } from '../../../adapters/common/emulator/generated-feed.ts'
import { isDataFrame, readControl, readFrame, writeAcknowledgement } from '../../../adapters/kis/wire/frame.ts'
import { readNotice } from '../../../adapters/kis/wire/notice.ts'
import { Rng } from '../../../src/core/base/rng.ts'
import { DAY, epochDay, HOUR } from '../../../src/core/base/time.ts'

/** The moment of the golden frames. */
const NOW = epochDay(2026, 3, 3) * DAY + HOUR

interface Golden {
  readonly secret: { readonly key: string; readonly iv: string }
  readonly frames: readonly { readonly frame: string }[]
  readonly notices: readonly { readonly tr: string; readonly text: string; readonly frame?: string }[]
}

const golden = JSON.parse(
  readFileSync(new URL('../../fixtures/kis/golden-frames.json', import.meta.url), 'utf8'),
) as Golden

const { instruments } = new GeneratedFeed(['005930', 'AAPL', 'TSE:7203', 'HK:00700', 'SZSE:000001'], 1, NOW)
const listings = new Listings(instruments, ['KRX', 'US', 'TSE', 'HK', 'SZSE'], ['TSE'])

/** A trade and books of one level. */
const ASIA: readonly string[] = [
  '0|HDFSCNT0|001|RTSE7203^7203^1^20260303^20260303^100512^20260303^100512^2500.0^2560.0^2490.0^2541.0^2^41.0^+1.64^2540.5^2541.0^300^500^200^1204300^3050000000^600000^604300^100.72^1',
  '0|HDFSASP0|001|RTSE7203^7203^1^20260303^100513^20260303^100513^300^500^0^0^2540.0^2541.0^300^500^0^0',
  '0|HDFSASP1|001|DHKS00700^00700^3^20260303^095013^20260303^105013^1200^800^0^0^510.000^510.500^1200^800^0^0',
]
let now = NOW
/** Waiting takes no time here, and passes it. */
const clock = {
  now: () => now,
  after: (span: number, then: () => void) => {
    now += span
    queueMicrotask(then)
    return () => undefined
  },
}

/** Texts that break careless readers. */
const WORDS = [
  '',
  '-',
  '0',
  '-1',
  '1e309',
  'NaN',
  'Infinity',
  '9007199254740993',
  '1.123456789012345678',
  '999999',
  '^',
]
const BODY_WORDS = ['null', '[]', '{}', '""', '"9007199254740993"', '-0', '1e999', 'true', '[[[[[[', '"\\ud800"']

function mutate(rng: Rng, text: string, words: readonly string[]): string {
  let out = text
  for (let n = 1 + rng.below(3); n > 0; n--) out = once(rng, out, words)
  return out
}

function once(rng: Rng, text: string, words: readonly string[]): string {
  const at = rng.below(text.length + 1)
  const to = Math.min(text.length, at + 1 + rng.below(40))
  switch (rng.below(8)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + String.fromCharCode(rng.below(0x2ff)) + text.slice(at + 1)
    case 2:
      return text.slice(0, at) + text.slice(to)
    case 3:
      return text.slice(0, to) + text.slice(at)
    case 4:
      return text.slice(0, at) + (words[rng.below(words.length)] as string) + text.slice(at)
    case 5:
      return swapField(rng, text, words)
    case 6:
      return text.replace(/\|(\d{3})\|/, `|${String(rng.below(2000)).padStart(3, '0')}|`)
    default:
      return text.replace(/\d+/, () => words[rng.below(words.length)] as string)
  }
}

/** One value of a frame or a body becomes a word. */
function swapField(rng: Rng, text: string, words: readonly string[]): string {
  const glue = text.includes('^') ? '^' : ','
  const fields = text.split(glue)
  fields[rng.below(fields.length)] = words[rng.below(words.length)] as string
  return fields.join(glue)
}

/** I-19: nothing but finite, safe numbers comes out. */
function sane(value: unknown, path = ''): void {
  if (typeof value === 'number' && !(Number.isFinite(value) && !Object.is(value, -0))) {
    throw new Error(`${path} is ${value}`)
  }
  if (typeof value !== 'object' || value === null || ('instrument' in value && path.endsWith('.listing'))) return
  for (const [name, part] of Object.entries(value)) sane(part, `${path}.${name}`)
}

function readSocket(text: string): void {
  if (!isDataFrame(text)) return sane(readControl(text))
  const frame = readFrame(text)
  if (frame === undefined) return
  const decoder = new FrameDecoder(listings)
  for (const event of decoder.decode(frame, NOW)) {
    sane(event)
    if (event.type === 'trade' && (event.price <= 0 || event.size <= 0)) throw new Error('a trade of nothing')
    if (event.type === 'quote' && (event.bid < 0 || event.ask < 0)) throw new Error('a negative quote')
  }
  if (frame.tr.includes('CNI')) {
    const plain = frame.encrypted ? decryptNotice(frame.payload, golden.secret) : frame.payload
    if (plain !== undefined) sane(readNotice(frame.tr, plain))
  }
}

/** Answers of the services that the adapter reads, as the emulator gives them. */
const BODIES: readonly string[] = [
  '{"rt_cd":"0","msg_cd":"40600000","msg1":"모의투자 매수주문이 완료 되었습니다.","output":{"KRX_FWDG_ORD_ORGNO":"00950","ODNO":"0000012345","ORD_TMD":"100000"}}',
  '{"output1":[{"ord_dt":"20260303","ord_gno_brno":"00950","odno":"0000012345","orgn_odno":"","sll_buy_dvsn_cd":"02","sll_buy_dvsn_cd_name":"현금매수","pdno":"005930","ord_qty":"10","ord_unpr":"72300","ord_tmd":"100000","tot_ccld_qty":"4","avg_prvs":"72300","tot_ccld_amt":"289200","rmn_qty":"6","rjct_qty":"0"}],"output2":{"tot_ord_qty":"10"},"ctx_area_fk100":"","ctx_area_nk100":"","rt_cd":"0","msg_cd":"20310000","msg1":"조회"}',
  '{"output":[{"ord_dt":"20260302","odno":"0000000777","orgn_odno":"","sll_buy_dvsn_cd":"01","rvse_cncl_dvsn":"00","pdno":"AAPL","ft_ord_qty":"5","ft_ord_unpr3":"195.12000000","ft_ccld_qty":"5","ft_ccld_unpr3":"195.12000000","ft_ccld_amt3":"975.60000","nccs_qty":"0","prcs_stat_name":"완료","rjct_rson":"","dmst_ord_dt":"20260303","thco_ord_tmd":"001000"}],"rt_cd":"0","msg_cd":"20310000","msg1":"조회"}',
  '{"output1":[{"pdno":"005930","hldg_qty":"10","ord_psbl_qty":"10","pchs_avg_pric":"72300.0000","pchs_amt":"723000","thdt_buyqty":"10","thdt_sll_qty":"0"}],"output2":[{"prvs_rcdl_excc_amt":"99277000","scts_evlu_amt":"723000"}],"ctx_area_fk100":"","ctx_area_nk100":"","rt_cd":"0","msg_cd":"20310000","msg1":"조회"}',
  '{"output1":[{"ovrs_pdno":"AAPL","ovrs_cblc_qty":"5","ord_psbl_qty":"5","pchs_avg_pric":"195.1200"}],"output2":{"frcr_pchs_amt1":"975.60000","crcy_cd":"USD","frcr_buy_amt_smtl":"0","frcr_sll_amt_smtl":"0","frcr_dncl_amt_2":"9024.40"},"output":{"ord_psbl_frcr_amt":"9024.40","frcr_ord_psbl_amt1":"12000.00","ord_psbl_cash":"99277000"},"rt_cd":"0","msg_cd":"20310000","msg1":"조회"}',
  '{"output":{"stck_prpr":"72300","stck_mxpr":"93700","stck_llam":"50500","aspr_unit":"100","last":"195.1200"},"rt_cd":"0","msg_cd":"MCA00000","msg1":"정상처리 되었습니다."}',
  '{"output1":{"rsym":"DNASAAPL"},"output2":[{"stck_bsop_date":"20260227","stck_cntg_hour":"095900","stck_oprc":"72000","stck_hgpr":"72500","stck_lwpr":"71800","stck_prpr":"72300","stck_clpr":"72300","cntg_vol":"100","acml_vol":"1000","xymd":"20260227","kymd":"20260302","khms":"233000","open":"195.1","high":"195.6","low":"194.9","last":"195.12","clos":"195.12","evol":"10","tvol":"100"}],"rt_cd":"0","msg_cd":"MCA00000","msg1":"정상"}',
  '{"output1":[{"ovrs_pdno":"7203","ovrs_cblc_qty":"100","ord_psbl_qty":"100","pchs_avg_pric":"2541.0000"}],"output2":[{"crcy_cd":"JPY","frcr_buy_amt_smtl":"0","frcr_sll_amt_smtl":"0","frcr_dncl_amt_2":"15000000.000000"}],"output":{"ord_psbl_frcr_amt":"15000000.00","frcr_ord_psbl_amt1":"15000000.000000","exrt":"9.30","uplp":"2900.0","dnlp":"2100.0","last":"2541.0"},"rt_cd":"0","msg_cd":"20310000","msg1":"조회"}',
  '{"rt_cd":"1","msg_cd":"EGW00201","msg1":"초당 거래건수를 초과하였습니다."}',
  '{"error_description":"접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)","error_code":"EGW00133"}',
]

const settings: KisSettings = {
  ...DEFAULTS,
  env: 'paper',
  hosts: HOSTS.paper,
  keys: { appKey: { reveal: () => 'K'.repeat(36) }, appSecret: { reveal: () => 'S'.repeat(180) } },
  account: readAccount('50000000-01'),
  htsId: 'tester',
  stateDir: '',
  requestsPerSecond: 1e6,
}

/** A door behind which every request is answered with this body. */
function doorOf(text: string, status: number): Door {
  const json = readJson(text)
  const reply =
    json === undefined
      ? { ok: false, status, seen: { kind: 'body', status }, text }
      : { ok: true, status, json, trCont: 'D', text }
  const http = { exchange: () => Promise.resolve(reply), close: () => undefined } as unknown as Http
  const tokens = { token: () => Promise.resolve('t'), drop: () => undefined } as unknown as Door['tokens']
  const rate = new RequestRate(1e6, clock)
  return { http, keys: settings.keys, tokens, rate, clock, redactor: new Redactor(), raw: () => undefined }
}

async function readBody(text: string, status: number): Promise<void> {
  now = NOW
  const rest = new TradingRest(doorOf(text, status), PAPER)
  const answer = await rest.order(PAPER.order['kr.buy'], {})
  if (answer.ok) sane(readLeg(answer, NOW, 0))
  else sane(answer.trouble)
  for (const part of ['output', 'output1']) {
    const list = await rest.list(PAPER.account['kr.orders'], {}, part)
    const rows = list.ok ? list.rows : []
    for (const row of rows)
      sane([withoutListing(domesticOrder(listings, row)), withoutListing(overseasOrder(listings, row))])
    sane(rowsOf(rows).length)
  }
  const accounts = new AccountInquiries(rest, listings, settings.account)
  const foreign = new ForeignAccounts(rest, listings, settings, false, () => false)
  sane([
    (await accounts.domestic())?.won,
    await foreign.cash(NOW),
    await foreign.powers(),
    await foreign.wonRate('JPY'),
    await accounts.spendableWon(),
  ])
  for (const h of [...((await accounts.domestic())?.holdings ?? []), ...((await foreign.holdings()) ?? [])]) {
    sane([h.qty, h.free, h.avgPrice, h.cost, h.boughtToday, h.soldToday])
  }
  const prices = new DayPrices(rest, true, listings, clock)
  const history = new History(rest, listings, clock)
  for (const listing of listings.all) {
    sane([await prices.range(listing), await prices.best(listing)])
    sane([
      await history.daily(listing.instrument.id, epochDay(2026, 2, 20)),
      await history.minutes(listing.instrument.id, NOW - HOUR),
    ])
  }
}

function withoutListing(order: ReturnType<typeof domesticOrder>): unknown {
  return order === undefined ? undefined : { ...order, listing: undefined }
}

export interface FuzzOutcome {
  readonly frames: number
  readonly bodies: number
  /** Longest of all, milliseconds. */
  readonly slowest: number
}

/** `runs` mutated texts, nine of ten of them frames. Throws naming seed, number and text of the first that broke. */
export async function fuzz(seed: number, runs: number): Promise<FuzzOutcome> {
  const rng = Rng.start(seed, 0x6b697366)
  const secret = golden.secret
  const control = [
    writeAcknowledgement({
      ...{ tr: 'H0STCNI9', key: 'tester', encrypt: 'N', rtCd: '0', msgCd: 'OPSP0000', msg1: 'SUBSCRIBE SUCCESS' },
      secret,
    }),
    '{"header":{"tr_id":"PINGPONG","datetime":"20260303100000"}}',
  ]
  const plain = golden.notices.map((n) => `0|${n.tr}|001|${n.text}`)
  const frames = [
    ...golden.frames.map((f) => f.frame),
    ...ASIA,
    ...plain,
    ...golden.notices.flatMap((n) => n.frame ?? []),
    ...control,
  ]
  const out = { frames: 0, bodies: 0, slowest: 0 }
  for (let i = 0; i < runs; i++) {
    const isBody = i % 10 === 0
    const from = isBody ? BODIES : frames
    const text = mutate(rng, from[rng.below(from.length)] as string, isBody ? BODY_WORDS : WORDS)
    const start = performance.now()
    try {
      if (isBody) await readBody(text, rng.below(4) === 0 ? 500 : 200)
      else readSocket(text)
    } catch (error) {
      throw new Error(`seed ${seed}, text ${i}: ${String(error)}\n${text}`, { cause: error })
    }
    out.slowest = Math.max(out.slowest, performance.now() - start)
    if (isBody) out.bodies++
    else out.frames++
  }
  return out
}
