/**
 * The layouts of files that are known by their header row, and the roles a column can play. Header names are
 * compared in lower case. A column with role '-' is known and not used.
 */
import type { TimeUnit } from './stamp-field.ts'

export const ROLES = [
  't',
  'venue_t',
  'event',
  'expiry',
  'price',
  'size',
  'bid',
  'ask',
  'bid_size',
  'ask_size',
  'exchange',
  'cond',
  'suspicious',
  'flags',
  'maker',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'bid_open',
  'bid_high',
  'bid_low',
  'bid_close',
  'ask_open',
  'ask_high',
  'ask_low',
  'ask_close',
  'rate',
] as const
export type Role = (typeof ROLES)[number]

/** What the rows of a file are. `feed` has trades and quotes in one file, told apart by a column. */
export type RowKind = 'trades' | 'quotes' | 'bars' | 'closes' | 'fx' | 'feed'

export interface Layout {
  readonly name: string
  readonly rows: RowKind
  /** Header name → role, '-' for a known column that is not used. */
  readonly columns: ReadonlyMap<string, Role | '-'>
  readonly required: readonly string[]
  readonly timeUnit: TimeUnit
  readonly venueTimeUnit?: TimeUnit
  /** 'venue': stamps without a zone are the venue's wall clock, because the layout is documented so. */
  readonly zone?: 'venue'
  /** The source counts volume in lots of so many units. */
  readonly volumeFactor?: number
  /** What the layout's source is known to do to its prices. */
  readonly adjustment?: 'split'
  readonly venue?: 'FX' | 'CRYPTO'
}

type Columns = readonly (readonly [string, Role | '-'])[]

const OHLC: Columns = [
  ['open', 'open'],
  ['high', 'high'],
  ['low', 'low'],
  ['close', 'close'],
]
const OHLCV: Columns = [...OHLC, ['volume', 'volume']]
const TICK_FLAGS: Columns = [
  ['exchange', 'exchange'],
  ['cond_hex', 'cond'],
  ['cond', 'cond'],
  ['suspicious', 'suspicious'],
  ['expiry', 'expiry'],
]
const BAR_QUOTES: Columns = (['bid', 'ask'] as const).flatMap((side) => [
  ...(['open', 'high', 'low', 'close'] as const).map((p) => [`${side}_${p}`, `${side}_${p}` as Role] as const),
  [`${side}_size`, `${side}_size` as Role] as const,
])
const names = (columns: Columns): string[] => columns.map(([name]) => name)

function layout(
  name: string,
  rows: RowKind,
  timeUnit: TimeUnit,
  required: Columns,
  optional: Columns,
  rest: Partial<Layout> = {},
): Layout {
  return { name, rows, timeUnit, columns: new Map([...required, ...optional]), required: names(required), ...rest }
}

/** In order of preference where two describe a header equally well. */
export const LAYOUTS: readonly Layout[] = [
  layout(
    'us-trades',
    'trades',
    'ms',
    [
      ['ts_ms', 't'],
      ['price', 'price'],
      ['size', 'size'],
    ],
    TICK_FLAGS,
  ),
  layout(
    'us-quotes',
    'quotes',
    'ms',
    [
      ['ts_ms', 't'],
      ['bid', 'bid'],
      ['bid_size', 'bid_size'],
      ['ask', 'ask'],
      ['ask_size', 'ask_size'],
    ],
    TICK_FLAGS,
  ),
  layout(
    'bars-utc',
    'bars',
    'iso',
    [['ts_utc', 't'], ...OHLCV],
    [...BAR_QUOTES, ['expiry', 'expiry'], ['ts_local', '-']],
  ),
  layout('quote-bars-utc', 'bars', 'iso', [['ts_utc', 't'], ...BAR_QUOTES], [['expiry', 'expiry']]),
  layout('bars-local', 'bars', 'iso', [['ts_local', 't'], ...OHLCV], [], { zone: 'venue' }),
  layout(
    'bars-lots',
    'bars',
    'iso',
    [['bar_start_utc', 't'], ...OHLC, ['volume_lots100', 'volume']],
    [
      ['source_label_cet', '-'],
      ['average', '-'],
      ['barcount', '-'],
    ],
    { volumeFactor: 100 },
  ),
  layout('bars-timestamp', 'bars', 'iso', [['timestamp', 't'], ...OHLCV], [['change', '-']]),
  layout('bars-date', 'bars', 'iso', [['date', 't'], ...OHLCV], [['change', '-']]),
  layout('yahoo-daily', 'bars', 'iso', [['date', 't'], ...OHLCV, ['adj_close', '-']], [], { adjustment: 'split' }),
  layout('yahoo-download', 'bars', 'iso', [['date', 't'], ...OHLCV, ['adj close', '-']], [], { adjustment: 'split' }),
  layout(
    'kr-daily',
    'bars',
    'iso',
    [
      ['날짜', 't'],
      ['종가', 'close'],
      ['시가', 'open'],
      ['고가', 'high'],
      ['저가', 'low'],
      ['거래량', 'volume'],
    ],
    [],
  ),
  layout(
    'index-closes',
    'closes',
    'iso',
    [
      ['date', 't'],
      ['close', 'close'],
      ['volume_thousand_shares', 'volume'],
    ],
    [
      ['abs_change', '-'],
      ['value_million_krw', '-'],
    ],
    { volumeFactor: 1000 },
  ),
  layout(
    'closes',
    'closes',
    'iso',
    [
      ['date', 't'],
      ['close', 'close'],
    ],
    [],
  ),
  layout('fx-daily', 'fx', 'iso', [['ts_source', 't'], ...OHLC], [], { venue: 'FX' }),
  layout(
    'fx-usdkrw',
    'fx',
    'iso',
    [
      ['date', 't'],
      ['usdkrw', 'rate'],
    ],
    [['kr_minus_us_policy_rate_pct', '-']],
    { venue: 'FX' },
  ),
  layout(
    'crypto-feed',
    'feed',
    'ns',
    [
      ['local_ns', 't'],
      ['exch_ms', 'venue_t'],
      ['event', 'event'],
      ['price', 'price'],
      ['qty', 'size'],
      ['bid', 'bid'],
      ['bid_qty', 'bid_size'],
      ['ask', 'ask'],
      ['ask_qty', 'ask_size'],
    ],
    [
      ['id', '-'],
      ['buyer_is_maker', 'maker'],
    ],
    { venue: 'CRYPTO', venueTimeUnit: 'ms' },
  ),
]

export function layoutNames(): string {
  return LAYOUTS.map((l) => l.name).join(', ')
}
