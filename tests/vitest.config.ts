import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

export default defineConfig({
  root,
  resolve: { alias: { sametape: fileURLToPath(new URL('../src/index.ts', import.meta.url)) } },
  test: {
    include: ['tests/**/*.test.ts', 'adapters/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Many tests wait for sockets: more at a time than there are cores.
    maxWorkers: Math.max(6, availableParallelism()),
  },
})
