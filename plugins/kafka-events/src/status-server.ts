/** `custom.kafkaEvents.statusPort`: GET answers what every group and partition is doing, as JSON. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Listens on 127.0.0.1. Rejects when the port is taken. */
export async function startStatusServer(port: number, status: () => Promise<unknown>): Promise<Server> {
  const server = createServer(async (request, response) => {
    const isGet = request.method === 'GET'
    response.writeHead(isGet ? 200 : 405, { 'content-type': 'application/json', ...(isGet ? {} : { allow: 'GET' }) })
    response.end(isGet ? JSON.stringify(await status(), null, 2) : '{}')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  server.unref()
  return server
}

export const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
