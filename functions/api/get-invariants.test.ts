/** GET /invariants. */
import { describe, expect, test } from '@jest/globals'
import { docs, invariantsView } from '../../shared/contracts/routes/get-invariants.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { everyInvariant } from '../../shared/invariants/catalogue.ts'
import { checkSlice } from '../../shared/invariants/check-slice.ts'
import { settledPayment } from '../../shared/invariants/sample-payments.ts'
import { sampleSlices } from '../../shared/invariants/sample-slices.ts'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './get-invariants.ts'

const histories = () => [settledPayment(1, ['authorize']), settledPayment(2, ['authorize', 'capture'])]

const get = async ({ invariantRuns }: ReturnType<typeof sampleSlices>) =>
  (await createHandler({ ...createHandlerPorts(), invariantRuns })(
    httpEvent({ route: 'GET /invariants' }) as never,
    contextOf(),
  )) as HttpResult

describe('GET /invariants', () => {
  test('200 with the last run, rule by rule', async () => {
    const ports = sampleSlices(histories())
    await checkSlice(ports, 3)

    const result = await get(ports)

    expect(result.statusCode).toBe(200)
    expect(invariantsView.parse(jsonOf(result))).toMatchObject({
      lastRun: { pass: 1, afterPaymentId: null, lastPaymentId: null, endsPass: true, payments: 2, failed: 0 },
      lastPass: { pass: 1, payments: 2, failed: 0 },
    })
  })

  test('200 before the first run', async () => {
    const view = invariantsView.parse(jsonOf(await get(sampleSlices(histories()))))

    expect(view).toMatchObject({ lastRun: null, lastPass: null })
    expect(view.rules).toHaveLength(everyInvariant.length)
  })

  test('503 when the database is away', async () => {
    const ports = sampleSlices([])
    ports.invariantRuns.last = () => Promise.reject(new DependencyUnavailableError('away'))

    expect((await get(ports)).statusCode).toBe(503)
  })

  test('the examples name invariants as they are', () => {
    const shown = Object.values(docs().answers[200].examples).flatMap(({ value }) => value.rules)
    for (const { name, group, sentence } of shown)
      expect(everyInvariant).toContainEqual(expect.objectContaining({ name, group, sentence }))
  })
})
