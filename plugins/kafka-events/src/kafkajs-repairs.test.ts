/** Requests that begin together on a connection of kafkajs share one socket. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import Connection from 'kafkajs/src/network/connection.js'
import './kafkajs-repairs.ts'

const silent = { namespace: () => silent, debug: () => {}, error: () => {} }

test('connects that begin together open one socket', async () => {
  const server = createServer(socket => socket.resume()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets: Socket[] = []
  const where = { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  const socketFactory = ({ onConnect }: { onConnect: () => void }) => {
    const socket = connect(where, onConnect)
    sockets.push(socket)
    return socket
  }
  const settings = { ...where, connectionTimeout: 1_000, requestTimeout: 1_000, logger: silent, socketFactory }
  const connection = new Connection(settings)

  try {
    await Promise.all([1, 2, 3].map(() => connection.connect()))
    expect(sockets.length).toBe(1)
    await connection.disconnect()
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
})
