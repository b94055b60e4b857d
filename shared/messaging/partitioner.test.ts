import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import kafkajs, { type Message } from 'kafkajs'
import { createPartitioner } from './partitioner.ts'

const topic = 'payment.authorized'
const partitionMetadata = Array.from({ length: 997 }, (_, partitionId) => ({
  partitionId,
  partitionErrorCode: 0,
  leader: 1,
  replicas: [1],
  isr: [1],
}))
const ours = createPartitioner()
const theirs = kafkajs.Partitioners.DefaultPartitioner()
const chosen = (message: Omit<Message, 'value'>) =>
  [ours, theirs].map(choose => choose({ topic, partitionMetadata, message: { value: null, ...message } }))

describe('createPartitioner', () => {
  test('chooses what kafkajs chooses, whatever the length of the key', () => {
    for (let length = 0; length <= 40; length++)
      for (let round = 0; round < 50; round++) {
        const [mine, expected] = chosen({ key: randomBytes(length) })
        expect({ length, chosen: mine }).toEqual({ length, chosen: expected })
      }
  })

  test.each(['pay_01K00000000000000000000000', '', '결제', 'é'])('chooses what kafkajs chooses for the key %j', key => {
    const [mine, expected] = chosen({ key })
    expect(mine).toBe(expected)
  })

  // Of Kafka's own UtilsTest.
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %j as Java does', (key, hash) => {
    expect(chosen({ key })[0]).toBe((hash & 0x7fffffff) % partitionMetadata.length)
  })

  test('a named partition wins over the key', () => {
    expect(chosen({ key: 'foobar', partition: 0 })).toEqual([0, 0])
    expect(chosen({ key: null, partition: 7 })).toEqual([7, 7])
  })

  test('records without a key take turns', () => {
    const first = chosen({ key: null })[0]!
    expect(chosen({})[0]).toBe((first + 1) % partitionMetadata.length)
  })
})
