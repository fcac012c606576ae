/** Seals a closed part in a thread of its own, so that tables of a whole day do not hold the engine up. */
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { sealPart, type SealTask } from '../../runtime/live-seal.ts'

export function sealInWorker(task: SealTask): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: task })
    worker.once('message', () => resolve())
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`${task.dir}: sealing ended with ${code}`)))
  })
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort
  await sealPart(workerData as SealTask)
  port.postMessage('sealed')
}
