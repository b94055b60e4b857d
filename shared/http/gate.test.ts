/** What is refused before it is read, and how. */
import { describe, expect, test } from '@jest/globals'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { refusalAtGate } from './gate.ts'

const portsWith = ({ mutations, reads }: { mutations: boolean; reads: boolean }) => ({
  ...createHandlerPorts(),
  admission: { mutations: { isFull: mutations }, reads: { isFull: reads } },
})
const headers = { 'accept-language': 'ko' }

describe('the gate', () => {
  test('answers a request of a full class as its route would', () => {
    const ports = portsWith({ mutations: true, reads: false })

    const refusal = refusalAtGate(ports, { method: 'POST', url: '/payments/authorize', headers })

    expect(refusal).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '1', 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' },
    })
    const body = JSON.parse(refusal!.body)
    expect(body).toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: { reason: 'overloaded' } })
    expect(body.message).toMatch(/[가-힣]/)
    expect(body.requestId).toBe(refusal!.headers['x-request-id'])
    expect(ports.refused).toEqual(['mutations'])
  })

  test.each([
    ['POST', '/payments/capture/pay_1?x=1', { mutations: true, reads: false }, true],
    ['GET', '/payments?merchantId=shop', { mutations: true, reads: false }, false],
    ['GET', '/payments?merchantId=shop', { mutations: false, reads: true }, true],
    ['GET', '/payments/pay_1', { mutations: false, reads: true }, true],
    ['GET', '/idempotency?key=1', { mutations: false, reads: true }, true],
    ['GET', '/health/ready', { mutations: true, reads: true }, false],
    ['GET', '/metrics', { mutations: true, reads: true }, false],
    ['POST', '/sandbox/clock', { mutations: true, reads: true }, false],
    ['POST', '/payments/authorize', { mutations: false, reads: false }, false],
  ])('%s %s while full is %p: refused %p', (method, url, full, isRefused) => {
    expect(refusalAtGate(portsWith(full), { method, url, headers: {} }) !== undefined).toBe(isRefused)
  })
})
