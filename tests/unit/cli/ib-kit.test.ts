/** Which venues a session may trade with IB: markets of the configuration are not the names of venues. */
import { expect, test } from 'vitest'
import { configuredIb } from '../../../src/cli/live/ib-kit.ts'
import { loadConfig } from '../../../src/config/load.ts'

function venuesOf(markets: string): readonly string[] | undefined {
  const sets = ['brokers.ib.enabled=true', 'brokers.ib.account=DU0000001', `brokers.ib.markets=${markets}`]
  return configuredIb(loadConfig({ dir: undefined, sets, env: {} }), {})?.venues
}

test.each([
  ['US', ['US']],
  ['US,EU,ASIA', ['US', 'TSE', 'HK', 'LSE', 'XETRA', 'EURONEXT']],
  ['CN', ['SSE', 'SZSE']],
  ['KRX', ['KRX']],
])('%s', (markets, venues) => {
  expect(venuesOf(markets)).toEqual(venues)
})
