/** The Runtime API to the letter, spoken by hand. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { RESPONSE_BYTES_MAX, RuntimeApi } from '../support/lambda/runtime-api.ts'

interface Heard {
  ready: number
  initErrors: string[]
  answers: { kind: string; payload: string }[]
}

let api: RuntimeApi
let heard: Heard

beforeEach(async () => {
  heard = { ready: 0, initErrors: [], answers: [] }
  api = await RuntimeApi.listen({
    ready: () => heard.ready++,
    initFailed: payload => heard.initErrors.push(payload),
    answered: answer => heard.answers.push(answer),
  })
})

afterEach(() => api.close())

const at = (path: string): string => `http://${api.address}/2018-06-01/runtime${path}`
const next = () => fetch(at('/invocation/next'))
const post = (path: string, body = '{}') => fetch(at(path), { method: 'POST', body })

const invocation = (requestId: string) => ({
  requestId,
  payload: '{"amount":1}',
  deadlineMs: 1_767_323_045_006,
  functionArn: 'arn:aws:lambda:ap-northeast-2:123456789012:function:capture',
  traceId: 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
})

/** Asks for the next invocation and gives it this one. */
async function handed(requestId: string): Promise<Response> {
  const asked = heard.ready
  const waiting = next()
  while (heard.ready === asked) await new Promise(resolve => setImmediate(resolve))
  api.hand(invocation(requestId))
  return waiting
}

describe('the Runtime API', () => {
  test('hands an invocation to the runtime that waits, with its headers', async () => {
    const answer = await handed('request-1')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('{"amount":1}')
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': 'request-1',
      'lambda-runtime-deadline-ms': '1767323045006',
      'lambda-runtime-invoked-function-arn': invocation('').functionArn,
      'lambda-runtime-trace-id': invocation('').traceId,
    })
  })

  test('takes one response with 202, and nothing more for that invocation', async () => {
    await handed('request-1')
    const first = await post('/invocation/request-1/response', '"done"')
    expect([first.status, await first.json()]).toEqual([202, { status: 'OK' }])
    const second = await post('/invocation/request-1/response', '"again"')
    expect([second.status, await second.json()]).toMatchObject([403, { errorType: 'InvalidStateTransition' }])
    expect(heard.answers).toEqual([{ kind: 'response', payload: '"done"' }])
  })

  test('takes an error', async () => {
    await handed('request-1')
    expect((await post('/invocation/request-1/error', '{"errorType":"Oops"}')).status).toBe(202)
    expect(heard.answers).toEqual([{ kind: 'error', payload: '{"errorType":"Oops"}' }])
  })

  test.each(['response', 'error'])('refuses a %s for an id that is not being worked on', async kind => {
    const unasked = await post(`/invocation/request-1/${kind}`)
    expect([unasked.status, await unasked.json()]).toMatchObject([400, { errorType: 'InvalidRequestID' }])
    await handed('request-2')
    expect((await post(`/invocation/request-1/${kind}`)).status).toBe(400)
    expect(heard.answers).toEqual([])
  })

  test('gives no second invocation before the first is answered', async () => {
    await handed('request-1')
    const early = await next()
    expect([early.status, await early.json()]).toMatchObject([403, { errorType: 'InvalidStateTransition' }])
    expect(() => api.hand(invocation('request-2'))).toThrow('does not wait')
    await post('/invocation/request-1/response')
    expect((await handed('request-2')).status).toBe(200)
  })

  test('a response over the limit is 413, and the invocation ends as an error', async () => {
    await handed('request-1')
    const large = await post('/invocation/request-1/response', 'x'.repeat(RESPONSE_BYTES_MAX + 1))
    expect([large.status, await large.json()]).toMatchObject([413, { errorType: 'RequestEntityTooLarge' }])
    expect(JSON.parse(heard.answers[0]!.payload)).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' })
    await handed('request-2')
    expect((await post('/invocation/request-2/response', 'x'.repeat(RESPONSE_BYTES_MAX))).status).toBe(202)
  })

  test('takes an init error before the first invocation, and not afterwards', async () => {
    expect((await post('/init/error', '{"errorType":"Runtime.ImportModuleError"}')).status).toBe(202)
    expect(heard.initErrors).toEqual(['{"errorType":"Runtime.ImportModuleError"}'])
    expect((await post('/init/error')).status).toBe(403)
    expect((await next()).status).toBe(403)
  })

  test('knows no other path and no other version', async () => {
    expect((await fetch(at('/invocation/next'), { method: 'POST' })).status).toBe(404)
    expect((await fetch(`http://${api.address}/2015-03-31/runtime/invocation/next`)).status).toBe(404)
  })
})
