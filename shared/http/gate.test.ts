/** What is refused before it is read, and how. */
import { describe, expect, test } from '@jest/globals'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { type GateAnswer, passageOf } from './gate.ts'

const ended = () => {}
const admissionOf = (isFull: boolean) => ({ arrive: () => (isFull ? undefined : ended) })
const portsWith = ({ mutations, reads }: { mutations: boolean; reads: boolean }) => ({
  ...createHandlerPorts(),
  admission: { mutations: admissionOf(mutations), reads: admissionOf(reads) },
})
const headers = { 'accept-language': 'ko' }

describe('the gate', () => {
  test('answers a request of a full class as its route would', () => {
    const ports = portsWith({ mutations: true, reads: false })

    const passage = passageOf(ports, { method: 'POST', url: '/payments/authorize', headers })

    const { refusal } = passage as { refusal: GateAnswer }
    expect(refusal).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '1', 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' },
    })
    const body = JSON.parse(refusal.body)
    expect(body).toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: { reason: 'overloaded' } })
    expect(body.message).toMatch(/[가-힣]/)
    expect(body.requestId).toBe(refusal.headers['x-request-id'])
    expect(ports.refused).toEqual(['mutations'])
  })

  test.each([
    ['POST', '/payments/capture/pay_1?x=1', { mutations: true, reads: false }, 'refused'],
    ['GET', '/payments?merchantId=shop', { mutations: true, reads: false }, 'counted'],
    ['GET', '/payments?merchantId=shop', { mutations: false, reads: true }, 'refused'],
    ['GET', '/payments/pay_1', { mutations: false, reads: true }, 'refused'],
    ['GET', '/idempotency?key=1', { mutations: false, reads: true }, 'refused'],
    ['GET', '/health/ready', { mutations: true, reads: true }, 'needs no place'],
    ['GET', '/metrics', { mutations: true, reads: true }, 'needs no place'],
    ['POST', '/sandbox/clock', { mutations: true, reads: true }, 'needs no place'],
    ['POST', '/payments/authorize', { mutations: false, reads: false }, 'counted'],
  ])('%s %s while full is %p: %s', (method, url, full, expected) => {
    const passage = passageOf(portsWith(full), { method, url, headers: {} })

    expect(passage === undefined ? 'needs no place' : 'refusal' in passage ? 'refused' : 'counted').toBe(expected)
    if (expected === 'counted') expect(passage).toEqual({ ended })
  })
})
