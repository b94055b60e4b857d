/** More requests than a process has places for: who is served, who is refused, and that nothing is lost or stuck. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { expectError, expectRetryAfter } from '../support/contract.ts'
import { type ExtraApi, startExtraApi } from '../support/extra-api.ts'
import type { Reply } from '../support/http.ts'
import { authorizeBody, newKey } from '../support/payments.ts'

jest.setTimeout(180_000)

const PLACES = 4
const WAITING = 3

let narrow: ExtraApi
let oneConnection: ExtraApi

beforeAll(async () => {
  const places = { ACQUIRER_CONNECTIONS: String(PLACES), REQUESTS_WAITING: String(WAITING) }
  ;[narrow, oneConnection] = await Promise.all([
    startExtraApi({ name: 'admission-narrow', env: places }),
    startExtraApi({ name: 'admission-one-connection', env: { DATABASE_CONNECTIONS: '1' } }),
  ])
})
afterAll(() => Promise.all([narrow, oneConnection].map(extra => extra?.stop())))

const merchantId = `admission-${process.pid}`
const authorize = ({ api }: ExtraApi, paymentMethod: string): { key: string; reply: Promise<Reply> } => {
  const key = newKey()
  return { key, reply: api.authorize({ ...authorizeBody(), merchantId, paymentMethod, idempotencyKey: key }) }
}

const refusedCount = async ({ api }: ExtraApi): Promise<number> => {
  const { text } = await api.get('/metrics')
  return Number(/^http_requests_refused_total\{class="mutations"\} (\d+)$/m.exec(text)?.[1] ?? 0)
}

describe('a process without a free place', () => {
  test('serves as many as it has places for, refuses the others, and begins nothing for them', async () => {
    const before = await refusedCount(narrow)
    const sent = Array.from({ length: 5 * PLACES }, () => authorize(narrow, 'tok_slow'))
    const reads = Array.from({ length: 5 }, () => narrow.api.get(`/payments?merchantId=${merchantId}`))

    const replies = await Promise.all(sent.map(({ reply }) => reply))

    const refused = sent.filter((_, index) => replies[index]!.status !== 201)
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(PLACES)
    for (const reply of replies.filter(({ status }) => status !== 201)) {
      expect(expectError(reply, 503, 'SERVICE_UNAVAILABLE').details).toEqual({ reason: 'overloaded' })
      expectRetryAfter(reply)
    }
    expect((await Promise.all(reads)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect((await refusedCount(narrow)) - before).toBe(refused.length)
    for (const { key } of refused)
      expect((await narrow.api.get(`/idempotency?merchantId=${merchantId}&key=${key}`)).status).toBe(404)
  })

  test('serves again when the load is over', async () => {
    expect((await authorize(narrow, 'tok_approve').reply).status).toBe(201)
  })
})

describe('one database connection', () => {
  test('is enough for sixty requests at once: none holds it and asks for another', async () => {
    const replies = await Promise.all(Array.from({ length: 60 }, () => authorize(oneConnection, 'tok_approve').reply))

    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201))
  })
})
