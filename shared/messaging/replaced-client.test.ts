/** A client that fails is replaced, at once the first time and then ever later; nobody who uses the old one is cut off, or waits for ever. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { ReplacedClient } from './replaced-client.ts'

const USE_MS_MAX = 10_000
const ANSWER = new Error('an answer')
const BROKEN = new Error('Broker not connected')

let begun: FakeClient[]
let connectError: Error | undefined
let clients: ReplacedClient<FakeClient>

class FakeClient {
  readonly number = begun.length + 1
  endCount = 0
}

beforeEach(() => {
  jest.useFakeTimers()
  begun = []
  connectError = undefined
  clients = new ReplacedClient({ begin, isAnswer: error => error === ANSWER })
})

afterEach(() => {
  jest.useRealTimers()
})

function begin() {
  const client = new FakeClient()
  begun.push(client)
  const connect = async () => {
    if (connectError) throw connectError
  }
  return { client, connect, end: () => void client.endCount++ }
}

const numberOf = (client: FakeClient) => Promise.resolve(client.number)
const fail = (error: Error) => () => Promise.reject(error)

/** A use that lasts until the test ends it. */
function hold() {
  const held = Promise.withResolvers<void>()
  const use = clients.use(() => held.promise)
  use.catch(() => undefined)
  return { use, ...held }
}

const settled = () => jest.advanceTimersByTimeAsync(0)

describe('a client', () => {
  test('begins with its first use, and is shared', async () => {
    expect(begun).toHaveLength(0)
    expect(await Promise.all([clients.use(numberOf), clients.use(numberOf)])).toEqual([1, 1])
    expect(await clients.use(numberOf)).toBe(1)
  })

  test('that fails is ended, and the next use has another at once', async () => {
    await expect(clients.use(fail(BROKEN))).rejects.toBe(BROKEN)
    expect(begun[0]!.endCount).toBe(1)
    expect(await clients.use(numberOf)).toBe(2)
  })

  test('whose server answers with an error is kept', async () => {
    await expect(clients.use(fail(ANSWER))).rejects.toBe(ANSWER)
    expect(begun[0]!.endCount).toBe(0)
    expect(await clients.use(numberOf)).toBe(1)
  })

  test('that cannot connect is ended, and the next use has another', async () => {
    connectError = new Error('refused')
    await expect(clients.use(numberOf)).rejects.toBe(connectError)
    expect(begun[0]!.endCount).toBe(1)
    connectError = undefined
    expect(await clients.use(numberOf)).toBe(2)
  })

  test('that fails one of its users is ended when the others have done; who comes meanwhile has the next', async () => {
    const slow = hold()
    await settled()
    await expect(clients.use(fail(BROKEN))).rejects.toBe(BROKEN)
    expect(await clients.use(numberOf)).toBe(2)
    expect(begun[0]!.endCount).toBe(0)

    slow.resolve()
    await slow.use
    expect(begun.map(({ endCount }) => endCount)).toEqual([1, 0])
  })

  test('of whom two users fail is replaced once', async () => {
    const failures = [clients.use(fail(BROKEN)), clients.use(fail(BROKEN))]
    await Promise.allSettled(failures)
    await clients.use(numberOf)
    expect(begun).toHaveLength(2)
  })
})

test('a use that does not end is given up, and its client ended with everything that it still holds', async () => {
  const silent = hold()
  await jest.advanceTimersByTimeAsync(USE_MS_MAX)
  await expect(silent.use).rejects.toThrow(`no answer within ${USE_MS_MAX} ms`)
  expect(begun[0]!.endCount).toBeGreaterThan(0)
  expect(await clients.use(numberOf)).toBe(2)
  // Node would end the process on an unhandled rejection, and jest would fail this test.
  silent.reject(new Error('too late'))
  await settled()
})

describe('while the server is away', () => {
  /** How long the next use waits before it has a client. */
  async function restBefore(use: () => Promise<unknown>): Promise<number> {
    let isOver = false
    const over = () => {
      isOver = true
    }
    use().then(over, over)
    for (let waitedMs = 0; ; waitedMs += 50) {
      await settled()
      if (isOver) return waitedMs
      await jest.advanceTimersByTimeAsync(50)
    }
  }

  test('each new client waits longer than the last, up to a second; a success starts over', async () => {
    const rests: number[] = []
    for (let tries = 0; tries < 8; tries++) rests.push(await restBefore(() => clients.use(fail(BROKEN))))
    expect(rests).toEqual([0, 0, 100, 200, 400, 800, 1_000, 1_000])

    expect(await restBefore(() => clients.use(numberOf))).toBe(1_000)
    expect(await restBefore(() => clients.use(fail(BROKEN)))).toBe(0)
    expect(await restBefore(() => clients.use(numberOf))).toBe(0)
  })
})

describe('closing', () => {
  test('ends the client that there is, after those who use it', async () => {
    await clients.use(numberOf)
    const slow = hold()
    await settled()
    clients.close()
    expect(begun[0]!.endCount).toBe(0)
    slow.resolve()
    await slow.use
    expect(begun[0]!.endCount).toBe(1)
  })

  test('does nothing when there is none', () => {
    clients.close()
    expect(begun).toHaveLength(0)
  })
})

test('a use that succeeds leaves no timer behind', async () => {
  await clients.use(numberOf)
  expect(jest.getTimerCount()).toBe(0)
})
