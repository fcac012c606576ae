/** A process of its own that wants a token: prints it. Arguments: host, state directory, when to begin (ms since 1970). */
import { TokenDesk } from '../../../adapters/kis/auth.ts'
import { Http } from '../../../adapters/kis/http.ts'
import { Redactor } from '../../../adapters/kis/redact.ts'

const [host = '', dir = '', at = '0'] = process.argv.slice(2)
const http = new Http(host)
const sealed = (text: string) => ({ reveal: () => text })
const desk = new TokenDesk({
  env: 'paper',
  keys: { appKey: sealed('K'.repeat(36)), appSecret: sealed('S'.repeat(180)) },
  dir,
  refreshAt: 7.5 * 3_600_000_000,
  http,
  redactor: new Redactor(),
  wall: () => Date.now() * 1000,
  raw: () => undefined,
})
await new Promise((resolve) => setTimeout(resolve, Math.max(0, Number(at) - Date.now())))
process.stdout.write(String(await desk.token()))
http.close()
