/**
 * A live session through its ports: recorded, sealed and verified; killed and gone on with from its journal, with an order
 * on its way, a fill that was never heard of, and a torn tail (I-01, I-02, I-13, I-24, I-26, I-30, R-40, R-44).
 */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { SECOND } from '../../src/core/base/time.ts'
import { journalTape } from '../../src/runtime/journal-tape.ts'
import { openLiveRun } from '../../src/runtime/live-run.ts'
import { sealLiveRun } from '../../src/runtime/live-seal.ts'
import type { LiveSpec } from '../../src/runtime/live-spec.ts'
import { rerunLive } from '../../src/runtime/live-verify.ts'
import { openRun } from '../../src/runtime/run-dir.ts'
import { openTape } from '../../src/tape/read.ts'
import type { JournalWriter } from '../../src/tape/journal.ts'
import { AAA } from '../support/live-parts.ts'
import { books, config, loaded, Play, specOf, T0 } from '../support/live-play.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-live-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('a live session', () => {
  test('trades, reconciles, is sealed and verifies from its journal alone', async () => {
    const dir = join(root, 'whole')
    const play = new Play(dir, books(), T0, 0)
    play.quotes(400)
    const { desk } = play.session.engine
    expect(play.session.failure).toBeUndefined()
    expect(desk.state).toBe('LIVE')
    expect(desk.fillCount).toBeGreaterThan(6)
    expect(desk.ledger.position(0, 0).qty).toBe(play.books.held)
    expect(desk.ledger.cashOf(0, 0)).toBe(play.books.cash)
    await play.session.end()
    const summary = await sealLiveRun(play.run, play.session, { mode: 'paper', agent: loaded, generated: true })
    const { spec, manifest } = await openRun(dir)
    const again = rerunLive(dir, spec as LiveSpec, loaded)
    expect(again.first).toBeUndefined()
    expect(again.digest).toBe(summary.digest)
    expect(manifest.digest).toBe(summary.digest)
    expect(again.events).toBe(400)
    // The market it saw is a tape of its own, row for row.
    const out = join(root, 'whole-tape')
    const made = await journalTape({
      ...{ run: dir, out, instruments: [AAA], source: 'hand', generated: true, resolution: 'us' },
    })
    expect(made?.streams).toMatchObject([{ symbol: 'AAA', kind: 'quotes', rows: 400 }])
    expect((await openTape(out)).manifest).toMatchObject({ label: 'generated', source: { kind: 'generated' } })
    expect(readFileSync(join(dir, 'fills.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(1 + desk.fillCount)
  })

  test('F-57 a listener that throws ends it in order: sold out, sealed, verified', async () => {
    const dir = join(root, 'listener')
    const play = new Play(dir, books(), T0, 0)
    let heard = 0
    play.run.graph.fills$.subscribe(() => {
      heard++
      throw new Error('a bad sink')
    })
    while (play.books.held === 0) play.quotes(1)
    // Records reach listeners with the next commit, and RxJS tells of the throw on a timer.
    while (heard === 0 || play.session.listenerFailed === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      play.quotes(1)
    }
    play.quotes(5)
    const { desk } = play.session.engine
    expect(play.session.listenerFailed?.error).toMatchObject({ message: 'a bad sink' })
    expect(play.session.failure).toBeUndefined()
    expect([desk.state, play.books.held, heard]).toEqual(['STOPPED', 0, 1])
    await play.session.end()
    const summary = await sealLiveRun(play.run, play.session, { mode: 'paper', agent: loaded, generated: true })
    const { spec } = await openRun(dir)
    expect(rerunLive(dir, spec as LiveSpec, loaded).digest).toBe(summary.digest)
  })

  test('killed again and again it goes on: no order twice, no fill lost, nothing opened before the books agree', async () => {
    let dir = join(root, 'killed')
    const account = books()
    let t = T0
    for (let life = 0; life < 6; life++) {
      const play = new Play(dir, account, t, life === 0 ? 0 : 2)
      play.quotes(37 + 11 * life)
      // In some lives the last commands never reach the broker, in others its answers are never heard.
      play.port.deaf = life % 2 === 1
      play.quotes(9)
      dir = await play.kill(join(root, `killed-${life}`))
      t = play.clock.now() + 7 * SECOND
    }
    const last = new Play(dir, account, t, 2)
    last.quotes(150)
    last.clock.advance(60 * SECOND)
    last.quotes(20)
    const { desk } = last.session.engine
    expect(last.session.failure).toBeUndefined()
    expect([...account.received.values()].filter((n) => n > 1)).toEqual([])
    expect(desk.ledger.position(0, 0).qty).toBe(account.held)
    expect(desk.ledger.cashOf(0, 0)).toBe(account.cash)
    expect(desk.orders.live.filter((o) => o.state === 'unknown')).toEqual([])
    await last.session.end()
    const summary = await sealLiveRun(last.run, last.session, { mode: 'paper', agent: loaded, generated: true })
    const { spec } = await openRun(dir)
    const again = rerunLive(dir, spec as LiveSpec, loaded)
    expect(again.first).toBeUndefined()
    expect(again.digest).toBe(summary.digest)
  })

  test('a torn tail at any byte: the prefix is recovered and the broker says what is missing (I-24, F-65)', async () => {
    const dir = join(root, 'torn')
    const account = books()
    const first = new Play(dir, account, T0, 0)
    first.quotes(120)
    await first.session.end()
    const journal = join(dir, 'journal')
    const segment = join(
      journal,
      readdirSync(journal)
        .filter((f) => f.endsWith('.stj'))
        .sort()
        .at(-1) as string,
    )
    truncateSync(segment, statSync(segment).size - 1234)
    appendFileSync(segment, Buffer.alloc(57, 7))
    const second = new Play(dir, account, first.clock.now() + SECOND, 2)
    second.quotes(60)
    const { desk } = second.session.engine
    expect(second.session.failure).toBeUndefined()
    expect(desk.ledger.position(0, 0).qty).toBe(account.held)
    expect(desk.ledger.cashOf(0, 0)).toBe(account.cash)
    expect([...account.received.values()].every((n) => n === 1)).toBe(true)
    await second.session.end()
    ;(second.run.sink.journal as JournalWriter).close()
  })

  test('another configuration does not go on with a session', () => {
    const spec = { ...specOf(), fees: 'kis' }
    expect(() => openLiveRun({ dir: join(root, 'torn'), spec, config, agent: loaded })).toThrow(
      /another configuration|no fees for the market/,
    )
  })
})
