/** The changes on disk that make a journal with a torn tail one that can be continued: nothing is thrown away. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import type { ChainHasher } from './chain.ts'
import { encodeFrameHead, FLAG_CLOSES_SEGMENT, FLAG_RECOVERED, FrameMemory, frameLayout } from './journal-format.ts'
import type { RecoveryReport } from './journal-read.ts'

/** Cuts a torn tail off the last segment. Returns the number of the segment to go on with. */
export function prepareResume(dir: string, report: RecoveryReport, hasher: ChainHasher): number {
  const { file, offset, segment } = report
  if (offset === 0) {
    // Not even the head of this segment is there: its number is used again.
    renameSync(file, tornName(file))
    syncDirectory(dir)
    return segment
  }
  if (report.droppedBytes > 0) writeFileSync(tornName(file), readFileSync(file).subarray(offset), { flush: true })
  if (!report.closed) {
    const memory = new FrameMemory(frameLayout(0, 0).bytes)
    const layout = frameLayout(0, 0)
    const flags = FLAG_CLOSES_SEGMENT | FLAG_RECOVERED
    encodeFrameHead(memory, 0, { ...layout, flags, firstRecord: report.records })
    memory.bytes.set(hasher.bytes(), layout.chainAt)
    const fd = openSync(file, 'r+')
    try {
      ftruncateSync(fd, offset)
      for (let done = 0; done < layout.bytes; )
        done += writeSync(fd, memory.bytes, done, layout.bytes - done, offset + done)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  }
  return segment + 1
}

/** A name beside the segment that is not taken. */
function tornName(file: string): string {
  let name = `${file}.torn`
  for (let n = 2; existsSync(name); n++) name = `${file}.${n}.torn`
  return name
}

/** Makes new and renamed files of a directory durable. */
export function syncDirectory(dir: string): void {
  const fd = openSync(dir, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
