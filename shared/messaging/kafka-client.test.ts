/** The producer connects when it is first needed, once, and again after a failure. */
import { describe, expect, test } from '@jest/globals'
import { FakeKafka } from '../../test/unit/fake-kafka.ts'

describe('LazyProducer', () => {
  test('opens nothing until the first send', async () => {
    const kafka = new FakeKafka()
    expect(kafka.connectCount).toBe(0)

    await kafka.lazyProducer.send(1, 'topic', [{ value: 'a' }])

    expect(kafka.connectCount).toBe(1)
  })

  test('simultaneous first sends share one connection', async () => {
    const kafka = new FakeKafka()

    await Promise.all([1, 2, 3].map(() => kafka.lazyProducer.send(1, 'topic', [{ value: 'a' }])))

    expect(kafka.connectCount).toBe(1)
    expect(kafka.batches).toHaveLength(3)
  })

  test('a connection that failed is tried again by the next send', async () => {
    const kafka = new FakeKafka()
    kafka.connectError = new Error('refused')
    await expect(kafka.lazyProducer.send(1, 'topic', [])).rejects.toThrow('refused')
    kafka.connectError = undefined

    await kafka.lazyProducer.send(1, 'topic', [{ value: 'a' }])

    expect(kafka.connectCount).toBe(2)
    expect(kafka.messages).toEqual([{ topic: 'topic', value: 'a' }])
  })

  test('sends with the acknowledgement that was asked for and a time limit of its own', async () => {
    const kafka = new FakeKafka()

    await kafka.lazyProducer.send(-1, 'topic', [{ value: 'a' }])

    expect(kafka.batches[0]).toMatchObject({ acks: -1, timeout: expect.any(Number) })
  })

  test('closing disconnects what was opened, and nothing when nothing was', async () => {
    const [used, unused] = [new FakeKafka(), new FakeKafka()]
    await used.lazyProducer.send(1, 'topic', [])

    await Promise.all([used.lazyProducer.close(), unused.lazyProducer.close()])

    expect([used.disconnectCount, unused.disconnectCount]).toEqual([1, 0])
  })
})
