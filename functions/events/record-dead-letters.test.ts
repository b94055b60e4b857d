/** payment.dlq, from Kafka's event to rows. */
import { expect, test } from '@jest/globals'
import { createFakePorts } from '../../shared/payments/fakes.ts'
import { FakeLog } from '../../test/unit/http-fakes.ts'
import { kafkaEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './record-dead-letters.ts'

const letter = JSON.stringify({ topic: 'payment.captured', partition: 3, offset: 15, error: 'not JSON', failedAt: '' })

function setUp() {
  const ports = { ...createFakePorts(), log: new FakeLog(), auditLog: { append: async () => undefined } }
  return { ports, take: createHandler(ports) }
}

test('letters and notes of a batch are recorded, which is one line of the log', async () => {
  const { ports, take } = setUp()
  const note = JSON.stringify({ handled: { partition: 0, offset: 4, state: 'put aside' } })
  await take(
    kafkaEvent([letter, 'no letter', note].map((value, index) => ({ topic: 'payment.dlq', offset: 4 + index, value }))),
  )

  expect((await ports.deadLetterRows.list({ limit: 9 })).map(({ offset, state }) => [offset, state])).toEqual([
    [5, 'WAITING'],
    [4, 'PUT_ASIDE'],
  ])
  expect(ports.log.lines.map(({ fields }) => fields)).toEqual([{ listed: 2, noted: 1 }])
})

test('a batch is delivered again while the database is away', async () => {
  const { ports, take } = setUp()
  ports.transactions.away = true

  await expect(take(kafkaEvent([{ topic: 'payment.dlq', value: letter }]))).rejects.toThrow('away')
})
