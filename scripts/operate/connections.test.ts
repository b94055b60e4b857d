/** What a tool says when it is not let in: where, why, and never the password. And that it leaves no connection to Kafka. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Admin } from 'kafkajs'
import { until } from '../../shared/runtime/until.ts'
import { connectDatabase, connected, databaseAddress, withClient } from './connections.ts'

const clientThatFails = (error: Error) => ({ connect: () => Promise.reject(error) })

test('MariaDB: the address without the login', async () => {
  expect(databaseAddress('mysql://pay:secret@db.internal:3306/paydb?ssl=%7B%7D')).toBe('db.internal:3306/paydb')
  await expect(connectDatabase('mysql://pay:secret@127.0.0.1:1/paydb')).rejects.toThrow(
    /^MariaDB does not let us in at 127\.0\.0\.1:1\/paydb \(connect ECONNREFUSED 127\.0\.0\.1:1\); `npm run status` says/,
  )
})

test('an address that is none is refused, and not repeated', async () => {
  await expect(connectDatabase('pay:secret@db')).rejects.toThrow('DATABASE_URL is no address')
  await expect(connectDatabase('secret')).rejects.not.toThrow('secret')
})

test('Kafka: every broker, the reason, and what to do about a certificate', async () => {
  const cluster = { brokers: ['b-1:9096', 'b-2:9096'] }
  await expect(
    connected(clientThatFails(new Error('Connection error: self-signed certificate')), cluster),
  ).rejects.toThrow(
    /^Kafka does not let us in at b-1:9096, b-2:9096 \(Connection error: self-signed certificate\); .*NODE_EXTRA_CA_CERTS/,
  )
  await expect(connected(clientThatFails(new Error('authentication failed')), cluster)).rejects.toThrow(
    /^Kafka does not let us in at b-1:9096, b-2:9096 \(authentication failed\)$/,
  )
})

describe('a client of Kafka', () => {
  const open = new Set<Socket>()
  let connectionCount: number
  const broker = createServer(socket => {
    open.add(socket)
    connectionCount++
    socket.on('data', request => socket.write(noVersions(request))).once('close', () => open.delete(socket))
  })
  const cluster = () => ({ brokers: [`127.0.0.1:${(broker.address() as AddressInfo).port}`] })

  /** The answer to the question which requests a broker knows: none. */
  function noVersions(request: Buffer): Buffer {
    const answer = Buffer.alloc(18)
    answer.writeInt32BE(14)
    request.copy(answer, 4, 8, 12)
    return answer
  }

  beforeAll(() => once(broker.listen(0, '127.0.0.1'), 'listening'))
  beforeEach(() => {
    connectionCount = 0
  })
  afterAll(() => {
    for (const socket of open) socket.destroy()
    broker.close()
  })

  test('leaves no connection when its work fails', async () => {
    const work = async () => {
      throw new Error('spoilt')
    }
    await expect(withClient(cluster(), kafka => kafka.admin(), work)).rejects.toThrow('spoilt')
    expect(connectionCount).toBe(1)
    await until(() => open.size === 0, { what: 'the end of the connection' })
  })

  test('connects no more after its end, whatever still asks', async () => {
    const keep = async (admin: Admin) => admin
    const admin = await withClient(cluster(), kafka => kafka.admin(), keep)
    await until(() => open.size === 0, { what: 'the end of the connection' })
    await expect(admin.listTopics()).rejects.toThrow('this client has been ended')
    expect(connectionCount).toBe(1)
  })
})
