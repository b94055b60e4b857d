/** Handlers with bugs, over HTTP: a fault is a 500 in the one shape of errors, never a 200, never a word from the inside. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { expectError, expectRetryAfter } from '../support/contract.ts'
import { type ExtraApi, startExtraApi } from '../support/extra-api.ts'
import { authorizeBody } from '../support/payments.ts'
import { repositoryFolder } from '../support/system.ts'

jest.setTimeout(90_000)

const SECRET = 'SECRET-of-the-inside'

// Its readiness is asked of a handler that touches nothing of the product: the first fault may come before anything else.
const startFaulty = (name: string) =>
  startExtraApi({ name, folder: join(repositoryFolder, 'test/support/faulty-service'), readyPath: '/untouched' })

let faulty: ExtraApi
beforeAll(async () => {
  faulty = await startFaulty('faulty-service')
})
afterAll(() => faulty?.stop())

async function expectStillServing(service = faulty): Promise<void> {
  expect(service.alive()).toBe(true)
  const reply = await service.api.get('/fine')
  expect({ status: reply.status, body: reply.json }).toEqual({ status: 200, body: { status: 'fine' } })
}

describe('a rejection that nobody waits for', () => {
  const rejectionsLogged = (service: ExtraApi): number => service.log().split('unhandled rejection').length - 1

  async function expectSurvived(service: ExtraApi, path: string): Promise<void> {
    const before = rejectionsLogged(service)
    const reply = await service.api.get(path)
    expect({ status: reply.status, body: reply.json }).toEqual({ status: 200, body: { status: 'answered' } })
    await until(() => rejectionsLogged(service) > before || !service.alive(), { what: 'the rejection in the log' })
    await expectStillServing(service)
  }

  test('after the answer: the process lives on and logs it', async () => {
    await expectStillServing()
    await expectSurvived(faulty, '/rejects/late')
  })

  test('before the answer: the answer stands, the process lives on and logs it', async () => {
    await expectStillServing()
    await expectSurvived(faulty, '/rejects/unwatched')
  })

  test('in the very first request of a process: likewise', async () => {
    const fresh = await startFaulty('faulty-service-fresh')
    try {
      await expectSurvived(fresh, '/rejects/unwatched')
    } finally {
      await fresh.stop()
    }
  })
})

describe('a handler that throws', () => {
  test.each([
    '/throws/error',
    '/throws/http-error',
    '/throws/circle',
    '/throws/text',
    '/throws/nothing',
    '/throws/null',
    '/throws/at-once',
    '/throws/before',
    '/throws/after',
  ])('%s is a 500 that says nothing of the inside', async path => {
    const requestId = `fault-${path.replaceAll('/', '-')}`
    const reply = await faulty.api.get(path, { 'x-request-id': requestId })
    const error = expectError(reply, 500, 'INTERNAL_ERROR')
    expect(error).toEqual({ code: 'INTERNAL_ERROR', message: expect.any(String), requestId, details: {} })
    expect(reply.text).not.toContain(SECRET)
    await expectStillServing()
  })

  test('is logged with its request id, for us', async () => {
    const requestId = 'look-me-up'
    await faulty.api.get('/throws/error', { 'x-request-id': requestId })
    await until(
      () =>
        faulty
          .log()
          .split('\n')
          .some(line => line.includes(requestId) && line.includes(SECRET)),
      { what: 'the error in the log' },
    )
  })

  test('says it in Korean to whoever prefers Korean', async () => {
    const reply = await faulty.api.get('/throws/error', { 'accept-language': 'ko' })
    expect(expectError(reply, 500, 'INTERNAL_ERROR').message).toMatch(/[가-힣]/)
  })
})

test('a handler that forgets to answer is a 500', async () => {
  expectError(await faulty.api.get('/answers-nothing'), 500, 'INTERNAL_ERROR')
  await expectStillServing()
})

describe('a handler that is slower than its time-out', () => {
  test('is a 503 before the time-out, and its late failure harms nobody', async () => {
    const reply = await faulty.api.get('/slow/read')
    expectError(reply, 503, 'SERVICE_UNAVAILABLE')
    expectRetryAfter(reply)
    expect(reply.text).not.toContain(SECRET)
    await expectStillServing()
  })

  test('leaves the outcome of a mutation open', async () => {
    const reply = await faulty.api.post('/slow/mutation')
    expectError(reply, 503, 'OUTCOME_UNKNOWN')
    expectRetryAfter(reply)
    await expectStillServing()
  })
})

describe('a process whose environment does not fit', () => {
  let wrong: ExtraApi
  beforeAll(async () => {
    wrong = await startExtraApi({ name: 'wrong-environment', env: { DUPLICATE_POLICY: 'maybe' } })
  })
  afterAll(() => wrong?.stop())

  test('lives, is not ready, serves nothing, and tells nobody but its log why', async () => {
    const replies = [
      await wrong.api.get('/payments'),
      await wrong.api.payment('pay_00000000000000000000000000'),
      await wrong.api.authorize(authorizeBody()),
      await wrong.api.capture('pay_00000000000000000000000000'),
    ]
    for (const reply of replies) {
      expectError(reply, 500, 'INTERNAL_ERROR')
      expect(reply.text).not.toContain('DUPLICATE_POLICY')
    }
    expect((await wrong.api.get('/health/live')).json).toEqual({ status: 'ok' })
    expect((await wrong.api.get('/health/ready')).status).toBe(503)
    await until(() => wrong.log().includes('DUPLICATE_POLICY'), { what: 'the reason in the log' })
  })
})
