/** What was appended is read back; what was torn or changed is found, and the part before it is kept. */
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { JournalError } from '../../../src/tape/error.ts'
import { JournalWriter } from '../../../src/tape/journal.ts'
import { type JournalEnd, readJournal, recoverJournal } from '../../../src/tape/journal-read.ts'

const root = mkdtempSync(join(tmpdir(), 'sametape-journal-'))
afterAll(() => rmSync(root, { recursive: true }))

let made = 0
const freshDir = (): string => join(root, String(made++))

interface Frame {
  readonly lengths: number[]
  readonly seed: number
  readonly closes: boolean
}

const HEADER = { lineage: 'a1b2', schema: 1, 한: '글' }

function payloadOf(frame: Frame): Uint8Array {
  const bytes = new Uint8Array(frame.lengths.reduce((a, b) => a + b, 0))
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31 + frame.seed * 7 + (i >> 3)) & 255
  return bytes
}

function append(writer: JournalWriter, frame: Frame): void {
  writer.append(payloadOf(frame), Uint16Array.from(frame.lengths), frame.lengths.length, frame.closes)
}

function write(frames: readonly Frame[], segmentBytes?: number): { dir: string; chain: string } {
  const dir = freshDir()
  const writer = JournalWriter.create(dir, HEADER, segmentBytes === undefined ? {} : { segmentBytes })
  for (const frame of frames) append(writer, frame)
  const chain = writer.chain()
  writer.close()
  return { dir, chain }
}

interface Read {
  header: unknown
  records: string[]
  end: JournalEnd
}

function read(dir: string, unclosed = false): Read {
  const out: Read = { header: undefined, records: [], end: { records: 0, chain: '', closed: false } }
  const items = readJournal(dir, { unclosed })
  for (let step = items.next(); ; step = items.next()) {
    if (step.done === true) {
      out.end = step.value
      return out
    }
    const item = step.value
    if (item.type === 'header') out.header = item.header
    else {
      expect(item.firstRecord).toBe(out.records.length)
      expect(item.payload.byteOffset % 8).toBe(0)
      let at = 0
      for (const length of item.lengths) {
        out.records.push(Buffer.from(item.payload.subarray(at, at + length)).toString('hex'))
        at += length
      }
    }
  }
}

function recordsOf(frames: readonly Frame[]): string[] {
  return frames.flatMap((frame) => {
    const payload = Buffer.from(payloadOf(frame))
    let at = 0
    return frame.lengths.map((length) => payload.subarray(at, (at += length)).toString('hex'))
  })
}

/** The chain by its definition, without the code under test. */
function chainOf(frames: readonly Frame[]): string {
  let before = Buffer.alloc(32)
  let block: Uint8Array[] = []
  for (const frame of frames) {
    block.push(payloadOf(frame))
    if (!frame.closes) continue
    before = createHash('sha256')
      .update(Buffer.concat([before, ...block]))
      .digest()
    block = []
  }
  if (block.length > 0)
    before = createHash('sha256')
      .update(Buffer.concat([before, ...block]))
      .digest()
  return before.toString('hex')
}

const SMALL: Frame[] = [
  { lengths: [56, 8, 24], seed: 1, closes: false },
  { lengths: [16], seed: 2, closes: true },
  { lengths: [56, 56], seed: 3, closes: false },
]

const frameArb: fc.Arbitrary<Frame> = fc.record({
  lengths: fc.array(
    fc.integer({ min: 1, max: 40 }).map((x) => x * 8),
    { minLength: 1, maxLength: 12 },
  ),
  seed: fc.nat(1000),
  closes: fc.boolean(),
})

describe('a journal that was closed', () => {
  it('gives back header, records and chain', () => {
    const { dir, chain } = write(SMALL)
    const got = read(dir)
    expect(got.header).toEqual(HEADER)
    expect(got.records).toEqual(recordsOf(SMALL))
    expect(got.end).toEqual({ records: 6, chain, closed: true })
    expect(chain).toBe(chainOf(SMALL))
  })

  it('does so for random frames over many segments', () => {
    const property = fc.property(
      fc.array(frameArb, { maxLength: 30 }),
      fc.integer({ min: 100, max: 5000 }),
      (frames, size) => {
        const { dir, chain } = write(frames, size)
        const got = read(dir)
        expect(got.records).toEqual(recordsOf(frames))
        expect(got.end.chain).toBe(chainOf(frames))
        expect(chain).toBe(got.end.chain)
        expect(recoverJournal(dir)).toMatchObject({ droppedBytes: 0, closed: true, what: undefined })
      },
    )
    fc.assert(property, { seed: 20260102, numRuns: 60 })
  })

  it('has a chain that does not depend on how the payload was cut into frames', () => {
    const whole: Frame = { lengths: [8, 16, 24, 32], seed: 5, closes: true }
    const payload = payloadOf(whole)
    const pieces = JournalWriter.create(freshDir(), HEADER)
    pieces.append(payload.subarray(0, 24), Uint16Array.of(8, 16), 2, false)
    pieces.append(payload.subarray(24), Uint16Array.of(24, 32), 2, true)
    expect(pieces.chain()).toBe(write([whole]).chain)
    pieces.close()
  })

  it('takes frames larger than its buffers', () => {
    const large: Frame = { lengths: Array.from({ length: 90_000 }, () => 56), seed: 9, closes: false }
    const { dir } = write([large, ...SMALL])
    expect(read(dir).records).toEqual(recordsOf([large, ...SMALL]))
  })

  it('is not written over', () => {
    const { dir } = write(SMALL)
    expect(() => JournalWriter.create(dir, HEADER)).toThrow('a journal is there already')
  })

  it('refuses records that do not fill their payload', () => {
    const writer = JournalWriter.create(freshDir(), HEADER)
    expect(() => writer.append(new Uint8Array(16), Uint16Array.of(8), 1, false)).toThrow(RangeError)
    expect(() => writer.append(new Uint8Array(12), Uint16Array.of(12), 1, false)).toThrow(RangeError)
    expect(() => writer.append(new Uint8Array(8), Uint16Array.of(8, 8), 2, false)).toThrow(RangeError)
    append(writer, SMALL[0] as Frame)
    expect(writer.records).toBe(3)
    expect(writer.chain()).toBe(chainOf(SMALL.slice(0, 1)))
    writer.close()
    expect(() => append(writer, SMALL[0] as Frame)).toThrow('was closed')
  })
})

describe('damage', () => {
  const copyOf = (dir: string): string => {
    const copy = freshDir()
    cpSync(dir, copy, { recursive: true })
    return copy
  }

  it('at any byte at which the last segment is cut: the intact prefix is kept and said', () => {
    const frames = [...SMALL, ...SMALL.slice(0, 1)]
    const { dir } = write(frames, 400)
    const names = readdirSync(dir)
    expect(names).toEqual(['000001.stj', '000002.stj'])
    const all = recordsOf(frames)
    const last = readFileSync(join(dir, '000002.stj'))
    const kept = new Set<number>()
    const copy = copyOf(dir)
    for (let size = 0; size < last.length; size++) {
      writeFileSync(join(copy, '000002.stj'), last.subarray(0, size))
      expect(() => read(copy)).toThrow(JournalError)
      const report = recoverJournal(copy)
      expect(report.file).toBe(join(copy, '000002.stj'))
      expect(report.offset + report.droppedBytes).toBe(size)
      expect(report.closed).toBe(false)
      expect(report.inLastSegment).toBe(true)
      kept.add(report.records)
      const { writer, recovered } = JournalWriter.resume(copy)
      expect(recovered.records).toBe(report.records)
      append(writer, SMALL[1] as Frame)
      writer.close()
      expect(read(copy).records).toEqual([...all.slice(0, report.records), ...recordsOf(SMALL.slice(1, 2))])
      rmSync(copy, { recursive: true })
      cpSync(dir, copy, { recursive: true })
    }
    expect([...kept].sort()).toEqual([6, 9])
  })

  it('of a journal of one segment, at any byte', () => {
    const { dir } = write(SMALL)
    const whole = readFileSync(join(dir, '000001.stj'))
    const kept = new Set<number>()
    for (let size = 0; size < whole.length; size++) {
      truncateSync(join(dir, '000001.stj'), size)
      writeFileSync(join(dir, '000001.stj'), whole.subarray(0, size))
      const report = recoverJournal(dir)
      kept.add(report.records)
      expect(() => read(dir)).toThrow(JournalError)
      expect(report.records).toBeLessThanOrEqual(6)
    }
    expect([...kept].sort()).toEqual([0, 3, 4, 6])
  })

  it('F-66 of any single bit is found', () => {
    const { dir } = write(SMALL, 400)
    for (const name of readdirSync(dir)) {
      const file = join(dir, name)
      const whole = readFileSync(file)
      for (let bit = 0; bit < whole.length * 8; bit++) {
        const bad = Buffer.from(whole)
        bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7))
        writeFileSync(file, bad)
        let error: unknown
        try {
          read(dir)
        } catch (caught) {
          error = caught
        }
        if (!(error instanceof JournalError))
          throw new Error(`bit ${bit} of ${name} was flipped and not found: ${error}`)
        expect(error.file).toBe(file)
        // The offset names the frame, which begins at or before the damaged byte.
        expect(error.offset).toBeLessThanOrEqual(bit >> 3)
      }
      writeFileSync(file, whole)
    }
    expect(read(dir).end.closed).toBe(true)
  })

  it('with intact frames behind it is no torn tail and is not resumed unasked', () => {
    const { dir } = write(SMALL)
    const file = join(dir, '000001.stj')
    const whole = readFileSync(file)
    const bytes = Buffer.from(whole)
    const first = recoverJournal(dir)
    expect(first).toMatchObject({ records: 6, framesBehind: 0 })
    bytes.fill(0, 200, 208)
    writeFileSync(file, bytes)
    const report = recoverJournal(dir)
    expect(report).toMatchObject({ records: 0, framesBehind: 3, inLastSegment: true })
    expect(() => JournalWriter.resume(dir)).toThrow('3 intact frames follow the damage')
    expect(readFileSync(file)).toEqual(bytes)
    const { writer } = JournalWriter.resume(dir, { acceptLoss: true })
    writer.close()
    expect(read(dir)).toMatchObject({ records: [], header: HEADER })
    expect(readFileSync(`${file}.torn`)).toEqual(bytes.subarray(report.offset))
  })

  it('in a segment before the last is refused by resume', () => {
    const { dir } = write(SMALL, 400)
    const file = join(dir, '000001.stj')
    const bytes = readFileSync(file)
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] as number) ^ 1
    writeFileSync(file, bytes)
    expect(recoverJournal(dir)).toMatchObject({ file, inLastSegment: false })
    expect(() => JournalWriter.resume(dir)).toThrow('it cannot be resumed')
    expect(readFileSync(file)).toEqual(bytes)
  })

  it('by a missing, exchanged or foreign segment', () => {
    const frames = [...SMALL, ...SMALL, ...SMALL]
    const { dir } = write(frames, 400)
    expect(readdirSync(dir)).toHaveLength(4)
    const third = join(dir, '000003.stj')
    const whole = readFileSync(third)
    rmSync(third)
    expect(() => read(dir)).toThrow(/000003.stj: offset 0: this segment is missing/)
    writeFileSync(third, readFileSync(join(dir, '000002.stj')))
    expect(() => read(dir)).toThrow('this is segment 2, not 3')
    const other = write([{ lengths: [56, 8, 32], seed: 1, closes: false }, ...frames.slice(1)], 400)
    writeFileSync(third, readFileSync(join(other.dir, '000003.stj')))
    expect(() => read(dir)).toThrow('does not continue the chain')
    writeFileSync(third, whole)
    expect(read(dir).records).toEqual(recordsOf(frames))
  })
})

describe('a session that crashed', () => {
  it('goes on in the chain, the torn bytes kept beside', () => {
    const dir = freshDir()
    const crashed = JournalWriter.create(dir, HEADER)
    append(crashed, SMALL[0] as Frame)
    append(crashed, SMALL[1] as Frame)
    crashed.sync()
    const file = join(dir, '000001.stj')
    const torn = Buffer.alloc(77, 0x5a)
    writeFileSync(file, torn, { flag: 'a' })
    const { writer, recovered } = JournalWriter.resume(dir)
    expect(recovered).toMatchObject({ file, records: 4, droppedBytes: 77, closed: false, what: 'no frame begins here' })
    append(writer, SMALL[2] as Frame)
    expect(writer.chain()).toBe(chainOf(SMALL))
    writer.close()
    expect(readFileSync(`${file}.torn`)).toEqual(torn)
    expect(read(dir)).toMatchObject({ records: recordsOf(SMALL), header: HEADER })
    expect(read(dir).end).toEqual({ records: 6, chain: chainOf(SMALL), closed: true })
  })

  it('has everything that was synced and, read as unclosed, everything that was flushed', () => {
    const dir = freshDir()
    const writer = JournalWriter.create(dir, HEADER)
    append(writer, SMALL[0] as Frame)
    expect(read(dir, true).records).toEqual([])
    writer.flush()
    expect(read(dir, true)).toMatchObject({ records: recordsOf(SMALL.slice(0, 1)), end: { closed: false } })
    expect(() => read(dir)).toThrow('the closing frame is missing')
    writer.close()
  })

  it('keeps the state of an open block through any number of crashes', () => {
    const property = fc.property(fc.array(frameArb, { minLength: 1, maxLength: 8 }), fc.nat(60), (frames, cut) => {
      const dir = freshDir()
      let writer = JournalWriter.create(dir, HEADER)
      for (const frame of frames) {
        append(writer, frame)
        writer.sync()
        const file = join(
          dir,
          readdirSync(dir)
            .filter((name) => name.endsWith('.stj'))
            .at(-1) as string,
        )
        writeFileSync(file, Buffer.alloc(cut, 7), { flag: 'a' })
        writer = JournalWriter.resume(dir).writer
      }
      writer.close()
      expect(read(dir)).toMatchObject({ records: recordsOf(frames), end: { chain: chainOf(frames) } })
    })
    fc.assert(property, { seed: 20260103, numRuns: 20 })
  })
})
