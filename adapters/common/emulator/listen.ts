/** Opens a port of an emulator on loopback; 0 takes a free one. Throws Failure naming the flag of a port that is not to be had. */
import type { Server } from 'node:net'
import { Failure } from '../../../src/cli/failure.ts'

export function listen(server: Server, flag: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException): void => {
      const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be had (${error.message})`
      reject(new Failure(`--${flag} ${port}: port ${port} ${why}; 0 takes a free one`))
    }
    server.once('error', refused)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', refused)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
