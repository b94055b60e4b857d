/** `custom.kafkaEvents.statusPort`: GET answers what every group and partition is doing, as JSON. */
import { createServer, type Server } from 'node:http'

/** Listens on 127.0.0.1. Rejects when the port is taken. */
export async function startStatusServer(port: number, status: () => unknown): Promise<Server> {
  const server = createServer((request, response) => {
    const known = request.method === 'GET'
    response.writeHead(known ? 200 : 405, { 'content-type': 'application/json' })
    response.end(known ? JSON.stringify(status(), null, 2) : '{}')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  server.unref()
  return server
}
