import { describe, expect, test } from '@jest/globals'
import { takeLink } from './take-link.ts'

const SECRET = `opl_${'a'.repeat(43)}`

function open(hash: string) {
  const replaced: unknown[] = []
  const location = { hash, pathname: '/console', search: '?lang=en' }
  const history = { replaceState: (...args: unknown[]) => void replaced.push(args[2]) }
  return { taken: takeLink({ location, history }), replaced }
}

describe('takeLink', () => {
  test('takes the secret, and the address has it no more', () => {
    expect(open(`#${SECRET}`)).toEqual({ taken: SECRET, replaced: ['/console?lang=en'] })
  })

  test('a link that was cut off is none, and leaves the address too', () => {
    expect(open(`#${SECRET.slice(0, 20)}`)).toEqual({ taken: '', replaced: ['/console?lang=en'] })
  })

  test.each(['', '#main'])('%p holds no link and stays', hash => {
    expect(open(hash)).toEqual({ taken: undefined, replaced: [] })
  })
})
