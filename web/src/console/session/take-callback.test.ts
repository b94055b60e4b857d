/** What the issuer sends back with leaves the address and the tab at once, and leads to no other place. */
import { describe, expect, test } from '@jest/globals'
import { type Attempt, keepAttempt, returnPathOf, takeCallback } from './take-callback.ts'

const ORIGIN = 'https://pay.example'
const ATTEMPT: Attempt = {
  state: 'state-1',
  nonce: 'nonce-1',
  verifier: 'verifier-1',
  issuer: 'https://issuer.example',
  clientId: 'console',
  returnTo: '/console/payments?merchantId=moon&tab=refused',
}

/** A tab, which keeps things until it is closed. */
function openTab() {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  }
  const visit = (pathname: string, search = '') => {
    const replaced: unknown[] = []
    const history = { replaceState: (...args: unknown[]) => void replaced.push(args[2]) }
    return { taken: takeCallback({ location: { origin: ORIGIN, pathname, search }, history }, storage), replaced }
  }
  return { kept, storage, visit }
}

const BACK = '?code=code-1&state=state-1&iss=https%3A%2F%2Fissuer.example'

describe('takeCallback', () => {
  test('takes code and attempt, and the address is the one at which it was begun', () => {
    const { kept, storage, visit } = openTab()
    keepAttempt(storage, ATTEMPT)
    const { taken, replaced } = visit('/console/signed-in', BACK)
    expect(replaced).toEqual([ATTEMPT.returnTo])
    expect(taken?.attempt).toEqual(ATTEMPT)
    expect(taken?.parameters.get('code')).toBe('code-1')
    expect([...kept.values()]).toEqual([])
  })

  test('a second time there is no attempt any more', () => {
    const { storage, visit } = openTab()
    keepAttempt(storage, ATTEMPT)
    visit('/console/signed-in', BACK)
    const { taken, replaced } = visit('/console/signed-in', BACK)
    expect(taken).toMatchObject({ attempt: undefined })
    expect(replaced).toEqual(['/console'])
  })

  test('a state that this tab did not send gets no attempt, and takes it away', () => {
    const { kept, storage, visit } = openTab()
    keepAttempt(storage, ATTEMPT)
    const { taken, replaced } = visit('/console/signed-in', '?code=of-somebody-else&state=forged')
    expect(taken).toMatchObject({ attempt: undefined })
    expect(replaced).toEqual(['/console'])
    expect(kept.size).toBe(0)
  })

  test('no state at all is not the state of no attempt', () => {
    const { taken } = openTab().visit('/console/signed-in', '?code=of-somebody-else')
    expect(taken).toMatchObject({ attempt: undefined })
  })

  test('a refusal of the issuer is taken, too', () => {
    const { storage, visit } = openTab()
    keepAttempt(storage, ATTEMPT)
    const { taken } = visit('/console/signed-in', '?error=access_denied&state=state-1')
    expect(taken).toMatchObject({ attempt: ATTEMPT })
  })

  test.each(['/console', '/console/payments', '/console/signed-in/x'])('%s is left alone, with its attempt', path => {
    const { kept, storage, visit } = openTab()
    keepAttempt(storage, ATTEMPT)
    expect(visit(path, BACK)).toEqual({ taken: undefined, replaced: [] })
    expect(kept.size).toBe(1)
  })

  test('the address alone, which somebody has kept, is the first page', () => {
    expect(openTab().visit('/console/signed-in')).toEqual({ taken: undefined, replaced: ['/console'] })
  })

  test('an attempt that is not whole is none', () => {
    const { storage, visit } = openTab()
    storage.setItem('console.sign-in', JSON.stringify({ ...ATTEMPT, verifier: '' }))
    expect(visit('/console/signed-in', BACK).taken).toMatchObject({ attempt: undefined })
    storage.setItem('console.sign-in', 'no JSON')
    expect(visit('/console/signed-in', BACK).taken).toMatchObject({ attempt: undefined })
  })

  test('a browser that keeps nothing signs nobody in', () => {
    const location = { origin: ORIGIN, pathname: '/console/signed-in', search: BACK }
    expect(takeCallback({ location, history: { replaceState() {} } }, undefined)).toMatchObject({ attempt: undefined })
  })
})

describe('returnPathOf', () => {
  test.each(['/console', '/console/payments?tab=all&from=2026-11-01', '/console?lang=en', '/console/ledger/a%2Fb'])(
    '%s is a page of the console',
    path => {
      expect(returnPathOf(path, ORIGIN)).toBe(path)
    },
  )

  test.each([
    'https://evil.example/console',
    '//evil.example/console',
    '/\\evil.example/console',
    'javascript:alert(1)//console',
    '/console/../orders',
    '/console/%2e%2e/orders',
    '/console\\..\\..\\orders',
    '/consoles',
    '/orders?x=/console',
    '/console/signed-in?code=1&state=2',
    '',
  ])('%p is none, and becomes the first page', path => {
    expect(returnPathOf(path, ORIGIN)).toBe('/console')
  })
})
