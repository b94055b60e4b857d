/** A write of the console: what its body must have, and the claim that its handler is given. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import * as z from 'zod'
import { ask, createConsole } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { operatorWrite, sampleWrite } from '../contracts/operator-write.ts'
import { onlyThese, paymentPath } from '../contracts/requests.ts'
import { defineContract } from '../contracts/route-contract.ts'
import type { Claim } from '../payments/ports.ts'
import { defineOperatorRoute } from './define-operator-route.ts'

const ROUTE = 'POST /operator/payments/{paymentId}/polish'
const PAYMENT_ID = 'pay_01M80000000000000000000000'

const contract = defineContract({
  route: ROUTE,
  tag: 'operator',
  operator: 'operator',
  writes: true,
  path: paymentPath,
  body: onlyThese({ ...operatorWrite, times: z.int().optional() }),
  answers: { 200: z.object({}) },
  refusals: [
    ...(['UNAUTHENTICATED', 'FORBIDDEN', 'VALIDATION_FAILED', 'NOT_FOUND', 'DIFFERENT_REQUEST'] as const),
    ...(['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'] as const),
  ],
})

let made: ReturnType<typeof createConsole>
let claims: Claim[]
let reasons: string[]
beforeEach(() => {
  made = createConsole()
  claims = []
  reasons = []
})

async function send(body: object, paymentId = PAYMENT_ID) {
  const handler = defineOperatorRoute(contract)(made.ports, async ({ claim, body: { reason } }) => {
    claims.push(claim)
    reasons.push(reason)
    return { status: 200, body: {} }
  })
  const headers = await made.signIn('operator', `lee ${made.rows.operators.length}`)
  return ask(handler as never, { route: ROUTE, pathParameters: { paymentId }, headers, body })
}

describe('a write', () => {
  test('has the claim of its key, which is the same for the same request alone', async () => {
    await send(sampleWrite)
    await send(sampleWrite)
    await send({ ...sampleWrite, times: 2 })
    await send({ ...sampleWrite, reason: 'another' })
    await send(sampleWrite, 'pay_01M80000000000000000000001')

    expect(claims.map(({ key }) => key)).toEqual(Array(5).fill(sampleWrite.key))
    expect(JSON.parse(claims[0]!.canonicalRequest)).toEqual({
      operation: ROUTE,
      path: `/operator/payments/${PAYMENT_ID}/polish`,
      body: { reason: sampleWrite.reason },
    })
    expect(claims[1]).toEqual(claims[0])
    expect(new Set(claims.map(({ fingerprint }) => fingerprint)).size).toBe(4)
  })

  test('has its reason without the spaces around it', async () => {
    await send({ ...sampleWrite, reason: ' broken screen ' })

    expect(reasons).toEqual(['broken screen'])
  })

  test.each([
    [{ reason: 'x' }, '/key'],
    [{ key: sampleWrite.key }, '/reason'],
    [{ ...sampleWrite, reason: '  ' }, '/reason'],
    [{ ...sampleWrite, more: 1 }, '/more'],
  ])('400 for %p', async (body, path) => {
    const result = await send(body)

    expect([result.statusCode, jsonOf(result).details.problems]).toEqual([400, [expect.objectContaining({ path })]])
    expect(claims).toEqual([])
  })
})
