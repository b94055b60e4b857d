/** GET /health/ready. */
import { describe, expect, test } from '@jest/globals'
import type { HttpResult } from '../../shared/http/index.ts'
import type { Readiness } from '../../shared/runtime/health.ts'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './get-readiness.ts'

const get = async (readiness: () => Promise<Readiness>) =>
  (await createHandler({ ...createHandlerPorts(), readiness })(
    httpEvent({ route: 'GET /health/ready' }) as never,
    contextOf(),
  )) as HttpResult

const ready = (status: Readiness['status'], given: Partial<Readiness['dependencies']> = {}): Readiness => ({
  status,
  dependencies: { mariadb: 'up', kafka: 'up', redis: 'up', acquirer: 'up', ...given },
  problems: [],
})

describe('GET /health/ready', () => {
  test.each([
    { readiness: ready('ok'), statusCode: 200 },
    { readiness: ready('degraded', { kafka: 'down' }), statusCode: 200 },
    { readiness: ready('degraded', { redis: 'down' }), statusCode: 200 },
    { readiness: ready('degraded', { acquirer: 'down' }), statusCode: 200 },
    { readiness: ready('down', { mariadb: 'down' }), statusCode: 503 },
  ])('$statusCode when $readiness', async ({ readiness, statusCode }) => {
    const result = await get(async () => readiness)

    expect(result.statusCode).toBe(statusCode)
    expect(jsonOf(result)).toEqual(readiness)
  })
})
