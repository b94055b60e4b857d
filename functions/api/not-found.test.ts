/** Every other route. */
import { describe, expect, test } from '@jest/globals'
import { errorBody } from '../../shared/contracts/errors.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './not-found.ts'

describe('any other route', () => {
  test.each(['GET /', 'DELETE /payments', 'POST /payments/void/pay_1'])(
    '404 for %s, in the shape of all errors',
    async route => {
      const result = (await createHandler(createHandlerPorts())(
        httpEvent({ route, headers: { 'x-request-id': 'mine', 'accept-language': 'ko' } }) as never,
        contextOf(),
      )) as HttpResult

      expect(result.statusCode).toBe(404)
      expect(errorBody.parse(jsonOf(result))).toEqual({
        code: 'NOT_FOUND',
        message: '해당 경로 또는 결제를 찾을 수 없습니다.',
        requestId: 'mine',
        details: {},
      })
    },
  )
})
