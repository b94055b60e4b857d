/** How long the fetches of a consumer wait, told by what a broker of the test's own is asked. */
import { expect, test } from '@jest/globals'
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js'
import './fetch-wait.ts'

/** The parts of kafkajs that a fetch of one partition goes through. */
function groupThatWaits(maxWaitTime: number) {
  const asked: number[] = []
  const paused: { topic: string; partitions: number[] }[] = []
  const broker = {
    fetch: async (request: { maxWaitTime: number }) => {
      asked.push(request.maxWaitTime)
      return { responses: [] }
    },
  }
  const group: ConsumerGroup = Object.assign(Object.create(ConsumerGroup.prototype), {
    maxWaitTime,
    cluster: { refreshMetadataIfNecessary: async () => {}, findBroker: async () => broker },
    subscriptionState: { assigned: () => [{ topic: 't', partitions: [0, 1] }] },
    offsetManager: { committedOffsets: () => ({ t: { 0: '0', 1: '0' } }), nextOffset: () => 0 },
    checkForStaleAssignment: () => {},
    seekOffsets: async () => {},
    filterPartitionsByNode: (_: string, partitions: unknown) => partitions,
    getActiveTopicPartitions: () => ({ t: new Set([0]) }),
    paused: () => paused,
  })
  return { group, asked, paused }
}

test('a fetch waits as its consumer was set up, but no longer than a resumed partition may while one is paused', async () => {
  const { group, asked, paused } = groupThatWaits(1000)
  await group.fetch('1')
  paused.push({ topic: 't', partitions: [1] })
  await group.fetch('1')
  paused.pop()
  await group.fetch('1')
  expect(asked).toEqual([1000, 250, 1000])
})

test('a consumer that waits less goes on doing so', async () => {
  const { group, asked, paused } = groupThatWaits(100)
  paused.push({ topic: 't', partitions: [1] })
  await group.fetch('1')
  expect(asked).toEqual([100])
})
