/** The process that serves the built shop. Its argument is the folder that Vite has built; port, API, starter and the console's issuer come from the environment. */
import { isDemoPath } from './api-paths.ts'
import { readBuild } from './built-files.ts'
import { forwarderTo, forwarderToSocket } from './forward.ts'
import { createShopServer } from './shop-server.ts'

/** Below the time that the starter gives it. */
const LAST_ANSWERS_MS = 2_000

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('the folder of the built shop is missing')
const port = Number(process.env.WEB_PORT || 5173)
const apiUrl = process.env.API_URL || 'http://127.0.0.1:8080'

const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`)
const toApi = forwarderTo({ apiUrl, log })
// Only a starter sets it.
const demoSocket = process.env.DEMO_SOCKET
const toPanel = demoSocket ? forwarderToSocket(demoSocket, { name: 'The starter', log }) : toApi
const server = createShopServer(
  readBuild(folder),
  (request, response) => (isDemoPath(request.url!) ? toPanel : toApi)(request, response),
  { issuerOrigins: process.env.CONSOLE_ISSUER_ORIGINS },
)
server.listen(port, '127.0.0.1', () => log(`the shop is on http://127.0.0.1:${port}, the API behind it is ${apiUrl}`))

function stop() {
  server.close()
  setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS).unref()
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
