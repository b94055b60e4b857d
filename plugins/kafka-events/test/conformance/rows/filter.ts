/** `FilterCriteria`: which records reach the function. */
import assert from 'node:assert/strict'
import { offsetsOf, valuesOf } from '../support/journal.ts'
import { record } from '../support/records.ts'
import type { Entry, LiveTest, NewRecord, Row } from '../support/row.ts'
import { sources } from '../support/sources.ts'

const setting = 'FilterCriteria'
const filterTest = 'src/filter.test.ts'
const oracleTest = 'src/filter/oracle.test.ts'

/** Which offsets reach the function; all are committed. */
function filtered(
  id: string,
  { patterns, records, reaches }: { patterns: Entry[]; records: NewRecord[]; reaches: number[] },
): LiveTest {
  return {
    kind: 'live',
    id,
    behaviour: 'succeed',
    settings: { filterPatterns: patterns },
    before: () => records,
    async judge(run) {
      await run.committed([records.length])
      assert.deepEqual(run.attempts().flatMap(offsetsOf), reaches)
    },
  }
}

const json = (value: unknown): NewRecord => record(JSON.stringify(value))

const refused = (situation: string, aws: string, filterPatterns: unknown[], problem = 'filterPatterns'): Row => ({
  setting,
  situation,
  aws,
  source: sources.filterSyntax,
  here: 'as AWS',
  test: { kind: 'refused', settings: { filterPatterns }, problems: [`function ship: kafka.${problem}`] },
})

export const filterRows: Row[] = [
  {
    setting,
    situation: 'a JSON pattern and JSON values',
    aws: 'records that match reach the function; the others are left out and committed with them',
    source: sources.filtering,
    here: 'as AWS',
    test: filtered('filter-json', {
      patterns: [{ value: { status: ['paid'], amount: [{ numeric: ['>', 10, '<=', 20] }] } }],
      records: [
        json({ status: 'paid', amount: 15 }),
        json({ status: 'paid', amount: 10 }),
        json({ status: 'open', amount: 15 }),
        json({ status: 'paid', amount: 20, more: [1] }),
        json({ amount: 15 }),
      ],
      reaches: [0, 3],
    }),
  },
  {
    setting,
    situation: 'a pattern for plain texts and plain values',
    aws: 'the same on the text',
    source: sources.filtering,
    here: 'as AWS',
    test: filtered('filter-text', {
      patterns: [{ value: [{ prefix: 'paid' }] }],
      records: [record('paid 1'), record('open 1'), record('paid 2')],
      reaches: [0, 2],
    }),
  },
  {
    setting,
    situation: 'several patterns',
    aws: 'one that matches is enough',
    source: sources.filterSyntax,
    here: 'as AWS',
    test: filtered('filter-several', {
      patterns: [{ value: { status: ['paid'] } }, { value: { amount: [{ numeric: ['=', 7] }] } }],
      records: [json({ status: 'paid' }), json({ amount: 7 }), json({ status: 'open', amount: 8 })],
      reaches: [0, 1],
    }),
  },
  {
    setting,
    situation: 'a JSON pattern, and values that are plain text or no UTF-8',
    aws: 'the pattern is not applied to them: they reach the function',
    source: sources.filtering,
    here: 'as AWS',
    test: filtered('filter-json-only', {
      patterns: [{ value: { status: ['paid'] } }],
      records: [record('plain'), { value: Buffer.from([0x7b, 0xff, 0x7d]) }, json({ status: 'open' })],
      reaches: [0, 1],
    }),
  },
  {
    setting,
    situation: 'a pattern for plain texts, and JSON values',
    aws: 'the pattern is not applied to them: they reach the function',
    source: sources.filtering,
    here: 'as AWS',
    test: filtered('filter-text-only', {
      patterns: [{ value: ['paid'] }],
      records: [json({ status: 'open' }), record('open')],
      reaches: [0],
    }),
  },
  {
    setting,
    situation: 'a tombstone',
    aws: 'not documented',
    source: sources.filtering,
    here: 'a value that is absent: only `{"exists": false}` matches it',
    test: {
      kind: 'elsewhere',
      file: filterTest,
      name: 'a tombstone has no value: only `exists: false` matches it',
    },
  },
  {
    setting,
    situation: 'no record matches',
    aws: 'the function is not invoked; offsets are committed all the same',
    source: sources.filterSyntax,
    here: 'as AWS',
    test: filtered('filter-none', {
      patterns: [{ value: { status: ['paid'] } }],
      records: [json({ status: 'open' }), json({ status: 'closed' })],
      reaches: [],
    }),
  },
  {
    setting,
    situation: 'batches of records that match, between others',
    aws: 'records that match are added to the next event, so that batches are full of them',
    source: sources.filterSyntax,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'filter-batches',
      behaviour: 'succeed',
      settings: { filterPatterns: [{ value: [{ prefix: 'yes' }] }], batchSize: 3, maximumBatchingWindow: 300 },
      before: () => Array.from({ length: 12 }, (_, index) => record(`${index % 2 ? 'no' : 'yes'} ${index}`)),
      async judge(run) {
        const attempts = await run.ended(2)
        assert.deepEqual(attempts.map(valuesOf), [
          ['yes 0', 'yes 2', 'yes 4'],
          ['yes 6', 'yes 8', 'yes 10'],
        ])
        await run.committed([12])
      },
    },
  },
  {
    setting,
    situation: 'records that do not match, behind one that fails',
    aws: 'offsets are committed together, after the function has succeeded',
    source: sources.filterSyntax,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'filter-commit',
      behaviour: 'waitAtGate',
      partitions: 2,
      settings: { filterPatterns: [{ value: ['gate', 'other'] }] },
      before: () => [record('gate'), record('left out'), record('other', 1), record('left out', 1)],
      async judge(run) {
        await run.committed([-1, 2])
        run.openGate()
        await run.committed([2, 2])
      },
    },
  },
  {
    setting,
    situation: 'the operators that Lambda lists, alone and together',
    aws: 'null, empty, equals, equals-ignore-case, and, or, `$or`, anything-but, numeric, exists, prefix, suffix',
    source: sources.filterSyntax,
    here: "as AWS: judged by recorded answers of AWS's own matcher",
    test: { kind: 'elsewhere', file: oracleTest, name: 'says the same of every recorded pattern and value' },
  },
  {
    setting,
    situation: 'equal numbers in other spellings: 300, 300.0, 3.0e2',
    aws: 'not equal for `[300]`, one number for `numeric`',
    source: sources.filterSyntax,
    here: 'as AWS',
    test: {
      kind: 'elsewhere',
      file: filterTest,
      name: '300, 300.0 and 3.0e2 are not equal, but one number for `numeric`',
    },
  },
  {
    setting,
    situation: 'numbers, arrays, nested fields, `$or` at work in a process',
    aws: 'a field that is a list matches when one of its elements does',
    source: sources.filterSyntax,
    here: 'as AWS',
    test: filtered('filter-operators', {
      patterns: [
        {
          value: {
            tags: ['red', { suffix: 'ish' }],
            order: { city: [{ exists: true }], country: [{ 'anything-but': ['kr'] }] },
            $or: [{ state: [null] }, { level: [{ numeric: ['>=', 3] }] }],
          },
        },
      ],
      records: [
        json({ tags: ['blue', 'reddish'], order: { city: 'Paris', country: 'fr' }, state: null }),
        json({ tags: ['red'], order: { city: 'Paris', country: 'fr' }, state: 'x', level: 3 }),
        json({ tags: ['red'], order: { city: 'Paris', country: 'fr' }, state: 'x', level: 2 }),
        json({ tags: ['blue'], order: { city: 'Paris', country: 'fr' }, state: null }),
        json({ tags: ['red'], order: { country: 'fr' }, state: null }),
        json({ tags: ['red'], order: { city: 'Seoul', country: 'kr' }, state: null }),
      ],
      reaches: [0, 1],
    }),
  },
  refused('a pattern on `key`, `topic` or a header', 'only `value` can be filtered', [{ key: ['order-1'] }]),
  refused('a field that is no list', 'each field of a pattern is a list', [{ value: { status: 'paid' } }]),
  refused('an unknown operator', 'not a rule', [{ value: { status: [{ startsWith: 'p' }] } }]),
  refused('more than 10 patterns', 'at most 5, and 10 on request', Array(11).fill({ value: { status: ['paid'] } })),
  refused('a pattern of more than 4,096 characters', 'refused', [{ value: { status: ['x'.repeat(4100)] } }]),
  {
    setting,
    situation: 'more than 5 patterns',
    aws: '5, and up to 10 on request',
    source: sources.filterSyntax,
    here: 'a warning says so',
    test: {
      kind: 'settings',
      settings: { filterPatterns: Array(6).fill({ value: { status: ['paid'] } }) },
      reads: { functionKey: 'ship' },
      warnings: ['AWS allows 5'],
    },
  },
  {
    setting,
    situation: '`FilterCriteria` in an extension',
    aws: "the template has the extension's patterns instead of the event's",
    source: sources.template,
    here: 'as deployed',
    test: {
      kind: 'live',
      id: 'filter-extension',
      behaviour: 'succeed',
      settings: { filterPatterns: [{ value: ['event'] }] },
      extension: { FilterCriteria: { Filters: [{ Pattern: '{"value": ["extension"]}' }] } },
      before: () => [record('event'), record('extension')],
      async judge(run) {
        await run.committed([2])
        assert.deepEqual(run.attempts().flatMap(valuesOf), ['extension'])
      },
    },
  },
]
