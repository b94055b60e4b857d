import { describe, expect, test } from '@jest/globals'
import type { Broker, Cluster } from 'kafkajs'
import { QuietFetches } from './quiet-fetches.ts'

const REQUEST = { maxWaitTime: 250, minBytes: 1, topics: [] }
const found = { responses: ['records'] }

/** A broker that answers when told. */
function clusterOf() {
  const asked: { maxWaitTime?: number; answer(response: unknown): void; fail(error: Error): void }[] = []
  const broker = {
    fetch: ({ maxWaitTime }: { maxWaitTime?: number }) => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      asked.push({ maxWaitTime, answer: resolve, fail: reject })
      return promise
    },
  } as unknown as Broker
  return { asked, cluster: { findBroker: async () => broker } as unknown as Cluster }
}

function adopted({ isQuiet }: { isQuiet: () => boolean }) {
  const { asked, cluster } = clusterOf()
  const fetches = new QuietFetches(1260, isQuiet)
  fetches.adopt(cluster)
  const fetch = async () => (await cluster.findBroker({ nodeId: '1' })).fetch(REQUEST)
  return { asked, fetches, fetch }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

describe('QuietFetches', () => {
  test('a quiet consumer waits long, any other as kafkajs asks', async () => {
    let isQuiet = true
    const { asked, fetch } = adopted({ isQuiet: () => isQuiet })
    void fetch()
    await turn()
    isQuiet = false
    void fetch()
    await turn()
    expect(asked.map(({ maxWaitTime }) => maxWaitTime)).toEqual([1260, 250])
  })

  test('gives what the broker answers, and its error', async () => {
    const { asked, fetch } = adopted({ isQuiet: () => true })
    const [first, second] = [fetch(), fetch()]
    await turn()
    asked[0]!.answer(found)
    asked[1]!.fail(new Error('gone'))
    expect(await first).toBe(found)
    await expect(second).rejects.toThrow('gone')
  })

  test('a cut ends every wait without a record, and what comes later is dropped', async () => {
    const { asked, fetches, fetch } = adopted({ isQuiet: () => true })
    const waiting = [fetch(), fetch()]
    await turn()
    fetches.cut()
    expect(await Promise.all(waiting)).toEqual([{ responses: [] }, { responses: [] }])
    asked[0]!.answer(found)
    asked[1]!.fail(new Error('gone'))
    await turn()
  })

  test('a cut is for the waits under way only', async () => {
    const { asked, fetches, fetch } = adopted({ isQuiet: () => true })
    fetches.cut()
    const later = fetch()
    await turn()
    asked[0]!.answer(found)
    expect(await later).toBe(found)
  })
})
