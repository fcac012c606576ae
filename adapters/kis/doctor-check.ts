/** One line of `doctor kis`: what was looked at, what was found and what to do. */
export type AbroadMarket = 'us' | 'jp' | 'hk' | 'cn'
export type AbroadCheck = `${AbroadMarket}-account` | `${AbroadMarket}-quotes`

export interface Check {
  readonly name: 'keys' | 'account' | 'quotes' | 'notices' | 'quote-keys' | AbroadCheck
  readonly passed: boolean
  /** What was found; without secrets. */
  readonly found: string
  /** What to do; blank when passed. */
  readonly mend: string
}
