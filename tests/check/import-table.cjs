/**
 * Who may import whom. One row per folder: what else of the project it may import (its own folder always). A folder
 * without a row fails tests/architecture.test.ts. `types` lists folders of which only types may be imported; `inside`
 * and `except` narrow a row to a folder within, or to everything but it.
 */
const core = (...names) => names.map((name) => `^src/core/${name}/`)
const failure = '^src/cli/failure\\.ts$'

const table = [
  { folder: 'src/core/base', may: [] },
  { folder: 'src/core/domain', may: core('base') },
  { folder: 'src/core/data', may: core('base', 'domain') },
  { folder: 'src/core/decision', may: core('base', 'domain', 'data'), types: core('execution') },
  { folder: 'src/core/execution', may: core('base', 'domain', 'data') },
  { folder: 'src/core/sim', may: core('base', 'domain', 'data') },
  { folder: 'src/core/engine', may: core('base', 'domain', 'data', 'decision', 'execution') },
  { folder: 'src/tape', may: core('base', 'domain') },
  {
    folder: 'src/reference',
    // Instruments are written and read as the configuration is: YAML with places for messages.
    may: [...core('base', 'domain'), '^src/config/(leaves|nearest|read-yaml|tree)\\.ts$', failure],
    types: ['^src/tape/manifest\\.ts$'],
  },
  { folder: 'src/config', may: ['^src/core/', failure] },
  { folder: 'src/generate', may: [...core('base', 'domain'), '^src/tape/', '^src/reference/', failure] },
  {
    folder: 'src/import',
    may: [...core('base', 'domain'), '^src/tape/', '^src/reference/', failure],
    types: ['^src/cli/command\\.ts$'],
  },
  {
    folder: 'src/report',
    // A report reads a sealed run and verifies it; of the report, the runtime needs nothing but the figures.
    may: [
      ...['^src/core/', '^src/tape/', '^src/reference/', '^src/config/', failure],
      '^src/runtime/(csv-file|fill-book|live-opening|live-spec|record-fields|record-reader|record-sink|run-dir|run-money|run-spec|verify)\\.ts$',
    ],
  },
  {
    folder: 'src/runtime',
    may: ['^src/core/', '^src/tape/', '^src/reference/', '^src/config/', '^src/report/metrics\\.ts$', failure],
  },
  { folder: 'src/cli', may: ['^src/', '^adapters/'] },
  {
    folder: 'adapters/[^/]+',
    except: 'emulator',
    may: [
      ...core('base', 'domain'),
      ...['^src/runtime/ports\\.ts$', '^src/tape/', '^src/reference/', '^adapters/common/[^/]+\\.ts$', failure],
    ],
  },
  {
    // A broker's emulator is a venue: it matches with the simulated one, on a tape or a generated market.
    folder: 'adapters/[^/]+',
    inside: 'emulator',
    may: [
      ...core('base', 'domain', 'sim'),
      '^src/runtime/(ports|cursor|timeline)\\.ts$',
      '^src/tape/',
      '^src/reference/',
      '^src/generate/',
      // The same for all: where a market comes from, a tape or the generator, on the run's clock; the control door.
      '^adapters/common/emulator/',
      failure,
    ],
  },
]

module.exports = { table }
