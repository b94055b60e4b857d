import { describe, expect, test } from '@jest/globals'
import { type Cluster, fetchSpans, type Span } from './fetch-spans.ts'

type Rows = Record<number, number[]>

/** One broker whose partitions hold records at these offsets; an answer holds records of `room` partitions at most. */
function brokerOf(rows: Rows, { room = 9, failures = 0 } = {}): Cluster & { fetches: number } {
  const recordsFrom = (partition: number, from: number) =>
    rows[partition]!.filter(offset => offset >= from).map(offset => ({ offset: String(offset), batchContext: {} }))
  const cluster = {
    fetches: 0,
    connect: async () => {},
    disconnect: async () => {},
    addMultipleTargetTopics: async () => {},
    refreshMetadata: async () => {},
    findLeaderForPartitions: (_: string, partitions: number[]) => ({ '1': partitions }),
    findBroker: async () => ({
      fetch: async ({ topics }: { topics: { partitions: { partition: number; fetchOffset: string }[] }[] }) => {
        if (cluster.fetches++ < failures) throw Object.assign(new Error('no leader'), { retriable: true })
        let left = room
        const partitions = topics[0]!.partitions.map(({ partition, fetchOffset }) => {
          const found = recordsFrom(partition, Number(fetchOffset))
          const messages = found.length > 0 && left-- > 0 ? found.slice(0, 2) : []
          return { partition, messages, highWatermark: '99', abortedTransactions: [] }
        })
        return { responses: [{ topicName: 't', partitions }] }
      },
    }),
  }
  return cluster
}

const spanOf = (partition: number, low: number, high: number): Span => ({ topic: 't', partition, low, high })

const again = async <T>(_: string, fetch: () => Promise<T>): Promise<T> => fetch().catch(() => again(_, fetch))

async function offsetsOf(cluster: Cluster, spans: Span[]): Promise<Rows> {
  const found: Rows = {}
  for await (const { partition, messages } of fetchSpans(cluster, spans, again))
    found[partition] = [...(found[partition] ?? []), ...messages.map(({ offset }) => Number(offset))]
  return found
}

describe('fetchSpans', () => {
  test('reads up to the end offset and no further, over gaps', async () => {
    expect(await offsetsOf(brokerOf({ 0: [0, 3, 4, 9, 10] }), [spanOf(0, 0, 10)])).toEqual({ 0: [0, 3, 4, 9] })
  })

  test('stops where the last offsets hold no record any more', async () => {
    expect(await offsetsOf(brokerOf({ 0: [0, 1], 1: [] }), [spanOf(0, 0, 5), spanOf(1, 0, 7)])).toEqual({ 0: [0, 1] })
  })

  // The broker fills its answer with other partitions: empty does not mean at the end.
  test('does not take a partition that an answer left out for one at its end', async () => {
    const rows = { 0: [0, 1, 2, 3, 4], 1: [5, 6, 7] }
    expect(await offsetsOf(brokerOf(rows, { room: 1 }), [spanOf(0, 0, 5), spanOf(1, 0, 8)])).toEqual(rows)
  })

  test('asks again after a failed fetch, and asks nothing of empty spans', async () => {
    expect(await offsetsOf(brokerOf({ 0: [0] }, { failures: 3 }), [spanOf(0, 0, 1)])).toEqual({ 0: [0] })
    const idle = brokerOf({ 0: [0] })
    expect(await offsetsOf(idle, [spanOf(0, 3, 3)])).toEqual({})
    expect(idle.fetches).toBe(0)
  })
})
