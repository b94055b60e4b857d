/** When a client repeats a call, with which key, and what it takes for an answer. */
import { describe, expect, test } from '@jest/globals'
import { answerOf, type ClientAnswer, isFinal, noRetries } from '../client-answer.ts'
import { createRandom } from '../random.ts'
import { type ClientOptions, callUntilFinal, runFlow, type Send } from './client.ts'
import type { Flow, PlannedCall } from './flow.ts'
import { InFlight } from './in-flight.ts'

const json = (statusCode: number, body: object): ClientAnswer =>
  answerOf(statusCode, Buffer.from(JSON.stringify(body)), '0')

const held = json(201, { paymentId: 'pay_1' })
const inProgress = json(409, { code: 'DUPLICATE_REQUEST', details: { reason: 'in_progress' } })
const busy = json(409, { code: 'CAPTURE_CONFLICT', details: { reason: 'in_progress' } })
const conflict = json(409, { code: 'CAPTURE_CONFLICT', details: { reason: 'status' } })
const limited = json(429, { code: 'RATE_LIMITED' })
const unavailable = json(503, { code: 'SERVICE_UNAVAILABLE', details: {} })

const flow: Flow = {
  index: 0,
  merchantId: 'shop',
  amount: 5,
  currency: 'KRW',
  paymentMethod: 'tok_approve',
  calls: [
    { kind: 'authorize', key: 'a', expected: 201 },
    { kind: 'capture', key: 'c', expected: 200 },
  ],
}

/** Gives the answers in turn, a null being a broken connection, and remembers which keys were sent. */
function scripted(...answers: (ClientAnswer | null)[]): ClientOptions & { keys: string[] } {
  const keys: string[] = []
  const send: Send = async (_, call) => {
    keys.push(call.key)
    const answer = answers.shift()
    if (!answer) throw new Error('socket hang up')
    return answer
  }
  return { send, keys, retries: noRetries(), inFlight: new InFlight(), random: createRandom(1), deadlineMs: 5_000 }
}

const authorize = flow.calls[0] as PlannedCall

describe('callUntilFinal', () => {
  test('repeats with the same key through a lost answer, a 503, a 429 and a 409 in progress', async () => {
    const client = scripted(null, unavailable, limited, inProgress, busy, held)
    const told = await callUntilFinal(client, flow, authorize, null)
    expect(told).toMatchObject({ answer: held, internalErrors: 0 })
    expect(client.keys).toEqual(['a', 'a', 'a', 'a', 'a', 'a'])
    expect(client.retries).toEqual({
      'no answer': 1,
      unavailable: 1,
      'in progress': 2,
      'rate limited': 1,
      'internal error': 0,
    })
  })

  test('takes a conflict of state for final', async () => {
    expect(await callUntilFinal(scripted(conflict, held), flow, authorize, null)).toMatchObject({ answer: conflict })
  })

  test('counts a 500, and goes on', async () => {
    const told = await callUntilFinal(scripted(json(500, {}), held), flow, authorize, null)
    expect(told).toMatchObject({ answer: held, internalErrors: 1 })
  })

  test('gives up at its deadline without an answer', async () => {
    const client = { ...scripted(unavailable, unavailable), deadlineMs: 0 }
    expect(await callUntilFinal(client, flow, authorize, null)).toMatchObject({ answer: null })
  })
})

describe('runFlow', () => {
  test('goes on to the next call with the payment that the first was told', async () => {
    const captured = json(200, { paymentId: 'pay_1' })
    const transcript = await runFlow(scripted(held, captured), flow, 0)
    expect(transcript).toMatchObject({ paymentId: 'pay_1', told: [{ answer: held }, { answer: captured }] })
  })

  test('ends where an answer is not the expected one', async () => {
    const declined = json(402, { paymentId: 'pay_1' })
    const transcript = await runFlow(scripted(declined, held), flow, 0)
    expect(transcript.told).toHaveLength(1)
  })
})

test('what could still change by repeating is not final', () => {
  expect([held, conflict, json(402, {}), json(422, {}), json(404, {})].map(isFinal)).toEqual([
    true,
    true,
    true,
    true,
    true,
  ])
  expect([unavailable, inProgress, busy, json(500, {})].map(isFinal)).toEqual([false, false, false, false])
})

test('a request is on the wire until it ends, and then says whether it got its answer', async () => {
  const inFlight = new InFlight()
  const { promise, resolve } = Promise.withResolvers<ClientAnswer>()
  const tracked = inFlight.track(() => promise, isFinal)
  const lost = inFlight.track(() => Promise.reject(new Error('gone')), isFinal)
  const flights = inFlight.now()
  expect(flights).toHaveLength(2)
  resolve(held)
  await Promise.allSettled([tracked, lost])
  expect(flights.map(flight => flight.final)).toEqual([true, false])
  expect(inFlight.count).toBe(0)
})
