/** The producer connects when it is first needed, once, and again after a failure; TLS and a login only where they are asked for. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import kafkajs from 'kafkajs'
import { FakeKafka } from '../../test/unit/fake-kafka.ts'
import { until } from '../runtime/until.ts'
import { LazyAdmin, LazyProducer, openKafka, reaching } from './kafka-client.ts'

const { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError, KafkaJSRequestTimeoutError } = kafkajs
const TLS_HANDSHAKE = 0x16

/** The first byte that a client with these options sends. */
async function firstByte(options: { ssl?: boolean }): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const brokers = [`127.0.0.1:${(server.address() as AddressInfo).port}`]
  const admin = openKafka({ brokers, clientId: 'test', ...options }).kafka.admin()
  const failed = admin.connect().catch(() => undefined)
  const [socket] = (await once(server, 'connection')) as [Socket]
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  server.close()
  server.on('connection', late => late.destroy())
  socket.destroy()
  await failed
  await admin.disconnect()
  return bytes[0]!
}

describe('openKafka', () => {
  test('speaks TLS when it is told to, else not', async () => {
    expect(await firstByte({ ssl: true })).toBe(TLS_HANDSHAKE)
    expect(await firstByte({})).not.toBe(TLS_HANDSHAKE)
  })

  test('logs in as it is told', () => {
    const sasl = { mechanism: 'scram-sha-512', username: 'pay', password: 'secret' } as const

    expect(reaching({ brokers: ['a:1'], ssl: true, sasl })).toEqual({ brokers: ['a:1'], ssl: true, sasl })
    expect(reaching({ brokers: ['a:1'] })).toEqual({ brokers: ['a:1'], ssl: false })
  })
})

describe('LazyProducer', () => {
  test('opens nothing until the first send', async () => {
    const kafka = new FakeKafka()
    expect(kafka.connectCount).toBe(0)

    await kafka.lazyProducer.send(1, 'topic', [{ value: 'a' }])

    expect(kafka.connectCount).toBe(1)
  })

  // kafkajs would take a partition whose leader moved during its retry for written.
  test('lets kafkajs repeat nothing by itself', async () => {
    const kafka = new FakeKafka()

    await kafka.lazyProducer.send(1, 'topic', [{ value: 'a' }])

    expect(kafka.producerSettings?.retry).toEqual({ retries: 0 })
  })

  test('sends all of it once more by a new client when the connection was lost, and not again', async () => {
    const kafka = new FakeKafka()
    const closed = Object.assign(new Error('closed'), { name: 'KafkaJSConnectionClosedError' })
    const fail = async () => {
      throw new KafkaJSNumberOfRetriesExceeded(closed, { retryCount: 0, retryTime: 0 })
    }
    kafka.onSend = async () => {
      kafka.onSend = async () => {}
      await fail()
    }
    await kafka.lazyProducer.send(1, 'topic', [{ value: 'a' }, { value: 'b' }])
    expect(kafka.messages.map(message => message.value)).toEqual(['a', 'b', 'a', 'b'])
    expect(kafka.connectCount).toBe(2)

    kafka.onSend = fail
    await expect(kafka.lazyProducer.send(1, 'topic', [{ value: 'c' }])).rejects.toThrow(KafkaJSNumberOfRetriesExceeded)
    expect(kafka.batches).toHaveLength(4)
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

  const timedOut = new KafkaJSNumberOfRetriesExceeded(new KafkaJSRequestTimeoutError('Request Produce timed out'), {
    retryCount: 1,
    retryTime: 100,
  })
  const protocolError = (type: string, retriable: boolean) =>
    new KafkaJSProtocolError({ type, code: 1, message: type, retriable } as never)

  test.each<[string, Error]>([
    ['a time-out', timedOut],
    // What kafkajs says for ever when its first connection was made while the broker was paused.
    ['a client that is broken', new Error('Broker not connected')],
    ['a connection that was closed', new kafkajs.KafkaJSConnectionError('Closed connection')],
    ['an error of kafkajs that it does not repeat', new kafkajs.KafkaJSNonRetriableError('no')],
    // kafkajs goes on asking for a topic that is gone, and fails sends to the others by it.
    ['a topic that is gone', protocolError('UNKNOWN_TOPIC_OR_PARTITION', true)],
  ])('%s leaves the client: the next send has another', async (_, error) => {
    const kafka = new FakeKafka()
    kafka.onSend = () => Promise.reject(error)
    const sends = [1, 2].map(() => kafka.lazyProducer.send(1, 'topic', [{ value: 'a' }]))
    expect(await Promise.allSettled(sends)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
    expect([kafka.connectCount, kafka.disconnectCount, kafka.cutCount]).toEqual([1, 1, 1])
    kafka.onSend = async () => {}

    await kafka.lazyProducer.send(1, 'topic', [{ value: 'b' }])

    expect(kafka.connectCount).toBe(2)
  })

  test("the broker's word about a record keeps the client", async () => {
    const kafka = new FakeKafka()
    const refused = protocolError('MESSAGE_TOO_LARGE', false)
    kafka.onSend = () => Promise.reject(Object.assign(new Error('wrapped'), { cause: refused }))
    await expect(kafka.lazyProducer.send(1, 'topic', [{ value: 'a' }])).rejects.toThrow('wrapped')
    kafka.onSend = async () => {}

    await kafka.lazyProducer.send(1, 'topic', [{ value: 'b' }])

    expect([kafka.connectCount, kafka.disconnectCount]).toEqual([1, 0])
  })

  test('sends with the acknowledgement that was asked for and a time limit of its own', async () => {
    const kafka = new FakeKafka()

    await kafka.lazyProducer.send(-1, 'topic', [{ value: 'a' }])

    expect(kafka.batches[0]).toMatchObject({ acks: -1, timeout: expect.any(Number) })
  })

  test('closing disconnects what was opened, and nothing when nothing was', async () => {
    const [used, unused] = [new FakeKafka(), new FakeKafka()]
    await used.lazyProducer.send(1, 'topic', [])

    used.lazyProducer.close()
    unused.lazyProducer.close()

    expect([used.disconnectCount, unused.disconnectCount]).toEqual([1, 0])
  })
})

/** As the kernel does for a broker that is paused: takes connections and bytes, and says nothing. */
async function silentBroker() {
  const open = new Set<Socket>()
  const server = createServer(socket => {
    open.add(socket)
    socket
      .resume()
      .on('error', () => undefined)
      .once('close', () => open.delete(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const brokers = [`127.0.0.1:${(server.address() as AddressInfo).port}`]
  const close = () => {
    for (const socket of open) socket.destroy()
    server.close()
  }
  return { open, close, openClient: () => openKafka({ brokers, clientId: 'test' }) }
}

describe('a broker that takes connections and answers nothing', () => {
  test.each<[string, (open: () => ReturnType<typeof openKafka>) => Promise<unknown>]>([
    ['producer', open => new LazyProducer(open).send(1, 'topic', [{ value: 'a' }])],
    ['admin', open => new LazyAdmin(open).ask(admin => admin.describeCluster())],
  ])(
    'fails the %s, of which no connection is left',
    async (_, use) => {
      const broker = await silentBroker()
      await expect(use(broker.openClient)).rejects.toThrow()
      await until(() => broker.open.size === 0, { what: 'the end of every connection' })
      broker.close()
    },
    30_000,
  )
})
