/** Which default terms are a problem for readiness. */
import { expect, test } from '@jest/globals'
import { defaultsProblems } from './defaults-report.ts'

const booked = { vatMode: 'none', refundFee: 'keep' } as const

test('other terms than events were booked by are a problem that says what to do', () => {
  expect(defaultsProblems(undefined, booked)).toEqual([])
  expect(defaultsProblems(booked, { ...booked })).toEqual([])
  const [problem] = defaultsProblems(booked, { ...booked, vatMode: 'exclusive' })
  expect(problem).toMatchObject({ kind: 'defaults_changed', since: null })
  expect(problem!.message).toBe(
    'SETTLEMENT_TERMS says {"vatMode":"exclusive","refundFee":"keep"}, and events were booked by {"vatMode":"none","refundFee":"keep"}: set it back, and give merchants other terms with npm run settle -- terms set',
  )
})
