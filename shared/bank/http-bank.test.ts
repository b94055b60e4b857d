/** The client of the bank: what each answer means. Whatever is not clear is unknown, and never a refusal. */
import { describe, expect, test } from '@jest/globals'
import { HttpBank, type Requests } from './http-bank.ts'

const FILE = 'pof_00000000000000000000000001'
const payout = { payoutId: 'out_00000000000000000000000001', amountMinor: 100, currency: 'KRW' }

type Sent = Parameters<Requests['send']>

/** Answers every request so. */
function bankThat(answer: () => Promise<{ statusCode: number; text: string }>) {
  const sent: Sent[] = []
  const unclear: string[] = []
  const bank = new HttpBank({
    requests: {
      send: (...request) => {
        sent.push(request)
        return answer()
      },
    },
    timeoutMs: 5_000,
    onUnclear: (call, subjectId, detail) => unclear.push(`${call} ${subjectId} ${detail}`),
  })
  return { bank, sent, unclear }
}

const answering = (statusCode: number, body: unknown = {}) =>
  bankThat(async () => ({ statusCode, text: JSON.stringify(body) }))

const fileAnswer = (state: string, reason: string | null = null) => ({ messageId: FILE, state, reason })
const payoutAnswer = (state: string, given: object = {}) => ({
  ...{ endToEndId: payout.payoutId, messageId: FILE, amount: 100, currency: 'KRW', account: 'acct_pay', state },
  ...{ reason: null, bankReference: null, decidedAt: null },
  ...given,
})

describe('a file', () => {
  test('is put under its id, as XML', async () => {
    const { bank, sent } = answering(200, fileAnswer('ACCEPTED'))
    expect(await bank.submitFile(FILE, '<Document/>')).toEqual({ kind: 'accepted' })

    const [request, timeoutMs] = sent[0]!
    expect(request).toEqual({
      method: 'PUT',
      path: `/payout-files/${FILE}`,
      body: '<Document/>',
      contentType: 'application/xml',
    })
    expect(timeoutMs).toBeGreaterThan(5_000)
  })

  test('is rejected with the reason that the bank says', async () => {
    const { bank } = answering(200, fileAnswer('REJECTED', 'the sums differ'))
    expect(await bank.submitFile(FILE, 'x')).toEqual({ kind: 'rejected', reason: 'the sums differ' })
    expect(await answering(200, fileAnswer('REJECTED')).bank.inquireFile(FILE)).toEqual({
      kind: 'rejected',
      reason: 'unspecified',
    })
  })

  test('that the bank does not know is not found when it is asked about, and unclear when it is put', async () => {
    const { bank } = answering(404)
    expect(await bank.inquireFile(FILE)).toEqual({ kind: 'not_found' })
    expect(await bank.submitFile(FILE, 'x')).toEqual({ kind: 'unknown' })
  })
})

describe('a payout', () => {
  test.each([
    [payoutAnswer('PENDING'), { kind: 'pending' }],
    [payoutAnswer('CONFIRMED', { bankReference: 'B1' }), { kind: 'confirmed', bankRef: 'B1' }],
    [payoutAnswer('FAILED', { reason: 'account closed' }), { kind: 'failed', reason: 'account closed' }],
    // Only a statement says that it came back.
    [payoutAnswer('RETURNED', { bankReference: 'B2', reason: 'unknown name' }), { kind: 'confirmed', bankRef: 'B2' }],
  ])('%j', async (answer, verdict) => {
    expect(await answering(200, answer).bank.inquirePayout(payout)).toEqual(verdict)
  })

  test('that the bank does not know is not found', async () => {
    expect(await answering(404).bank.inquirePayout(payout)).toEqual({ kind: 'not_found' })
  })

  test.each([
    ['another', { endToEndId: 'out_2' }],
    ['another amount', { amount: 99 }],
    ['another currency', { currency: 'USD' }],
  ])('%s decides nothing', async (_, given) => {
    const { bank, unclear } = answering(200, payoutAnswer('FAILED', given))
    expect(await bank.inquirePayout(payout)).toEqual({ kind: 'unknown' })
    expect(unclear).toHaveLength(1)
  })
})

describe('what is not clear', () => {
  const answers: Array<[string, () => Promise<{ statusCode: number; text: string }>]> = [
    ['no answer', () => Promise.reject(new Error('no answer after 5000 ms'))],
    ['500', async () => ({ statusCode: 500, text: 'oops' })],
    ['400', async () => ({ statusCode: 400, text: '{}' })],
    ['409', async () => ({ statusCode: 409, text: '{}' })],
    ['no JSON', async () => ({ statusCode: 200, text: '<html>' })],
    ['another shape', async () => ({ statusCode: 200, text: '{"state":"FAILED"}' })],
    [
      'another file',
      async () => ({ statusCode: 200, text: JSON.stringify({ ...fileAnswer('REJECTED'), messageId: 'x' }) }),
    ],
  ]
  test.each(answers)('is unknown: %s', async (_, answer) => {
    const { bank, unclear } = bankThat(answer)

    expect(await bank.submitFile(FILE, 'x')).toEqual({ kind: 'unknown' })
    expect(await bank.inquireFile(FILE)).toEqual({ kind: 'unknown' })
    expect(await bank.inquirePayout(payout)).toEqual({ kind: 'unknown' })
    expect(unclear).toHaveLength(3)
  })
})

test('its health is asked beside the pool', async () => {
  const { bank, sent } = answering(200)
  await bank.ping()
  expect(sent[0]![2]).toEqual({ ownConnection: true })
  await expect(answering(503).bank.ping()).rejects.toThrow('503')
})
