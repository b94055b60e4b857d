/** What a tool says when it is not let in: where, why, and never the password. */
import { expect, test } from '@jest/globals'
import { connectDatabase, connected, databaseAddress } from './connections.ts'

const clientThatFails = (error: Error) => ({
  connect: () => Promise.reject(error),
  disconnect: () => Promise.resolve(),
})

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
