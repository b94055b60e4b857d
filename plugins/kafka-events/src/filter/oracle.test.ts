/** Patterns against two judges: answers recorded from AWS's own matcher, and a slow one that works in another way. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compileFilterPattern } from '../filter.ts'
import { parseJson, WrittenNumber } from './json.ts'

const seed = 20_261_122

type Pattern = { [name: string]: unknown }
type Verdict = 'true' | 'false' | 'refused'

function verdictOf(pattern: unknown, value: unknown): Verdict {
  try {
    return `${compileFilterPattern(pattern).matches(Buffer.from(JSON.stringify(value)))}`
  } catch {
    return 'refused'
  }
}

// One line each: [verdict, pattern, value], as given by software.amazon.event.ruler:event-ruler 1.8.1 of Maven Central.
describe("AWS's event-ruler", () => {
  const lines = readFileSync(new URL('ruler-verdicts.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  const cases = lines.map(line => JSON.parse(line) as [Verdict, Pattern, unknown])

  test('says the same of every recorded pattern and value', () => {
    const wrong = cases.filter(([verdict, pattern, value]) => verdictOf(pattern, value) !== verdict)
    expect(wrong.map(one => JSON.stringify(one))).toEqual([])
  })

  test('was asked for each verdict often enough', () => {
    const countOf = (verdict: Verdict) => cases.filter(([given]) => given === verdict).length
    expect(countOf('true')).toBeGreaterThan(100)
    expect(countOf('false')).toBeGreaterThan(100)
    expect(countOf('refused')).toBeGreaterThan(30)
  })
})

describe(`a slow judge (seed ${seed})`, () => {
  const text = fc.constantFrom('', 'x', 'X', 'xy', '5')
  const number = fc.constantFrom(0, 1, 5)
  const leaf = fc.oneof(text, number, fc.boolean(), fc.constant(null))
  const name = fc.constantFrom('a', 'b', 'a.b')
  const operator = fc.oneof(
    fc.record({ prefix: text }),
    fc.record({ suffix: text }),
    fc.record({ 'equals-ignore-case': text }),
    fc.record({ exists: fc.boolean() }),
    fc.record({ 'anything-but': fc.oneof(text, number, fc.array(text, { minLength: 1 })) }),
    fc.record({ numeric: fc.tuple(fc.constantFrom('=', '<', '<=', '>', '>='), number) }),
    fc.record({
      numeric: fc.tuple(fc.constant('>'), fc.constantFrom(-1, 0), fc.constant('<='), fc.constantFrom(1, 5)),
    }),
  )
  const list = fc.array(fc.oneof(leaf, operator), { minLength: 2, maxLength: 4 })
  const patternOf = (inner: fc.Arbitrary<unknown>, branch?: fc.Arbitrary<Pattern>): fc.Arbitrary<Pattern> => {
    const fields = fc.dictionary(name, inner, { minKeys: 1, maxKeys: 2 })
    if (!branch) return fields
    const branches = fc.option(fc.array(branch, { minLength: 2, maxLength: 3 }), { freq: 2 })
    return fc.tuple(fields, branches).map(([own, $or]) => ($or ? { ...own, $or } : own))
  }
  const flat = patternOf(list)
  const nested = patternOf(fc.oneof(list, flat), flat)
  const pattern = fc.oneof(flat, nested, patternOf(fc.oneof(list, nested), nested))

  const holding = (inner: fc.Arbitrary<unknown>) =>
    fc.oneof(leaf, fc.array(inner, { maxLength: 3 }), fc.dictionary(name, inner, { minKeys: 1, maxKeys: 3 }))
  const value = holding(holding(leaf))
  const record = fc.oneof(fc.array(value, { maxLength: 3 }), fc.dictionary(name, value, { minKeys: 1, maxKeys: 3 }))

  test('says the same of random patterns and values', () => {
    const counts = { true: 0, false: 0, refused: 0 }
    const property = fc.property(pattern, record, (fields, json) => {
      const verdict = verdictOf({ value: fields }, json)
      counts[verdict]++
      expect(verdict).toBe(`${judge({ value: fields }, { value: json })}`)
    })
    fc.assert(property, { seed, numRuns: 4000 })
    expect(counts.refused).toBe(0)
    expect(Math.min(counts.true, counts.false)).toBeGreaterThan(300)
  })

  test('says the same of the text of random numbers', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,10})?([eE][+-]?\d{1,3})?$/)
    const spaced = fc.tuple(
      digits,
      fc.constantFrom('', ' ', '\n'),
      fc.constantFrom('{"a":#}', '[1,#]', '[#,"x"]', '[[#]]'),
    )
    fc.assert(
      fc.property(spaced, ([written, space, around]) => {
        const json = parseJson(around.replace('#', `${space}${written}${space}`))
        const found = [Object.values(json as object)].flat(3).find(one => textOf(one) === written)
        expect(found).toBeDefined()
      }),
      { seed, numRuns: 3000 },
    )
  })
})

const textOf = (one: unknown) => (one instanceof WrittenNumber ? one.text : String(one))

/** Every leaf of a record under its full dotted name, with the index that was taken in each array on the way. */
interface LeafAt {
  name: string
  value: unknown
  indexes: Record<string, number>
}

function judge(pattern: Pattern, record: unknown): boolean {
  const leaves = leavesOf(record, '', '', {})
  return rulesOf(pattern, '', [{}]).some(rule => judgeRule(Object.entries(rule), leaves, {}))
}

function leavesOf(value: unknown, name: string, pointer: string, indexes: LeafAt['indexes']): LeafAt[] {
  if (value === null || typeof value !== 'object') return [{ name, value, indexes }]
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = `${pointer}/${key}`
    if (!Array.isArray(value)) return leavesOf(inner, name ? `${name}.${key}` : key, at, indexes)
    const isPlain = inner === null || typeof inner !== 'object'
    return leavesOf(inner, name, at, isPlain ? indexes : { ...indexes, [pointer]: Number(key) })
  })
}

function rulesOf(pattern: Pattern, name: string, rules: Record<string, unknown[]>[]): Record<string, unknown[]>[] {
  for (const [key, inner] of Object.entries(pattern)) {
    const field = name ? `${name}.${key}` : key
    if (key === '$or') rules = (inner as Pattern[]).flatMap(branch => rulesOf(branch, name, rules))
    else if (Array.isArray(inner)) rules = rules.map(rule => ({ ...rule, [field]: inner }))
    else rules = rulesOf(inner as Pattern, field, rules)
  }
  return rules
}

function judgeRule(fields: [string, unknown[]][], leaves: LeafAt[], taken: LeafAt['indexes']): boolean {
  const [first, ...rest] = fields
  if (!first) return true
  const [name, list] = first
  const candidates = leaves.filter(leaf => leaf.name === name)
  if (candidates.length === 0) return list.some(isAbsence) && judgeRule(rest, leaves, taken)
  return candidates.some(({ value, indexes }) => {
    const fits = Object.entries(indexes).every(([array, index]) => (taken[array] ?? index) === index)
    return fits && list.some(entry => judgeEntry(entry, value)) && judgeRule(rest, leaves, { ...taken, ...indexes })
  })
}

const isAbsence = (entry: unknown) => (entry as { exists?: unknown } | null)?.exists === false

function judgeEntry(entry: unknown, value: unknown): boolean {
  if (entry === null || typeof entry !== 'object') return entry === value
  const [operator, operand] = Object.entries(entry)[0] as [string, unknown]
  if (operator === 'exists') return operand === true
  if (operator === 'anything-but') return ![operand].flat().includes(value)
  if (operator === 'numeric') return typeof value === 'number' && judgeNumber(operand as (string | number)[], value)
  if (typeof value !== 'string') return false
  const part = operand as string
  if (operator === 'prefix') return value.slice(0, part.length) === part
  if (operator === 'suffix') return part === '' || value.slice(-part.length) === part
  return value.toUpperCase() === part.toUpperCase()
}

function judgeNumber([comparison, bound, ...rest]: (string | number)[], value: number): boolean {
  const sign = Math.sign(value - Number(bound))
  const allowed = { '=': [0], '<': [-1], '<=': [-1, 0], '>': [1], '>=': [0, 1] }[comparison as '=']
  return allowed.includes(sign) && (rest.length === 0 || judgeNumber(rest, value))
}
