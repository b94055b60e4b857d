/** Waiting for a condition: what it returns, and what it says when it gives up. */
import { describe, expect, test } from '@jest/globals'
import { until } from './until.ts'

describe('until', () => {
  test('returns the first truthy value', async () => {
    const values = [undefined, 0, '', 'there']

    expect(await until(() => values.shift(), { what: 'a value', intervalMs: 1 })).toBe('there')
  })

  test('a probe that throws has not seen it yet', async () => {
    let tries = 0
    const probe = async () => {
      if (++tries < 3) throw new Error('refused')
      return tries
    }

    expect(await until(probe, { what: 'a connection', intervalMs: 1 })).toBe(3)
  })

  test.each([
    { what: 'a value', probe: () => ({ count: 0 }).count, last: '0' },
    { what: 'nothing', probe: () => undefined, last: 'undefined' },
    {
      what: 'an error',
      probe: () => {
        throw new TypeError('refused')
      },
      last: 'TypeError: refused',
    },
  ])('gives up with what it awaited and the last it saw: $what', async ({ probe, last }) => {
    await expect(until(probe, { what: 'the end', deadlineMs: 3, intervalMs: 1 })).rejects.toThrow(
      `gave up after 3 ms waiting for the end; last seen: ${last}`,
    )
  })

  test('looks at least once, even when there is no time', async () => {
    expect(await until(() => 'there', { what: 'a value', deadlineMs: 0 })).toBe('there')
  })
})
