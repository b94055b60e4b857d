/** kafkajs sets a timer for requests that wait, and none while none does; a connection opens one socket at a time. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import Connection from 'kafkajs/src/network/connection.js'
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
import { until } from '../runtime/until.ts'
import './kafkajs-repairs.ts'

afterEach(() => void jest.useRealTimers())

/** A queue of a connection that kafkajs's server does not throttle. */
const queueWith = (pending: unknown[]) => ({
  pending,
  throttledUntil: -1,
  throttleCheckTimeoutId: null,
  checkPendingRequests: jest.fn<() => void>(),
})

test('no timer while no request waits', () => {
  jest.useFakeTimers()
  RequestQueue.prototype.scheduleCheckPendingRequests.call(queueWith([]) as unknown as RequestQueue)
  expect(jest.getTimerCount()).toBe(0)
})

test('one that looks again soon while one does', () => {
  jest.useFakeTimers()
  const queue = queueWith(['a request'])
  for (const _ of [1, 2]) RequestQueue.prototype.scheduleCheckPendingRequests.call(queue as unknown as RequestQueue)
  expect(jest.getTimerCount()).toBe(1)
  jest.advanceTimersByTime(10)
  expect(queue.checkPendingRequests).toHaveBeenCalledTimes(1)
  expect(queue.throttleCheckTimeoutId).toBeNull()
})

describe('connects that begin together', () => {
  const silent = { namespace: () => silent, debug: () => {}, error: () => {} }
  const together = (connection: Connection) => Promise.allSettled([1, 2, 3].map(() => connection.connect()))

  function connectionTo(port: number) {
    const sockets: Socket[] = []
    const socketFactory = ({ onConnect }: { onConnect: () => void }) => {
      const socket = connect({ host: '127.0.0.1', port }, onConnect)
      sockets.push(socket)
      return socket
    }
    const where = { host: '127.0.0.1', port, connectionTimeout: 1_000, requestTimeout: 1_000 }
    return { sockets, connection: new Connection({ ...where, logger: silent, socketFactory }) }
  }

  test('open one socket, of which nothing is left after the disconnect', async () => {
    const server = createServer(socket => socket.resume()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { sockets, connection } = connectionTo((server.address() as AddressInfo).port)

    try {
      expect(await together(connection)).toMatchObject([{ value: true }, { value: true }, { value: true }])
      expect(sockets.length).toBe(1)
      await connection.disconnect()
      await until(() => sockets[0]!.closed, { what: 'the end of the socket' })
    } finally {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })

  test('fail together, and the next one tries again', async () => {
    const { sockets, connection } = connectionTo(1)

    for (const tries of [1, 2]) {
      expect((await together(connection)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
      expect(sockets.length).toBe(tries)
    }
  })
})
