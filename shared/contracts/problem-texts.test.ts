/** Every problem that a request can have is said in Korean too: by the contracts of all routes, and by hand. */
import { describe, expect, test } from '@jest/globals'
import type * as z from 'zod'
import { contractOf } from './api.ts'
import { fieldTexts, problemText, problemTexts, schemaTexts } from './problem-texts.ts'
import { type RouteName, routeNames } from './routes.ts'

/** Names that are the same in every language: of fields, formats, codes and statuses. */
const NAMES =
  /\b(?:true|false|amount|console|idempotencyKey|Idempotency-Key|tok_approve|pay_|KRW|ISO 4217|ASCII|JSON|UTF-8|U\+FFFD|ufffd|API|[A-Z]+(?:_[A-Z]+)*)\b/g

const englishIn = (korean: string): string[] => korean.replaceAll(NAMES, '').match(/[A-Za-z]{2,}/g) ?? []

function expectBoth({ en, ko }: { en: string; ko: string }): void {
  expect([en, /[가-힣]/.test(ko), englishIn(ko)]).toEqual([en, true, []])
  expect(en).not.toMatch(/[가-힣]/)
}

/** Wrong for one field or another: of every type, too short, too long, too small, too large. */
const values: unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  Number.NaN,
  1e15,
  '',
  ' ',
  'x',
  '0',
  '101',
  '0x10',
  'x'.repeat(1_000),
  'P1Y',
  'P999D',
  '환불',
  [],
  {},
  [1],
]

const messagesOf = (schema: z.ZodType, value: unknown): string[] =>
  (schema.safeParse(value).error?.issues ?? []).flatMap(issue =>
    issue.code === 'unrecognized_keys' ? [] : [issue.message],
  )

const schemasOf = (name: RouteName): z.ZodObject[] => {
  const { body, query } = contractOf(name)
  return [body, query].flatMap(schema => schema ?? [])
}

/** The messages of one schema for everything that is wrong with it as a whole and with each of its fields. */
const walk = (schema: z.ZodObject): string[] => [
  ...values.flatMap(value => messagesOf(schema, value)),
  ...Object.keys(schema.shape).flatMap(field => values.flatMap(value => messagesOf(schema, { [field]: value }))),
]

describe('the problems of requests', () => {
  test.each(routeNames.filter(name => name !== 'getDocs' && schemasOf(name).length > 0))(
    '%s: each message of its contract has a Korean one beside it',
    name => {
      const messages = new Set(schemasOf(name).flatMap(walk))

      expect(messages.size).toBeGreaterThan(1)
      for (const message of messages) expectBoth(problemText(message))
    },
  )

  test('each message that a schema was given, met or not', () => {
    expect(schemaTexts().length).toBeGreaterThan(10)
    for (const text of schemaTexts()) expectBoth(text)
  })

  test.each(Object.entries({ ...fieldTexts, ...problemTexts }))('what no schema says: %s', (_, text) => {
    expectBoth(text)
  })

  test('a text of the schema library itself would be found', () => {
    expect(() => expectBoth(problemText('Invalid input: expected string, received number'))).toThrow()
    expect(() => expectBoth({ en: 'x', ko: '값이 expected string입니다' })).toThrow()
  })
})
