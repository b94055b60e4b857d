/** GET /health/live. */
import { expect, test } from '@jest/globals'
import type { HttpResult } from '../../shared/http/index.ts'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './get-liveness.ts'

test('200, and its answers count for no rate limit', async () => {
  const ports = createHandlerPorts()
  const event = httpEvent({ route: 'GET /health/live' })
  const result = (await createHandler(ports)(event as never, contextOf())) as HttpResult

  expect(result.statusCode).toBe(200)
  expect(jsonOf(result)).toEqual({ status: 'ok' })
  expect(ports.limiter.charges).toEqual([])
})
